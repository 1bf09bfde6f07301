"""Closures that drops come out of, and cabinets with splitters that feed them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
) -> Areas:
    """Choose the holders of a tier, see :func:`karez.kernels.partition.part`.

    A place that asks for more than one holder takes has as many full ones in the building, and its rest is served with
    the others.

    Raises
    ------
    ValueError
        If no choice keeps the reach.
    """
    most = len(holder_cost) - 1
    full, rest = np.divmod(demand, most)
    total, passed, own = part(trench.parent, trench.length_m, rest, may_hold, feed, holder_cost, per_unit_m, reach)
    if not np.isfinite(total):
        raise ValueError("no choice of places keeps the reach")
    load = np.bincount(own[own >= 0], rest[own >= 0], minlength=len(own)).astype(np.int64)
    feeds = holder_cost[np.minimum(load, most), 1]
    stands = recentre(trench.parent, trench.length_m, rest, may_hold, feeds, passed, own, reach)
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
