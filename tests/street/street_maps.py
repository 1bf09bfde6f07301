"""Small towns as OpenStreetMap files, made for tests."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

At = tuple[float, float]
"""Metres east and north."""


class Town:
    """A map under construction: nodes on a grid of metres around a corner in the south-west."""

    def __init__(self, lon: float = 25.0, lat: float = 60.0) -> None:
        self.lon, self.lat = lon, lat
        self.nodes: dict[tuple[float, float], int] = {}
        self.extra: list[str] = []
        self.ways: list[str] = []

    def node(self, east_m: float, north_m: float) -> int:
        """Number of the node at a point."""
        return self.nodes.setdefault((east_m, north_m), len(self.nodes) + 1)

    def way(self, points: list[tuple[float, float]], **tags: str) -> None:
        """A line with tags; `_` in a key stands for a colon."""
        refs = "".join(f'<nd ref="{self.node(*point)}"/>' for point in points)
        words = "".join(f'<tag k="{key.replace("_", ":")}" v="{value}"/>' for key, value in tags.items())
        self.ways.append(f'<way id="{len(self.ways) + 1}" version="1">{refs}{words}</way>')

    def street(self, points: list[tuple[float, float]], kind: str = "residential", **tags: str) -> None:
        """A street."""
        self.way(points, highway=kind, **tags)

    def house(self, east_m: float, north_m: float, size_m: float = 10.0, kind: str = "house", **tags: str) -> None:
        """A square building whose south-western corner is given."""
        a, b, c, d = east_m, north_m, east_m + size_m, north_m + size_m
        self.way([(a, b), (c, b), (c, d), (a, d), (a, b)], building=kind, **tags)

    def write(self, path: Path) -> Path:
        """Write it as OSM XML."""
        metres = 111_320.0
        lines = [
            f'<node id="{number}" version="1" lat="{self.lat + north / metres:.7f}" '
            f'lon="{self.lon + east / (metres * 0.5):.7f}"/>'
            for (east, north), number in self.nodes.items()
        ]
        text = "\n".join(["<osm version='0.6'>", *lines, *self.ways, "</osm>"])
        path.write_text(text, encoding="utf-8")
        return path


def row_of_houses(houses: int = 6, apart_m: float = 30.0) -> Town:
    """One street with houses on its northern side."""
    town = Town()
    town.street([(apart_m * number, 0.0) for number in range(houses + 1)])
    for number in range(houses):
        town.house(apart_m * number + 10.0, 12.0)
    return town


def grid_of_streets(blocks: int = 3, side_m: float = 80.0, *, wide: bool = False) -> Town:
    """Streets in a grid, two houses at each side of a block; every other street is wide if asked for."""
    town = Town()
    for number in range(blocks + 1):
        line = [(side_m * step, side_m * number) for step in range(blocks + 1)]
        town.street(line, "tertiary" if wide and number % 2 else "residential", name=f"Row {number}")
        town.street([(north, east) for east, north in line], name=f"Column {number}")
    for east in range(blocks):
        for north in range(blocks):
            for shift in (0.25, 0.6):
                town.house(side_m * (east + shift), side_m * north + 10.0)
                town.house(side_m * (east + shift), side_m * (north + 1) - 20.0)
    return town


class Locks:
    """Layers of a GeoPackage on the grid of a :class:`Town`: what a planner has fixed, or layers of one's own."""

    def __init__(self, **rows: list[dict[str, object]]) -> None:
        self.rows: dict[str, list[dict[str, object]]] = rows

    def point(self, layer: str, at: tuple[float, float], **columns: object) -> None:
        """Add a point."""
        self._add(layer, shapely.Point(degrees(at)), columns)

    def line(self, layer: str, *points: tuple[float, float], **columns: object) -> None:
        """Add a line."""
        self._add(layer, shapely.LineString([degrees(at) for at in points]), columns)

    def area(self, layer: str, low: tuple[float, float], high: tuple[float, float], **columns: object) -> None:
        """Add a rectangle."""
        self._add(layer, shapely.box(*degrees(low), *degrees(high)), columns)

    def ring(self, layer: str, outer: tuple[At, At], inner: tuple[At, At], **columns: object) -> None:
        """Add a rectangle with a rectangle cut out of it, both by their lower and upper corners."""
        whole, hole = (shapely.box(*degrees(low), *degrees(high)) for low, high in (outer, inner))
        self._add(layer, whole.difference(hole), columns)

    def _add(self, layer: str, shape: shapely.Geometry, columns: dict[str, object]) -> None:
        self.rows.setdefault(layer, []).append({**columns, "geometry": shape})

    def write(self, path: Path) -> Path:
        """Write every layer."""
        for layer, rows in self.rows.items():
            gpd.GeoDataFrame(rows, crs=4326).to_file(path, layer=layer)
        return path


def degrees(at: tuple[float, float]) -> tuple[float, float]:
    """Longitude and latitude of a point of the grid."""
    return 25.0 + at[0] / (111_320.0 * 0.5), 60.0 + at[1] / 111_320.0
