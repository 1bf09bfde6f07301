"""Published Steiner problems as they come, and as they come damaged."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from karez.errors import DataFault
from karez.reading.instance import read_instance

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "steiner"

PLAIN = "SECTION Graph\nNodes 3\nEdges 2\nE 1 2 2\nE 2 3 4\nEND\nSECTION Terminals\nTerminals 2\nT 1\nT 3\nEND\nEOF\n"
PRIZES = (
    '33D32945 STP File, STP Format Version 1.0\nSECTION Comment\nName "other"\nProblem "Prize-Collecting"\nEND\n'
    "SECTION Graph\nNodes 4\nEdges 3\nE\t1\t2\t2.50\nE\t2\t3\t4\nE\t3\t4\t0.125\nEND\n"
    "SECTION Terminals\nTerminals 3\nRootP 1\nTP 4\t\t1.5\nTP 2 7e-1\nEND\nEOF\n"
)


def read(tmp_path, text, name="x.stp", zipped=False):
    file = tmp_path / name
    file.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    return read_instance(file)


def faults(tmp_path, text, **how):
    with pytest.raises(DataFault) as caught:
        read(tmp_path, text, **how)
    return caught.value.faults


@pytest.mark.parametrize("zipped", [False, True])
def test_a_plain_problem_is_read_zipped_or_not(tmp_path, zipped):
    instance = read(tmp_path, PLAIN, name="some.gr.gz" if zipped else "some.gr", zipped=zipped)
    assert (instance.name, instance.n, instance.root, instance.scale, instance.collecting) == (
        "some",
        3,
        None,
        1,
        False,
    )
    assert instance.prize.tolist() == [-1, 0, -1]
    assert list(zip(instance.tail.tolist(), instance.head.tolist(), instance.cost.tolist(), strict=True)) == [
        (0, 1, 2),
        (1, 2, 4),
    ]


def test_decimals_are_scaled_exactly_and_a_root_makes_the_problem_rooted(tmp_path):
    instance = read(tmp_path, PRIZES, name="y.stp")
    assert instance.name == "y"
    assert instance.collecting
    assert (instance.root, instance.scale) == (0, 1000)
    assert instance.cost.tolist() == [2500, 4000, 125]
    assert instance.prize.tolist() == [-1, 700, 0, 1500]
    assert instance.own_unit(2500) == 2.5
    assert instance.own_unit(4000) == 4
    assert isinstance(instance.own_unit(4000), int)


def test_carriage_returns_and_lower_case_do_no_harm(tmp_path):
    instance = read(tmp_path, PLAIN.lower().replace("\n", "\r\n"))
    assert instance.cost.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("E 2 3 4", "E 2 9 4", "5", "no node 9"),
        ("E 2 3 4", "E 0 3 4", "5", "no node 0"),
        ("E 2 3 4", "E 2 3 -4", "5", "negative"),
        ("E 2 3 4", "E 2 3 nan", "5", "no number"),
        ("E 2 3 4", "E 2 3 1e999", "5", "no number"),
        ("E 2 3 4", "E 2 3", "5", "too short"),
        ("E 2 3 4", "E 2 x 4", "5", "no node number"),
        ("E 2 3 4", "A 2 3 4", "5", "directed"),
        ("Edges 2", "Edges 3", "3", "3 edges are announced"),
        ("Nodes 3", "Nodes none", "2", "count is missing"),
        ("Nodes 3", "Nodes 0", "2", "no nodes"),
        ("T 3", "T 4", "10", "no node 4"),
        ("T 3", "TP 3 -1", "10", "negative"),
        ("T 3", "TP 3 1\nTP 3 2", "11", "prize already"),
        ("T 3", "TP 3 1\nRootP 1\nRootP 2", "12", "more than one root"),
        ("E 2 3 4", "E 2 2 4", "10", "does not hang together"),
    ],
)
def test_each_fault_is_named_with_its_line(tmp_path, old, new, line, word):
    found = faults(tmp_path, PLAIN.replace(old, new))
    assert any(fault.row == line and word in fault.problem for fault in found), found


def test_all_faults_are_found_at_once(tmp_path):
    found = faults(tmp_path, PLAIN.replace("E 1 2 2", "E 1 7 -2").replace("T 1", "T 8").replace("E 2 3 4", "E 2 5 1"))
    assert [fault.row for fault in found] == ["10", "4", "5"] or {fault.row for fault in found} >= {"4", "5", "9"}


@pytest.mark.parametrize(
    ("cut", "word"),
    [("SECTION Terminals", "section Terminals"), ("SECTION Graph", "section Graph"), ("T 1\nT 3", "no term")],
)
def test_missing_parts_are_named(tmp_path, cut, word):
    text = PLAIN.replace(cut, "") if cut.startswith("T ") else PLAIN.replace(cut, "SECTION Other")
    assert any(word in fault.problem for fault in faults(tmp_path, text))


def test_damaged_zips_binaries_folders_and_missing_files_are_refused(tmp_path):
    file = tmp_path / "x.gr.gz"
    whole = gzip.compress(PLAIN.encode() * 50)
    for damaged in (whole[: len(whole) // 2], whole[:20] + b"\xff\xff\xff" + whole[23:], b"\x1f\x8b", b"\0\1\2" * 20):
        file.write_bytes(damaged)
        with pytest.raises(DataFault):
            read_instance(file)
    for path in (tmp_path, tmp_path / "nowhere.stp"):
        with pytest.raises(DataFault):
            read_instance(path)


def test_sums_that_do_not_fit_are_refused_with_the_remedy(tmp_path):
    found = faults(tmp_path, PLAIN.replace("E 2 3 4", f"E 2 3 {1 << 62}"))
    assert "2^62" in found[0].problem
    assert found[0].remedy


@pytest.mark.parametrize("table", ["vienna", "steinlib", "pcstp"])
def test_published_instances_are_what_their_table_says(table):
    if not SHARED.exists():
        pytest.skip("the folder of published instances, ../shared/data/steiner, is not here")
    with (SHARED / f"{table}.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if int(row["edges"]) < 20_000]
    for row in rows:
        instance = read_instance(SHARED / table / row["file"])
        assert instance.n == int(row["nodes"])
        assert instance.cost.size == int(row["edges"])
        assert instance.collecting == (table == "pcstp")
        if table == "pcstp":
            assert (instance.root is not None) == (row["root"] == "rooted")
        else:
            assert (instance.prize == -1).sum() == int(row["terminals"])
