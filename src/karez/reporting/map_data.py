"""What the report's map draws: the plan's layers as compact columns, thinned to what a screen can show."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.model.plan import Plan
from karez.reporting.figures import is_missing
from karez.reporting.palette import (
    METHOD_DASHES,
    METHOD_LABELS,
    TECHNOLOGY_COLOURS,
    TECHNOLOGY_LABELS,
    coverage_colour,
    project_colours,
    way_label,
    year_colours,
)
from karez.units import METRES_PER_KM

_STEPS_ACROSS = 12_000
"""Finest step of a drawn line: the map's width over this."""
_VERTICES_AT_MOST = 120_000
"""Lines and outlines are thinned until they have no more vertices than this."""
_NAMED_PLACES = 25

Geometries = npt.NDArray[np.object_]


def map_data(plan: Plan) -> dict[str, Any]:
    """Everything the map needs, as plain lists.

    Tables are columns of equal length. Text that repeats is kept once: a column of numbers points into ``texts``.
    Years are calendar years, 0 for never. Coordinates are longitude and latitude in degrees; where the region lies
    across the 180th meridian, longitudes are counted from there, and the map shows none.
    """
    agreement = plan.programme.agreement
    projects = [project.id for project in plan.programme.projects]
    sites, spans, areas, nodes = (_unbroken(frame, plan) for frame in (plan.sites, plan.spans, plan.areas, plan.nodes))
    texts = _Texts()
    return {
        "currency": agreement.currency,
        "priceYear": agreement.price_year,
        "years": list(agreement.calendar_years),
        "yearColours": list(year_colours(agreement.calendar_years).values()),
        "technologies": [
            {"id": word, "label": label, "colour": TECHNOLOGY_COLOURS[word]}
            for word, label in TECHNOLOGY_LABELS.items()
        ],
        "methods": [
            {"id": word, "label": label, "dash": list(METHOD_DASHES[word])}
            for word, label in METHOD_LABELS.items()
            if (plan.spans["method"] == word).any()
        ],
        "projects": [
            {
                "id": project.id,
                "label": project.name,
                "colour": colour,
                "mbps": project.standard.mbps,
                "latency": project.standard.latency_ms,
            }
            for project, colour in zip(plan.programme.projects, project_colours(projects).values(), strict=True)
        ],
        "coverageColours": [coverage_colour(step / 4) for step in range(5)],
        "progress": _progress(plan),
        "bounds": _bounds([sites, spans, areas]),
        "places": _places(sites, texts),
        "sites": _sites(plan, sites, texts),
        "spans": _spans(spans, texts),
        "areas": _areas(areas),
        "sources": _sources(nodes),
        "texts": texts.all,
    }


def as_script(content: object) -> str:
    """JSON that can stand inside a ``<script>`` element: no character of it can end the element."""
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


class _Texts:
    """Texts kept once, in the order they come."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}

    @property
    def all(self) -> list[str]:
        return list(self._number)

    def column(self, values: Iterable[object]) -> list[int]:
        """Numbers of the texts."""
        return [self._number.setdefault("" if is_missing(value) else str(value), len(self._number)) for value in values]


def _unbroken(frame: gpd.GeoDataFrame, plan: Plan) -> gpd.GeoDataFrame:
    """Turn the globe by half where the region lies across the 180th meridian, so that it is drawn in one piece."""
    west, _, east, _ = _box([plan.sites, plan.spans, plan.areas])
    if east - west <= 180:
        return frame

    def shift(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        east = np.where(points[:, 0] < 0, points[:, 0] + 360.0, points[:, 0])
        return np.column_stack([east - 180.0, points[:, 1]])

    return gpd.GeoDataFrame(frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), shift), crs=frame.crs))


def _bounds(frames: Iterable[gpd.GeoDataFrame]) -> list[float]:
    return [round(value, 4) for value in _box(frames)]


def _box(frames: Iterable[gpd.GeoDataFrame]) -> tuple[float, float, float, float]:
    """West, south, east and north of all layers together."""
    boxes = np.array([frame.total_bounds for frame in frames if len(frame)])
    (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _progress(plan: Plan) -> dict[str, list[Any]]:
    """What is reached by the end of each year."""
    years = list(plan.programme.agreement.calendar_years)
    covered = plan.appraisal.total_coverage.set_index("year").loc[years]
    money = plan.appraisal.by_year.set_index("year").loc[years]
    new = plan.spans[(plan.spans["method"] != "existing") & plan.spans["year"].notna()]
    laid = new.groupby("year")["length_m"].sum().reindex(years, fill_value=0.0) / METRES_PER_KM
    return {
        "coverage": _figures(covered["coverage"], 6),
        "households": _figures(covered["households_served"]),
        "capexNominal": _figures(money["capex_nominal"].cumsum()),
        "km": _figures(laid.cumsum(), 1),
    }


def _places(sites: gpd.GeoDataFrame, texts: _Texts) -> dict[str, list[Any]]:
    first = sites.drop_duplicates("place_id")
    names = _names(sites)
    households = sites.groupby("place_id")["households"].sum().loc[first["place_id"]]
    named = first.assign(households=households.to_numpy(), name=names.loc[first["place_id"]].to_numpy()).sort_values(
        ["households", "place_id"], ascending=[False, True]
    )
    largest = set(named.drop_duplicates("name").head(_NAMED_PLACES)["place_id"])
    return {
        "name": texts.column(names.loc[first["place_id"]]),
        "lon": _figures(shapely.get_x(first.geometry.to_numpy()), 4),
        "lat": _figures(shapely.get_y(first.geometry.to_numpy()), 4),
        "households": _figures(households),
        "named": [int(place in largest) for place in first["place_id"]],
    }


def _names(sites: gpd.GeoDataFrame) -> pd.Series[str]:
    """Name of each place: what its rows' names begin with up to a colon, else the name of the weightiest row."""
    weightiest = sites.sort_values(["weight", "id"], ascending=[False, True]).drop_duplicates("place_id")
    own = weightiest.set_index("place_id")["name"]
    heads = sites.assign(head=sites["name"].str.partition(": ")[0]).groupby("place_id")["head"]
    agreed = heads.min().where((heads.min() == heads.max()) & (heads.size() > 1))
    names: pd.Series[str] = agreed.fillna(own.reindex(agreed.index)).astype(str)
    return names


