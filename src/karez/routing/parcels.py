"""Drops stay off the plots of others: where parcels are given, a drop runs over its own and over public ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from karez.model.note import Note
from karez.routing.feet import Feet, Flags, on_left
from karez.routing.lines import Metric

Shapes = npt.NDArray[np.object_]

GRAZED_M = 1.0
"""A drop that runs over a plot for less than this touches its edge."""
MORE_WAYS = 3
"""Further streets that are looked at for each premises where there are parcels."""


def keep_off(
    feet: Feet, streets: Shapes, premises: Shapes, parcels: gpd.GeoDataFrame, most: int, limit_m: float, metric: Metric
) -> tuple[Feet, list[int]]:
    """Leave out drops that run over a plot which is not that of their premises.

    Parameters
    ----------
    feet : Feet
        Drops that could be, to the nearest point of each street.
    streets, premises : object[…]
        In the plane.
    parcels : GeoDataFrame
        Plots in WGS 84; where there are none, nothing is left out.
    most : int
        Drops for each premises.
    limit_m : float
        Longest drop.
    metric : Metric
        The plane.

    Returns
    -------
    Feet
        At most `most` for each premises, nearest first. Where none of them is free, the nearest free point of any piece
        of street is taken; where there is none either, the nearest drop stays.
    list of int
        Rows of premises whose drop stays on a plot of others.
    """
    if parcels.empty or not len(feet):
        return feet, []
    plots = _Plots(np.asarray(shapely.transform(parcels.geometry.to_numpy(), metric.plane), dtype=object), premises)
    free = ~plots.trespass(feet, streets)
    clean = np.zeros(len(premises), bool)
    clean[feet.point[free]] = True
    stuck = np.unique(feet.point[~clean[feet.point]])
    other = _to_pieces(stuck, streets, premises, limit_m)
    other = other.select(~plots.trespass(other, streets))
    other = other.select(np.unique(other.point, return_index=True)[1])
    helped = np.isin(np.arange(len(premises)), other.point)
    kept = feet.select((free | ~clean[feet.point]) & ~helped[feet.point])
    rank = np.arange(len(kept)) - np.searchsorted(kept.point, kept.point)
    kept = kept.select(rank < np.where(clean[kept.point], most, 1))
    columns = [np.concatenate([getattr(one, name) for one in (kept, other)]) for name in Feet.__dataclass_fields__]
    joined = Feet(*columns)
    return joined.select(np.argsort(joined.point, kind="stable")), stuck[~helped[stuck]].tolist()


class _Plots:
    """Plots, and whose they are."""

    def __init__(self, plots: Shapes, premises: Shapes) -> None:
        self.plots, self.tree = plots, shapely.STRtree(plots)
        premise, plot = self.tree.query(shapely.point_on_surface(premises), predicate="intersects")
        self.own = np.unique(premise * len(plots) + plot)

    def trespass(self, feet: Feet, streets: Shapes) -> Flags:
        """Whether each drop runs over a plot of others: bool[feet]."""
        ends = shapely.get_coordinates(shapely.line_interpolate_point(streets[feet.line], feet.at_m))
        drops = shapely.linestrings(np.stack([feet.from_plane, ends], axis=1))
        drop, plot = self.tree.query(drops, predicate="intersects")
        over = np.asarray(shapely.length(shapely.intersection(drops[drop], self.plots[plot])))
        foreign = ~np.isin(feet.point[drop] * len(self.plots) + plot, self.own)
        found = np.zeros(len(feet), bool)
        found[drop[foreign & (over > GRAZED_M)]] = True
        return found


def _to_pieces(rows: npt.NDArray[np.int64], streets: Shapes, premises: Shapes, limit_m: float) -> Feet:
    """Drops of some premises to the nearest point of every straight piece of street, nearest first."""
    at, line = shapely.get_coordinates(streets, return_index=True)
    step = np.hypot(*np.diff(at, axis=0).T)
    inner = line[1:] == line[:-1]
    along = np.concatenate([[0.0], np.cumsum(np.where(inner, step, 0.0))])
    opens = np.append(True, ~inner)
    along -= along[np.flatnonzero(opens)][line]
    pieces = shapely.linestrings(np.stack([at[:-1], at[1:]], axis=1)[inner])
    of, offset = line[:-1][inner], along[:-1][inner]
    point, piece = shapely.STRtree(pieces).query(premises[rows], predicate="dwithin", distance=limit_m)
    homes = premises[rows[point]]
    inside = np.asarray(shapely.line_locate_point(pieces[piece], shapely.centroid(homes)))
    ways = shapely.shortest_line(homes, shapely.line_interpolate_point(pieces[piece], inside))
    length = np.asarray(shapely.length(ways))
    order = np.lexsort((piece, length, rows[point]))
    order = order[length[order] <= limit_m]
    point, piece, inside, length, ways = point[order], piece[order], inside[order], length[order], ways[order]
    where = offset[piece] + inside
    middle = shapely.get_coordinates(shapely.centroid(premises[rows[point]]))
    start = shapely.get_coordinates(ways).reshape(-1, 2, 2)[:, 0]
    return Feet(rows[point], of[piece], where, length, on_left(streets[of[piece]], where, middle), start)


def wayleave_note(ids: npt.NDArray[np.object_]) -> list[Note]:
    """Note on premises whose drop needs the leave of a neighbour."""
    text = f"{len(ids)} premises reach a street over a neighbour's plot only: their drop needs a wayleave."
    return [Note("routing", text, len(ids), tuple(ids))] if len(ids) else []
