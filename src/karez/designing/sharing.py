"""Who gets the capacity that sites share: those who would lose most without it, by the Mbit/s that they need."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.kernels.rooms import take_places
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

SLACK = 1e-9
"""Share of what a cell can sell by which sums of demands may pass it."""


def share_out(prices: Prices, option: Ints, worth: Floats, networked: tuple[str, ...]) -> tuple[Ints, Ints | None]:
    """Options of all sites, and what they would take instead of the network, within what cells can sell if possible.

    First those that the network does not serve, then what the others would fall back to: a site that finds no room for
    its best way gets its next best. One that has no other keeps it, though the cell be full: the schedule chooses who
    of these is served.

    Parameters
    ----------
    prices : Prices
        Options, and what they share.
    option : int32[sites]
        Option of every site; −1 if none.
    worth : float64[options]
        What each option is worth, or its cost with the sign turned.
    networked : tuple[str, ...]
        Technologies that hang on the network.

    Returns
    -------
    option, alternative : int32[sites]
        −1 for none; no alternatives where nothing is shared.
    """
    sharing = prices.sharing
    if sharing is None or not sharing.cells:
        return option, None
    tied = _tied(prices, networked)
    on, left = tied[option], sharing.limit_mbps.copy()
    without = _placed(prices, np.flatnonzero(~on & (option >= 0)), ~tied, option, worth, left)
    instead = _placed(prices, np.flatnonzero(on), ~tied, option, worth, left)
    return np.where(on, option, without).astype(np.int32), np.where(on, instead, -1).astype(np.int32)


def _tied(prices: Prices, networked: tuple[str, ...]) -> Flags:
    """Options that hang on the network, then that of a site without any, which does not; bool[options + 1]."""
    return np.append(prices.options["technology"].isin(networked).to_numpy(np.bool_), False)


def _placed(
    prices: Prices, sites: npt.NDArray[np.intp], alone: Flags, option: Ints, worth: Floats, left: Floats
) -> Ints:
    """Alternative of each of these sites, the one it has first, then by worth; −1 for all others; `left` is used up."""
    sharing, options = prices.sharing, prices.options
    assert sharing is not None
    site = options["site"].to_numpy(np.int64)
    asks = np.zeros(len(option), np.bool_)
    asks[sites] = True
    wanted = np.flatnonzero(alone[:-1] & asks[site])
    placed = np.full(len(option), -1, np.int32)
    if not len(wanted):
        return placed
    wanted = wanted[np.lexsort((wanted, -worth[wanted], option[site[wanted]] != wanted, site[wanted]))]
    customer, start = np.unique(site[wanted], return_index=True)
    bounds: Ints = np.append(start, len(wanted)).astype(np.int32)
    need = prices.site_mbps[site[wanted]]
    weight = prices.site_priority[customer] * prices.site_open_weight[customer]
    order = _neediest_first(worth[wanted], weight, need, bounds)
    taken = take_places(order, bounds, sharing.option_cell[wanted], need, left)
    placed[customer] = wanted[np.where(taken >= 0, taken, start)]
    return placed


def _neediest_first(worth: Floats, weight: Floats, need: Floats, start: Ints) -> Ints:
    """Customers by what each loses, for the Mbit/s it needs, if it does not get its first choice."""
    first, alone = start[:-1], np.diff(start) == 1
    lost = worth[first] - worth[np.minimum(first + 1, len(worth) - 1)]
    per_mbps = np.maximum(need[first], 1e-9)
    lost = np.where(alone, np.inf, lost / per_mbps)
    return np.lexsort((np.arange(len(first)), -weight / per_mbps, -lost)).astype(np.int32)


def full_cells(
    prices: Prices, cheapest: npt.NDArray[np.int64], option: Ints, networked: tuple[str, ...]
) -> npt.NDArray[np.object_]:
    """Cell, in words, that the cheapest alternative of each site would draw on, where the site has another one.

    Empty where it has none, or the network serves it.
    """
    words = np.full(len(option), "", dtype=object)
    if prices.sharing is None or not prices.sharing.cells:
        return words
    cell = np.where(cheapest >= 0, prices.sharing.option_cell[cheapest], -1)
    moved = np.flatnonzero((cell >= 0) & ~_tied(prices, networked)[option] & (option >= 0) & (option != cheapest))
    for site in moved.tolist():
        service, _, name = prices.sharing.cells[cell[site]].rpartition(":")
        words[site] = f"cell {name} of {service}"
    return words


def words_on(prices: Prices, graph: RouteGraph) -> str:
    """What a certificate of the network says of shared capacity; empty where nothing is shared.

    Where hops are edges it says so itself, as the value of such a design counts what every site takes.
    """
    shared = is_short(prices) and graph.radio is None
    return ", and so is how much satellites can sell in a cell" if shared else ""


def is_short(prices: Prices) -> bool:
    """Whether there are cells that could overflow."""
    return prices.sharing is not None and bool(prices.sharing.cells)


def oversold(prices: Prices, option: Ints) -> Floats:
    """Mbit/s by which each cell sells more than it can; 0 where it does not; float64[cells]."""
    sharing = prices.sharing
    if sharing is None or not sharing.cells:
        return np.zeros(0)
    cell = np.append(sharing.option_cell, -1)[option]
    sold = np.bincount(cell[cell >= 0], prices.site_mbps[cell >= 0], len(sharing.cells))
    over = sold - sharing.limit_mbps
    return np.where(over > SLACK * np.maximum(1.0, sharing.limit_mbps), over, 0.0)
