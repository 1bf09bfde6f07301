"""Settings of risk that cannot be: each named, with its place, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from breaking import faults_of, only_fault


def add(project: Path, text: str) -> None:
    settings = project / "programme.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "layer", "column", "word"),
    [
        ("[risk]\ndraws = -5\n", "risk", "draws", "greater than or equal to 1"),
        ("[risk]\ndraws = 0\n", "risk", "draws", "greater than or equal to 1"),
        ('[risk]\nshape = "normal"\n', "risk", "shape", "not a word that is known"),
        ("[risk]\nmargins = [1.0]\n", "risk.margins", "", "less than 1"),
        ("[risk.take_up]\nlow = 1.2\n", "risk.take_up", "low", "above the mode"),
        ("[risk.take_up]\nhigh = 0.9\n", "risk.take_up", "high", "below the mode"),
        ("[risk.delay]\nlow = 0.1\n", "risk.delay", "low", "above the most likely"),
        ("[risk.delay]\nhigh = 0.01\n", "risk.delay", "high", "below the most likely"),
        ("[risk.delay]\nhigh = 1.5\n", "risk.delay", "high", "less than or equal to 1"),
        ('[risk.classes.trench]\nitems = ["rout_plain"]\n', "risk.classes.trench.items", "", "no item `rout_plain`"),
        ('[risk.classes.delay]\nitems = ["dish"]\n', "risk.classes", "delay", "name of what risk itself draws"),
        ('[risk.classes.dish]\nitems = ["duct"]\n', "risk.classes", "dish", "name of a catalogue item"),
        ("[risk.classes.trench]\nitems = []\n", "risk.classes.trench", "items", "at least 1"),
        ('[risk.clases.trench]\nitems = ["duct"]\n', "risk", "clases", "not a setting"),
    ],
)
def test_what_cannot_be_is_named_with_its_place(tiny: Path, text: str, layer: str, column: str, word: str) -> None:
    add(tiny, text)
    fault = only_fault(tiny)
    assert (fault.file, fault.layer, fault.column) == ("programme.toml", layer, column)
    assert word in fault.problem


def test_an_unknown_item_is_named_with_the_nearest(tiny: Path) -> None:
    add(tiny, '[risk.classes.trench]\nitems = ["rout_plain"]\n')
    assert "`route_plain`" in only_fault(tiny).remedy


def test_all_faults_of_risk_are_found_at_once(tiny: Path) -> None:
    add(
        tiny,
        "[risk]\ndraws = -1\n[risk.take_up]\nlow = 2.0\n[risk.delay]\nlow = 0.5\n"
        '[risk.classes.one]\nitems = ["route_*"]\n[risk.classes.two]\nitems = ["route_plain", "nothing_*"]\n',
    )
    problems = " / ".join(fault.problem for fault in faults_of(tiny))
    for words in (
        "greater than or equal to 1",
        "above the mode",
        "above the most likely",
        "`one` already",
        "nothing_*",
    ):
        assert words in problems
