"""Settlements with a map: what their streets cost takes the place of the density model, everywhere."""

import json
import math
import pickle
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from mapped import add, with_map

from karez.appraising.draws import cash_basis, reprice_draws
from karez.designing.street import design_street
from karez.flow.plan import decide
from karez.flow.progress import Stages, silent
from karez.flow.settlements import design_settlements
from karez.flow.things import things
from karez.flow.verify import verify
from karez.model.settlements import item_of
from karez.model.street_rules import StreetRules
from karez.reading import read
from karez.reading.street import read_street
from karez.routing.street import route_streets
from projects import tiny_project

STAGES = Stages(silent)
USD_2023 = 7.1 * 1.02**2
"""CNY of 2025 for a dollar of 2023, the money of street-level rules, at the rates of the small project."""


def test_the_cost_per_home_is_that_of_the_same_design_alone(mapped):
    """An oracle that knows nothing of settlements: the bill of the street-level design, added up by hand."""
    source = mapped.project / "maps" / "east.gpkg"
    inputs = read_street(source, rules=mapped.project / "rules.toml")
    bill = design_street(inputs, route_streets(inputs)).bill
    connecting = bill["item"].str.startswith(("trench drop", "drop", "terminal of a dwelling"))
    homes = inputs.premises["dwellings"].sum()
    row = mapped.planned.plan.settlements.table.set_index("place").loc["east"]
    assert row["homes_served"] == homes == 15
    assert row["cost"] == pytest.approx(bill["amount"].sum(), abs=0.01)
    assert row["passed_real"] == pytest.approx(bill.loc[~connecting, "amount"].sum() / homes * USD_2023, abs=0.01)
    assert row["connecting_real"] == pytest.approx(bill.loc[connecting, "amount"].sum() / homes * USD_2023, abs=0.01)


def test_homes_of_a_place_with_a_map_pay_its_streets_and_keep_the_lines_that_are_no_density(mapped, local):
    inputs, options = local(mapped.project)
    table = mapped.planned.plan.settlements.table.set_index("place")
    village_link = 300_000.0
    for site, place, households, villages in (("home-north", "north", 600, 3), ("home-east-1", "east", 12_000, 5)):
        row = table.loc[place]
        own = households * (row["passed_real"] + row["connecting_real"] * inputs.programme.demand.take_up)
        assert options.loc[(site, "fibre"), "capex_real"] == pytest.approx(own + villages * village_link, rel=1e-5)


def test_other_places_and_technologies_keep_the_density_model(mapped, local, tmp_path):
    old = local(tiny_project(tmp_path / "plain"))[1]["capex_real"]
    new = local(mapped.project)[1]["capex_real"]
    changed = set(old.index[(old != new.reindex(old.index)).to_numpy()])
    assert changed == {(site, "fibre") for site in ("home-north", "home-east-1", "home-east-2")}


def test_where_the_local_cost_is_from_stands_in_the_layers_the_bill_and_the_summary(mapped):
    said = mapped.sites.set_index("id")["local_cost"]
    assert said["home-east-2"] == said["home-north"] == "street design"
    assert said["home-capital"] == "density model"
    assert said[mapped.sites.set_index("id")["households"].isna()].isna().all()
    assert [one["place"] for one in mapped.summary["settlements"]] == ["east", "north"]
    book = openpyxl.load_workbook(mapped.planned.folder / "boq.xlsx", data_only=True)
    assert "Settlements" in book.sheetnames
    rows = [[cell.value for cell in row] for row in book["Items"].iter_rows()]
    head = next(row for row in rows if "Local cost" in row)
    item, source = head.index("Item"), head.index("Local cost")
    of_item = {row[item]: row[source] for row in rows if row[item] and row is not head}
    assert of_item["street.east.trench"] == "street design"
    assert of_item["duct"] == "density model"
    report = (mapped.planned.folder / "report.html").read_text(encoding="utf-8")
    assert 'id="settlements"' in report
    assert "1 USD of 2023 is 7.3868 CNY of 2025" in report


def test_the_run_is_proven_and_its_record_names_the_maps(mapped):
    verdict = verify(mapped.planned.folder)
    assert verdict.passed, verdict.failures
    assert "settlements" in [check.name for check in verdict.checks]
    assert {"maps/east.gpkg", "maps/north.gpkg"} <= mapped.planned.plan.record.hashes.keys()


def test_a_project_without_maps_says_nothing_of_settlements(local, tmp_path):
    inputs, _ = local(tiny_project(tmp_path / "plain"))
    assert not inputs.settlements
    assert "method" not in inputs.catalogue.table


