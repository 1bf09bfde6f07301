"""The copy of the reference project with rings, hops and satellites of little room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from karez.reading import read

MAKE = Path(__file__).parents[2] / "examples" / "xinjiang" / "make_whole.py"


def test_the_copy_has_rings_hops_and_little_room_and_no_fault(tmp_path):
    subprocess.run([sys.executable, str(MAKE), str(tmp_path / "whole")], check=True)
    inputs = read(tmp_path / "whole")
    programme = inputs.programme
    assert programme.backbone.in_plan
    assert programme.satellites["leo"].is_shared
    assert programme.radio.on
    assert not programme.technologies["microwave"].bands
    for category in programme.categories.values():
        if "microwave" in category.costs:
            assert category.costs["microwave"] == category.costs["fibre"]
        assert not any(line.item == "satellite_capacity" for lines in category.costs.values() for line in lines)
