"""A finished run as it lies in its folder: what runs are compared by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd

from karez.model.programme import Programme


@dataclass(frozen=True)
class FinishedRun:
    """Tables of a run folder, unchecked but for their form.

    Parameters
    ----------
    name : str
        What the run is called where several are told apart: its folder's name.
    programme : Programme
        Settings it was made with, defaults filled in.
    summary : dict[str, Any]
        ``summary.json``.
    hashes : dict[str, str]
        SHA-256 of every input file.
    versions : dict[str, str]
        karez, Python and the libraries that shape a result.
    sites, spans, nodes, areas : GeoDataFrame
        Layers of ``plan.gpkg``, columns as in ``attributes.PLAN_TABLES``; years are float64, NaN where empty.
    """

    name: str
    programme: Programme
    summary: dict[str, Any]
    hashes: dict[str, str]
    versions: dict[str, str]
    sites: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
