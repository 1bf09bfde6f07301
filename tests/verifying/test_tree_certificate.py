"""The certificate of a solved Steiner problem: what it proves, and that every change to it is found."""

import gzip
import json
from itertools import combinations

import numpy as np
import pytest

from karez.errors import DataFault
from karez.flow.solve import solve, write_certificate
from karez.flow.verify import verify_certificate
from karez.model.instance import Instance
from karez.model.tree_certificate import CertifiedCase, TreeCertificate
from karez.reading.instance import read_instance
from karez.verifying import read_certificate, verify_tree
from karez.verifying.moats import Arcs, grow_all
from karez.verifying.tree_certificate import replay

FORCED = -1
FAR = 1 << 62

ROOTED = """SECTION Graph
Nodes 6
Edges 7
E 1 2 1.5
E 2 3 1.5
E 1 3 2.75
E 3 4 1
E 3 4 0.25
E 4 5 9
E 5 6 0
END
SECTION Terminals
RootP 1
TP 3 7.25
TP 4 2
TP 6 3.5
END
EOF
"""
"""Decimals, a parallel edge, a prize too far off (node 6); the best tree is 1–3–4 for 3, and 3.5 are not collected."""

UNROOTED = """SECTION Graph
Nodes 5
Edges 4
E 1 2 1
E 2 3 1
E 3 4 20
E 4 5 1
END
SECTION Terminals
TP 1 4
TP 3 5
TP 4 3
TP 5 3
END
EOF
"""
"""Two groups far apart: 1–2–3 for 2, and the prizes of the other, 6, are lost."""


@pytest.fixture(scope="module", params=[ROOTED, UNROOTED], ids=["rooted", "unrooted"])
def certified(request, tmp_path_factory):
    """A problem's file and the document of its certificate beside it."""
    return _certified(tmp_path_factory.mktemp("problem"), request.param)


@pytest.fixture(scope="module")
def rooted(tmp_path_factory):
    return _certified(tmp_path_factory.mktemp("rooted"), ROOTED)


@pytest.fixture(scope="module")
def in_cases(tmp_path_factory):
    """The problem without a root, proven by hand in cases: node 3 is in, node 1 is but not 3, neither is."""
    file, document = _certified(tmp_path_factory.mktemp("unrooted"), UNROOTED)
    cases = [
        {"root": 3, "left_out": [], "entry": 0, "bound": 8, "node": [1, 4, 5], "radius": [2, 3, 3]},
        {"root": 1, "left_out": [3], "entry": 0, "bound": 11, "node": [4, 5], "radius": [3, 3]},
        {"root": None, "left_out": [3, 1], "entry": 0, "bound": 9, "node": [], "radius": []},
    ]
    return file, {**document, "replayable_bound": 8, "cases": cases}


def _certified(folder, text):
    file = folder / "problem.stp"
    file.write_text(text)
    write_certificate(solve(file, replayable=True), folder / "certificate.json")
    return file, json.loads((folder / "certificate.json").read_text())


def _verdict(file, document):
    return verify_tree(TreeCertificate.model_validate_json(json.dumps(document)), read_instance(file))


def _failing(file, document):
    return {check.name for check in _verdict(file, document).checks if not check.passed}


def _changed(document, *path, to):
    """A copy in which one entry is another; `to` may be a function of the old one."""
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to(inner[path[-1]]) if callable(to) else to
    return copy


def test_a_certificate_proves_what_was_solved(certified):
    file, document = certified
    verdict = _verdict(file, document)
    assert verdict.passed, verdict.failures
    assert verdict.proven.startswith(f"value {document['value']}, bound {document['bound']}")


def test_figures_are_in_the_unit_of_the_file(rooted):
    file, document = rooted
    assert (document["value"], document["whole_value"], document["scale"]) == (6.5, 650, 100)
    assert document["edges"] == [[1, 3, 275], [3, 4, 25]]
    assert "value 6.5" in _verdict(file, document).proven


