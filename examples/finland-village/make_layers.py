"""Write ``layers.gpkg``: a made-up district of two settlements, of which one has a map.

The village of the map and a hamlet beside it, the road between them, and a point where the network is fed. Counts,
road and point are made up: nothing in them is of the map.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

FEED = (26.80, 60.53)
VILLAGE = (26.95, 60.53)
HAMLET = (27.06, 60.55)
ROAD = [FEED, (26.86, 60.525), VILLAGE, (27.0, 60.545), HAMLET]
SITES = (
    # id, place, category, households, villages, units, point
    *((f"village-homes-{part}", "village", "home", 500.0, 0.0, 1.0, VILLAGE) for part in (1, 2, 3)),
    ("village-school", "village", "school", None, 0.0, 1.0, VILLAGE),
    ("hamlet-homes", "hamlet", "home", 220.0, 1.0, 1.0, HAMLET),
)


def main(folder: Path = Path(__file__).parent) -> None:
    """Write the layers."""
    path = folder / "layers.gpkg"
    path.unlink(missing_ok=True)
    names = ("id", "place_id", "category", "households", "villages", "units")
    sites = pd.DataFrame([row[:-1] for row in SITES], columns=names)
    sites["tranche"] = sites.groupby(["place_id", "category"]).cumcount() + 1
    sites = sites.assign(project="homes", name=sites["place_id"].str.title(), derived=True, rule="made up")
    layers = {
        "sites": gpd.GeoDataFrame(sites, geometry=[shapely.Point(row[-1]) for row in SITES], crs=4326),
        "sources": gpd.GeoDataFrame({"id": ["feed"], "name": ["Feed"]}, geometry=[shapely.Point(FEED)], crs=4326),
        "areas": gpd.GeoDataFrame(
            {"id": ["district"], "name": ["District"]}, geometry=[shapely.box(26.7, 60.45, 27.2, 60.65)], crs=4326
        ),
        "roads": gpd.GeoDataFrame({"name": ["Road"]}, geometry=[shapely.LineString(ROAD)], crs=4326),
    }
    for name, layer in layers.items():
        layer.to_file(path, layer=name, driver="GPKG")


if __name__ == "__main__":
    main()
