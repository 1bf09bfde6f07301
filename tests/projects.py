"""A small made-up project folder that is whole and without a fault; tests of every room plan it or break it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
from pyproj import Geod
from shapely import LineString, Point, box

from karez.model.programme import Programme

Form = Literal["gpkg", "parquet", "fgb", "geojson", "csv"]

PROGRAMME = """\
format = 1
notes = ["Two made-up valleys: for tests, not a plan of anything."]

[agreement]
name = "Two valleys"
region = "Two valleys"
parties = ["Programme office", "Operator"]
terms = "Ninety million over three years for homes and safety."
currency = "CNY"
price_year = 2025
first_year = 2026
years = 3
budget = [20e6, 40e6, 30e6]

[rates]
inflation_per_year = 0.02
discount_rate_real = 0.05
exchange = { USD = 7.1 }

[layers]
sites = "{sites}"
sources = "{sources}"
areas = "{areas}"

[[layers.routes]]
source = "{roads}"
method = "buried"
length_field = "km"
length_unit = "km"

[routing]
lead_in_max_km = 15.0

[routing.rates.buried]
urban = "route_urban"
plain = "route_plain"
mountain = "route_mountain"

[technologies.fibre]
mbps = 1000.0
latency_ms = 5.0

[technologies.microwave]
mbps = 100.0
latency_ms = 15.0
site_mbps_max = 400.0

[[technologies.microwave.bands]]
up_to_km = 20.0
costs = [{ item = "microwave_short", per = "unit" }]

[[technologies.microwave.bands]]
up_to_km = 60.0
costs = [{ item = "microwave_long", per = "unit" }]

[technologies.satellite]
mbps = 50.0
latency_ms = 600.0

[categories.home]
name = "Homes"
demand_mbps = 2.0

[[categories.home.costs.fibre]]
item = "duct"
per = "urban_household"
quantity = 3.0

[[categories.home.costs.fibre]]
item = "aerial_cable"
per = "rural_household"
quantity = 25.0

[[categories.home.costs.fibre]]
item = "connect"
per = "connected_household"

[[categories.home.costs.fibre]]
item = "village_link"
per = "village"

[[categories.home.costs.microwave]]
item = "wireless_home"
per = "connected_household"

[[categories.home.costs.satellite]]
item = "dish"
per = "connected_household"

[[categories.home.costs.satellite]]
item = "satellite_capacity"
per = "mbps"
kind = "opex"

[categories.clinic]
name = "Clinics"
household_equivalents = 50.0
demand_mbps = 20.0
costs.fibre = [{ item = "institution", per = "unit" }]
costs.microwave = [{ item = "wireless_institution", per = "unit" }]
costs.satellite = [{ item = "dish", per = "unit" }, { item = "satellite_capacity", per = "mbps", kind = "opex" }]

[categories.county_seat]
name = "County seats"
household_equivalents = 500.0
demand_mbps = 100.0
costs.fibre = [{ item = "institution", per = "unit" }]

[categories.emergency_post]
name = "Emergency posts"
household_equivalents = 100.0
demand_mbps = 10.0
costs.fibre = [{ item = "institution", per = "unit" }]
costs.microwave = [{ item = "wireless_institution", per = "unit" }]
costs.satellite = [{ item = "dish", per = "unit" }, { item = "satellite_capacity", per = "mbps", kind = "opex" }]

[[projects]]
id = "livelihood"
name = "Livelihood"
purpose = "Homes and clinics of every settlement"
standard = { mbps = 30.0, latency_ms = 100.0 }
minimum_share = 0.5
targets = [{ year = 2027, coverage = 0.2 }, { year = 2028, coverage = 0.5 }]