def test_certificates_are_equal_whether_gzipped_or_not_and_find_their_problem_beside_them(rooted, tmp_path):
    file, document = rooted
    (tmp_path / "apart").mkdir()
    moved = tmp_path / "apart" / "certificate.json.gz"
    solved = solve(file, replayable=True)
    write_certificate(solved, moved)
    again = moved.read_bytes()
    write_certificate(solved, moved)
    assert moved.read_bytes() == again
    document = _changed(document, "file", to=json.loads(gzip.decompress(again))["file"])
    assert read_certificate(moved) == TreeCertificate.model_validate_json(json.dumps(document))
    assert verify_certificate(moved).passed
    elsewhere = tmp_path / "some" / "where" / "else"
    elsewhere.mkdir(parents=True)
    (elsewhere / "certificate.json").write_bytes(again)
    with pytest.raises(DataFault, match=r"problem\.stp"):
        verify_certificate(elsewhere / "certificate.json")
    assert verify_certificate(elsewhere / "certificate.json", file).passed
    (elsewhere / "problem.stp").write_text(ROOTED)
    assert verify_certificate(elsewhere / "certificate.json").passed


def test_a_file_laid_out_and_zipped_otherwise_is_the_same_problem(rooted, tmp_path):
    document = rooted[1]
    other = tmp_path / "other.stp.gz"
    other.write_bytes(gzip.compress(ROOTED.replace(" ", "\t").replace("1.5", "1.50").encode()))
    assert _verdict(other, document).passed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("E 4 5 9", "E 4 5 8"),
        ("E 4 5 9", "E 4 6 9"),
        ("TP 4 2", "TP 4 2.25"),
        ("RootP 1", "RootP 2"),
        ("Nodes 6", "Nodes 7"),
        ("2.75", "2.755"),
    ],
)
def test_another_problem_is_found(rooted, tmp_path, old, new):
    _, document = rooted
    other = tmp_path / "problem.stp"
    other.write_text(ROOTED.replace(old, new))
    assert "problem" in _failing(other, document)


@pytest.mark.parametrize(
    ("path", "to", "failing"),
    [
        (("sha256",), "0" * 64, {"problem"}),
        (("scale",), 10, {"problem"}),
        (("nodes", 0), 7, {"node numbers"}),
        (("edges", 0, 0), 7, {"node numbers"}),
        (("cases", 0, "node", 0), 7, {"node numbers"}),
        (("edges", 0), [1, 4, 275], {"edges"}),
        (("edges", 0, 2), 274, {"edges", "value"}),
        # The parallel edge costs 100: a tree, and an edge of the problem, but not the value.
        (("edges", 1, 2), 100, {"value"}),
        (("edges", 0), [3, 4, 25], {"tree", "value"}),
        (("edges",), lambda edges: edges[:1], {"tree", "value"}),
        (("edges",), lambda edges: [*edges, [1, 2, 150]], {"tree", "value"}),
        (("edges",), lambda edges: [*edges, [3, 4, 100]], {"tree", "value"}),
        (("nodes",), [1, 3], {"tree", "value"}),
        (("nodes",), [1, 3, 4, 6], {"tree", "value"}),
        (("nodes",), [1, 3, 4, 4], {"tree"}),
        (("nodes",), [], {"tree", "value", "terminals"}),
        (("nodes",), [3, 4], {"tree", "terminals"}),
        (("value",), 6.49, {"value"}),
        (("whole_value",), 651, {"value", "bound"}),
        (("bound",), 6.4, {"bound"}),
        (("whole_bound",), 649, {"bound"}),
        (("whole_bound",), 651, {"bound"}),
        (("replayable_bound",), 649, {"bound"}),
        (("replayable_bound",), 651, {"bound"}),
        (("gap",), 0.01, {"bound"}),
        (("cases", 0, "bound"), lambda bound: bound - 1, {"case bounds"}),
        (("cases", 0, "radius", 0), lambda radius: radius - 1, {"case bounds", "bound"}),
        (("cases", 0, "radius", 0), 10_000, {"moats", "case bounds", "bound"}),
        (("cases", 0, "root"), 3, {"cases", "moats", "case bounds", "bound"}),
        (("cases", 0, "root"), None, {"cases", "case bounds", "bound"}),
        (("cases", 0, "left_out"), [6], {"cases"}),
        (("cases", 0, "entry"), 5, {"cases"}),
        (("cases",), [], {"cases", "bound"}),
        (("cases",), lambda cases: cases * 2, {"cases"}),
    ],
)
def test_every_change_of_a_rooted_certificate_is_found(rooted, path, to, failing):
    file, document = rooted
    assert document["bound"] == 6.5
    assert failing <= _failing(file, _changed(document, *path, to=to))


