"""Drops stay off the plots of others: where parcels are given, a drop runs over its own and over public ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from karez.model.note import Note
from karez.routing.feet import Feet
from karez.routing.lines import Metric

Shapes = npt.NDArray[np.object_]

GRAZED_M = 1.0
"""A drop that runs over a plot for less than this touches its edge."""
MORE_WAYS = 3
"""Further streets that are looked at for each premises where there are parcels."""


def keep_off(
    feet: Feet, streets: Shapes, premises: Shapes, parcels: gpd.GeoDataFrame, most: int, metric: Metric
) -> tuple[Feet, list[int]]:
    """Leave out drops that run over a plot which is not that of their premises.

    Parameters
    ----------
    feet : Feet
        Drops that could be.
    streets, premises : object[…]
        In the plane.
    parcels : GeoDataFrame
        Plots in WGS 84; where there are none, nothing is left out.
    most : int
        Drops for each premises.
    metric : Metric
        The plane.

    Returns
    -------
    Feet
        At most `most` for each premises, nearest first. Premises that have no other way keep the nearest.
    list of int
        Rows of those premises.
    """
    if parcels.empty or not len(feet):
        return feet, []
    plots = np.asarray(shapely.transform(parcels.geometry.to_numpy(), metric.plane), dtype=object)
    tree = shapely.STRtree(plots)
    inner = shapely.point_on_surface(premises)
    premise, own_plot = tree.query(inner, predicate="intersects")
    own = set(zip(premise.tolist(), own_plot.tolist(), strict=True))
    ends = shapely.get_coordinates(shapely.line_interpolate_point(streets[feet.line], feet.at_m))
    drops = shapely.linestrings(np.stack([feet.from_plane, ends], axis=1))
    drop, plot = tree.query(drops, predicate="intersects")
    over = np.asarray(shapely.length(shapely.intersection(drops[drop], plots[plot])))
    foreign = np.array(
        [pair not in own for pair in zip(feet.point[drop].tolist(), plot.tolist(), strict=True)], dtype=np.bool_
    )
    trespass = np.zeros(len(feet), bool)
    trespass[drop[foreign & (over > GRAZED_M)]] = True
    clean = np.zeros(len(premises), bool)
    clean[feet.point[~trespass]] = True
    stuck = np.unique(feet.point[~clean[feet.point]])
    kept = feet.select(~trespass | ~clean[feet.point])
    rank = np.arange(len(kept)) - np.searchsorted(kept.point, kept.point)
    return kept.select(rank < np.where(clean[kept.point], most, 1)), stuck.tolist()


def wayleave_note(ids: npt.NDArray[np.object_]) -> list[Note]:
    """Note on premises whose drop needs the leave of a neighbour."""
    text = f"{len(ids)} premises reach a street over a neighbour's plot only: their drop needs a wayleave."
    return [Note("routing", text, len(ids), tuple(ids))] if len(ids) else []