[[projects]]
id = "safety"
name = "Safety"
purpose = "Emergency services that stay reachable"
priority = 2.0
fibre_mandatory = ["county_seat"]
standard = { mbps = 20.0, latency_ms = 800.0 }
minimum_share = 0.001
targets = [{ year = 2028, coverage = 0.6 }]
"""

CATALOGUE = """\
item,unit,low,rate,high,currency,price_year,source,confidence,life_years,opex_share_per_year
route_urban,m,150,200,320,CNY,2025,made up,assumption,30,0.01
route_plain,km,6000,10000,16000,USD,2025,made up,assumption,30,0.01
route_mountain,km,12000,20000,40000,USD,2025,made up,assumption,30,0.02
duct,m,20,25,30,USD,2024,made up,assumption,30,0.01
aerial_cable,m,7,10,14,USD,2024,made up,assumption,20,0.02
connect,each,300,415,500,USD,2025,made up,assumption,10,0.05
village_link,each,200000,300000,450000,CNY,2025,made up,assumption,25,0.02
institution,each,4000,6000,9000,CNY,2025,made up,assumption,8,0.1
wireless_home,each,150,200,260,USD,2025,made up,assumption,6,0.1
wireless_institution,each,3000,5000,8000,CNY,2025,made up,assumption,6,0.1
microwave_short,each,60000,90000,120000,CNY,2025,made up,assumption,10,0.05
microwave_long,each,150000,220000,300000,CNY,2025,made up,assumption,10,0.05
dish,each,400,600,800,USD,2025,made up,assumption,5,0.05
satellite_capacity,mbps,120,200,400,USD,2025,made up,assumption,1,0
"""

SOURCES_MD = """\
# Sources