def test_moats_above_a_prize_are_found_by_place_and_node(rooted):
    file, document = rooted
    case = document["cases"][0]
    worth = {4: 200, 6: 350}
    place = next(place for place, node in enumerate(case["node"]) if node in worth)
    node = case["node"][place]
    more = _changed(document, "cases", 0, "radius", place, to=worth[node] + 1)
    failures = " ".join(_verdict(file, more).failures)
    assert f"case 1, moat {place + 1} at node {node}" in failures
    assert "more than its prize" in failures


@pytest.mark.parametrize(
    ("to", "failing"),
    [
        (lambda cases: cases[:-1], {"cases"}),
        (lambda cases: cases[1:], {"cases"}),
        (lambda cases: [*cases, cases[-1]], {"cases"}),
        (lambda cases: [*cases[:-1], {**cases[-1], "left_out": []}], {"cases", "case bounds"}),
        (lambda cases: [cases[-1], *cases[:-1]], {"cases"}),
        (lambda cases: [{**cases[0], "left_out": [4]}, *cases[1:]], {"cases"}),
        (lambda cases: [*cases[:-1], {**cases[-1], "node": [1], "radius": [1]}], {"cases"}),
        (lambda cases: [cases[0], {**cases[1], "node": [3], "radius": [1]}, *cases[2:]], {"moats"}),
    ],
    ids=["last", "first", "one more", "left out", "order", "left out too soon", "no root", "moat left out"],
)
def test_cases_that_do_not_hold_every_tree_are_found(in_cases, to, failing):
    file, document = in_cases
    verdict = _verdict(file, document)
    assert verdict.passed, verdict.failures
    assert failing <= _failing(file, _changed(document, "cases", to=to))


def test_a_bound_of_an_exact_search_passes_but_is_said_not_to_be_proven(rooted):
    file, document = rooted
    case = document["cases"][0]
    less = case["bound"] - case["radius"][-1]
    case = {**case, "node": case["node"][:-1], "radius": case["radius"][:-1]}
    weaker = {**document, "replayable_bound": less, "cases": [{**case, "bound": less}]}
    verdict = _verdict(file, weaker)
    assert verdict.passed, verdict.failures
    assert f"bound {less / 100:g}," in verdict.proven
    assert "solver's own bound 6.5 comes from an exact search" in verdict.checks[-1].detail


def test_a_bound_above_the_value_is_found_where_all_else_agrees(rooted):
    file, document = rooted
    verdict = _verdict(file, {**document, "bound": 7, "whole_bound": 700, "gap": 50 / 650})
    assert [check.detail for check in verdict.checks if not check.passed] == ["bound is above the value: 700"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", ["Invalid JSON"]),
        ("{}", ["sha256", "cases", "whole_value"]),
        ('{"cases": [{"root": 0, "radius": [-1, 1.5]}], "colour": 1}', ["root", "radius.0", "radius.1", "colour"]),
    ],
)
def test_what_is_no_certificate_is_refused_with_every_fault(tmp_path, text, words):
    path = tmp_path / "certificate.json"
    path.write_text(text)
    with pytest.raises(DataFault) as refused:
        read_certificate(path)
    for word in words:
        assert word in str(refused.value)


