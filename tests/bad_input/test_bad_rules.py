"""Rules of the schedule that contradict themselves or name what is not there: all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from breaking import edit, faults_of, only_fault

RULES = """
[crews.buried]
km_per_year = [10, 20]
start_km = -1

[crews.existing]
start_km = 5

[[floors]]
area = "atlantis"
year = 2040
coverage = 0.5

[[fixed]]
sites = ["nobody"]
year = 2020
never = true

[[fixed]]
never = true
"""


def _add(folder: Path, text: str) -> None:
    path = folder / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_every_fault_of_the_rules_is_named_at_once(tiny: Path) -> None:
    _add(tiny, RULES)
    edit(tiny, "minimum_share = 0.5", "minimum_share = 0.5\nmaximum_share = 0.4")
    found = {(fault.layer, fault.row, fault.column) for fault in faults_of(tiny)}
    assert found >= {
        ("crews.buried", "", "start_km"),
        ("crews", "", "existing"),
        ("floors", "1", "area"),
        ("floors", "1", "year"),
        ("fixed", "1", "year"),
        ("fixed[1].sites", "1", ""),
        ("projects", "1", "maximum_share"),
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\n[crews.buried]\nkm_per_year = [10, 20]\n", "2 capacities for 3 years"),
        ("\n[crews.buried]\nkm_per_year = [10, 20, 30]\nstart_km = 5\n", "given twice"),
        ("\n[[fixed]]\nyear = 2027\n", "nothing is named"),
        ('\n[[fixed]]\nsites = ["home-far", "home-far"]\nyear = 2027\n', "fixed 2 times"),
        ('\n[[fixed]]\nsites = ["home-far"]\n', "neither a year nor"),
        ("\n[[floors]]\nyear = 2027\ncoverage = 0.1\n[[floors]]\nyear = 2027\ncoverage = 0.2\n", "2 floors"),
    ],
)
def test_each_contradiction_is_said_in_words(tiny: Path, text: str, problem: str) -> None:
    _add(tiny, text)
    assert any(problem in fault.problem for fault in faults_of(tiny))


def test_maximum_shares_below_one_leave_nothing_to_spend(tiny: Path) -> None:
    edit(tiny, "minimum_share = 0.5", "minimum_share = 0.2\nmaximum_share = 0.3")
    edit(tiny, "minimum_share = 0.001", "minimum_share = 0.001\nmaximum_share = 0.3")
    assert "less than 1" in only_fault(tiny).problem
