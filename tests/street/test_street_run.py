"""A town from its map file to a run folder that verifies."""

from __future__ import annotations

import json
import shutil

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from karez.errors import DataFault, UsageFault
from karez.flow.street import street
from karez.flow.verify import verify

FILES = {"summary.json", "run.toml", "proof", "plan.gpkg", "boq.xlsx", "field.kmz", "schematic.svg", "report.html"}


def test_a_run_holds_every_file_and_verifies(run):
    assert {path.name for path in run.folder.iterdir()} == FILES
    verdict = verify(run.folder)
    assert verdict.passed, verdict.failures


def test_every_house_of_the_town_is_served(run):
    totals = json.loads((run.folder / "summary.json").read_text())["totals"]
    assert totals["premises"] == totals["premises_served"] == 36
    assert totals["dwellings_served"] == 36
    assert totals["offices"] == 1


def test_labour_and_material_are_told_by_formulas_that_follow_the_prices(run):
    book = openpyxl.load_workbook(run.folder / "boq.xlsx", data_only=True)
    amount, labour, material = ([row[i] for row in book["Total"].iter_rows(5, values_only=True)] for i in (3, 4, 5))
    assert all(whole == pytest.approx(of + rest) for whole, of, rest in zip(amount, labour, material, strict=True))
    totals = json.loads((run.folder / "summary.json").read_text())["totals"]
    assert labour[-1] == pytest.approx(totals["labour_real"], abs=0.05)
    shares = dict(row[::3] for row in book["Prices"].iter_rows(5, values_only=True))
    assert shares["trench, carriageway"] == 0.75
    assert shares["splitter"] == 0.25
    formula = openpyxl.load_workbook(run.folder / "boq.xlsx")["Total"]["E5"].value
    assert "Prices" in formula


def test_certificates_bound_trench_and_whole_from_below(run):
    for one in run.design.certificates:
        assert 0 <= one.bound <= one.value + 0.005


def test_equal_inputs_give_equal_runs_but_for_seconds(run, town, tmp_path):
    again = street(town, out=tmp_path / "again")
    for name in ("plan.gpkg", "boq.xlsx", "field.kmz", "schematic.svg"):
        assert (again.folder / name).read_bytes() == (run.folder / name).read_bytes(), name

    def figures(folder):
        summary = json.loads((folder / "summary.json").read_text())
        for one in summary["certificates"]:
            del one["seconds"]
        return summary

    assert figures(again.folder) == figures(run.folder)


def test_an_existing_folder_is_refused_and_kept_aside_on_demand(run, town, tmp_path):
    target = tmp_path / "there"
    street(town, out=target)
    with pytest.raises(UsageFault, match="is there already"):
        street(town, out=target)
    street(town, out=target, force=True)
    assert (tmp_path / "there.old-1" / "summary.json").is_file()


def test_layers_lead_to_each_other_by_id(run):
    layers = {
        name: gpd.read_file(run.folder / "plan.gpkg", layer=name)
        for name in ("premises", "closures", "cabinets", "offices")
    }
    for name, table in layers.items():
        assert table["id"].is_unique, name
    assert set(layers["premises"]["closure"]) == set(layers["closures"]["id"])
    assert set(layers["closures"]["cabinet"]) == set(layers["cabinets"]["id"])
    assert set(layers["cabinets"]["office"]) == set(layers["offices"]["id"])


def _tampered(run, tmp_path, name, change):
    folder = tmp_path / "tampered"
    shutil.copytree(run.folder, folder)
    path = folder / "proof" / f"{name}.parquet"
    table = pd.read_parquet(path)
    change(table)
    table.to_parquet(path)
    return {check.name for check in verify(folder).checks if not check.passed}


@pytest.mark.parametrize(
    ("table", "column", "value", "check"),
    [
        ("trench", "parent", -1, "forest"),
        ("premises", "feeder_m", 1.0, "tracing"),
        ("premises", "loss_db", 3.0, "budget"),
        ("cabinets", "ports", 7, "capacities"),
        ("closures", "dwellings", 500, "capacities"),
        ("premises", "port", 1, "ports"),
        ("cabinets", "first_port", 1, "ports"),
        ("closures", "first_output", 50, "ports"),
        ("cables", "size", 5, "cables"),
        ("bill", "amount", 1.0, "bill"),
        ("runs", "length_m", 1.0, "forest"),
        ("moats", "radius", 10**12, "replay"),
    ],
)
def test_a_changed_figure_is_found(run, tmp_path, table, column, value, check):
    def change(frame):
        frame[column] = frame[column].astype(float)
        frame.loc[frame.index[-1], column] = frame[column].iloc[-1] + value
        if frame[column].eq(frame[column].round()).all():
            frame[column] = frame[column].astype(int)

    assert check in _tampered(run, tmp_path, table, change)


def test_a_total_or_bound_that_is_not_true_is_found(run, tmp_path):
    folder = tmp_path / "tampered"
    shutil.copytree(run.folder, folder)
    path = folder / "summary.json"
    summary = json.loads(path.read_text())
    summary["totals"]["cost_real"] += 1
    summary["certificates"][0]["bound"] = summary["certificates"][0]["value"] + 1
    path.write_text(json.dumps(summary))
    assert {check.name for check in verify(folder).checks if not check.passed} == {"totals", "certificate values"}


@pytest.mark.parametrize("gone", [("summary.json",), ("run.toml", "plan.gpkg", "proof/cables.parquet")])
def test_verifying_a_street_run_with_missing_files_names_them_and_no_others(run, tmp_path, gone):
    folder = tmp_path / "broken"
    shutil.copytree(run.folder, folder)
    for name in gone:
        (folder / name).unlink()
    with pytest.raises(DataFault) as caught:
        verify(folder)
    assert sorted(fault.file for fault in caught.value.faults) == sorted(gone)
    assert {fault.problem for fault in caught.value.faults} == {"file is missing"}


def test_damaged_tables_of_a_street_run_are_named(run, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(run.folder, folder)
    (folder / "summary.json").write_text("{")
    (folder / "proof" / "bill.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataFault) as caught:
        verify(folder)
    assert sorted(fault.file for fault in caught.value.faults) == ["proof/bill.parquet", "summary.json"]
    assert str(tmp_path) not in str(caught.value)


def test_take_up_shares_what_is_passed_among_the_connected(run, town, tmp_path):
    (tmp_path / "rules.toml").write_text("[network]\ntake_up = 0.5\n")
    made = street(town, rules=tmp_path / "rules.toml", out=tmp_path / "run")
    all_, half = (json.loads((one.folder / "summary.json").read_text())["totals"] for one in (run, made))
    assert half["cost_real"] == all_["cost_real"]
    connecting = all_["cost_real"] - all_["cost_passed_real"]
    each = (all_["cost_passed_real"] + 0.5 * connecting) / (0.5 * all_["dwellings_served"])
    assert half["cost_per_home_connected_real"] == pytest.approx(each, abs=0.01)
