"""In which order to repair: what brings back most weight-time first, with a bound.

Repairs take hours; a part of the network is back once a whole way to a source is repaired. Asked for is the least sum
over parts of weight × hours until it is back. Where every part hangs on one way (a tree), one crew's best order is
found exactly: jobs that must precede others in a tree, by merging the job of greatest weight per hour into the one
before it (Horn 1972, doi:10.1137/0123021). Elsewhere a tree of quickest repairs is chosen, and bounds say how far from
the best the order can be.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_MOST_PARTS = 400
"""With more parts than this, ways are those that are quickest from the start."""
_NO_TIME = 1e-9


@dataclass(frozen=True)
class Restoration:
    """An order of repairs.

    Parameters
    ----------
    order : int32[repairs]
        Edges in the order in which their repair begins; those that bring nothing back are left out.
    crew : int32[repairs]
        Crew that repairs each.
    done : float64[repairs]
        Hours until each is repaired.
    back : float64[parts]
        Hours until each part is back; infinite where no repair brings it back.
    value, bound : float
        Sum of weight × hours over all parts that come back, and what no order can go below.
    proof : str
        How the bound is had.
    """

    order: Ints
    crew: Ints
    done: Floats
    back: Floats
    value: float
    bound: float
    proof: str


def restore(parts: int, start: Ints, end: Ints, hours: Floats, weight: Floats, crews: int = 1) -> Restoration:
    """Find an order of repairs.

    Parameters
    ----------
    parts : int
        Number of parts that still hang together; part 0 hangs on the sources.
    start, end : int32[m]
        Parts that each broken edge joins.
    hours : float64[m]
        Time one crew takes to repair it.
    weight : float64[parts]
        Weight of each part.
    crews : int
        Number of crews, each at one repair at a time.
    """
    quickest, via, far = _quickest(parts, start, end, hours)
    trees = [(quickest, via)]
    is_tree = _is_tree(start, end, far)
    if not is_tree and parts <= _MOST_PARTS:
        trees.append(_greedy(parts, start, end, hours, weight))
    best: Restoration | None = None
    for parent, edge in trees:
        jobs = _useful(parent, edge, far, weight)
        sequence = _horn(jobs, parent, edge, hours, weight)
        made = _run(sequence, parent, edge, hours, far, weight, crews)
        if best is None or made.value < best.value:
            best = made
    assert best is not None
    bound, proof = _bound(best, start, end, hours, weight, far, crews, is_tree)
    return replace(best, bound=min(bound, best.value), proof=proof)


def _neighbours(parts: int, start: Ints, end: Ints) -> list[list[tuple[int, int]]]:
    at: list[list[tuple[int, int]]] = [[] for _ in range(parts)]
    for e, (u, v) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        if u != v:
            at[u].append((v, e))
            at[v].append((u, e))
    return at


def _search(at: list[list[tuple[int, int]]], hours: Floats, begun: list[int]) -> tuple[Ints, Ints, Floats]:
    """Quickest ways from parts that are back: parent, edge to it, hours along the way."""
    far, parent, via = np.full(len(at), np.inf), np.full(len(at), -1, np.int32), np.full(len(at), -1, np.int32)
    far[begun] = 0.0
    heap = [(0.0, v) for v in begun]
    while heap:
        d, v = heapq.heappop(heap)
        if d > far[v]:
            continue
        for u, e in at[v]:
            through = d + float(hours[e])
            if through < far[u]:
                far[u], parent[u], via[u] = through, v, e
                heapq.heappush(heap, (through, u))
    return parent, via, far


def _quickest(parts: int, start: Ints, end: Ints, hours: Floats) -> tuple[Ints, Ints, Floats]:
    """Tree of quickest ways from part 0."""
    return _search(_neighbours(parts, start, end), hours, [0])


def _greedy(parts: int, start: Ints, end: Ints, hours: Floats, weight: Floats) -> tuple[Ints, Ints]:
    """Tree grown by the way that brings back most weight an hour, one after the other."""
    at = _neighbours(parts, start, end)
    parent, via = np.full(parts, -1, np.int32), np.full(parts, -1, np.int32)
    back = [0]
    while True:
        above, edge, far = _search(at, hours, back)
        open_parts = [v for v in range(parts) if 0.0 < far[v] < np.inf or (far[v] == 0.0 and edge[v] >= 0)]
        if not open_parts:
            return parent, via
        ways = {v: _way(v, above) for v in open_parts}
        best = max(open_parts, key=lambda v: (sum(weight[u] for u in ways[v]) / max(far[v], _NO_TIME), -v))
        for u in ways[best]:
            parent[u], via[u] = above[u], edge[u]
        back += ways[best]


def _way(v: int, parent: Ints) -> list[int]:
    found = []
    while parent[v] >= 0:
        found.append(v)
        v = int(parent[v])
    return found


def _useful(parent: Ints, via: Ints, far: Floats, weight: Floats) -> Ints:
    """Parts that carry weight, or lie on the way to one that does."""
    wanted = np.zeros(len(far), bool)
    for v in np.flatnonzero((weight > 0) & (via >= 0)).tolist():
        while v != 0 and not wanted[v]:
            wanted[v] = True
            v = int(parent[v])  # noqa: PLW2901  up the tree
    return np.flatnonzero(wanted).astype(np.int32)


def _horn(jobs: Ints, parent: Ints, via: Ints, hours: Floats, weight: Floats) -> list[int]:
    """Best order of one crew on a tree; a job is a part, done by the edge to its parent.

    Of all groups the one of greatest weight per hour follows at once on the group its first job waits for.
    """
    chief = {int(v): int(v) for v in (0, *jobs.tolist())}
    time = {int(v): max(float(hours[via[v]]), _NO_TIME) for v in jobs}
    mass = {int(v): float(weight[v]) for v in jobs}
    run: dict[int, list[int]] = {0: [], **{int(v): [int(v)] for v in jobs}}
    heap = [(-mass[v] / time[v], v, 1) for v in time]
    heapq.heapify(heap)
    while heap:
        _, v, size = heapq.heappop(heap)
        if chief[v] != v or len(run[v]) != size:
            continue
        p = int(parent[v])
        while chief[p] != p:
            chief[p] = chief[chief[p]]
            p = chief[p]
        chief[v] = p
        run[p] += run.pop(v)
        if p:
            time[p] += time[v]
            mass[p] += mass[v]
            heapq.heappush(heap, (-mass[p] / time[p], p, len(run[p])))
    return run[0]


def _run(
    sequence: list[int], parent: Ints, via: Ints, hours: Floats, far: Floats, weight: Floats, crews: int
) -> Restoration:
    """Give each repair in turn to the crew that is free first."""
    free = [(0.0, crew) for crew in range(crews)]
    back = np.where(np.isfinite(far) & (np.arange(len(far)) == 0), 0.0, np.inf)
    order, who, done = list[int](), list[int](), list[float]()
    for v in sequence:
        begin, crew = heapq.heappop(free)
        end = begin + float(hours[via[v]])
        heapq.heappush(free, (end, crew))
        back[v] = max(end, back[parent[v]])
        order.append(int(via[v]))
        who.append(crew)
        done.append(end)
    there = np.isfinite(back)
    value = float((weight[there] * back[there]).sum())
    return Restoration(np.array(order, np.int32), np.array(who, np.int32), np.array(done), back, value, -np.inf, "")


def _is_tree(start: Ints, end: Ints, far: Floats) -> bool:
    """Whether every part that can come back hangs on one way."""
    there = np.isfinite(far)
    useful = there[start] & (start != end)
    return int(useful.sum()) == int(there.sum()) - 1


def _bound(
    made: Restoration,
    start: Ints,
    end: Ints,
    hours: Floats,
    weight: Floats,
    far: Floats,
    crews: int,
    is_tree: bool,
) -> tuple[float, str]:
    """What no order can go below."""
    if is_tree and crews == 1:
        return made.value, "one way to every part and one crew: the order is best (Horn 1972)"
    there = np.isfinite(far)
    apart = np.maximum(far / crews, _longest_repair(far, start, end, hours)) if crews > 1 else far
    alone = float((weight[there] * apart[there]).sum())
    if is_tree:
        lone = restore(len(far), start, end, hours, weight).value
        fast, how = lone / crews, "one crew as fast as all together, in its best order (Horn 1972)"
    else:
        fast = _by_ratio(start, end, hours, weight, far) / crews
        how = "every part waits for the quickest repair at it, in the order of weight per hour (Smith 1956)"
    if alone >= fast:
        return alone, "every part waits at least for the quickest way to it, all crews being there"
    return fast, how


def _longest_repair(far: Floats, start: Ints, end: Ints, hours: Floats) -> Floats:
    """Hours of the longest repair on a way to each part, the way chosen so that this is least."""
    at = _neighbours(len(far), start, end)
    least = np.full(len(far), np.inf)
    least[0] = 0.0
    heap = [(0.0, 0)]
    while heap:
        d, v = heapq.heappop(heap)
        if d > least[v]:
            continue
        for u, e in at[v]:
            through = max(d, float(hours[e]))
            if through < least[u]:
                least[u] = through
                heapq.heappush(heap, (through, u))
    return least


def _by_ratio(start: Ints, end: Ints, hours: Floats, weight: Floats, far: Floats) -> float:
    """Least weight-time if each part needed but the quickest repair at it.

    Parts come back through different repairs, each no quicker than the quickest at its part; without precedence, the
    best order is by weight per hour (Smith 1956, doi:10.1002/nav.3800030106).
    """
    least = np.full(len(far), np.inf)
    cross = start != end
    np.minimum.at(least, start[cross], hours[cross])
    np.minimum.at(least, end[cross], hours[cross])
    parts = np.flatnonzero(np.isfinite(far) & (np.arange(len(far)) > 0) & (weight > 0))
    order = parts[np.argsort(least[parts] / weight[parts], kind="stable")]
    return float((np.cumsum(least[order]) * weight[order]).sum())