def test_draws_at_the_set_prices_give_the_plan_s_own_capex(mapped):
    decided = decide(read(mapped.project), seed=0, stages=STAGES)
    basis = cash_basis(decided)
    capex = reprice_draws(basis, basis.rate[None], decided.inputs.programme.demand.take_up).capex.sum()
    assert capex == pytest.approx(mapped.planned.plan.appraisal.totals["capex_real"], rel=1e-9)
    low, high = (reprice_draws(basis, rates[None], 0.7).capex.sum() for rates in (basis.low, basis.high))
    assert low < capex < high


def test_metres_of_streets_emit_by_their_own_method(tmp_path):
    """Poles along the street: the trench of the design is aerial there, and so are its emissions."""
    project = tiny_project(tmp_path / "p")
    source = with_map(project, "north", more='rules = "aerial.toml"\n')
    (project / "aerial.toml").write_text(
        '[methods]\ndrop = ["trench"]\n[prices]\ncurrency = "CNY"\nprice_year = 2025\n', encoding="utf-8"
    )
    street = gpd.read_file(source, layer="streets")
    street.assign(id="poles").to_file(source, layer="poles")
    inputs = design_settlements(read(project), seed=0, stages=STAGES)
    kinds = inputs.settlements[0].costs.set_index("kind")["quantity"]
    assert kinds["aerial"] > 0
    table = inputs.catalogue.table
    assert table.loc[item_of("north", "aerial"), "method"] == "aerial"
    assert table.loc[item_of("north", "drop_trench"), "method"] == "buried"
    assert table.loc[item_of("north", "aerial"), "currency"] == "CNY"


def test_equal_maps_and_seed_give_equal_designs_whatever_their_order(mapped):
    inputs = read(mapped.project)
    turned = pickle.loads(pickle.dumps(replace(inputs, maps=inputs.maps[::-1])))
    one, two = (design_settlements(each, seed=3, stages=STAGES) for each in (inputs, turned))
    pd.testing.assert_frame_equal(one.catalogue.table, two.catalogue.table)


def test_another_technology_that_uses_the_same_distribution_has_its_cost_too(local, tmp_path):
    project = tiny_project(tmp_path / "p")
    with_map(project, "pass")
    shared = (("duct", "urban_household", 3.0), ("aerial_cable", "rural_household", 25.0))
    for item, per, quantity in shared:
        line = f'item = "{item}"\nper = "{per}"\nquantity = {quantity}\n'
        add(project, f"\n[[categories.home.costs.microwave]]\n{line}")
    _, options = local(project)
    fibre, microwave = (options.loc[("home-pass", technology), "items"] for technology in ("fibre", "microwave"))
    connecting = {item_of("pass", kind) for kind in ("drop_trench", "drop", "terminal")}
    passing = {item for item in fibre if item.startswith("street.")} - connecting
    assert connecting < fibre
    assert {item.removesuffix("short").removesuffix("long") for item in microwave} == {
        *passing,
        "wireless_home",
        "microwave_",
    }


def test_rules_of_the_group_are_those_of_every_settlement_that_names_none(tmp_path):
    project = tiny_project(tmp_path / "p")
    (project / "rules.toml").write_text("[prices]\noffice_each = 12345.0\n", encoding="utf-8")
    (project / "own.toml").write_text("[prices]\noffice_each = 54321.0\n", encoding="utf-8")
    with_map(project, "north")
    with_map(project, "south", more='rules = "own.toml"\n')
    add(project, '\n[street]\nrules = "rules.toml"\n')
    inputs = read(project)
    assert [one.streets.rules.prices.office_each for one in inputs.maps] == [12345.0, 54321.0]
    assert StreetRules().prices.office_each not in (12345.0, 54321.0)
    assert {"rules.toml", "own.toml"} <= inputs.hashes.keys()


def test_the_summary_is_json_that_any_program_reads(mapped):
    told = json.loads((Path(mapped.planned.folder) / "summary.json").read_text(encoding="utf-8"))["settlements"]
    assert all(math.isfinite(value) for one in told for value in one.values() if isinstance(value, float))
    assert all(0 <= one["gap"] < 1 for one in told)


def test_gateways_are_those_of_the_project_without_maps(tmp_path):
    """They price no homes, so no street is designed for them."""
    rules = """
[things]
land = { home = { km2 = 60.0, devices_per_km2 = 2.0 } }
share = 0.8
costs = [{ item = "institution", per = "unit" }]
"""
    found = []
    for name in ("plain", "mapped"):
        project = tiny_project(tmp_path / name)
        if name == "mapped":
            with_map(project, "east")
        add(project, rules)
        found.append(things(project).things)
    pd.testing.assert_frame_equal(found[1].gateways, found[0].gateways)
    pd.testing.assert_frame_equal(found[1].cells, found[0].cells)
