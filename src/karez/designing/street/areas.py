"""Closures that drops come out of, and cabinets with splitters that feed them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from karez.kernels.forest import subtree, way_to_root
from karez.kernels.partition import carry, part, recentre
from karez.model.street import Flags, Floats, Ints, Trench
from karez.model.street_rules import Network, StreetRules

Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Areas:
    """What one tier of holders serves.

    Parameters
    ----------
    place : int32[holders]
        Where each stands.
    load : int64[holders]
        Demand it takes.
    of : int32[places]
        Holder of what stands at a place; −1 if nothing does. Where more stood there than one holder takes, the last.
    distance_m : float64[places]
        Way from there to the holder; NaN where nothing stands.
    units : int64[places]
        What the run to the parent carries for this tier.
    unit_holder : int32[places]
        For which holder; −1 if nothing is carried.
    whole : int64[holders]
        Place whose demand fills a holder that stands in the building itself; −1 for the others.
    """

    place: Ints
    load: Longs
    of: Ints
    distance_m: Floats
    units: Longs
    unit_holder: Ints
    whole: Longs


def part_areas(
    trench: Trench,
    demand: Longs,
    may_hold: Flags,
    feed: Floats,
    holder_cost: Floats,
    per_unit_m: float,
    reach: Floats,
    slack: Floats,
    given: Longs | None = None,
) -> Areas:
    """Choose the holders of a tier, see :func:`karez.kernels.partition.part`.

    A place that asks for more than one holder takes has as many full ones in the building, and its rest is served with
    the others. Where a holder is given, one stands if anything can hang on it.

    Parameters
    ----------
    slack : float64[places]
        How much longer the way of light to what stands at a place may become by a detour to its holder.
    given : int64[places], optional
        Demand that a given holder at each place takes; 0 where none is given.

    Raises
    ------
    ValueError
        If no choice keeps the reach.
    """
    most = len(holder_cost) - 1
    full, rest = np.divmod(demand, most)
    given = np.zeros(len(demand), np.int64) if given is None else given
    room = np.where(given > 0, np.minimum(given, most), most)
    bonus = np.where(given > 0, GIVEN, 0.0)
    forest = trench.parent, trench.length_m, rest, may_hold
    total, passed, own = part(*forest, feed, holder_cost, per_unit_m, reach, room, bonus)
    if not np.isfinite(total):
        raise ValueError("no choice of places keeps the reach")
    load = np.bincount(own[own >= 0], rest[own >= 0], minlength=len(own)).astype(np.int64)
    feeds = holder_cost[np.minimum(load, most), 1]
    stands = recentre(*forest, feeds, passed, own, reach, given > 0, slack)
    parted = _called(trench, rest, _Parted(passed, own, stands, load), reach, slack, given)
    passed, own, stands, load = parted.passed, parted.own, parted.stands, parted.load
    units, unit_holder, distance = carry(trench.parent, trench.length_m, rest, passed, own, stands)
    tops = np.flatnonzero(stands >= 0)
    number = np.full(len(own), -1, np.int32)
    number[tops] = np.arange(len(tops), dtype=np.int32)
    inside = np.repeat(np.arange(len(full)), full)
    of = np.where(own >= 0, number[own], -1).astype(np.int32)
    alone = (own < 0) & (full > 0)
    last = np.full(len(full), -1, np.int32)
    last[inside] = len(tops) + np.arange(len(inside), dtype=np.int32)
    of[alone] = last[alone]
    distance[alone] = 0.0
    return Areas(
        place=np.concatenate([stands[tops], inside.astype(np.int32)]),
        load=np.concatenate([load[tops], np.full(len(inside), most, np.int64)]),
        of=of,
        distance_m=distance,
        units=units,
        unit_holder=np.where(unit_holder >= 0, number[unit_holder], -1).astype(np.int32),
        whole=np.concatenate([np.full(len(tops), -1, np.int64), inside.astype(np.int64)]),
    )


GIVEN = 1e7
"""What a holder that is given is cheaper by, currency, so that it is used wherever something can hang on it."""


@dataclass(frozen=True)
class _Parted:
    """Areas under change, see :func:`karez.kernels.partition.part`; holders by the place that they first stood at."""

    passed: Ints
    own: Ints
    stands: Ints
    load: Longs


def _called(trench: Trench, demand: Longs, parted: _Parted, reach: Floats, slack: Floats, given: Longs) -> _Parted:
    """Give something to given holders that nothing lies behind, where room and reach allow.

    The holder of the area around moves there; or, if that one is given too or the area is too large, the part of it
    that passes by.
    """
    way = way_to_root(trench.parent, trench.length_m)
    for place in np.flatnonzero((given > 0) & (parted.stands < 0)).tolist():
        here, spur = place, []
        while parted.passed[here] < 0 and parted.load[here] == 0 and trench.parent[here] >= 0:
            spur.append(here)
            here = int(trench.parent[here])
        area = int(parted.passed[here]) if parted.passed[here] >= 0 else here
        if parted.load[area] == 0:
            continue
        fits = parted.load[area] <= given[place] and given[area] == 0 and given[parted.stands[area]] == 0
        made = _moved(parted, area, place, spur) if fits else _carved(trench, demand, parted, area, here, place, spur)
        top = area if fits else here
        if made is None or made.load[top] > given[place]:
            continue
        far = carry(trench.parent, trench.length_m, demand, made.passed, made.own, made.stands)[2]
        mine = made.own == top
        light = way[place] + far[mine]
        if (far[mine] <= reach[mine]).all() and (light <= way[mine] + slack[mine] + 1e-6).all():
            parted = made
    return parted


def _moved(parted: _Parted, area: int, place: int, spur: list[int]) -> _Parted:
    """The holder of an area at another place, at the end of a spur of it."""
    passed, stands = parted.passed.copy(), parted.stands.copy()
    passed[spur], stands[area] = area, place
    return replace(parted, passed=passed, stands=stands)


def _carved(
    trench: Trench, demand: Longs, parted: _Parted, area: int, top: int, place: int, spur: list[int]
) -> _Parted | None:
    """The part of an area that hangs on `top` as an area of its own; None if it is all of it or holds its holder."""
    inside = subtree(trench.parent, top)
    if top == area or parted.load[top] > 0 or inside[parted.stands[area]]:
        return None
    mine = inside & (parted.own == area)
    passed, own, stands = (one.copy() for one in (parted.passed, parted.own, parted.stands))
    load = parted.load.copy()
    passed[inside & (passed == area)] = top
    passed[spur], passed[top] = top, -1
    own[mine], stands[top] = top, place
    moved = int(demand[mine].sum())
    load[top], load[area] = moved, load[area] - moved
    return _Parted(passed, own, stands, load)


def closure_costs(rules: StreetRules) -> Floats:
    """Cost of a closure, and its feeds (none), by the dwellings it serves: float64[K + 1, 2]."""
    prices, most = rules.prices, closure_size(rules.network)
    splitter = prices.splitter_each if len(rules.network.split) > 1 else 0.0
    cost = prices.closure_each + splitter + np.arange(most + 1) * prices.splice_each
    return np.column_stack([cost, np.zeros(most + 1)])


def closure_size(network: Network) -> int:
    """Dwellings that one closure serves: the outputs of its splitter where it has one."""
    return network.split[1] if len(network.split) > 1 else network.closure_dwellings


def cabinet_outputs(network: Network) -> int:
    """Dwellings (whole closures of them), or closures with splitters, that the largest cabinet feeds; spare is free."""
    room = int(network.cabinet_ports[-1] / (1.0 + network.spare) + 1e-9)
    step = 1 if len(network.split) > 1 else closure_size(network)
    return max(room // step * step, 1)


def ports_for(network: Network, load: npt.ArrayLike) -> Longs:
    """Ports that a load takes, spare included."""
    return np.ceil(np.asarray(load, np.float64) * (1.0 + network.spare) - 1e-9).astype(np.int64)


def splitters_for(network: Network, load: npt.ArrayLike) -> Longs:
    """Splitters of the first stage for a load."""
    return -(-ports_for(network, load) // network.split[0])


def cabinet_size(network: Network, load: npt.ArrayLike) -> Longs:
    """Smallest cabinet that holds a load."""
    sizes = np.array(network.cabinet_ports, np.int64)
    return sizes[np.minimum(np.searchsorted(sizes, ports_for(network, load)), len(sizes) - 1)]


def cabinet_costs(rules: StreetRules) -> Floats:
    """Cost of a cabinet with splitters, splices and ports of the office, and its feeds, by load: float64[K + 1, 2]."""
    network, prices = rules.network, rules.prices
    load = np.arange(cabinet_outputs(network) + 1)
    splitters = splitters_for(network, load)
    cost = (
        prices.cabinet_each
        + cabinet_size(network, load) * prices.cabinet_port
        + splitters * (prices.splitter_each + prices.port_each + prices.splice_each)
        + load * prices.splice_each
    )
    return np.column_stack([cost, splitters.astype(np.float64)])


def home_cabinets(cabinets: Areas, closures: Areas, unit: Longs, most: int) -> Ints:
    """Cabinet of every closure: int32[closures].

    Where closures of one place fill cabinets of their own, the full closures go first.

    Parameters
    ----------
    cabinets, closures : Areas
        The two tiers.
    unit : int64[closures]
        What each closure asks of a cabinet.
    most : int
        What one cabinet takes.
    """
    home = cabinets.of[closures.place].copy()
    crowded = np.unique(closures.place[np.isin(closures.place, cabinets.whole[cabinets.whole >= 0])])
    for place in crowded:
        here = np.flatnonzero(closures.place == place)
        here = here[np.argsort(-unit[here], kind="stable")]
        before = np.cumsum(unit[here]) - unit[here]
        own = np.flatnonzero(cabinets.whole == place)
        number = before // most
        inside = number < len(own)
        home[here[inside]] = own[number[inside]]
    return home
