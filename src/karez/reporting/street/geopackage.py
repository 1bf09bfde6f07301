"""``plan.gpkg`` of a street-level design, with styles for QGIS; ``field.kmz`` for the crew."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import shapely

from karez.reporting.geopackage import write_layers
from karez.reporting.street.locks import KINDS
from karez.reporting.street.palette import COLOURS, LOCK_COLOURS, LOCK_DASH, LOCK_LABELS, ORDER, WIDTHS
from karez.reporting.styles import LayerStyle, category_style, single_style

KML_STAMP = (2000, 1, 1, 0, 0, 0)
"""Written wherever the archive asks for a time: equal designs give equal files (rule 10)."""
KML_LAYERS = ("trench", "cabinets", "closures", "offices")
KML_COLUMNS = {
    "trench": ("kind", "surface", "method", "length_m", "cables"),
    "cabinets": ("ports", "dwellings", "splitters"),
    "closures": ("cabinet", "dwellings"),
    "offices": ("dwellings", "ports"),
}


def write_street_layers(layers: dict[str, gpd.GeoDataFrame], locks: dict[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write every layer, and those of what is fixed; equal designs give equal files."""
    typed = {name: (layers[name], "LineString" if name in WIDTHS else "Point") for name in ORDER}
    typed |= {name: (frame, KINDS[name]) for name, frame in locks.items()}
    styles = [*(_style(name) for name in ORDER), *(_lock_style(name) for name in locks)]
    write_layers(typed, path, version="1.3", styles=styles)


def _lock_style(name: str) -> LayerStyle:
    looks = [(role, label, LOCK_COLOURS[role]) for role, label in LOCK_LABELS.items()]
    return category_style(name, KINDS[name], "role", looks, LOCK_DASH)


def _style(name: str) -> LayerStyle:
    kind = "LineString" if name in WIDTHS else "Point"
    return single_style(name, kind, COLOURS[name], WIDTHS.get(name, 2.2 if name != "premises" else 1.0))


def write_kmz(layers: dict[str, gpd.GeoDataFrame], name: str, path: Path) -> None:
    """Write what a crew takes along: trench and plant, each with its figures, as KML 2.2 in a zip."""
    styles = "".join(_kml_style(layer) for layer in KML_LAYERS)
    folders = "".join(_kml_folder(layer, layers[layer]) for layer in KML_LAYERS)
    text = (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{escape(name)}</name>{styles}{folders}'
        "</Document></kml>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("doc.kml", KML_STAMP), text, zipfile.ZIP_DEFLATED)


def _kml_style(layer: str) -> str:
    red, green, blue = COLOURS[layer][1:3], COLOURS[layer][3:5], COLOURS[layer][5:7]
    colour = f"<color>ff{blue}{green}{red}</color>"
    look = (
        f"<LineStyle>{colour}<width>3</width></LineStyle>" if layer == "trench" else f"<IconStyle>{colour}</IconStyle>"
    )
    return f'<Style id="{layer}">{look}</Style>'


def _kml_folder(layer: str, frame: gpd.GeoDataFrame) -> str:
    """One mark a row: its id, its figures, its shape."""
    shape = "LineString" if layer == "trench" else "Point"
    points, row = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    written = [f"{lon:.6f},{lat:.6f}" for lon, lat in points.tolist()]
    first = np.searchsorted(row, np.arange(len(frame) + 1)).tolist()
    data = [""] * len(frame)
    for column in KML_COLUMNS[layer]:
        values = [escape(str(value)) for value in frame[column].tolist()]
        data = [
            f'{before}<Data name="{column}"><value>{value}</value></Data>'
            for before, value in zip(data, values, strict=True)
        ]
    marks = [
        f"<Placemark><name>{escape(str(own))}</name><styleUrl>#{layer}</styleUrl><ExtendedData>{told}</ExtendedData>"
        f"<{shape}><coordinates>{' '.join(written[start:end])}</coordinates></{shape}></Placemark>"
        for own, told, start, end in zip(frame["id"], data, first[:-1], first[1:], strict=True)
    ]
    return f"<Folder><name>{layer.capitalize()}</name>{''.join(marks)}</Folder>"
