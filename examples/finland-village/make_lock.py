"""Write ``lock.gpkg``: what a planner might have fixed in the village, drawn along streets of its map.

An example only: there is no duct, pole line or office of that kind that the authors know of.
Run ``python examples/finland-village/make_lock.py``.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from karez.reading.street import read_street

FOLDER = Path(__file__).parent
POLE_EVERY_DEG = 0.0008
"""About 45 m from east to west at 60° north."""


def layers() -> dict[str, gpd.GeoDataFrame]:
    """Layers of the file by name."""
    ways = read_street(FOLDER / "map.osm.pbf").ways.set_index("id").geometry
    along = ways["way/172092288"]
    poles = [along.interpolate(at) for at in np.arange(0.0, along.length, POLE_EVERY_DEG)]
    return {
        "offices": _layer([shapely.Point(26.9572, 60.5305)], id=["school"], name=["Beside the school"]),
        "cabinets": _layer(
            [shapely.Point(26.9652, 60.5222), shapely.Point(26.9442, 60.5351)], id=["south", "west"], ports=[288, 192]
        ),
        "forbidden": _layer([ways["way/62061747"]], id=["new-asphalt"]),
        "preferred": _layer([ways["way/364417482"]], id=["works-of-the-road-office"], factor=[0.6]),
        "built": _layer([ways["way/42464491"]], id=["trunk-of-2024"], price_per_m=[2.0]),
        "ducts": _layer([ways["way/369217777"]], id=["duct-of-the-power-company"], free_cables=[4]),
        "poles": _layer(poles, id=[f"pole-{number}" for number in range(len(poles))]),
    }


def _layer(shapes: list[shapely.Geometry], **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def main() -> None:
    """Write the file anew; equal maps give equal files."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    path = FOLDER / "lock.gpkg"
    path.unlink(missing_ok=True)
    for name, frame in layers().items():
        frame.to_file(path, layer=name, driver="GPKG", layer_options={"SPATIAL_INDEX": "NO"})


if __name__ == "__main__":
    main()
