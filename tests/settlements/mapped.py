"""The small project with maps of made-up settlements: rows of houses along a street, in layers of one's own."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from projects import PLACES, tiny_project

METRES = 111_320.0
"""Metres in a degree of latitude."""


RULES = """\
[prices]
trench_per_m = { carriageway = 8.0, paved = 8.0, soft = 8.0 }
drop_per_m = 4.0
office_each = 200.0
cabinet_each = 50.0
port_each = 100.0
"""
"""So few houses bear no central office of a town."""


def street_map(path: Path, at: tuple[float, float], houses: int = 8, apart_m: float = 25.0) -> Path:
    """Write a street from west to east with houses on its northern side, two dwellings in every fourth."""
    path.parent.mkdir(parents=True, exist_ok=True)
    east = METRES * np.cos(np.radians(at[1]))

    def there(x_m: float, y_m: float) -> tuple[float, float]:
        return at[0] + x_m / east, at[1] + y_m / METRES

    line = shapely.LineString([there(apart_m * number, 0.0) for number in range(houses + 1)])
    points = [shapely.Point(there(apart_m * (number + 0.4), 12.0)) for number in range(houses)]
    dwellings = [2 if number % 4 == 3 else 1 for number in range(houses)]
    ids = [f"house-{number}" for number in range(houses)]
    gpd.GeoDataFrame({"id": ["street"]}, geometry=[line], crs=4326).to_file(path, layer="streets")
    gpd.GeoDataFrame({"id": ids, "dwellings": dwellings}, geometry=points, crs=4326).to_file(path, layer="premises")
    return path


def add(folder: Path, text: str) -> None:
    """Add to ``programme.toml``."""
    path = folder / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def with_map(folder: Path, place: str, houses: int = 8, more: str = "") -> Path:
    """Give a place of the small project a map; returns the map."""
    made = street_map(folder / "maps" / f"{place}.gpkg", PLACES[place], houses)
    add(folder, f'\n[[street.settlements]]\nplace = "{place}"\nmap = "maps/{place}.gpkg"\n{more}')
    return made


def mapped_project(folder: Path) -> Path:
    """The small project with maps of two places, one of them in two tranches, and money for most of it."""
    project = tiny_project(folder)
    settings = project / "programme.toml"
    text = settings.read_text(encoding="utf-8").replace("[20e6, 40e6, 30e6]", "[40e6, 80e6, 60e6]")
    settings.write_text(text, encoding="utf-8")
    with_map(project, "east", houses=12)
    with_map(project, "north")
    (project / "rules.toml").write_text(RULES, encoding="utf-8")
    add(project, '\n[street]\nrules = "rules.toml"\n')
    return project
