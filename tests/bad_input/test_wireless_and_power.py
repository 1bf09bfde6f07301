"""Fixed wireless by base stations, and supply of sites without a grid: checked by hand on the small project."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from breaking import edit, faults_of

from flow_run import run_project
from karez.appraising.converting import convert
from karez.appraising.facts import gather
from karez.appraising.pricing import price
from karez.flow.verify import verify
from karez.model.prices import Prices
from karez.reading import read
from karez.routing.route import route
from karez.verifying.power import supplies
from karez.verifying.run import Run, read_run
from projects import tiny_project, tiny_sites, write_layer

STATION = """
[technologies.fixed_wireless]
mbps = 50.0
latency_ms = 25.0

[technologies.fixed_wireless.base_station]
range_km = { urban = 5.0, plain = 30.0, mountain = 12.0 }
sector_mbps = 150.0
costs = [{ item = "sector", per = "sector" }, { item = "mast", per = "station" }]

[power]
item = "solar"

[categories.home]
"""

ITEMS = """\
sector,each,4000,5500,8000,USD,2020,made up,assumption,10,0.1
mast,each,20000,30000,50000,USD,2020,made up,assumption,20,0.05
receiver,each,50,80,150,USD,2025,made up,assumption,5,0.1
solar,W,2.7,3,3,USD,2023,made up,assumption,10,0.02
"""


def wireless_project(folder: Path, off_grid: tuple[str, ...] = ("home-north", "clinic-far")) -> Path:
    """The small project with fixed wireless around ``east``, ``south`` and the sources, some sites without a grid."""
    project = tiny_project(folder)
    sites = tiny_sites().assign(power="grid")
    sites.loc[sites["id"].isin(off_grid), "power"] = "none"
    write_layer(sites, project, "sites")
    path = project / "programme.toml"
    text = path.read_text(encoding="utf-8").replace("\n[categories.home]\n", STATION)
    receiver = '[[categories.home.costs.fixed_wireless]]\nitem = "receiver"\nper = "terminal"\n\n'
    text = text.replace("[[categories.home.costs.satellite]]", receiver + "[[categories.home.costs.satellite]]", 1)
    allowed = 'technologies = ["fibre", "microwave", "fixed_wireless", "satellite"]\n'
    text = text.replace(
        "standard = { mbps = 30.0, latency_ms = 100.0 }", allowed + "standard = { mbps = 30.0, latency_ms = 100.0 }"
    )
    path.write_text(text, encoding="utf-8")
    with (project / "catalogue.csv").open("a", encoding="utf-8") as catalogue:
        catalogue.write(ITEMS)
    return project


def _priced(project: Path) -> tuple[Any, Prices, Any]:
    inputs = read(project)
    graph = route(inputs)
    return inputs, price(inputs, graph, convert(inputs.catalogue, inputs.programme)), gather(inputs, graph)


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Prices, Any]:
    return _priced(wireless_project(tmp_path_factory.mktemp("wireless") / "project"))


def _lines(prices: Prices, inputs: Any, site: str, technology: str) -> pd.Series:
    row = int((inputs.sites["id"] == site).to_numpy().argmax())
    options = prices.options
    way = options.index[(options["site"] == row) & (options["technology"] == technology)]
    return prices.lines[prices.lines["option"].isin(way)].set_index("item")["quantity"]


def test_a_row_needs_whole_sectors_for_all_its_homes_and_its_part_of_masts(priced: tuple[Any, Prices, Any]) -> None:
    inputs, prices, _ = priced
    lines = _lines(prices, inputs, "home-pass", "fixed_wireless")  # 120 homes at 2 Mbit/s: 240 of 150 a sector
    assert lines["sector"] == 2.0
    assert lines["mast"] == pytest.approx(2.0 / 3.0)
    assert lines["receiver"] == pytest.approx(120 * 0.7)


def test_only_sites_in_range_are_offered_it(priced: tuple[Any, Prices, Any]) -> None:
    inputs, prices, facts = priced
    offered = set(prices.options.loc[prices.options["technology"] == "fixed_wireless", "site"])
    reach = {"urban": 5.0, "plain": 30.0, "mountain": 12.0, "": 5.0}
    homes = inputs.sites["category"] == "home"
    expected = {row for row in range(len(homes)) if homes[row] and facts.anchor_km[row] <= reach[facts.ground[row]]}
    assert offered == expected
    assert 0 < len(offered) < homes.sum()


def test_a_site_without_a_grid_pays_for_its_supply_whatever_serves_it(priced: tuple[Any, Prices, Any]) -> None:
    inputs, prices, _ = priced
    terminals = 600 * 0.7
    for technology, watts in (("fibre", 10.0), ("satellite", 62.5)):
        assert _lines(prices, inputs, "home-north", technology)["solar"] == pytest.approx(5.0 * watts * terminals)
    both = _lines(prices, inputs, "clinic-far", "microwave")["solar"]
    assert both.sum() == pytest.approx(5.0 * (15.0 + 100.0))
    assert "solar" not in _lines(prices, inputs, "home-south", "satellite")


def test_supply_costs_what_its_watts_cost(priced: tuple[Any, Prices, Any], tmp_path: Path) -> None:
    inputs, prices, _ = priced
    _, on_grid, _ = _priced(wireless_project(tmp_path / "project", off_grid=()))
    row = int((inputs.sites["id"] == "home-north").to_numpy().argmax())
    ways = prices.options["site"] == row
    more = prices.options.loc[ways, "capex_real"] - on_grid.options.loc[ways, "capex_real"]
    rate = prices.catalogue.table.loc["solar", "rate_real"]
    watts = prices.lines[prices.lines["item"] == "solar"].set_index("option")["quantity"]
    assert more.tolist() == pytest.approx([rate * watts[way] for way in more.index], abs=0.011)


def test_the_plan_with_both_proves(tmp_path: Path) -> None:
    run = run_project(wireless_project(tmp_path / "project"), tmp_path)
    assert verify(run.planned.folder).failures == ()
    served = run.sites.set_index("id")
    assert "fixed_wireless" in {*served["technology"], *served["next_best"].dropna()}
    bill = run.planned.plan.bill
    solar = bill[bill["item"] == "solar"]
    off_grid = served.loc[["home-north", "clinic-far"]]
    assert set(served.index[served["power"] != "grid"]) == set(off_grid.index)
    assert (off_grid["power"] == "solar").eq(off_grid["technology"] != "unserved").all()
    assert off_grid["supply_watts"].sum() == pytest.approx(solar["quantity"].sum()) and len(solar)
    assert off_grid["supply_capex_real"].sum() == pytest.approx(solar["capex_real"].sum(), abs=0.005)
    _check_falsified(read_run(run.planned.folder))


def _check_falsified(run: Run) -> None:
    assert supplies(run).passed
    powered = run.sites["id"][run.sites["power"] == "solar"].iloc[0]
    row = run.sites["id"] == powered
    for column, value in (("supply_watts", 1.0), ("supply_capex_real", 1.0), ("power", "grid")):
        sites = run.sites.copy()
        sites.loc[row, column] = value
        assert powered in supplies(replace(run, sites=sites)).ids, column
    on_grid = run.sites.copy()
    on_grid.loc[row, ["power", "supply_watts", "supply_capex_real"]] = ["grid", 0.0, 0.0]
    assert not supplies(replace(run, sites=on_grid)).passed, "the bill holds its supply still"
    bill = run.finance["bill"].copy()
    bill.loc[bill["item"] == "solar", "quantity"] *= 2.0
    assert not supplies(replace(run, finance={**run.finance, "bill": bill})).passed


def test_more_homes_need_more_sectors_at_whole_steps(priced: tuple[Any, Prices, Any]) -> None:
    inputs, _, _ = priced
    sites = inputs.sites.copy()
    row = sites["id"] == "home-pass"
    for households in (1, 75, 76, 150, 151):
        sites.loc[row, "households"] = float(households)
        changed = replace(inputs, sites=sites)
        graph = route(changed)
        prices = price(changed, graph, convert(changed.catalogue, changed.programme))
        assert _lines(prices, changed, "home-pass", "fixed_wireless")["sector"] == math.ceil(households / 75)


def test_faults_of_both_are_named_at_once(tmp_path: Path) -> None:
    project = wireless_project(tmp_path / "project")
    edit(project, 'item = "solar"', 'item = ""')
    edit(project, "sector_mbps = 150.0", "sector_mbps = -1.0")
    edit(project, "urban = 5.0", "swamp = 5.0")
    edit(project, 'item = "mast", per', 'item = "masst", per')
    sites = tiny_sites().assign(power="grid")
    sites.loc[sites["id"] == "home-far", "power"] = "diesel"
    sites.loc[sites["id"] == "home-north", "power"] = "none"
    write_layer(sites, project, "sites")
    found = {(fault.layer, fault.column) for fault in faults_of(project)}
    assert ("technologies.fixed_wireless.base_station", "sector_mbps") in found
    assert any(column == "power" for _, column in found)
    problems = " ".join(fault.problem for fault in faults_of(project))
    assert "diesel" in problems
    assert "nothing supplies it" in problems
    assert "swamp" in problems


def test_base_stations_of_another_technology_are_a_fault(tmp_path: Path) -> None:
    project = wireless_project(tmp_path / "project")
    edit(project, "[technologies.fixed_wireless.base_station]", "[technologies.microwave.base_station]")
    assert any("base stations serve by fixed wireless" in fault.problem for fault in faults_of(project))
