"""Make the layers of a made-up archipelago, for trying hops between masts.

Run as ``python examples/archipelago/make_layers.py`` (``--out FOLDER`` writes elsewhere). Nothing here is a real place:
coast, hills, islands, people and masts are drawn by the rules of this script, the same every time.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

HERE = Path(__file__).resolve().parent

WEST, NORTH = 20.0, 60.2
STEP_LON, STEP_LAT = 0.0016, 0.0008
"""Cells of about 89 m by 89 m."""
COLUMNS, ROWS = 250, 250

HILLS = (
    # lon, lat, height_m, radius in degrees of latitude
    (20.06, 60.15, 34.0, 0.014),
    (20.10, 60.06, 46.0, 0.018),
    (20.18, 60.12, 22.0, 0.010),
    (20.20, 60.03, 30.0, 0.012),
    (20.13, 60.115, 95.0, 0.006),
)
"""Islands; the last is a steep rock in the middle of them, on which nobody lives."""

PLACES = {
    # id: lon, lat, name, households, people of note
    "harbour": (20.350, 60.100, "Harbour", 1400),
    "north-bay": (20.345, 60.165, "North Bay", 260),
    "southpoint": (20.340, 60.030, "Southpoint", 180),
    "skerry": (20.180, 60.121, "Skerry", 60),
    "holm": (20.200, 60.031, "Holm", 90),
    "great-isle": (20.100, 60.062, "Great Isle", 240),
    "great-isle-west": (20.080, 60.050, "Great Isle West", 70),
    "outer-isle": (20.060, 60.152, "Outer Isle", 45),
    "outer-cove": (20.045, 60.158, "Outer Cove", 20),
}

ROADS = {
    "coast": [(20.345, 60.165), (20.352, 60.13), (20.350, 60.10), (20.346, 60.06), (20.340, 60.03)],
    "great-isle": [(20.100, 60.062), (20.092, 60.055), (20.080, 60.050)],
    "outer-isle": [(20.060, 60.152), (20.052, 60.156), (20.045, 60.158)],
    "skerry": [(20.180, 60.121), (20.183, 60.117)],
    "holm": [(20.200, 60.031), (20.204, 60.034)],
}
CABLES = {
    "holm-sound": [(20.340, 60.03), (20.27, 60.025), (20.204, 60.034)],
    "along-the-coast": [(20.340, 60.03), (20.305, 60.045), (20.305, 60.085), (20.350, 60.10)],
}

TOWERS = (
    # id, lon, lat, name, height_m, existing, power
    ("t-harbour", 20.3495, 60.1005, "Harbour mast", 60, True, "grid"),
    ("t-southpoint", 20.3395, 60.0305, "Southpoint mast", 45, True, "grid"),
    ("t-skerry", 20.1805, 60.1205, "Skerry", 45, False, "none"),
    ("t-holm", 20.2005, 60.0315, "Holm", 45, False, "grid"),
    ("t-great", 20.1005, 60.0615, "Great Isle hill", 45, False, "grid"),
    ("t-great-west", 20.0805, 60.0505, "Great Isle West", 30, False, "grid"),
    ("t-outer", 20.0605, 60.1515, "Outer Isle", 45, False, "none"),
    ("t-rock", 20.13, 60.115, "The Rock", 30, False, "none"),
)


def elevation() -> np.ndarray:
    """Metres above the sea, row 0 in the north."""
    lon = WEST + (np.arange(COLUMNS) + 0.5) * STEP_LON
    lat = NORTH - (np.arange(ROWS) + 0.5) * STEP_LAT
    east, up = np.meshgrid(lon, lat)
    coast = 20.325 + 0.008 * np.sin(40.0 * up)
    land = np.clip((east - coast) * 900.0, 0.0, 25.0)
    land += np.where(east > coast, 8.0 * (1 + np.sin(90.0 * east) * np.sin(110.0 * up)), 0.0) * np.clip(
        (east - coast) * 100.0, 0.0, 1.0
    )
    for hill_lon, hill_lat, height, radius in HILLS:
        away = ((east - hill_lon) / 2.0) ** 2 + (up - hill_lat) ** 2
        land = np.maximum(land, (height + 6.0) * np.exp(-away / (2 * (radius / 1.7) ** 2)) - 6.0)
    return np.round(np.maximum(land, 0.0)).astype(np.int16)


def write_layers(folder: Path) -> None:
    """Write all layers."""
    folder.mkdir(parents=True, exist_ok=True)
    transform = from_origin(WEST, NORTH, STEP_LON, STEP_LAT)
    about = {"driver": "GTiff", "height": ROWS, "width": COLUMNS, "count": 1, "dtype": "int16", "crs": "EPSG:4326"}
    with rasterio.open(
        folder / "relief.tif", "w", transform=transform, compress="deflate", predictor=2, **about
    ) as file:
        file.write(elevation(), 1)
    _table(folder / "sites.csv", ("id", "place_id", "name", "project", "category", "households", "units"), _sites())
    towers = [(row[0], *row[3:5], str(row[5]).lower(), row[6], *row[1:3]) for row in TOWERS]
    _table(folder / "towers.csv", ("id", "name", "height_m", "existing", "power"), towers)
    lon, lat, *_ = PLACES["harbour"]
    _table(folder / "sources.csv", ("id", "name", "connection_cost"), [("exchange", "Exchange", 0, lon, lat)])
    _lines(folder / "roads.geojson", ROADS)
    _lines(folder / "cables.geojson", CABLES)
    _areas(folder / "areas.geojson")


def _sites() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for key, (lon, lat, name, households) in PLACES.items():
        rows.append((f"homes-{key}", key, name, "homes", "home", households, 1, lon, lat))
    for category, key in (
        ("school", "north-bay"),
        ("school", "great-isle"),
        ("emergency_post", "southpoint"),
        ("emergency_post", "outer-isle"),
        ("county_seat", "harbour"),
    ):
        lon, lat, name, _ = PLACES[key]
        rows.append((f"{category}-{key}", key, name, "services", category, "", 1, lon, lat))
    return rows


def _table(path: Path, names: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*names, "lon", "lat"))
        writer.writerows(rows)


def _lines(path: Path, lines: dict[str, list[tuple[float, float]]]) -> None:
    _collection(path, [(key, {"type": "LineString", "coordinates": line}) for key, line in lines.items()])


def _areas(path: Path) -> None:
    east, south, middle = WEST + COLUMNS * STEP_LON, NORTH - ROWS * STEP_LAT, 20.29

    def box(west: float, east: float) -> dict[str, object]:
        ring = [(west, south), (east, south), (east, NORTH), (west, NORTH), (west, south)]
        return {"type": "Polygon", "coordinates": [ring]}

    _collection(path, [("islands", box(WEST, middle)), ("mainland", box(middle, round(east, 6)))])


def _collection(path: Path, shapes: list[tuple[str, dict[str, object]]]) -> None:
    features = [{"type": "Feature", "properties": {"id": key}, "geometry": shape} for key, shape in shapes]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "layers")
    write_layers(parser.parse_args().out)
