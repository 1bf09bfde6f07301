"""Who gets the capacity that sites share: those who would lose most without it, by the Mbit/s that they need."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.kernels.rooms import take_places
from karez.model.prices import Prices

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


def share_out(prices: Prices, option: Ints, worth: Floats) -> tuple[Ints, Ints | None]:
    """Options of all sites, and what they take instead of fibre, within what each cell can sell as far as that goes.

    First those without fibre, then what sites with fibre would fall back to: a site that finds no room for its best
    way gets its next best. One that has no other keeps it, though the cell be full: the schedule chooses who of these
    is served.

    Parameters
    ----------
    prices : Prices
        Options, and what they share.
    option : int32[sites]
        Option of every site; −1 if none.
    worth : float64[options]
        What each option is worth, or its cost with the sign turned.

    Returns
    -------
    option, alternative : int32[sites]
        −1 for none; no alternatives where nothing is shared.
    """
    sharing = prices.sharing
    if sharing is None or not sharing.cells:
        return option, None
    technology = np.append(prices.options["technology"].to_numpy(dtype=object), "")
    on_fibre, left = technology[option] == "fibre", sharing.limit_mbps.copy()
    without = _placed(prices, np.flatnonzero(~on_fibre & (option >= 0)), option, worth, left)
    instead = _placed(prices, np.flatnonzero(on_fibre), option, worth, left)
    return np.where(on_fibre, option, without).astype(np.int32), np.where(on_fibre, instead, -1).astype(np.int32)


def _placed(prices: Prices, sites: npt.NDArray[np.intp], option: Ints, worth: Floats, left: Floats) -> Ints:
    """Alternative of each of these sites, the one it has first, then by worth; −1 for all others; `left` is used up."""
    sharing, options = prices.sharing, prices.options
    assert sharing is not None
    site = options["site"].to_numpy(np.int64)
    asks = np.zeros(len(option), np.bool_)
    asks[sites] = True
    wanted = np.flatnonzero((options["technology"] != "fibre").to_numpy() & asks[site])
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


def full_cells(prices: Prices, cheapest: npt.NDArray[np.int64], option: Ints) -> npt.NDArray[np.object_]:
    """Cell, in words, that the cheapest alternative of each site would draw on, where the site has another one.

    Empty where it has none, or has fibre.
    """
    words = np.full(len(option), "", dtype=object)
    if prices.sharing is None or not prices.sharing.cells:
        return words
    cell = np.where(cheapest >= 0, prices.sharing.option_cell[cheapest], -1)
    fibre = np.append((prices.options["technology"] == "fibre").to_numpy(), True)[option]
    moved = np.flatnonzero((cell >= 0) & ~fibre & (option != cheapest))
    for site in moved.tolist():
        service, _, name = prices.sharing.cells[cell[site]].rpartition(":")
        words[site] = f"cell {name} of {service}"
    return words


def words_on(prices: Prices) -> str:
    """What a certificate of the network says of shared capacity; empty where nothing is shared."""
    shared = prices.sharing is not None and bool(prices.sharing.cells)
    return ", and so is how much satellites can sell in a cell" if shared else ""
