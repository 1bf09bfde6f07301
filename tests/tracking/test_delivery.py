"""What the ledger tells: it adds up over every grouping, corrections restore, exports are valid and come in again."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker

from karez.flow.approve import init
from karez.flow.deliver import export
from karez.flow.track import add, status, take, tracked, verify
from karez.model.event import FIELDS
from karez.reading.ofds import read_package
from karez.tracking.cube import MEASURES

STANDARDS = Path(__file__).parents[1] / "standards"
GROUPINGS = ("by_project", "by_area", "by_contract", "by_year")
SPANS = ("span:26f715588517", "span:38dc350bc8bc", "span:0e060f5be665")
SITES = ("clinic-far", "clinic-middle", "county_seat-east")


def schema(name):
    return json.loads((STANDARDS / name).read_text(encoding="utf-8"))


def fill(at, rows, tmp_path, name="events.csv"):
    """Import rows given as dictionaries."""
    file = tmp_path / name
    header = list(dict.fromkeys(field for row in rows for field in row))
    lines = [",".join(str(row.get(field, "")) for field in header) for row in rows]
    file.write_text(",".join(header) + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return take(at, file)


def story():
    """Two contracts, work in three months, payments by two organisations in two currencies."""
    common = {"recorder": "programme office"}
    contract = {"kind": "contract", "day": "2026-02-01", "party": "Office", "counterparty": "Builder"} | common
    rows = [
        contract | {"contract": "C-1", "amount_nominal": "9000000", "project": "livelihood", "name": "Lot 1"},
        contract | {"contract": "C-2", "amount_nominal": "500000", "name": "=Lot 2"},
        {"kind": "variation", "day": "2026-03-01", "contract": "C-1", "amount_nominal": "-100000"} | common,
        {"kind": "commitment", "day": "2026-01-02", "party": "Builder", "quantity": "5", "unit": "km",
         "due": "2026-12-31"} | common,
        {"kind": "commitment", "day": "2026-01-02", "party": "Office", "amount_nominal": "900000",
         "due": "2026-06-30"} | common,
        {"kind": "milestone", "day": "2026-02-02", "name": "Start", "due": "2026-01-31", "state": "met"} | common,
    ]  # fmt: skip
    for place, (span, month) in enumerate(zip(SPANS, (3, 4, 5), strict=True)):
        done = {"element": span, "contract": f"C-{1 + place % 2}", "day": f"2026-{month:02d}-10"} | common
        rows += [
            done | {"kind": "progress", "quantity": "1000", "id": f"p{place}"},
            done | {"kind": "payment", "party": "Office", "counterparty": "Builder", "amount_nominal": "250000.01"},
            done | {"kind": "payment", "party": "Bank", "amount_nominal": "1000", "currency": "USD", "element": ""},
        ]
    rows += [{"kind": "progress", "element": site, "quantity": "1", "day": "2026-05-20"} | common for site in SITES]
    rows += [{"kind": "acceptance", "element": SPANS[0], "day": "2026-06-01"} | common]
    return rows


def test_every_grouping_adds_up_to_the_totals(at, tmp_path):
    fill(at, story(), tmp_path)
    delivery = status(at, as_of=date(2026, 12, 31))
    for name in GROUPINGS:
        for measure in MEASURES:
            whole = getattr(delivery, name)[f"{measure}_nominal"].sum()
            assert whole == pytest.approx(delivery.totals[f"{measure}_nominal"], abs=1e-6), (name, measure)
    assert delivery.totals["paid_nominal"] == pytest.approx(3 * 250000.01 + 3 * 1000 * 7.1)
    assert delivery.totals["contracted_nominal"] == pytest.approx(9_400_000)
    assert delivery.totals["sites_served"] == len(SITES)
    assert delivery.elements.set_index("id").loc[SPANS[0], "status"] == "operational"
    assert delivery.elements.set_index("id").loc[SPANS[1], "status"] == "underConstruction"
    states = dict(zip(delivery.commitments["party"], delivery.commitments["state"], strict=True))
    assert states == {"Builder": "at risk", "Office": "under-fulfilled"}
    assert delivery.milestones.set_index("name").loc["Start", "state"] == "met late"
    json.dumps(delivery.summary(), allow_nan=False)


def test_a_status_counts_what_happened_until_its_day(at, tmp_path):
    fill(at, story(), tmp_path)
    earned = [status(at, as_of=date(2026, month, 28)).totals["earned_nominal"] for month in range(2, 8)]
    assert earned[0] == 0
    assert earned == sorted(earned)
    assert len(set(earned)) == 5


@settings(max_examples=5)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 900), st.integers(0, 11)), min_size=1, max_size=6), st.data()
)
def test_annulled_corrections_restore_and_groupings_add_up(made, file_template, tmp_path_factory, work, data):
    folder = tmp_path_factory.mktemp("case")
    path = shutil.copy(file_template, folder / "ledger.sqlite")
    at = tracked(made.project, ledger=f"sqlite:///{path}", today=date(2028, 12, 31))
    fill(at, [{"id": f"p{place}", "kind": "progress", "element": SPANS[span], "quantity": metres / 4,
               "day": f"2026-{month + 1:02d}-05", "recorder": "x"}
              for place, (span, metres, month) in enumerate(work)], folder)  # fmt: skip
    before = status(at).summary()["totals"]
    wrong = data.draw(st.integers(0, len(work) - 1))
    correction = {"kind": "correction", "day": "2027-01-01", "recorder": "x"}
    add(at, correction | {"id": "c1", "corrects": f"p{wrong}", "quantity": "1"})
    add(at, correction | {"id": "c2", "corrects": "c1"})
    after = status(at)
    assert {**after.summary()["totals"], "events": 0} == {**before, "events": 0}
    for name in GROUPINGS:
        whole = getattr(after, name)["earned_nominal"].sum()
        assert whole == pytest.approx(after.totals["earned_nominal"], abs=1e-6)


@pytest.fixture
def exported(file_at, tmp_path):
    fill(file_at, story(), tmp_path)
    tracking = file_at.programme.tracking.model_copy(update={"country": "CN", "country_name": "China"})
    named = replace(file_at, programme=file_at.programme.model_copy(update={"tracking": tracking}))
    return export(named, tmp_path / "out", as_of=date(2026, 12, 31))


def test_an_export_holds_all_formats(exported):
    assert {path.name for path in exported.iterdir()} == {
        "delivery.html", "delivery.xlsx", "delivery.json", "network.ofds.json", "network.ofds.gpkg", "ofds_geojson",
        "ofds_csv", "projects.oc4ids.json", "events.csv",
    }  # fmt: skip
    page = (exported / "delivery.html").read_text(encoding="utf-8")
    for words in ("S-curves", "What stands", "By contract", "Promises", "under-fulfilled", "Office"):
        assert words in page
    assert openpyxl.load_workbook(exported / "delivery.xlsx")["Delivery"]["A4"].value == "Project"


def test_the_network_is_valid_ofds_with_the_tracked_states(exported):
    package = json.loads((exported / "network.ofds.json").read_text())
    checker = Draft202012Validator(schema("ofds-0.4.json"), format_checker=FormatChecker())
    assert [error.message for error in checker.iter_errors(package)] == []
    network = package["networks"][0]
    states = {span["id"]: span["status"] for span in network["spans"]}
    assert states[SPANS[0]] == "operational"
    assert states[SPANS[1]] == "underConstruction"
    assert set(states.values()) == {"operational", "underConstruction", "proposed"}
    assert {contract["id"]: contract["value"]["amount"] for contract in network["contracts"]}["C-1"] == 8_900_000
    assert read_package(exported / "network.ofds.gpkg") == network
    assert read_package(exported / "ofds_csv") == network


def test_the_projects_are_valid_oc4ids(exported):
    package = json.loads((exported / "projects.oc4ids.json").read_text())
    project = schema("oc4ids-0.9.5-project.json")
    around = schema("oc4ids-0.9.5-package.json")
    around["properties"]["projects"]["items"] = {}  # each is held against its own schema below
    assert [error.message for error in Draft4Validator(around).iter_errors(package)] == []
    for one in package["projects"]:
        checker = Draft4Validator(project, format_checker=FormatChecker())
        assert [f"{list(e.path)}: {e.message}" for e in checker.iter_errors(one)] == []
    whole = package["projects"][0]
    assert whole["sector"] == ["communications"]
    assert whole["locations"][0]["address"]["countryName"] == "China"
    assert sum(one["value"]["amount"] for one in whole["transactions"] if one["value"]["currency"] == "CNY") > 0
    assert {one["identifier"] for one in whole["relatedProjects"]} == {one["id"] for one in package["projects"][1:]}


def test_exported_events_are_text_and_come_in_again_as_they_are(file_at, exported, made, tmp_path):
    text = (exported / "events.csv").read_text(encoding="utf-8")
    assert "'=Lot 2" in text
    assert text.startswith(",".join(FIELDS))
    assert take(file_at, exported / "events.csv").added == 0
    other = tracked(made.project, ledger=f"sqlite:///{tmp_path / 'other.sqlite'}", today=date(2028, 12, 31))
    init(other, made.run, recorder="programme office", document="Decision 1", day=date(2026, 1, 15))
    head = status(file_at).head
    again = take(other, exported / "events.csv")
    assert again.added + again.known == head.count
    assert all(check.passed for check in verify(other))
