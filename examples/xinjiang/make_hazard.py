"""Make the example hazard of the reference project: illustrative, modelled from relief alone, no hazard map.

Run as ``python examples/xinjiang/make_hazard.py`` (``--out FILE`` writes elsewhere). The rule: where the ground within
two cells of the elevation raster either way (about 40 km) differs by at least 1,500 m in height, at the rims of the
Tian Shan, Pamir, Kunlun and Altai, strong earthquakes are taken to be possible. Such ground inside a block of two
degrees by two comes together as one event. Its probability is 1/475 a year, ten per cent in fifty years, the level that
building codes commonly design for; 1/100 where the relief of the block reaches 2,800 m. Neither is a measured rate.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.features import shapes
from scipy.ndimage import maximum_filter, minimum_filter

HERE = Path(__file__).resolve().parent
WINDOW = 5
RELIEF_M = 1_500.0
STRONG_RELIEF_M = 2_800.0
USUAL, STRONG = round(1 / 475, 5), 0.01
BLOCK_DEGREES = 2.0
SMALLEST_CELLS = 4
DECIMALS = 3
DATA = "modelled: illustrative, from relief by a stated rule; not a hazard map"


def zones(relief_file: Path, areas_file: Path) -> list[dict[str, object]]:
    """Features of the hazard, sorted by event."""
    with rasterio.open(relief_file) as raster:
        height, transform = raster.read(1).astype(np.float64), raster.transform
    relief = maximum_filter(height, WINDOW) - minimum_filter(height, WINDOW)
    steep = (relief >= RELIEF_M).astype(np.uint8)
    region = shapely.union_all(gpd.read_file(areas_file).geometry.to_numpy())
    cell = abs(transform.a * transform.e)
    found = [shapely.geometry.shape(outline) for outline, value in shapes(steep, steep == 1, transform=transform)]
    rim = shapely.union_all([shape for shape in found if shape.area >= SMALLEST_CELLS * cell])
    west, south, east, north = region.bounds
    features = []
    for lon in np.arange(np.floor(west / 2) * 2, east, BLOCK_DEGREES):
        for lat in np.arange(np.floor(south / 2) * 2, north, BLOCK_DEGREES):
            block = shapely.box(lon, lat, lon + BLOCK_DEGREES, lat + BLOCK_DEGREES)
            part = _polygons(shapely.intersection_all([rim, block, region]))
            if part.is_empty or part.area < SMALLEST_CELLS * cell:
                continue
            strongest = _strongest(relief, transform, lon, lat)
            features.append({
                "type": "Feature",
                "properties": {
                    "event": f"rim-{lon:.0f}-{lat:.0f}",
                    "name": f"Mountain rim between {lon:.0f} and {lon + 2:.0f}° E, {lat:.0f} and {lat + 2:.0f}° N",
                    "probability": STRONG if strongest >= STRONG_RELIEF_M else USUAL,
                    "relief_m": round(float(strongest)),
                    "data": DATA,
                },
                "geometry": json.loads(shapely.to_geojson(part)),
            })  # fmt: skip
    return features


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Its polygons, on a grid of thousandths of a degree."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.set_precision(shapely.MultiPolygon(parts), 10.0**-DECIMALS)


def _strongest(relief: np.ndarray, transform: rasterio.Affine, lon: float, lat: float) -> float:
    """Greatest relief of the cells of a block."""
    left, right = ((edge - transform.c) / transform.a for edge in (lon, lon + BLOCK_DEGREES))
    top, bottom = ((edge - transform.f) / transform.e for edge in (lat + BLOCK_DEGREES, lat))
    columns, rows = slice(max(round(left), 0), round(right)), slice(max(round(top), 0), round(bottom))
    return float(relief[rows, columns].max(initial=0.0))


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "hazards" / "earthquake.geojson")
    out = parser.parse_args().out
    features = zones(HERE / "layers" / "relief.tif", HERE / "layers" / "areas.gpkg")
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    text = '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