def test_missing_and_damaged_certificates_are_refused(rooted, tmp_path):
    path = tmp_path / "certificate.json.gz"
    with pytest.raises(DataFault, match="does not exist"):
        read_certificate(path)
    path.write_bytes(gzip.compress(json.dumps(rooted[1]).encode())[:-20])
    with pytest.raises(DataFault, match="cannot be read"):
        read_certificate(path)


def test_a_moat_without_a_radius_of_its_own_is_refused(rooted, tmp_path):
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(_changed(rooted[1], "cases", 0, "radius", to=[1])))
    with pytest.raises(DataFault, match="1 radii"):
        read_certificate(path)


def test_a_reduced_cost_below_zero_is_found():
    problem = _problem(2, [(0, 1, -1)], [FORCED, FORCED], 0)
    case = CertifiedCase(root=1, left_out=(), bound=0, node=(), radius=())
    assert replay(problem, [(0, 1, -1)], case)[1] == [("", "a reduced cost falls to -1")]


def test_progress_is_told_and_ends_at_one(rooted):
    file, document = rooted
    shares = []
    certificate = TreeCertificate.model_validate_json(json.dumps(document))
    verify_tree(certificate, read_instance(file), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


# Generated problems, against all trees there are


@pytest.mark.parametrize("kind", ["rooted", "unrooted", "steiner"])
def test_what_is_proven_is_never_above_the_least_value(tmp_path, kind):
    rng = np.random.default_rng(5)
    for number in range(25):
        problem = _random_problem(rng, kind)
        file = tmp_path / f"{number}.stp"
        file.write_text(_text(problem))
        problem = read_instance(file)
        solved = solve(file, seed=number, replayable=True)
        verdict = verify_tree(solved.proven, problem)
        assert verdict.passed, verdict.failures
        least = _least(problem)
        assert solved.proven.replayable_bound <= least <= solved.proven.whole_value


def test_moats_drawn_at_random_prove_no_more_than_the_least_value_of_their_case():
    rng = np.random.default_rng(7)
    above_zero = 0
    for _ in range(400):
        problem = _random_problem(rng, str(rng.choice(["rooted", "unrooted"])))
        left_out = () if problem.root is not None else _left_out(rng, problem)
        root = _root(rng, problem, left_out)
        count = int(rng.integers(0, 12))
        case = CertifiedCase(
            root=root,
            left_out=left_out,
            entry=0 if root else int(rng.integers(1, 12)),
            bound=0,
            node=tuple((rng.integers(0, problem.n, count) + 1).tolist()),
            radius=tuple(rng.integers(0, 8, count).tolist()),
        )
        bound, _ = replay(problem, _edges(problem), case)
        assert bound <= _least(problem, root, left_out)
        above_zero += bound > 0
    assert above_zero > 100


def test_a_way_in_bounds_all_trees_of_the_last_case_by_an_ascent_of_our_own():
    rng = np.random.default_rng(11)
    tight = 0
    for _ in range(200):
        problem = _random_problem(rng, "unrooted")
        prized = [v + 1 for v in np.flatnonzero(problem.prize > 0).tolist()]
        roots = [int(v) for v in rng.permutation(prized)[: int(rng.integers(0, 3))]]
        cases = [_ascended(rng, problem, root, tuple(roots[:k]), 0) for k, root in enumerate(roots)]
        cases.append(_ascended(rng, problem, None, tuple(roots), int(rng.integers(1, 25))))
        least = _least(problem)
        certificate = _certificate(problem, cases, least)
        verdict = verify_tree(certificate, problem)
        assert all(check.passed for check in verdict.checks if check.name != "value"), verdict.failures
        assert certificate.replayable_bound <= least
        tight += certificate.replayable_bound == least
        more = cases[-1].model_copy(update={"bound": cases[-1].bound + 1})
        lied = verify_tree(certificate.model_copy(update={"cases": (*cases[:-1], more)}), problem)
        assert "case bounds" in {check.name for check in lied.checks if not check.passed}
    assert tight > 20


def test_the_bound_of_a_way_in_counts_the_prizes_of_a_tree_without_any():
    problem = _problem(2, [(0, 1, 100)], [3, 0], None)
    case = CertifiedCase(root=None, left_out=(), entry=10, bound=0, node=(1,), radius=(3,))
    assert replay(problem, _edges(problem), case) == (-7, [])
    reached = case.model_copy(update={"entry": 2})
    assert replay(problem, _edges(problem), reached)[1] == [(", moat 1 at node 1", "moat of the node reaches the root")]


def test_a_way_in_proves_no_more_than_all_prizes_even_where_nodes_must_be_in_the_tree():
    problem = _problem(2, [(0, 1, 100)], [FORCED, FORCED], None)
    case = CertifiedCase(root=None, left_out=(), entry=10, bound=0, node=(1, 2), radius=(10, 10))
    assert replay(problem, _edges(problem), case) == (0, [])


def test_moats_grow_on_the_cheapest_of_parallel_edges_and_leave_loops_alone():
    arcs = Arcs.of_edges(3, [(0, 1, 5), (1, 0, 3), (1, 1, 1), (1, 2, 4)], root=2)
    assert arcs.into == [{1: 3}, {0: 3, 2: 4}, {1: 4}]
    assert grow_all(arcs, [float("inf"), 0, 0], [(0, 7)]) == (7, [])
    assert arcs.into == [{1: 0}, {0: 3, 2: 0}, {1: 4}]
    assert arcs.least() == 0


def _problem(n, edges, prizes, root):
    tail, head, cost = (np.array(column) for column in zip(*edges, strict=True)) if edges else ((np.empty(0),) * 3)
    return Instance(
        "random",
        n,
        tail.astype(np.int32),
        head.astype(np.int32),
        cost.astype(np.int64),
        np.array(prizes),
        root,
        1,
        True,
    )


def _random_problem(rng, kind):
    """A small connected graph with ties, zero costs, parallel edges and self-loops, and prizes."""
    n = int(rng.integers(2, 7))
    high = int(rng.choice([1, 3, 10]))
    path = [(v, v + 1, int(rng.integers(0, high + 1))) for v in range(n - 1)]
    more = [(*rng.integers(0, n, 2).tolist(), int(rng.integers(0, high + 1))) for _ in range(int(rng.integers(0, 6)))]
    prizes = rng.integers(0, 2 * high + 1, n) * (rng.random(n) < 0.8)
    prizes[0] = max(1, prizes[0])
    root = None
    if kind != "unrooted":
        root = int(rng.integers(n))
        prizes = np.zeros(n, np.int64) if kind == "steiner" else prizes
        prizes[rng.random(n) < (0.6 if kind == "steiner" else 0.2)] = FORCED
        prizes[root] = FORCED
    return _problem(n, path + more, prizes.astype(np.int64), root)


def _text(problem):
    edges = "".join(f"E {tail + 1} {head + 1} {cost}\n" for tail, head, cost in _edges(problem))
    prizes = [f"TP {v} {prize}\n" for v, prize in enumerate(problem.prize.tolist(), start=1) if prize > 0]
    prizes += [f"T {v}\n" for v, prize in enumerate(problem.prize.tolist(), start=1) if prize == FORCED]
    head = f"SECTION Graph\nNodes {problem.n}\nEdges {len(problem.cost)}\n"
    return f"{head}{edges}END\nSECTION Terminals\n{''.join(prizes)}END\nEOF\n"


def _edges(problem):
    return list(zip(problem.tail.tolist(), problem.head.tolist(), problem.cost.tolist(), strict=True))


def _least(problem, root=None, left_out=()):
    """Least value over all trees, or those of a case, by trying every set of nodes."""
    prizes = problem.prize.tolist()
    edges = sorted(_edges(problem), key=lambda edge: edge[2])
    must = {v for v, prize in enumerate(prizes) if prize == FORCED} | ({root - 1} if root else set())
    allowed = [v for v in range(problem.n) if v + 1 not in left_out]
    best = FAR
    for count in range(1, len(allowed) + 1):
        for chosen in map(set, combinations(allowed, count)):
            if must <= chosen:
                missed = sum(prize for v, prize in enumerate(prizes) if v not in chosen)
                best = min(best, missed + _span(chosen, edges))
    return best


def _span(chosen, edges):
    part = {v: v for v in chosen}
    cost = 0
    for tail, head, price in edges:
        if tail in part and head in part and part[tail] != part[head]:
            old, new = part[tail], part[head]
            part = {v: new if p == old else p for v, p in part.items()}
            cost += price
    return cost if len(set(part.values())) == 1 else FAR


def _left_out(rng, problem):
    return tuple(v for v in range(1, problem.n) if rng.random() < 0.25)


def _root(rng, problem, left_out):
    if problem.root is not None:
        return problem.root + 1
    free = [v for v in range(1, problem.n + 1) if v not in left_out]
    return int(rng.choice(free)) if rng.random() < 0.5 else None


def _ascended(rng, problem, root, left_out, entry):
    """A case whose moats are grown at random by plain code: distances by relaxing every arc until nothing changes."""
    prizes = problem.prize.tolist()
    left = {v: prize for v, prize in enumerate(prizes) if prize > 0 and v + 1 not in left_out}
    edges = _edges(problem)
    top = root - 1 if root else problem.n
    if not root:
        edges += [(problem.n, v, entry) for v in left]
    reduced = {(k, way): edge[2] for k, edge in enumerate(edges) for way in (0, 1)}
    moats = []
    while left:
        t = int(rng.choice(sorted(left)))
        far = _relaxed(edges, reduced, t)
        radius = min(left[t], far.get(top, FAR), *([int(rng.integers(1, 4))] if rng.random() < 0.5 else []))
        left[t] -= radius
        if left[t] == 0 or radius == 0:
            del left[t]
        if radius == 0:
            continue
        moats.append((t + 1, radius))
        for (k, way), cost in reduced.items():
            tail, head = edges[k][way], edges[k][1 - way]
            reduced[k, way] = cost - max(0, min(far.get(tail, FAR), radius) - min(far.get(head, FAR), radius))
    proven = sum(radius for _, radius in moats) + sum(prizes[v - 1] for v in left_out) - entry
    return CertifiedCase(
        root=root,
        left_out=left_out,
        entry=entry,
        bound=proven if root else min(proven, sum(prizes)),
        node=tuple(node for node, _ in moats),
        radius=tuple(radius for _, radius in moats),
    )


def _relaxed(edges, reduced, t):
    far = {t: 0}
    changed = True
    while changed:
        changed = False
        for (k, way), cost in reduced.items():
            tail, head = edges[k][way], edges[k][1 - way]
            if head in far and far[head] + cost < far.get(tail, FAR):
                far[tail] = far[head] + cost
                changed = True
    return far


def _certificate(problem, cases, value):
    """A certificate with the tree of one node, whose value is not its own."""
    proven = min(case.bound for case in cases)
    bound = max(0, proven)
    return TreeCertificate(
        instance=problem.name,
        file="random.stp",
        sha256=problem.sha256(),
        scale=1,
        value=value,
        bound=bound,
        gap=(value - bound) / value if value != bound else 0.0,
        proof="moats",
        whole_value=value,
        whole_bound=bound,
        replayable_bound=proven,
        edges=(),
        nodes=(1,),
        cases=tuple(cases),
    )
