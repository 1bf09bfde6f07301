"""Write a started project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import pyogrio

from karez.starting.settings import Start, programme_text, sources_text

STAMP = "2026-01-01T00:00:00.000Z"
"""Date that GeoPackages carry, so that equal input gives equal files (rule 10)."""


def write_folder(
    folder: Path, start: Start, sites: gpd.GeoDataFrame, sources: gpd.GeoDataFrame, areas: gpd.GeoDataFrame
) -> None:
    """Write every file of a started project into an empty folder; data under the ODbL stand in files of their own."""
    layers = folder / "layers"
    layers.mkdir()
    routes = start.routes
    with _stamped():
        _write(sites, layers / "sites.gpkg", "sites")
        _write(sources, layers / "sources.gpkg", "sources")
        _write(areas, layers / "areas.gpkg", "areas")
        for kind, table in routes.lines.items():
            _write(table, layers / f"{kind}.gpkg", kind)
        _write(routes.links_land, layers / "links.gpkg", "links_land")
        _write(routes.links_sea, layers / "links.gpkg", "links_sea")
    assets = files("karez.starting").joinpath("assets")
    _text(folder / "catalogue.csv", assets.joinpath("catalogue.csv").read_text("utf-8"))
    _text(folder / "programme.toml", programme_text(start))
    _text(folder / "SOURCES.md", sources_text(start))


def _write(table: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write a layer beside those the file has; a table without rows is left out."""
    if len(table):
        pyogrio.write_dataframe(table, path, layer=layer, driver="GPKG", append=path.exists())


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _stamped() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
