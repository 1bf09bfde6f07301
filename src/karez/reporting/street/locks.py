"""What the planner has fixed, as layers of the map: drawn as given, beside what the design made of it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from karez.model.street import StreetDesign, StreetInputs

KINDS = {"locked_ground": "MultiPolygon", "locked_spans": "LineString", "locked_points": "Point"}
"""Layers by their type of geometry, in the order they are drawn."""
COLUMNS = ["id", "role", "name", "factor", "price_per_m", "free_cables", "free_fibres", "ports", "unused"]


def lock_layers(inputs: StreetInputs, design: StreetDesign) -> dict[str, gpd.GeoDataFrame]:
    """Layers of what is fixed, EPSG:4326; those without rows are left out.

    Columns: ``id``; ``role`` (``preferred``, ``forbidden``, ``built``, ``ducts``, ``poles``, ``office``, ``cabinet``);
    what its row says; ``unused``: why a given cabinet is not used, else empty.
    """
    spans = inputs.spans.explode(index_parts=False).reset_index(drop=True)
    offices = inputs.offices.assign(role="office")
    cabinets = inputs.cabinets.assign(role="cabinet", unused=list(design.kept) or "")
    parts = [one for one in (spans, offices, cabinets) if len(one)]
    if not parts:
        return {}
    rows = pd.concat(parts, ignore_index=True).reindex(columns=[*COLUMNS, "geometry"])
    for name in ("id", "role", "name", "unused"):
        rows[name] = rows[name].astype(object).where(rows[name].notna(), "").astype(str)
    for name in ("factor", "price_per_m", "free_cables", "free_fibres", "ports"):
        rows[name] = pd.to_numeric(rows[name], errors="coerce").astype(np.float64)
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=4326)
    kind = shapely.get_type_id(table.geometry.to_numpy())
    chosen = {"locked_ground": np.isin(kind, (3, 6)), "locked_spans": kind == 1, "locked_points": kind == 0}
    return {name: table[rows].reset_index(drop=True) for name, rows in chosen.items() if rows.any()}
