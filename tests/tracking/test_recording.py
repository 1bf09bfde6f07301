"""Events go in whole or not at all, and stay as they are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from karez.errors import DataFault, UsageFault
from karez.flow.approve import init
from karez.flow.track import add, status, take, tracked, verify
from karez.tracking import store
from karez.tracking.schema import METADATA

SPAN = "span:26f715588517"
LONG = "span:38dc350bc8bc"
CORRECTION = {"kind": "correction", "day": "2026-04-01", "recorder": "programme office"}
CONTRACT = {
    "kind": "contract", "day": "2026-02-01", "contract": "C-1", "party": "Programme office",
    "counterparty": "Builders Ltd", "amount_nominal": "1000000", "recorder": "programme office",
}  # fmt: skip


def progress(**given):
    return {"kind": "progress", "day": "2026-03-01", "element": SPAN, "recorder": "site office"} | given


def faults(function, *arguments, **named):
    with pytest.raises(DataFault) as found:
        function(*arguments, **named)
    return found.value.faults


def built(at, element=SPAN):
    table = status(at).elements.set_index("id")
    return table.loc[element, "built_share"] * table.loc[element, "quantity_milli"] / 1000


def test_the_migrations_make_the_tables_that_the_code_reads(url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    ledger = store.create(store.where(Path(), url), "x", "CNY")
    with ledger.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    ledger.close()


def test_an_event_is_in_the_chain_once_it_is_recorded(at):
    first = add(at, CONTRACT)
    second = add(at, progress(contract="C-1", quantity="0.4", unit="km"))
    assert (first.added, second.head.count) == (1, 3)
    assert all(check.passed for check in verify(at, head=first.head.hash))
    assert built(at) == pytest.approx(400)


def test_a_ledger_is_made_once_and_a_plan_approved_once(at, made):
    with pytest.raises(UsageFault, match="approved already"):
        init(at, made.run, recorder="programme office")
    with pytest.raises(UsageFault, match="never written over"):
        store.create(at.url, "x", "CNY")


def test_without_a_ledger_the_answer_says_how_to_make_one(made, tmp_path):
    with pytest.raises(UsageFault, match="karez track init"):
        status(tracked(made.project, ledger=f"sqlite:///{tmp_path / 'none.sqlite'}"))


def test_a_correction_replaces_or_annuls_and_annulling_it_restores(at):
    add(at, progress(id="p", quantity="500"))
    add(at, CORRECTION | {"id": "c1", "corrects": "p", "quantity": "450"})
    assert built(at) == pytest.approx(450)
    add(at, CORRECTION | {"id": "c2", "corrects": "c1"})
    assert built(at) == pytest.approx(500)
    add(at, CORRECTION | {"id": "c3", "corrects": "c2"})
    assert built(at) == pytest.approx(450)
    add(at, CORRECTION | {"id": "c4", "corrects": "c3", "quantity": "0"})
    assert built(at) == 0
    assert all(check.passed for check in verify(at))


@pytest.mark.parametrize(
    ("given", "column", "said"),
    [
        ({"element": "span:none"}, "element", "not an element of the approved plan"),
        ({"day": "2025-12-31"}, "day", "before the agreement"),
        ({"day": "2029-01-01"}, "day", "in the future"),
        ({"day": "31.12.2026"}, "day", "not a day"),
        ({"quantity": "-5"}, "quantity", "not more than nothing"),
        ({"quantity": "0"}, "quantity", "not more than nothing"),
        ({"quantity": "2500"}, "quantity", "planned are"),
        ({"quantity": "ten"}, "quantity", "not a number"),
        ({"quantity": "=A1*2"}, "quantity", "a formula"),
        ({"quantity": "1e400"}, "quantity", "not a number"),
        ({"quantity": "9" * 30}, "quantity", "too large"),
        ({"unit": "site"}, "unit", "counted in m"),
        ({"unit": "furlong"}, "unit", "not a unit"),
        ({"recorder": ""}, "recorder", "the cell is empty"),
        ({"kind": "progres"}, "kind", "not a kind of event"),
        ({"contract": "C-9"}, "contract", "there is no contract `C-9`"),
        ({"project": "none"}, "project", "not a project"),
        ({"area": "none"}, "area", "not an area"),
        ({"kind": "payment", "party": "Bank", "amount_nominal": "5", "currency": "EUR"}, "currency", "no rate"),
        ({"kind": "payment", "party": "Bank", "amount_nominal": "0.001"}, "amount_nominal", "parts of a cent"),
        ({"kind": "payment", "party": "Bank", "amount_nominal": "-1"}, "amount_nominal", "not more than nothing"),
        ({"kind": "correction", "corrects": "nothing", "quantity": ""}, "corrects", "there is no event"),
        ({"kind": "commitment", "party": "Bank", "due": "2027-01-01", "quantity": ""}, "quantity", "neither"),
        ({"kind": "acceptance", "element": "", "quantity": ""}, "element", "neither"),
        ({"kind": "milestone", "name": "Start", "state": "gone"}, "state", "not a state"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(at, given, column, said):
    found = faults(add, at, progress(quantity="100") | given)
    assert [fault.column for fault in found] == [column]
    assert said in found[0].problem
    assert status(at).head.count == 1


def test_more_metres_than_a_span_has_are_refused_across_events_and_beyond_the_tolerance_alone(at):
    add(at, progress(quantity="1000"))
    add(at, progress(quantity="1050"))
    assert faults(add, at, progress(quantity="50"))[0].column == "quantity"
    assert built(at) == pytest.approx(1898.909)


def test_a_correction_may_not_be_forked_or_make_a_span_too_long(at):
    add(at, progress(id="p", quantity="500"))
    add(at, {"id": "c", "kind": "correction", "day": "2026-04-01", "corrects": "p", "recorder": "x"})
    again = {"kind": "correction", "day": "2026-04-01", "corrects": "p", "quantity": "5", "recorder": "x"}
    assert "corrected already, by `c`" in faults(add, at, again)[0].problem
    long = {"kind": "correction", "day": "2026-04-01", "corrects": "c", "quantity": "5000", "recorder": "x"}
    assert "planned are" in faults(add, at, long)[0].problem
    money = {"kind": "correction", "day": "2026-04-01", "corrects": "c", "amount_nominal": "5", "recorder": "x"}
    assert "no amount to replace" in faults(add, at, money)[0].problem


def test_an_id_that_says_something_else_is_refused(at):
    add(at, progress(id="p", quantity="500"))
    assert add(at, progress(id="p", quantity="500.0")).known == 1
    assert faults(add, at, progress(id="p", quantity="501"))[0].column == "id"


def test_the_same_file_twice_adds_nothing_and_says_so(at, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text(f"Tag,Strecke,Lang,Bemerkung\n2026-03-01,{SPAN},0.3,=1+1\n2026-03-01,{SPAN},0.3,=1+1\n")
    first = take(at, file, fields={"day": "Tag", "element": "Strecke", "quantity": "Lang:km", "note": "Bemerkung"},
                 constants={"kind": "progress", "recorder": "site office"})  # fmt: skip
    again = take(at, file)
    assert (first.added, first.known, again.added, again.known) == (2, 0, 0, 2)
    assert first.head == again.head
    assert built(at) == pytest.approx(600)


def test_every_bad_row_of_a_file_is_listed_and_none_is_kept(at, tmp_path):
    file = tmp_path / "events.csv"
    rows = [f"progress,2026-03-{day:02d},{SPAN},10,site office" for day in range(1, 21)]
    rows[3] = f"progress,2026-03-04,{SPAN},-10,site office"
    rows[4] = f"progress,2026-03-05,{SPAN},-10,site office"
    rows[9] = "progress,2026-03-10,span:none,10,site office"
    rows[19] = f"progress,2026-13-20,{SPAN},10,site office"
    file.write_text("kind,date,element,metres,recorder\n" + "\n".join(rows) + "\n")
    assert {(fault.row, fault.column) for fault in faults(take, at, file)} == {
        ("5–6", "quantity"), ("11", "element"), ("21", "day"),
    }  # fmt: skip
    assert status(at).head.count == 1


def test_rows_are_read_in_pieces_and_a_fault_in_the_last_undoes_all(at, tmp_path):
    file = tmp_path / "events.csv"
    lines = "".join(f"m{n},milestone,2026-03-01,Step {n},x\n" for n in range(20_500))
    file.write_text("id,kind,day,name,recorder\n" + lines + "last,milestone,2026-03-01,,x\n")
    assert faults(take, at, file)[0].row == "20502"
    assert status(at).head.count == 1


def test_what_was_recorded_cannot_be_changed_or_deleted(at):
    add(at, progress(quantity="5"))
    ledger = store.open_ledger(at.url)
    for table in ("event", "posting", "baseline", "element", "part", "block"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {_some_column(table)} = {_some_column(table)}"):
            with pytest.raises(DataFault, match="append-only"), ledger.writing() as writer:
                writer.connection.execute(text(statement))
    ledger.close()


def _some_column(table):
    return {"event": "note", "posting": "amount_minor", "baseline": "recorder", "element": "name", "block": "of"}.get(
        table, "planned_minor"
    )


@pytest.mark.parametrize(
    ("statement", "check", "said"),
    [
        ("UPDATE event SET quantity_milli = 900000 WHERE id = 'p'", "the chain of hashes", "does not say what was"),
        ("UPDATE event SET recorder = 'y' WHERE id = 'p'", "the chain of hashes", "does not say what was"),
        ("UPDATE event SET recorded_on = '2026-01-01' WHERE id = 'p'", "the chain of hashes", "the chain breaks"),
        ("DELETE FROM event WHERE id = 'p'", "the chain of hashes", "is missing"),
        ("DELETE FROM event WHERE id = 'q'", "the chain of hashes", "were recorded"),
        ("UPDATE posting SET quantity_milli = 1 WHERE quantity_milli > 1000", "the sums", "another figure"),
        ("UPDATE posting SET area = 1 WHERE quantity_milli > 1000", "the sums", "another figure"),
        ("UPDATE part SET planned_minor = planned_minor + 1", "the approved plans", "not what was approved"),
        ("UPDATE element SET year = year + 1", "the approved plans", "not what was approved"),
    ],
)
def test_tampering_shows(at, statement, check, said):
    add(at, progress(id="p", quantity="500"))
    add(at, progress(id="q", quantity="5"))
    _force(at, statement)
    failed = {one.name: one.detail for one in verify(at) if not one.passed}
    assert said in failed[check]


def test_cutting_off_the_end_shows_against_a_noted_hash(at):
    noted = add(at, progress(id="p", quantity="500")).head.hash
    earlier = status(at).head.hash
    assert noted == earlier
    _force(at, "DELETE FROM posting WHERE seq = 2")
    _force(at, "DELETE FROM event WHERE id = 'p'")
    ledger = store.open_ledger(at.url)
    with ledger.reading() as connection:
        first = connection.execute(text("SELECT hash FROM event WHERE seq = 1")).scalar_one()
    ledger.close()
    digits = bytes(first).hex()
    mark = f"X'{digits}'" if at.url.get_backend_name() == "sqlite" else f"'\\x{digits}'"
    _force(at, f"UPDATE ledger SET events = 1, head = {mark}")
    assert all(check.passed for check in verify(at))
    assert [check.name for check in verify(at, head=noted) if not check.passed] == ["the noted hash"]
    assert not verify(at, head="zz")[-1].passed


def _force(at, statement):
    """Change the database behind the ledger's back, triggers and all."""
    ledger = store.open_ledger(at.url)
    with ledger.writing() as writer:
        if ledger.is_sqlite:
            rows = writer.connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
            for name in list(rows):
                writer.connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            writer.connection.execute(text("SET session_replication_role = replica"))
        writer.connection.exec_driver_sql(statement)
        if not ledger.is_sqlite:
            writer.connection.execute(text("SET session_replication_role = DEFAULT"))
    ledger.close()


