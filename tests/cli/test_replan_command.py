"""``karez replan`` and ``karez track``, run as a user runs them, with what they refuse."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tomllib
from dataclasses import replace
from datetime import date

import openpyxl
import pandas as pd
import pytest

from karez.flow.approve import init
from karez.flow.delivered import with_delivery
from karez.flow.plan import plan
from karez.flow.replan import replan
from karez.flow.track import take, tracked
from projects import tiny_project

SPANS = ("span:26f715588517", "span:0e060f5be665")
EVENTS = f"""\
kind,day,element,quantity,unit,party,counterparty,contract,amount_nominal,due,name,recorder
contract,2026-02-01,,,,Office,Builder,C-1,900000,,Lot 1,office
commitment,2026-01-20,,5,km,Builder,,,,2026-12-31,,office
progress,2026-03-10,{SPANS[0]},1.8,km,,,C-1,,,,site office
progress,2026-04-10,{SPANS[1]},1000,m,,,C-1,,,,site office
progress,2026-05-20,clinic-far,1,site,,,,,,,site office
progress,2026-05-20,county_seat-east,1,site,,,,,,,site office
payment,2026-06-01,{SPANS[0]},,,Office,Builder,C-1,250000.01,,,accounts
payment,2026-06-01,,,,Office,Builder,C-1,9000000,,,accounts
"""
TODAY = ("--today", "2028-12-31")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """The small project, planned and its plan approved, with a few events."""
    project = tiny_project(tmp_path_factory.mktemp("replanned") / "project")
    run = plan(project, out=project / "runs" / "first").folder
    at = tracked(project, today=date(2028, 12, 31))
    init(at, run, recorder="office", document="Decision 1", day=date(2026, 1, 15))
    (project / "events.csv").write_text(EVENTS, encoding="utf-8")
    take(at, project / "events.csv")
    return project


@pytest.fixture
def project(template, tmp_path):
    return shutil.copytree(template, tmp_path / "project")


def test_the_rest_is_planned_again_explained_proven_and_approved(karez, project):
    done = karez("replan", project, "--as-of", "2026-12-31", "--out", project / "runs" / "second")
    assert done.returncode == 0, done.stderr
    for words in ("Money and time that remain", "was due in 2026", "sites come later than approved"):
        assert words in " ".join(done.stdout.split()), words
    run = project / "runs" / "second"
    proven = karez("verify", run)
    assert proven.returncode == 0, proven.stdout
    for check in ("money left", "changes", "what stands"):
        assert check in proven.stdout
    page = (run / "report.html").read_text(encoding="utf-8")
    for words in ('id="delivery"', "S-curves", "What changes against the approved plan", "By contract"):
        assert words in page
    book = openpyxl.load_workbook(run / "boq.xlsx")
    assert {"Delivery", "Changes"} <= set(book.sheetnames)
    changes = pd.read_csv(run / "replan" / "changes.csv")
    assert changes["reason"].str.len().min() > 10
    approved = karez("track", "init", project, "--run", run, "--document", "Decision 2", *TODAY)
    assert approved.returncode == 0, approved.stderr
    assert "Baseline 2" in approved.stdout
    status = json.loads(karez("track", "status", project, "--as-of", "2026-12-31", "--json", *TODAY).stdout)
    assert status["baseline"] == 2
    assert status["totals"]["sites_served"] == 2
    assert status["totals"]["spi"] >= 1.0


@pytest.fixture(scope="module")
def replanned(template):
    """The rest planned again, in a folder of its own."""
    at = tracked(template, today=date(2028, 12, 31))
    return replan(at, as_of=date(2026, 12, 31), out=template.parent / "second")


def test_what_stands_is_paid_no_more_and_the_money_adds_up(replanned):
    told = replanned.plan.summary()
    money = {row["year"]: row for row in told["replan"]["money"]}
    assert money[2026]["left_nominal"] == 0
    assert money[2027]["left_nominal"] == pytest.approx(20e6 + 40e6 - 9_250_000.01)
    steps = [row["amount_nominal"] for row in told["replan"]["bridge"]]
    assert sum(steps[:-1]) == pytest.approx(steps[-1], abs=0.05)
    spans = replanned.plan.spans.set_index("id")
    assert spans.loc[f"{SPANS[1]}:built", ["method", "capex_real"]].tolist() == ["existing", 0.0]
    rest = replanned.plan.replan.kept.set_index("id").loc[SPANS[1], "quantity_milli"] / 1000 - 1000
    assert spans.loc[SPANS[1], "length_m"] == pytest.approx(rest)


def test_tampering_with_what_a_replan_says_is_found(karez, replanned, tmp_path):
    run = shutil.copytree(replanned.folder, tmp_path / "run")
    for name, column in (("money", "paid_nominal"), ("changes", "to_nominal"), ("kept", "built_share")):
        path = run / "replan" / f"{name}.parquet"
        table = pd.read_parquet(path)
        site = table["kind"] == "site" if name == "kept" else table.index == 0
        table.loc[site, column] += 5000.0
        table.loc[site & (name == "kept"), "id"] = "home-south"
        table.to_parquet(path)
    done = karez("verify", run, "--json")
    failed = {check["name"] for check in json.loads(done.stdout)["checks"] if not check["passed"]}
    assert done.returncode == 1 and failed == {"money left", "changes", "what stands"}


def test_an_approved_replan_planned_again_moves_nothing(project, replanned):
    at = tracked(project, today=date(2028, 12, 31))
    init(at, replanned.folder, recorder="office", document="Decision 2", day=date(2027, 1, 15))
    told = replan(at, as_of=date(2026, 12, 31), out=project / "third").plan.summary()["replan"]
    assert told["baseline"] == 2
    assert told["sites_later"] == told["sites_earlier"] == told["sites_dropped"] == told["sites_new"] == 0


def test_a_replan_that_cannot_be_is_refused(karez, project, tmp_path, tiny):
    over = karez("replan", project, "--as-of", "2028-12-31")
    assert over.returncode == 2 and "no year is left" in over.stderr
    none = karez("replan", tiny, "--as-of", "2026-12-31")
    assert none.returncode == 2 and "There is no ledger" in none.stderr
    assert karez("replan", tmp_path / "nowhere").returncode == 2
    assert karez("replan", project, "--as-of", "31.12.2026").returncode == 2
    there = karez("replan", project, "--as-of", "2026-12-31", "--out", project / "runs" / "first")
    assert there.returncode == 2 and "there already" in there.stderr


def test_every_verb_of_track_answers(karez, project):
    same = karez("track", "import", project, project / "events.csv", *TODAY)
    assert same.returncode == 0 and "Nothing new: all 8 events" in same.stdout
    one = ("kind=progress", "day=2026-07-01", f"element={SPANS[1]}", "quantity=0.1", "unit=km", "recorder=site office")
    assert "Recorded: 1 events" in karez("track", "record", project, *one, *TODAY).stdout
    said = karez("track", "status", project, "--as-of", "2026-12-31", *TODAY).stdout
    for words in ("against baseline 1", "By project", "Promises", "Money by payer"):
        assert words in said
    whole = karez("track", "verify", project)
    assert whole.returncode == 0 and "The ledger is whole" in whole.stdout
    made = karez("track", "export", project, "--as-of", "2026-12-31", "--out", project / "out", *TODAY)
    assert made.returncode == 0 and (project / "out" / "network.ofds.json").is_file()
    assert karez("track", "export", project, "--out", project / "out", *TODAY).returncode == 2
    assert karez("track", "init", project, "--run", project / "runs" / "first", *TODAY).returncode == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"element": "span:none"}, "not an element of the approved plan"),
        ({"day": "2025-12-31"}, "before the agreement"),
        ({"day": "2030-01-01"}, "in the future"),
        ({"quantity": "-5"}, "not more than nothing"),
        ({"quantity": "25000"}, "planned are"),
        ({"quantity": "=1+1"}, "a formula"),
        ({"kind": "payment", "party": "Bank", "amount_nominal": "5", "currency": "EUR", "quantity": ""}, "no rate"),
        ({"kind": "correction", "corrects": "nothing", "quantity": "", "element": ""}, "there is no event"),
    ],
)
def test_events_that_cannot_be_exit_with_1_and_say_why(karez, project, fields, said):
    event = {"kind": "progress", "day": "2026-07-01", "element": SPANS[1], "quantity": "5", "recorder": "x"} | fields
    done = karez("track", "record", project, *(f"{name}={value}" for name, value in event.items()), *TODAY)
    assert done.returncode == 1
    assert said in " ".join(done.stderr.split())
    assert json.loads(karez("track", "status", project, "--json", *TODAY).stdout)["events"] == 9


def workbook(path, rows, merge=""):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    book.save(path)
    return path


def test_a_workbook_is_imported_and_its_formulas_stay_text_in_and_out(karez, project, tmp_path):
    head = ["kind", "day", "party", "amount_nominal", "document", "note", "recorder"]
    notes = ["=HYPERLINK(A1)", "+49 1", "-5 days", "@office"]
    rows = [["payment", "2026-07-01", "Office", 5 + place, f"I-{place}", note, "x"] for place, note in enumerate(notes)]
    file = workbook(tmp_path / "events.xlsx", [head, *rows])
    done = karez("track", "import", project, file, *TODAY)
    assert done.returncode == 0, done.stderr
    assert "Recorded: 4 events" in done.stdout
    karez("track", "export", project, "--out", tmp_path / "out", *TODAY)
    events = pd.read_csv(tmp_path / "out" / "events.csv", dtype=str).fillna("")
    assert {"'" + note for note in notes} <= set(events["note"])
    assert "Nothing new" in karez("track", "import", project, tmp_path / "out" / "events.csv", *TODAY).stdout
    book = openpyxl.load_workbook(tmp_path / "out" / "delivery.xlsx")
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert all(str(cell.value).startswith(("=IF(", "=SUM(")) for cell in texts)


def test_a_workbook_with_merged_headers_or_that_is_none_is_refused(karez, project, tmp_path):
    rows = [["kind", "day", "recorder"], ["milestone", "2026-07-01", "x"]]
    done = karez("track", "import", project, workbook(tmp_path / "a.xlsx", rows, merge="A1:B1"), *TODAY)
    assert done.returncode == 1 and "cells are merged" in done.stderr
    (tmp_path / "b.xlsx").write_text("no workbook")
    assert karez("track", "import", project, tmp_path / "b.xlsx", *TODAY).returncode == 1


def test_a_damaged_database_and_a_broken_chain_exit_with_1(karez, project):
    ledger = project / "ledger.sqlite"
    with sqlite3.connect(ledger) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE event SET note = 'other' WHERE seq = 3")
    database.close()
    done = karez("track", "verify", project)
    assert done.returncode == 1 and "NOT whole" in done.stdout
    ledger.write_bytes(b"no database at all" * 500)
    for verb in (["status"], ["verify"], ["export"]):
        assert karez("track", *verb, project).returncode == 1, verb


def test_wrong_usage_of_track_exits_with_2(karez, project, tiny):
    assert karez("track", "status", tiny).returncode == 2
    assert karez("track", "record", project, "kind").returncode == 2
    assert karez("track", "record", project, "colour=red").returncode == 2
    assert karez("track", "import", project, project / "nothing.csv").returncode == 2
    assert karez("track", "init", tiny).returncode == 2
    assert karez("track", "status", project, "--ledger", "mysql://host/x").returncode == 2


def test_a_plan_beside_a_ledger_tells_what_was_delivered_and_is_the_same_plan(karez, template, tmp_path):
    first, run = template / "runs" / "first", tmp_path / "run"
    assert karez("plan", template, "--out", run).returncode == 0
    before, told = (json.loads((one / "summary.json").read_text(encoding="utf-8")) for one in (first, run))
    for certificate in (*before["certificates"], *told["certificates"]):
        certificate.pop("seconds")
    assert told == before, "what was delivered changes nothing of the plan"
    record = tomllib.loads((run / "run.toml").read_text(encoding="utf-8"))
    head = json.loads(karez("track", "status", template, "--json", *TODAY).stdout)["head"]
    assert record["hashes"]["ledger as of 2026-06-01"] == head
    page = (run / "report.html").read_text(encoding="utf-8")
    for words in ('id="delivery"', "S-curves", "Map of what stands", "As of 2026-06-01", "baseline 1 (run "):
        assert words in page, words
    assert 'id="delivery"' not in (first / "report.html").read_text(encoding="utf-8")
    assert "Delivery" in openpyxl.load_workbook(run / "boq.xlsx").sheetnames
    assert karez("verify", run).returncode == 0


def test_a_plan_whose_ledger_cannot_be_read_says_so_and_is_made(replanned, project):
    (project / "ledger.sqlite").write_bytes(b"no database at all" * 500)
    made = with_delivery(replace(replanned.plan, delivery=None), project)
    assert made.delivery is None
    assert "The ledger could not be read" in made.notes[-1].text


def test_a_replan_that_keeps_not_all_rules_names_them_and_the_least_that_helps(karez, project):
    path = project / "programme.toml"
    text = path.read_text(encoding="utf-8")
    easy = "{ year = 2028, coverage = 0.5 }"
    assert easy in text
    path.write_text(text.replace(easy, "{ year = 2028, coverage = 0.5, required = true }"), encoding="utf-8")
    spent = ("kind=payment", "day=2026-08-01", "party=Office", "amount_nominal=45000000", "recorder=accounts")
    assert karez("track", "record", project, *spent, *TODAY).returncode == 0
    done = karez("replan", project, "--as-of", "2026-12-31")
    assert done.returncode == 3, done.stderr
    said = " ".join(done.stderr.split())
    for words in ("no schedule keeps all of these", "It is enough to change", "Not tried"):
        assert words in said, said