def _sites(plan: Plan, sites: gpd.GeoDataFrame, texts: _Texts) -> dict[str, list[Any]]:
    place = {place_id: number for number, place_id in enumerate(sites.drop_duplicates("place_id")["place_id"])}
    project = {project.id: number for number, project in enumerate(plan.programme.projects)}
    technology = {word: number for number, word in enumerate(TECHNOLOGY_LABELS)}
    categories = {key: category.name for key, category in plan.programme.categories.items()}
    return {
        "place": [place[value] for value in sites["place_id"]],
        "project": [project[value] for value in sites["project"]],
        "technology": [technology[value] for value in sites["technology"]],
        "year": _years(sites["year"]),
        "weight": _figures(sites["weight"], 1),
        "households": [None if is_missing(value) else round(value) for value in sites["households"]],
        "capex": _figures(sites["capex_real"]),
        "opex": _figures(sites["opex_real_per_year"]),
        "present": _figures(sites["pv_cost_real"]),
        "mbps": _filled(sites["mbps"]),
        "latency": _filled(sites["latency_ms"]),
        "service": texts.column(sites["service"]),
        "alone": _filled(sites["chosen_present_real"]),
        "other": texts.column(way_label("" if is_missing(word) else word) for word in sites["next_best"]),
        "otherPresent": _filled(sites["next_best_present_real"]),
        "meets": [int(bool(value)) for value in sites["meets_standard"]],
        "derived": [int(bool(value)) for value in sites["derived"]],
        "category": texts.column(categories.get(value, value) for value in sites["category"]),
        "reason": texts.column(sites["reason"]),
        "rule": texts.column(sites["rule"]),
    }


def _spans(spans: gpd.GeoDataFrame, texts: _Texts) -> dict[str, list[Any]]:
    methods = [word for word in METHOD_LABELS if (spans["method"] == word).any()]
    lines = _thinned(spans.geometry.to_numpy())
    return {
        "line": [_coordinates(line) for line in lines],
        "id": texts.column(spans["id"]),
        "method": [methods.index(value) for value in spans["method"]],
        "ground": texts.column(spans["ground"]),
        "tier": texts.column(str(value).replace("_", "-") for value in spans["tier"]),
        "status": texts.column(spans["status"]),
        "year": _years(spans["year"]),
        "length": _figures(spans["length_m"]),
        "drawn": _figures(spans["geometry_length_m"]),
        "capex": _figures(spans["designed_capex_real"]),
        "opex": _figures(spans["opex_real_per_year"]),
        "behind": _figures(spans["households_behind"]),
    }


def _areas(areas: gpd.GeoDataFrame) -> dict[str, list[Any]]:
    outlines = _thinned(areas.geometry.to_numpy())
    return {
        "outline": [
            [[_coordinates(ring) for ring in (part.exterior, *part.interiors)] for part in shapely.get_parts(outline)]
            for outline in outlines
        ],
        "name": areas["name"].tolist(),
        "households": _figures(areas["households"]),
        "served": _figures(areas["households_served"]),
        "coverage": _figures(areas["coverage"], 4),
        "capex": _figures(areas["capex_real"]),
    }


def _sources(nodes: gpd.GeoDataFrame) -> dict[str, list[Any]]:
    sources = nodes[nodes["kind"] == "source"]
    return {
        "name": sources["name"].tolist(),
        "lon": _figures(shapely.get_x(sources.geometry.to_numpy()), 4),
        "lat": _figures(shapely.get_y(sources.geometry.to_numpy()), 4),
        "year": _years(sources["year"]),
    }


def _thinned(shapes: Geometries) -> Geometries:
    """Leave out vertices that no screen would show; topology of each shape is kept."""
    if not len(shapes):
        return shapes
    west, south, east, north = shapely.total_bounds(shapes)
    tolerance = max(east - west, north - south, 1e-6) / _STEPS_ACROSS
    thin = shapely.simplify(shapes, tolerance)
    while shapely.get_num_coordinates(thin).sum() > _VERTICES_AT_MOST and tolerance < 1.0:
        tolerance *= 2
        thin = shapely.simplify(shapes, tolerance)
    return np.asarray(thin)


def _coordinates(line: Any) -> list[list[float]]:
    return [[round(lon, 4), round(lat, 4)] for lon, lat in shapely.get_coordinates(line).tolist()]


def _years(values: pd.Series[int]) -> list[int]:
    return [0 if is_missing(value) else int(value) for value in values]


def _filled(values: pd.Series[float]) -> list[float | None]:
    """Rounded numbers; null where a cell is empty."""
    return [
        None if is_missing(value) else figure
        for value, figure in zip(values, _figures(values.fillna(0.0)), strict=True)
    ]


def _figures(values: Sequence[float] | pd.Series[float] | npt.NDArray[np.float64], decimals: int = 0) -> list[float]:
    """Rounded numbers, whole ones as integers to keep the page small."""
    rounded = [round(float(value), decimals) for value in values]
    return [int(value) if math.isfinite(value) and value == int(value) else value for value in rounded]
