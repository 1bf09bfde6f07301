"""Towers and hops of a candidate graph: what its spans of the methods ``microwave`` and ``mast`` are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

Longs = npt.NDArray[np.int64]

STATES = ("clear", "assumed")
"""A hop whose line of sight the raster proves, and one that is taken to be clear by its length and ground."""

TOWER_COLUMNS = ("id", "name", "height_m", "existing", "power", "derived")
LINK_COLUMNS = (
    *("span", "pair", "child", "bound", "band", "mbps"),
    *("km", "clearance_m", "clearance_at_km", "state", "availability"),
)
EITHER, NEITHER = -1, -2
"""Which end of a radio span may be the further from the source: either of them; neither, it is there for bounds."""


@dataclass(frozen=True)
class Tried:
    """What hops were sought between, kept to be proven again.

    Parameters
    ----------
    masts : DataFrame
        All masts, with a hop or without, sorted by id: ``id``, ``height_m``, ``existing``, ``power``, ``lon``, ``lat``;
        ``stands`` where the programme built it, and its power, so that it costs nothing more.
    blocked : DataFrame
        Hops that a raster shows blocked in every band: ``one``, ``other`` (ids of masts), ``km``.
    rain_mm_per_hour : float
        Rain rate exceeded 0.01 % of a year that availabilities are worked out with.
    """

    masts: pd.DataFrame
    blocked: pd.DataFrame
    rain_mm_per_hour: float


@dataclass(frozen=True)
class RadioGraph:
    """What the radio spans of a candidate graph are.

    A mast is paid once however many hops use it. In a design the span that leads to its head pays it: the hop that
    comes in, or the span from the ground where hops start; the way down costs nothing then. So a hop is there, for
    every band that can do it, plain, and with the mast at either end that costs anything.

    Bounds are proven on a graph without direction, in which those variants would let masts go unpaid. There every mast
    is paid on the span between its head and the ground, whichever way that leads, and all hops are plain: what a
    design costs there is what it costs in truth, less the masts that lead to no ground.

    Parameters
    ----------
    towers : GeoDataFrame
        Masts with a hop (EPSG:4326), sorted by id: ``id``, ``name``, ``height_m``, ``existing``, ``power`` (``grid`` or
        ``none``), ``derived`` (a candidate by rule at a place), ``node`` (number of its head), ``ground_node`` (of its
        foot; −1 where no line is near).
    links : DataFrame
        One row per radio span: ``span`` (row of the spans), ``pair`` (number of the two ends that its variants share),
        ``child`` (node that must be the further from the source in a design; or :data:`EITHER`, :data:`NEITHER`),
        ``bound`` (whether it is in the graph of bounds), ``band`` (empty for masts), ``mbps``, ``km``, ``clearance_m``
        (least room above ground beyond the part of the Fresnel zone that must be free; NaN where nothing proves it),
        ``clearance_at_km`` (where that is, from the lesser id of its masts),
        ``state`` (see :data:`STATES`; empty for masts), ``availability`` (share of a year, by rain), ``stands``
        (whether the programme built it already), ``taken_mbps`` (what sites in service draw over it).
    parts : DataFrame
        What they cost: ``span``, ``item``, ``quantity``; sorted by span.
    tried : Tried
        What was looked at.
    """

    towers: gpd.GeoDataFrame
    links: pd.DataFrame
    parts: pd.DataFrame
    tried: Tried

    @property
    def room_mbps(self) -> npt.NDArray[np.float64]:
        """What every link can carry still, beside what sites in service draw: float64[links]."""
        left = self.links["mbps"].to_numpy(np.float64) - self.links["taken_mbps"].to_numpy(np.float64)
        return np.asarray(np.maximum(left, 0.0))

    def renumbered(self, span: Longs, node: Longs) -> RadioGraph:
        """The same where spans and nodes have other numbers: int64 by old number; −1: a span that is no more."""
        links = self.links.assign(span=span[self.links["span"]])
        child = links["child"].to_numpy(np.int64)
        links["child"] = np.where(child >= 0, node[np.maximum(child, 0)], child)
        parts = self.parts.assign(span=span[self.parts["span"]])
        ground = self.towers["ground_node"].to_numpy(np.int64)
        return replace(
            self,
            towers=self.towers.assign(
                node=node[self.towers["node"]], ground_node=np.where(ground >= 0, node[np.maximum(ground, 0)], -1)
            ),
            links=links[links["span"] >= 0].sort_values("span", ignore_index=True),
            parts=parts[parts["span"] >= 0].sort_values(["span", "item"], ignore_index=True),
        )

    def with_masts_shared(self, cost: Longs, ends: npt.NDArray[np.int64]) -> Longs:
        """Costs of the spans in the graph of bounds with half of every mast on its way down and on each of its hops.

        That is what a mast costs where two of them meet, and more where three do; without it masts that lead to no
        ground would cost nothing.

        Parameters
        ----------
        cost : int64[…]
            Cost of the spans; what comes after them stays.
        ends : int64[spans, 2]
            Their nodes.
        """
        links, shared = self.links, cost.copy()
        plain = links["bound"].to_numpy(bool)
        masts = links["span"].to_numpy(np.int64)[plain & (links["band"] == "").to_numpy()]
        half = np.zeros(int(ends.max(initial=0)) + 1, np.int64)
        half[ends[masts, 1]] = shared[masts] = cost[masts] // 2
        for node in self.towers["node"].to_numpy(np.int64)[self.towers["ground_node"].to_numpy() < 0].tolist():
            half[node] = self._alone(cost, node) // 2
        hops = links["span"].to_numpy(np.int64)[plain & (links["band"] != "").to_numpy()]
        shared[hops] += half[ends[hops]].sum(axis=1)
        return shared

    def _alone(self, cost: Longs, node: int) -> int:
        """Cost of a mast without a way to the ground: what a hop to it costs more than a plain one."""
        links = self.links
        to_it = links[links["child"] == node]
        if to_it.empty:
            return 0
        row = to_it.iloc[0]
        plain = links[(links["pair"] == row["pair"]) & (links["band"] == row["band"]) & links["bound"]]["span"].iloc[0]
        return max(0, int(cost[row["span"]]) - int(cost[plain]))


@dataclass(frozen=True)
class RadioPlan:
    """Towers and hops of a finished plan, as they were designed.

    Parameters
    ----------
    towers, hops : GeoDataFrame
        Columns as in ``attributes.PLAN_TOWERS`` and ``attributes.PLAN_HOPS``, EPSG:4326, sorted by id.
    profiles : DataFrame
        Ground under every hop that a relief shows, from its start tower: ``hop`` (id), ``distance_km``, ``ground_m``
        (NaN where it is empty), ``bulge_m`` (how far the Earth stands up), ``ray_m`` (as a straight line), ``zone_m``
        (radius of the first Fresnel zone).
    totals : dict[str, float]
        ``hops``, ``hops_assumed``, ``hops_built``, ``towers``, ``towers_new``, ``sites`` (designed for microwave),
        ``households``, ``candidate_hops``, ``longest_km``, ``capex_real``, ``rain_mm_per_hour``, and with a relief
        ``relief_cell_m`` (the longer side of its cells).
    """

    towers: gpd.GeoDataFrame
    hops: gpd.GeoDataFrame
    profiles: pd.DataFrame
    totals: dict[str, float]