Everything in this folder is made up for tests. No licence applies.
"""

PLACES = {
    "capital": (80.10, 40.30),
    "middle": (80.38, 40.31),
    "east": (80.90, 40.30),
    "north": (80.55, 40.52),
    "south": (80.32, 40.08),
    "pass": (80.75, 40.55),
    "far": (80.72, 40.05),
}
"""Longitude and latitude of the places; ``far`` is 28 km off every road."""

ROADS = (
    [(80.10, 40.30), (80.20, 40.33), (80.30, 40.30)],
    [(80.30, 40.30), (80.40, 40.28), (80.50, 40.30)],
    [(80.50, 40.30), (80.60, 40.33), (80.70, 40.31)],
    [(80.70, 40.31), (80.80, 40.28), (80.90, 40.30)],
    [(80.50, 40.30), (80.52, 40.40), (80.55, 40.52)],
    [(80.30, 40.30), (80.33, 40.20), (80.32, 40.08)],
    [(80.55, 40.52), (80.65, 40.50), (80.75, 40.55)],
    [(80.10, 40.30), (80.25, 40.48), (80.55, 40.52)],
    [(80.75, 40.55), (80.85, 40.45), (80.90, 40.30)],
)
"""A trunk, three branches and two ways round."""

_HOMES: dict[str, dict[str, float]] = {
    "capital": {"households": 9000, "urban_households": 8000, "villages": 2, "already_served": 0.2},
    "middle": {"households": 4000, "urban_households": 1000, "villages": 6},
    "north": {"households": 600, "villages": 3},
    "south": {"households": 900, "villages": 4},
    "pass": {"households": 120, "villages": 1},
    "far": {"households": 40, "villages": 1},
}

_OTHERS = (
    ("livelihood", "clinic", "middle", 3),
    ("livelihood", "clinic", "north", 1),
    ("livelihood", "clinic", "far", 1),
    ("safety", "county_seat", "east", 1),
    ("safety", "county_seat", "south", 1),
    ("safety", "emergency_post", "capital", 2),
    ("safety", "emergency_post", "pass", 1),
)


def tiny_sites() -> gpd.GeoDataFrame:
    """Fifteen demands at seven places; ``east`` comes in two tranches."""
    rows: list[dict[str, Any]] = [
        {"id": f"home-{place}", "place_id": place, "project": "livelihood", "category": "home", **counts}
        for place, counts in _HOMES.items()
    ]
    for tranche in (1, 2):
        half = {"households": 12_000, "urban_households": 10_000, "villages": 5, "tranche": tranche}
        east = {"id": f"home-east-{tranche}", "place_id": "east", "project": "livelihood", "category": "home"}
        rows.append({**east, **half, "earliest_year": 2026 + tranche})
    for project, category, place, units in _OTHERS:
        row = {"id": f"{category}-{place}", "place_id": place, "project": project, "category": category}
        rows.append({**row, "units": units, "derived": True, "rule": "made up"})
    table = gpd.GeoDataFrame(rows, geometry=[Point(PLACES[row["place_id"]]) for row in rows], crs="EPSG:4326")
    table["name"] = table["place_id"].str.title()
    table["earliest_year"] = table["earliest_year"].astype("Int64")
    table["tranche"] = table["tranche"].fillna(1).astype("int64")
    table["derived"] = [row.get("derived", False) for row in rows]
    return table


def tiny_areas() -> gpd.GeoDataFrame:
    """Two valleys side by side."""
    return gpd.GeoDataFrame(
        {"id": ["west", "east"], "name": ["West valley", "East valley"]},
        geometry=[box(80.0, 40.0, 80.5, 40.6), box(80.5, 40.0, 81.0, 40.6)],
        crs="EPSG:4326",
    )


def tiny_sources() -> gpd.GeoDataFrame:
    """The capital from the start, and a gateway at the pass from the second year for a connection cost."""
    return gpd.GeoDataFrame(
        {
            "id": ["source-capital", "source-pass"],
            "name": ["Capital", "Pass"],
            "connection_cost": [0.0, 5_000_000.0],
            "from_year": np.array([2026, 2027]),
        },
        geometry=[Point(PLACES["capital"]), Point(PLACES["pass"])],
        crs="EPSG:4326",
    )


def tiny_roads() -> gpd.GeoDataFrame:
    """Nine road lines with their driven length, 4 % longer than drawn."""
    geod = Geod(ellps="WGS84")
    lines = [LineString(road) for road in ROADS]
    km = [round(1.04 * geod.geometry_length(line) / 1000, 3) for line in lines]
    return gpd.GeoDataFrame({"km": km}, geometry=lines, crs="EPSG:4326")


def write_layer(table: gpd.GeoDataFrame, folder: Path, name: str, form: Form = "gpkg") -> str:
    """Write one layer into `folder` and return how ``programme.toml`` names it."""
    if form == "gpkg":
        table.to_file(folder / "layers.gpkg", layer=name, driver="GPKG")
        return f"layers.gpkg:{name}"
    path = folder / f"{name}.{form}"
    if form == "parquet":
        table.to_parquet(path)
    elif form == "csv":
        _write_csv(table, path)
    else:
        table.to_file(path, driver={"fgb": "FlatGeobuf", "geojson": "GeoJSON"}[form])
    return path.name


def _write_csv(table: gpd.GeoDataFrame, path: Path) -> None:
    plain = table.drop(columns="geometry")
    if (table.geom_type == "Point").all():
        plain = plain.assign(lon=table.geometry.x, lat=table.geometry.y)
    else:
        plain = plain.assign(wkt=table.geometry.to_wkt())
    plain.to_csv(path, index=False)


def tiny_project(folder: Path, form: Form = "gpkg") -> Path:
    """Write the whole small project into `folder` (made if it is missing) and return the folder.

    Two projects, three technologies, three years; money for about two thirds of what all would cost by fibre. The
    layers lie in ``layers.gpkg`` (``sites``, ``sources``, ``areas``, ``roads``), or in a file each in another `form`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"sites": tiny_sites(), "sources": tiny_sources(), "areas": tiny_areas(), "roads": tiny_roads()}
    text = PROGRAMME
    for name, table in tables.items():
        text = text.replace("{" + name + "}", write_layer(table, folder, name, form))
    (folder / "programme.toml").write_text(text, encoding="utf-8")
    (folder / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    (folder / "SOURCES.md").write_text(SOURCES_MD, encoding="utf-8")
    return folder


def settings() -> Programme:
    """The settings of the small project, without its folder."""
    return Programme.model_validate(tomllib.loads(PROGRAMME))
