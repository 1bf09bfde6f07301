"""Write ``layers.gpkg``: a planner's own layers of a corner of the village, cut out of its map.

Streets, premises and the barriers are those of the map beside the first example. The duct, the poles, the office and
the plots are made up along them, to show what such layers look like: nobody's registers were read.
Run ``python examples/own-layers-village/make_layers.py``.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from karez.reading.street import read_street

FOLDER = Path(__file__).parent
MAP = FOLDER.parent / "finland-village" / "map.osm.pbf"
CORNER = (26.9385, 60.5295, 26.9500, 60.5345)
"""West, south, east, north."""
CRS = "EPSG:3067"
"""What Finnish registers are in; any will do."""
POLE_EVERY_M = 40.0
PLOT_M = 14.0
STREET_M = 4.0


def layers() -> dict[str, gpd.GeoDataFrame]:
    """Layers of the file by name."""
    found = read_street(MAP)
    box = shapely.box(*CORNER)
    streets = gpd.clip(found.ways, box).explode(index_parts=False)
    streets = streets[streets.geom_type == "LineString"].to_crs(CRS).sort_values("id").reset_index(drop=True)
    streets["id"] = [f"street-{number}" for number in range(len(streets))]
    homes = found.premises[shapely.within(found.premises.geometry.to_numpy(), box)]
    homes = homes.to_crs(CRS).reset_index(drop=True)
    homes["id"] = [f"house-{number}" for number in range(len(homes))]
    longest = streets.geometry[streets.geometry.length.sort_values(ascending=False).index]
    poled, ducted = longest.iloc[0], longest.iloc[1]
    poles = [poled.interpolate(at) for at in np.arange(0.0, poled.length, POLE_EVERY_M)]
    return {
        "streets": streets[["id", "name", "kind", "surface", "geometry"]],
        "premises": homes[["id", "kind", "dwellings", "geometry"]],
        "parcels": _plots(homes, streets),
        "ducts": _layer([ducted], id=["duct-of-the-water-works"], free_cables=[3], price_per_m=[2.0]),
        "poles": _layer(poles, id=[f"pole-{number}" for number in range(len(poles))]),
        "offices": _layer([poled.interpolate(0.5, normalized=True)], id=["exchange"], name=["The old exchange"]),
    }


def _plots(homes: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The ground that is nearest to each house, as far as it may be its plot, without the streets."""
    yards = shapely.buffer(homes.geometry.to_numpy(), PLOT_M, cap_style="square", join_style="mitre")
    middles = shapely.centroid(homes.geometry.to_numpy())
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(middles)))
    house, cell = shapely.STRtree(cells).query(middles, predicate="within")
    order = cell[np.argsort(house)]
    public = shapely.union_all(shapely.buffer(streets.geometry.to_numpy(), STREET_M))
    plots = shapely.difference(shapely.intersection(yards, cells[order]), public)
    # A street through a yard leaves the part that the house stands on.
    parts = [max(shapely.get_parts(plot), key=lambda part: part.area) for plot in plots]
    return _layer(parts, id=[f"plot-{number}" for number in range(len(homes))])


def _layer(shapes: list[shapely.Geometry], **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def main() -> None:
    """Write the file anew; equal maps give equal files."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    path = FOLDER / "layers.gpkg"
    path.unlink(missing_ok=True)
    for name, frame in layers().items():
        frame.to_file(path, layer=name, driver="GPKG", layer_options={"SPATIAL_INDEX": "NO"})


if __name__ == "__main__":
    main()
