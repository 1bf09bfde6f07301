"""Layer ``emergency_reach`` of ``plan.gpkg``: vital sites without two ways, and what a further way costs each."""

from __future__ import annotations

import geopandas as gpd

from karez.model.plan import Plan
from karez.reporting.styles import LayerStyle, single_style

LAYER = "emergency_reach"
_COLOUR = "#b3261e"


def reach_layers(plan: Plan) -> dict[str, tuple[gpd.GeoDataFrame, str]]:
    """The layer, columns as ``reach`` of :class:`karez.model.outages.Outages`; none where every vital site has two."""
    if plan.outages is None or plan.outages.reach.empty:
        return {}
    table = plan.outages.reach
    points = gpd.GeoSeries(plan.sites.set_index("id").geometry).loc[table["id"]]
    return {LAYER: (gpd.GeoDataFrame(table, geometry=points.to_numpy(), crs=plan.sites.crs), "Point")}


def reach_styles(plan: Plan) -> tuple[LayerStyle, ...]:
    """How QGIS draws it."""
    return (single_style(LAYER, "Point", _COLOUR, 2.6),) if reach_layers(plan) else ()
