"""The street-level examples: real maps, designed within the proven gaps they are to keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from karez.flow.street import street
from karez.flow.verify import verify

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(("name", "premises"), [("finland-village", 1651), ("helsinki-centre", 443)])
def test_an_example_is_designed_proven_and_verified(name, premises, tmp_path):
    made = street(EXAMPLES / name / "map.osm.pbf", out=tmp_path / "run")
    assert made.inputs.name == name
    assert len(made.design.premises) == premises
    assert (made.design.premises["place"] >= 0).mean() > 0.99
    trench, whole = made.design.certificates
    assert trench.gap <= 0.01
    assert (whole.value + whole.constant) / (whole.bound + whole.constant) - 1 <= 0.05
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures
