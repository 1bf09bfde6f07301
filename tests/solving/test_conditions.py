"""Forced, forbidden and free edges, several roots and left out nodes against brute force over all forests."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from steiner_oracles import find, replayed

from karez.solving import FORCED, Conditions, Disconnected, Graph, conditioned, prize, steiner


def random_case(rng):
    """A small problem with conditions of every kind, contradictions left out, and a root, several or none."""
    n = int(rng.integers(1, 7))
    m = int(rng.integers(0, 10))
    high = int(rng.choice([1, 4, 10**9]))
    graph = Graph.from_edges(n, rng.integers(0, n, m), rng.integers(0, n, m), rng.integers(0, high + 1, m))
    prizes = rng.integers(0, 2 * high + 1, n) * (rng.random(n) < 0.6)
    prizes[rng.random(n) < 0.25] = FORCED
    kind = rng.integers(4)
    root = int(rng.integers(n)) if kind == 0 else None
    roots = rng.choice(n, int(rng.integers(1, n + 1)), replace=False).tolist() if kind in (1, 2) else []
    forced, leader = [], list(range(n))
    for edge in rng.permutation(m).tolist():
        a, b = find(leader, int(graph.tail[edge])), find(leader, int(graph.head[edge]))
        if rng.random() < 0.2 and a != b:
            leader[a] = b
            forced.append(edge)
    forbidden = [edge for edge in range(m) if edge not in forced and rng.random() < 0.2]
    free = [edge for edge in range(m) if rng.random() < 0.2]
    return graph, prizes, root, Conditions(forced, forbidden, free, roots, leave_out=bool(rng.random() < 0.5))


def parts(n, pairs):
    leader = list(range(n))
    for a, b in pairs:
        leader[find(leader, a)] = find(leader, b)
    return [find(leader, v) for v in range(n)]


def expected(graph, prizes, root, conditions):
    """Least value and the nodes left out, by trying every set of edges; None where forced nodes are apart."""
    ends = list(zip(graph.tail.tolist(), graph.head.tolist(), strict=True))
    sources = {root} if root is not None else set(conditions.roots)
    usable = [edge for edge in range(graph.m) if edge not in conditions.forbidden]
    part = parts(graph.n, [ends[edge] for edge in usable])
    terminals = {v for v in range(graph.n) if prizes[v] == FORCED}
    must = terminals | {v for edge in conditions.forced for v in ends[edge]}
    if must and not sources:
        counted = terminals or must
        sizes = {part[v]: sum(part[w] == part[v] for w in counted) for v in sorted(counted, reverse=True)}
        home = min(sizes, key=lambda p: (-sizes[p], min(v for v in counted if part[v] == p)))
        reached = {v for v in range(graph.n) if part[v] == home}
    elif sources:
        reached = {v for v in range(graph.n) if part[v] in {part[s] for s in sources}}
    else:
        reached = set(range(graph.n))
    apart = must - reached
    if apart and not conditions.leave_out:
        return None
    forced = {edge for edge in conditions.forced if ends[edge][0] not in apart}
    rest = [edge for edge in usable if edge not in forced]
    values = []
    for size in range(len(rest) + 1):
        for more in combinations(rest, size):
            value = forest_value(graph, prizes, sources, must - apart, apart, conditions, forced | set(more))
            if value is not None:
                values.append(value)
    return min(values), sorted(apart)


def forest_value(graph, prizes, sources, must, apart, conditions, chosen):
    """Value of a set of edges; None if it is no forest on the sources, or leaves out what must be in it."""
    ends = [(int(graph.tail[edge]), int(graph.head[edge])) for edge in chosen]
    part = parts(graph.n, ends)
    if len(set(part)) != graph.n - len(chosen):
        return None
    nodes = {v for pair in ends for v in pair}
    if sources:
        if not {part[v] for v in nodes} <= {part[s] for s in sources}:
            return None
        nodes |= sources
    else:
        if len({part[v] for v in nodes}) > 1:
            return None
        if not nodes:
            nodes = must if must else {int(np.argmax(prizes))}
            if len(nodes) > 1:
                return None
    if not must <= nodes:
        return None
    lost = [v for v in range(graph.n) if v not in nodes and v not in apart]
    # A node left out may have had a prize of its own, as the end of a forced edge.
    lost += [v for v in apart if prizes[v] > 0]
    paid = [edge for edge in chosen if edge not in conditions.free]
    return sum(int(graph.cost[edge]) for edge in paid) + sum(int(prizes[v]) for v in lost)


def check(graph, prizes, root, conditions, answer, best, left_out):
    """The answer keeps the conditions, its value is that of its edges, and it encloses the optimum."""
    assert answer.bound <= best <= answer.value
    assert answer.left_out.tolist() == left_out
    chosen = set(answer.edges.tolist())
    assert not chosen & set(conditions.forbidden)
    assert {e for e in conditions.forced if int(graph.tail[e]) not in left_out} <= chosen
    sources = {root} if root is not None else set(conditions.roots)
    must = {v for v in range(graph.n) if prizes[v] == FORCED} - set(left_out)
    nodes = set(answer.nodes.tolist())
    ends = {int(v) for e in chosen for v in (graph.tail[e], graph.head[e])}
    assert ends <= nodes
    assert must <= nodes
    part = parts(graph.n, [(int(graph.tail[e]), int(graph.head[e])) for e in chosen])
    trees = {part[v] for v in nodes}
    assert len(trees) == len(nodes) - len(chosen)
    if sources:
        assert trees <= {part[s] for s in sources}
        assert all(v in ends or v == root or prizes[v] != 0 for v in nodes)
    else:
        assert len(trees) == 1
    gone = [v for v in range(graph.n) if v not in nodes and prizes[v] > 0]
    paid = [e for e in chosen if e not in conditions.free]
    assert sum(int(graph.cost[e]) for e in paid) + sum(int(prizes[v]) for v in gone) == answer.value
    assert answer.trace[-1][1:] == (answer.value, answer.bound)


@pytest.mark.parametrize("seed", range(8))
def test_answers_keep_the_conditions_enclose_the_optimum_and_replay_on_the_transformed_problem(seed):
    rng = np.random.default_rng(seed)
    for _ in range(60):
        graph, prizes, root, conditions = random_case(rng)
        best = expected(graph, prizes, root, conditions)
        exact = bool(rng.random() < 0.5)
        if best is None:
            with pytest.raises(Disconnected):
                prize(graph, prizes, root, rounds=2, exact=exact, conditions=conditions)
            continue
        answer = prize(graph, prizes, root, rounds=2, exact=exact, conditions=conditions)
        check(graph, prizes, root, conditions, answer, *best)
        problem = conditioned(graph, prizes, root, conditions)
        bounds = [replayed(problem.graph, problem.prizes, case) for case in answer.cases]
        assert min(bounds) + problem.constant == answer.ascent_bound


@pytest.mark.parametrize("seed", range(4))
def test_terminals_hang_on_any_root_or_together(seed):
    rng = np.random.default_rng(100 + seed)
    for _ in range(60):
        graph, _, _, conditions = random_case(rng)
        terminals = rng.choice(graph.n, int(rng.integers(1, graph.n + 1)), replace=False)
        prizes = np.zeros(graph.n, np.int64)
        prizes[terminals] = FORCED
        best = expected(graph, prizes, None, conditions)
        if best is None:
            with pytest.raises(Disconnected):
                steiner(graph, terminals, rounds=2, conditions=conditions)
            continue
        check(graph, prizes, None, conditions, steiner(graph, terminals, rounds=2, conditions=conditions), *best)


def test_no_conditions_are_no_change():
    graph = Graph.from_edges(4, [0, 1, 2, 0], [1, 2, 3, 3], [3, 1, 4, 9])
    one, other = steiner(graph, [0, 3]), steiner(graph, [0, 3], conditions=Conditions())
    assert (
        (one.value, one.bound, one.edges.tolist())
        == (other.value, other.bound, other.edges.tolist())
        == (8, 8, [0, 1, 2])
    )
    assert one.left_out.size == other.left_out.size == 0


def test_two_sources_each_serve_their_side():
    path = Graph.from_edges(6, range(5), range(1, 6), [1, 1, 9, 1, 1])
    answer = steiner(path, [1, 4], conditions=Conditions(roots=[0, 2, 5]))
    assert (answer.value, answer.bound) == (2, 2)
    assert answer.edges.size == 2
    assert 4 in answer.edges
    assert answer.nodes.size == 4


def test_the_part_with_most_terminals_stays_and_the_others_are_listed():
    graph = Graph.from_edges(7, [0, 2, 3, 5], [1, 3, 4, 6], [1, 1, 1, 1])
    answer = steiner(graph, [0, 1, 2, 4, 3, 6], conditions=Conditions(leave_out=True))
    assert (answer.value, answer.nodes.tolist(), answer.left_out.tolist()) == (2, [2, 3, 4], [0, 1, 6])
    tied = steiner(graph, [0, 1, 2, 4], conditions=Conditions(leave_out=True))
    assert tied.left_out.tolist() == [2, 4]
    with pytest.raises(Disconnected, match="0, 1"):
        steiner(graph, [0, 1, 2], conditions=Conditions(roots=[3]))


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        (Conditions(forced=[0, 1, 2, 3]), "forced edges 0, 1, 3 close a cycle"),
        (Conditions(forced=[5]), "forced edges 5 close a cycle"),
        (Conditions(forced=[2, 4]), "forced edges 2, 4 close a cycle"),
        (Conditions(forced=[1], forbidden=[0, 1]), "edges 1 are both forced and forbidden"),
        (Conditions(free=[6]), "free edges are numbered 0 to 5; there is no 6"),
        (Conditions(roots=[4, -1]), "roots are numbered 0 to 3; there is no -1, 4"),
    ],
)
def test_contradictions_are_refused_and_named(conditions, message):
    graph = Graph.from_edges(4, [0, 1, 2, 0, 2, 3], [1, 2, 3, 2, 3, 3], [1, 1, 1, 1, 1, 1])
    with pytest.raises(ValueError, match=message):
        steiner(graph, [0, 3], conditions=conditions)


def test_a_root_and_several_roots_are_refused():
    with pytest.raises(ValueError, match="either a root or several"):
        prize(Graph.from_edges(2, [0], [1], [1]), [0, 1], 0, conditions=Conditions(roots=[1]))
