"""How often a run passes under a railway, a motorway or a river."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from karez.routing.lines import Metric

ONE_PASSAGE_M = 60.0
"""Lines of one kind closer together than this are passed under at once: tracks, carriageways, banks."""


def count_crossings(runs: npt.NDArray[np.object_], barriers: gpd.GeoDataFrame, metric: Metric) -> npt.NDArray[np.int64]:
    """Count the passages of every run.

    Parameters
    ----------
    runs : object[runs]
        LineStrings in WGS 84.
    barriers : GeoDataFrame
        LineStrings in WGS 84 with ``kind``.
    metric : Metric
        The plane.

    Returns
    -------
    int64[runs]
        Passages. One at an end, where runs meet, counts for the run that starts there.
    """
    count = np.zeros(len(runs), np.int64)
    if barriers.empty or not len(runs):
        return count
    lines = np.asarray(shapely.transform(runs, metric.plane), dtype=object)
    across = np.asarray(shapely.transform(barriers.geometry.to_numpy(), metric.plane), dtype=object)
    kinds, kind = np.unique(barriers["kind"].to_numpy(dtype=str), return_inverse=True)
    barrier, run = shapely.STRtree(lines).query(across, predicate="intersects")
    points, pair = shapely.get_parts(shapely.intersection(lines[run], across[barrier]), return_index=True)
    is_point = shapely.get_type_id(points) == 0
    points, pair = points[is_point], pair[is_point]
    at = np.asarray(shapely.line_locate_point(lines[run[pair]], points))
    inside = at < np.asarray(shapely.length(lines[run[pair]])) - 1e-3
    run_of, kind_of, at = run[pair][inside], kind[barrier[pair]][inside], at[inside]
    order = np.lexsort((at, kind_of, run_of))
    run_of, kind_of, at = run_of[order], kind_of[order], at[order]
    key = run_of * len(kinds) + kind_of
    fresh = np.ones(len(key), bool)
    fresh[1:] = (np.diff(key) != 0) | (np.diff(at) > ONE_PASSAGE_M)
    np.add.at(count, run_of[fresh], 1)
    return count
