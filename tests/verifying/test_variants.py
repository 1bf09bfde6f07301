"""Runs of other programmes prove as well: what the budget pays, how it is meant, what is required."""

from pathlib import Path

import pytest

from karez.flow.plan import plan
from karez.verifying import Verdict, verify
from projects import tiny_areas, tiny_project, tiny_roads, tiny_sites, tiny_sources, write_layer

CHANGES: dict[str, list[tuple[str, str]]] = {
    "real budgets that pay upkeep, required targets, shares that bind": [
        ("years = 3\n", 'years = 3\nbudget_basis = "real"\nbudget_scale = 0.8\nbudget_pays = ["capex", "opex"]\n'),
        ("{ year = 2028, coverage = 0.5 }", "{ year = 2028, coverage = 0.35, required = true }"),
        ("minimum_share = 0.001", "minimum_share = 0.012"),
    ],
    "no discounting and no year after the last": [
        ("discount_rate_real = 0.05", "discount_rate_real = 0.0\nhorizon_years_after = 0"),
    ],
    "crews with works of several years, floors, dates by place, a maximum share, sites that are fixed": [
        ("minimum_share = 0.5", "minimum_share = 0.5\nmaximum_share = 0.99"),
        (
            "{ year = 2028, coverage = 0.5 }",
            "{ year = 2028, coverage = 0.35, required = true }, "
            '{ year = 2028, coverage = 0.3, required = true, counted_by = "place" }',
        ),
        (
            "format = 1",
            "format = 1\nfloors = [{ year = 2028, coverage = 0.1 }]\n"
            'fixed = [{ sites = ["home-far"], never = true }, { sites = ["home-capital"], year = 2027 }]\n'
            "crews.buried = { start_km = 60, growth_per_year = 0.5, longest_km_per_year = 15 }",
        ),
    ],
    "no money": [("[20e6, 40e6, 30e6]", "[0.0, 0.0, 0.0]")],
}


def _verdict(folder: Path, changes: list[tuple[str, str]]) -> Verdict:
    project = folder / "tiny" if (folder / "tiny").is_dir() else tiny_project(folder / "tiny")
    settings = (project / "programme.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in settings
        settings = settings.replace(old, new)
    (project / "programme.toml").write_text(settings, encoding="utf-8")
    return verify(plan(project, out=folder / "run").folder)


@pytest.mark.parametrize("name", CHANGES)
def test_a_run_with_other_settings_proves(name: str, tmp_path: Path) -> None:
    assert _verdict(tmp_path, CHANGES[name]).failures == ()


def test_a_run_whose_only_source_comes_a_year_later_proves(tmp_path: Path) -> None:
    project = tiny_project(tmp_path / "tiny")
    (project / "layers.gpkg").unlink()
    sources = tiny_sources().assign(from_year=[2027, 2028])
    for name, table in (
        ("sites", tiny_sites()),
        ("areas", tiny_areas()),
        ("roads", tiny_roads()),
        ("sources", sources),
    ):
        write_layer(table, project, name)
    verdict = _verdict(tmp_path, [])
    assert verdict.failures == ()
