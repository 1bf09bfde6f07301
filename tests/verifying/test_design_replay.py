from itertools import combinations

import networkx as nx
import pandas as pd
from bare_run import bare_run
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from karez.verifying import Run, design_bound
from karez.verifying.design_bound import arcs
from karez.verifying.verdict import Finding

FORCED = -1


def _run(edges: list[tuple[int, int, int]], prizes: list[int], moats: list[tuple[int, int]]) -> Run:
    """A candidate graph; the highest node is the super-root."""
    return bare_run(
        proof_graph=pd.DataFrame(
            [(f"e{k}", *edge) for k, edge in enumerate(edges)], columns=["id", "start", "end", "present_minor"]
        ),
        proof_nodes=pd.DataFrame({"id": [f"n{k}" for k in range(len(prizes))], "prize_minor": prizes}),
        proof_ascent=pd.DataFrame(moats, columns=["node", "radius_minor"], dtype=int),
    )


def replay(run: Run) -> tuple[int, list[Finding]]:
    """What the moats prove on the candidate graph, untouched."""
    return design_bound.replay(run, arcs(run))


def _least(edges: list[tuple[int, int, int]], prizes: list[int]) -> float:
    """Least cost of a tree with the root, and of prizes left out, by trying every set of nodes."""
    graph = nx.Graph()
    for start, end, cost in sorted(edges, key=lambda edge: -edge[2]):
        graph.add_edge(start, end, weight=cost)
    root = len(prizes) - 1
    graph.add_nodes_from(range(len(prizes)))
    best = float("inf")
    for count in range(root + 1):
        for others in combinations(range(root), count):
            part = graph.subgraph([root, *others])
            missed = [prize for node, prize in enumerate(prizes[:-1]) if node not in others]
            if nx.is_connected(part) and FORCED not in missed:
                tree = nx.minimum_spanning_edges(part, data=True)
                best = min(best, sum(data["weight"] for *_, data in tree) + sum(missed))
    return best


def test_moats_along_a_path_add_up_to_its_length() -> None:
    gained, findings = replay(_run([(0, 1, 3), (1, 2, 4)], [FORCED, 0, 0], [(0, 3), (0, 4)]))
    assert (gained, findings) == (7, [])


def test_one_moat_of_the_whole_radius_is_worth_as_much_as_several() -> None:
    assert replay(_run([(0, 1, 3), (1, 2, 4)], [FORCED, 0, 0], [(0, 7)])) == (7, [])


def test_a_moat_that_swallows_the_root_is_found() -> None:
    gained, findings = replay(_run([(0, 1, 3), (1, 2, 4)], [FORCED, 0, 0], [(0, 8)]))
    assert gained == 0
    assert [finding.id for finding in findings] == ["n0"]


def test_moats_above_the_prize_of_a_node_are_found() -> None:
    gained, findings = replay(_run([(0, 1, 3), (1, 2, 4)], [5, 0, 0], [(0, 3), (0, 3)]))
    assert gained == 3
    assert [finding.id for finding in findings] == ["n0"]


def test_a_negative_moat_is_found() -> None:
    gained, findings = replay(_run([(0, 1, 3)], [FORCED, 0], [(0, -1)]))
    assert gained == 0
    assert len(findings) == 1


def test_parallel_spans_are_as_cheap_as_the_cheapest() -> None:
    assert arcs(_run([(0, 1, 3), (1, 0, 2)], [FORCED, 0], [])).into == [{1: 2}, {0: 2}]


@st.composite
def _cases(draw: st.DrawFn) -> tuple[list[tuple[int, int, int]], list[int], list[tuple[int, int]]]:
    nodes = draw(st.integers(2, 6))
    path = [(node, node + 1, draw(st.integers(0, 9))) for node in range(nodes - 1)]
    node = st.integers(0, nodes - 1)
    more = draw(st.lists(st.tuples(node, node, st.integers(0, 9)), max_size=6))
    prizes = draw(st.lists(st.sampled_from([FORCED, 0, 2, 5, 9]), min_size=nodes - 1, max_size=nodes - 1))
    moats = draw(st.lists(st.tuples(st.integers(0, nodes - 2), st.integers(0, 6)), max_size=12))
    return path + more, [*prizes, 0], moats


@tries(deadline=None, max_examples=80)
@given(_cases())
def test_what_allowed_moats_prove_is_never_above_the_least_cost(
    case: tuple[list[tuple[int, int, int]], list[int], list[tuple[int, int]]],
) -> None:
    edges, prizes, moats = case
    loopless = [edge for edge in edges if edge[0] != edge[1]]
    gained, _ = replay(_run(edges, prizes, moats))
    assert gained <= _least(loopless, prizes)
