"""The rows and the summary of the solver benchmarks say what was measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.__main__ import main
from benchmarks.registry import ROOT, Benchmark, Options, read_table, replace_between, write
from benchmarks.roads import prizes, roads, terminals
from benchmarks.solving_compile import CACHED, COLD
from benchmarks.solving_peers import MARKS, SECONDS_TAKEN, VALUE, Case, mehlhorn, ratios
from benchmarks.solving_rows import Outcome, Run, other_row
from benchmarks.solving_summary import AIM, MUST, figures, table
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks import frontier, registry, solving_known, solving_large, solving_summary
from karez.solving import FORCED, Graph, prize, steiner


def made(instance, limit, value, bound, *, best=None, group="vienna-i", seconds=None, peak_mb=None):
    return Run(instance, "family", group, limit, limit if seconds is None else seconds, value, bound, best, peak_mb)


@pytest.mark.parametrize(("value", "bound", "best"), [(99.0, 90.0, 100.0), (101.0, 100.5, 100.0), (99.0, 100.0, None)])
def test_runs_that_contradict_themselves_or_the_best_known_are_refused(value, bound, best):
    with pytest.raises(RuntimeError, match="does not hold"):
        made("a", 1.0, value, bound, best=best)


def test_a_row_holds_distances_in_per_cent():
    row = made("a", 1.0, 110.0, 95.0, best=100.0, seconds=1.5).row()
    assert row["value over best known (%)"] == pytest.approx(10.0)
    assert row["bound below best known (%)"] == pytest.approx(5.0)
    assert row["gap (%)"] == pytest.approx(100 * 15 / 110)
    assert row["over the limit (s)"] == pytest.approx(0.5)
    assert (row["found best"], row["proven"]) == ("no", "no")


def test_instances_proven_early_count_at_longer_limits_and_others_do_not():
    runs = [made("a", 1.0, 10.0, 10.0), made("b", 1.0, 10.0, 8.0), made("b", 10.0, 10.0, 9.0)]
    short, long = figures(Outcome.of(run.row()) for run in runs)
    assert [run.instance for run in short.runs] == ["a", "b"]
    assert (short.mean_gap, long.mean_gap) == pytest.approx((10.0, 5.0))
    assert (short.proven, long.proven) == (0.5, 0.5)
    assert long.worst_above is None


def summary(*runs):
    return table([Outcome.of(run.row()) for run in runs])


def test_the_summary_says_whether_targets_are_met():
    assert summary(made("a", 1.0, 1000.0, 999.5, best=1000.0))[0]["must met"] == "yes"
    assert summary(made("a", 1.0, 1000.0, 998.0, best=1000.0))[0]["must met"] == "**no**"
    assert summary(made("a", 1.0, 1000.0, 999.5, best=1000.0, seconds=1.2))[0]["must met"] == "**no**"
    heavy = made("roads-1e6", 10.0, 1000.0, 999.0, group="roads-1e6", peak_mb=1500.0)
    light = made("roads-1e6", 10.0, 1000.0, 999.0, group="roads-1e6", peak_mb=500.0)
    assert [summary(run)[0]["must met"] for run in (heavy, light)] == ["**no**", "yes"]
    others = [other_row("cold", "compilation", 30.0, 29.0), other_row("cached", "compilation", 0.5, 0.6)]
    cached, cold = table(map(Outcome.of, others))
    assert (cached["must met"], cold["must met"], cold["mean gap (%)"]) == ("**no**", "yes", "")
    (points,) = table([Outcome.of(other_row("I029", "frontier", 20.0, 20.1, 0.2))])
    assert (points["must met"], points["aim met"]) == ("yes", "**no**")


def test_a_part_replaces_its_own_rows_alone_and_each_says_how_it_was_measured(tmp_path, monkeypatch):
    told = []
    benchmark = Benchmark(
        "some", "Title\n\n| a | b |\n|---|---|\n| x | y |", None, True, ("name", "limit"), told.append
    )
    monkeypatch.setattr(registry, "RESULTS", tmp_path)
    write(benchmark, [{"name": "a", "limit": 1.0, "seconds": 2.0}, {"name": "b", "limit": 1.0, "seconds": 3.0}], "all")
    path = write(benchmark, [{"name": "b", "limit": 1.0, "seconds": 4.0}], "part", part=True)
    rows, marks = read_table(path)
    assert [(row["name"], row["seconds"]) for row in rows] == [("a", "2"), ("b", "4")]
    assert [marks[row["measured"]].split(",")[0] for row in rows] == ["`all`", "`part`"]
    assert [row["measured"][:6] for row in told[-1]] == ["`all`,", "`part`"]
    write(benchmark, [{"name": "c", "limit": 1.0, "seconds": 4.0}], "whole")
    assert [row["name"] for row in read_table(path)[0]] == ["c"]


def test_ratios_to_other_programs_are_geometric_means_over_what_they_solved():
    rows = [
        {"instance": "ind4", "program": "p", VALUE: "1.0", SECONDS_TAKEN: "4", "seconds": 1.0},
        {"instance": "lin08", "program": "p", VALUE: "1.21", SECONDS_TAKEN: "9", "seconds": 1.0},
        {"instance": "lin17", "program": "p", VALUE: "", SECONDS_TAKEN: "", "seconds": ""},
    ]
    (row,) = ratios(rows)
    assert (row["solved"], row["mean value / karez, 1 s"]) == ("2 of 3", "1.1000")
    assert row["mean seconds / karez, 1 s"] == "6"


def test_every_target_belongs_to_a_limit_that_is_run():
    limits = {(one.name, limit) for one in solving_known.SETS for limit in (*one.limits, *one.long_limits)}
    limits |= {(one.name, limit) for one in solving_large.SETS for limit in one.limits}
    limits |= {("frontier", frontier.SECONDS), ("compilation", COLD), ("compilation", CACHED)}
    assert limits >= set(MUST) | set(AIM)


def test_sets_are_chosen_by_how_they_begin():
    assert Options(sets=("ro", "b")).choose(["a", "b", "roads"]) == ["b", "roads"]
    assert Options().choose(["a", "b"]) == ["a", "b"]
    with pytest.raises(LookupError, match="No set z"):
        Options(sets=("z",)).choose(["a"])


def test_a_text_replaces_what_stands_between_its_marks_alone(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("above\n<!--x-->\nold\n<!--y-->\nbelow\n", encoding="utf-8")
    for _ in range(2):
        replace_between(file, ("<!--x-->", "<!--y-->"), "new\n")
        assert file.read_text(encoding="utf-8") == "above\n<!--x-->\nnew\n<!--y-->\nbelow\n"
    with pytest.raises(ValueError, match="lacks"):
        replace_between(file, ("<!--y-->", "<!--x-->"), "new")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["solving", "--set", "nonsense"], ["plan_reference", "--set", "a"]]
)
def test_unknown_benchmarks_and_sets_are_refused_with_what_there_is(arguments, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("seed", range(5))
def test_mehlhorns_tree_connects_the_terminals_at_no_more_than_twice_the_least_cost(seed):
    net = roads(300, seed=seed)
    chosen = terminals(net, 0.1, seed=seed).astype(np.int64)
    cost = net.cost // 1_000  # some are 0
    case = Case("a", net.n, net.tail.astype(np.int64), net.head.astype(np.int64), cost, chosen, 0.0)
    ends = (np.concatenate([case.tail, case.head]), np.concatenate([case.head, case.tail]))
    matrix = coo_array((np.concatenate([cost, cost]).astype(np.float64), ends), shape=(net.n, net.n)).tocsr()
    tree = mehlhorn(case, matrix)
    least = steiner(Graph.from_edges(net.n, net.tail, net.head, cost), chosen, exact=True)
    assert least.gap == 0.0
    assert least.value <= cost[tree].sum() <= 2 * least.value
    used = np.unique(np.concatenate([case.tail[tree], case.head[tree]]))
    assert tree.size == used.size - 1
    assert np.isin(chosen, used).all()
    joined = coo_array((np.ones(tree.size), (case.tail[tree], case.head[tree])), shape=(net.n, net.n))
    assert connected_components(joined, directed=False)[0] == net.n - used.size + 1


@pytest.fixture
def solved():
    """A graph of roads, its prizes, its root, and the answer."""
    net = roads(400)
    given, root = prizes(net, 0.2)
    graph = Graph.from_edges(net.n, net.tail, net.head, net.cost)
    return graph, given, root, prize(graph, given, root)


def test_large_answers_pass_their_check(solved):
    solving_large.check(*solved)


def test_answers_that_are_no_tree_of_their_value_are_refused(solved):
    graph, given, root, answer = solved
    assert answer.edges.size > 2
    inner = answer.nodes[answer.nodes != root]
    wrong = [
        (given, root, replace(answer, value=answer.value + 1)),
        (given, root, replace(answer, edges=answer.edges[1:])),
        (given, root, replace(answer, nodes=inner)),
        (given, int(np.setdiff1d(np.arange(graph.n), answer.nodes)[0]), answer),
        (np.where(np.isin(np.arange(graph.n), answer.nodes), given, FORCED), root, answer),
    ]
    for prizes_given, root_given, said in wrong:
        with pytest.raises(RuntimeError, match="not a tree"):
            solving_large.check(graph, prizes_given, root_given, said)


@pytest.mark.parametrize("collecting", [False, True])
def test_a_large_set_is_made_saved_and_solved_in_a_process_of_its_own(collecting):
    road_set = solving_large.RoadSet("small", 300, 0.1, collecting, (5.0,))
    (one,) = solving_large.runs(road_set, road_set.limits)
    assert 0 < one.bound <= one.value
    assert 20 < one.peak_mb < 1000
    assert (one.instance, one.limit, one.best) == ("small", 5.0, None)


def test_the_summary_is_written_to_its_file_and_between_the_marks_of_the_readme(tmp_path, monkeypatch):
    readme, summary = tmp_path / "README.md", tmp_path / "results" / "summary.md"
    readme.write_text("\n".join(["above", *solving_summary.MARKS, "below"]), encoding="utf-8")
    monkeypatch.setattr(solving_summary, "README", readme)
    monkeypatch.setattr(solving_summary, "SUMMARY", summary)
    rows = [made("a", 1.0, 1000.0, 999.5, best=1000.0).row(), other_row("cached", "compilation", 0.5, 0.4)]
    solving_summary.write_summary(map(Outcome.of, rows))
    for file in (readme, summary):
        text = file.read_text(encoding="utf-8")
        assert "| vienna-i | 1 | 1 | 0.05 |" in text
        assert "| compilation | 0.5 | 1 |" in text
    lines = readme.read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[-1]) == ("above", "below")


def test_the_readme_has_the_marks():
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    for marks in (solving_summary.MARKS, MARKS):
        assert text.index(marks[0]) < text.index(marks[1])