def test_a_damaged_file_is_named_and_nothing_is_written(file_at):
    for number in range(40):
        add(file_at, progress(id=f"p{number}", quantity="1"))
    path = Path(str(file_at.url.database))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + bytes(len(whole) - 8192))
    found = faults(lambda: [verify(file_at), status(file_at)])
    assert "damaged" in found[0].problem
    path.write_bytes(b"not a database at all" * 500)
    assert "damaged" in faults(status, file_at)[0].problem


def test_a_server_that_is_not_there_is_named_without_its_password(made):
    gone = tracked(made.project, ledger="postgresql://office:secret@127.0.0.1:1/karez", today=date(2028, 1, 1))
    found = faults(status, gone)
    assert "secret" not in str(found[0])
    assert "nothing was written" in found[0].problem


def test_a_server_that_goes_away_in_the_middle_leaves_nothing_half_written(server_at):
    at = server_at
    ledger = store.open_ledger(at.url)

    def cut():
        with ledger.writing() as writer:
            writer.add(METADATA.tables["word"], [(9999, "half")])
            other = store.open_ledger(at.url)
            with other.reading() as connection:
                query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() " \
                        "AND datname = current_database()"  # fmt: skip
                connection.execute(text(query)).all()
            other.close()
            writer.add(METADATA.tables["word"], [(9998, "other half")])

    assert "went away" in faults(cut)[0].problem
    ledger.close()
    assert all(check.passed for check in verify(at))
    assert add(at, progress(quantity="5")).added == 1


def test_a_database_of_another_kind_is_refused(made):
    with pytest.raises(UsageFault, match="not in mysql"):
        tracked(made.project, ledger="mysql://a/b")
    with pytest.raises(UsageFault, match="not the URL"):
        tracked(made.project, ledger="::")
