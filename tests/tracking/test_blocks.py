"""Blocks say what the rows say, come and go whole, and a ledger without them tells the same."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from karez.errors import DataFault
from karez.flow.track import add, status, take, verify
from karez.tracking import blocks, store
from karez.tracking.grouping import coded, runs, summed
from karez.tracking.schema import BLOCK, REVISION

SPANS = ("span:26f715588517", "span:38dc350bc8bc", "span:0e060f5be665")


@pytest.fixture
def small(monkeypatch):
    """Blocks of a few rows."""
    monkeypatch.setattr(blocks, "ENOUGH", 5)
    monkeypatch.setattr(blocks, "LARGEST", 8)
    monkeypatch.setattr("karez.reading.events.PIECE", 3)


def fill(at, tmp_path, name, count):
    file = tmp_path / f"{name}.csv"
    rows = [
        f"{name}-{one},payment,2026-{1 + one % 12:02d}-03,{SPANS[one % 3]},{name} {one},{one + 1}.5,office"
        for one in range(count)
    ]
    header = "id,kind,day,element,party,amount_nominal,recorder"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return take(at, file)


def count_of(at, of):
    ledger = store.open_ledger(at.url)
    with ledger.reading() as connection:
        found = connection.execute(select(func.count()).where(BLOCK.c.of == of)).scalar_one()
    ledger.close()
    return found


def told(at):
    delivery = status(at, as_of=date(2026, 9, 30))
    return delivery.summary(), delivery.elements, delivery.baseline.parts


def force(at, *statements):
    """Change the database behind the ledger's back."""
    ledger = store.open_ledger(at.url)
    with ledger.writing() as writer:
        if ledger.is_sqlite:
            for verb in ("update", "delete"):
                writer.connection.execute(text(f"DROP TRIGGER IF EXISTS block_no_{verb}"))
        else:
            writer.connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            writer.connection.exec_driver_sql(statement)
    ledger.close()


def test_a_status_reads_the_same_from_blocks_and_from_rows(at, small, tmp_path):
    fill(at, tmp_path, "a", 20)
    for number in range(3):
        add(at, {"kind": "payment", "day": "2026-02-02", "party": "P", "amount_nominal": f"{number + 1}",
                 "recorder": "x"})  # fmt: skip
    fill(at, tmp_path, "b", 17)
    assert count_of(at, "posting") >= 3
    assert count_of(at, "word") >= 2
    assert (count_of(at, "element"), count_of(at, "part")) == (1, 1)
    assert all(check.passed for check in verify(at))
    from_blocks = told(at)
    force(at, "DELETE FROM block")
    from_rows = told(at)
    assert from_blocks[0] == from_rows[0]
    for one, other in zip(from_blocks[1:], from_rows[1:], strict=True):
        assert one.astype(object).equals(other.astype(object))
    assert all(check.passed for check in verify(at))


def test_a_ledger_of_the_first_form_is_brought_up_and_makes_blocks_of_all_it_has(at, small, tmp_path):
    fill(at, tmp_path, "a", 20)
    before = told(at)[0]
    force(at, "DROP TABLE block", "UPDATE alembic_version SET version_num = '0001'")
    assert told(at)[0] == before
    assert count_of(at, "posting") == 0
    add(at, {"kind": "payment", "day": "2026-11-02", "party": "P", "amount_nominal": "1", "recorder": "x"})
    assert count_of(at, "posting") == 4
    assert all(check.passed for check in verify(at))
    ledger = store.open_ledger(at.url)
    with ledger.reading() as connection:
        assert store._revision(connection) == REVISION
    ledger.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM block WHERE of = 'posting' AND first = (SELECT min(first) FROM block WHERE of = 'posting')",
        "UPDATE block SET content = {} WHERE of = 'posting'",
        "UPDATE block SET content = {} WHERE of = 'element'",
    ],
)
def test_blocks_that_are_gone_or_changed_show_and_no_status_is_told(at, small, tmp_path, statement):
    fill(at, tmp_path, "a", 20)
    rubbish = "X'00ff00ff'" if at.url.get_backend_name() == "sqlite" else "'\\x00ff00ff'"
    force(at, statement.format(rubbish))
    assert [check.name for check in verify(at) if not check.passed] == ["the blocks"]
    with pytest.raises(DataFault, match="damaged"):
        status(at)


def test_a_block_that_says_something_else_shows(at, small, tmp_path):
    fill(at, tmp_path, "a", 20)
    ledger = store.open_ledger(at.url)
    with ledger.reading() as connection:
        block = blocks.read(connection, "posting")[0].to_pandas()
    ledger.close()
    block.loc[0, "amount_minor"] += 1
    content = blocks.pack({name: block[name].to_numpy() for name in block}).hex()
    literal = f"X'{content}'" if at.url.get_backend_name() == "sqlite" else f"'\\x{content}'"
    force(at, f"UPDATE block SET content = {literal} WHERE of = 'posting' AND first = 1")
    assert [check.name for check in verify(at) if not check.passed] == ["the blocks"]


@given(st.lists(st.tuples(*[st.integers(-(2**40), 2**40)] * 5, st.integers(-9, 9)), max_size=30))
def test_rows_are_sorted_and_summed_as_tuples_are(rows):
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 6)
    keys = [table[:, place] for place in range(5)]
    wanted = {}
    for *key, value in rows:
        wanted[tuple(key)] = wanted.get(tuple(key), 0) + value
    found, sums = summed({str(place): key for place, key in enumerate(keys)}, table[:, 5])
    assert list(zip(*(found[name].tolist() for name in found), strict=True)) == sorted(wanted)
    assert sums.tolist() == [wanted[key] for key in sorted(wanted)]
    order, first = runs(coded(keys))
    assert sorted(order.tolist()) == list(range(len(rows)))
    assert len(first) == len(wanted)
