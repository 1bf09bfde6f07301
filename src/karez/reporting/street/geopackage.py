"""``plan.gpkg`` of a street-level design, with styles for QGIS; ``field.kmz`` for the crew."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import shapely

from karez.reporting.geopackage import add_styles, fixed_time
from karez.reporting.street.layers import rows
from karez.reporting.street.palette import COLOURS, ORDER, WIDTHS
from karez.reporting.styles import LayerStyle, single_style

KML_STAMP = (2000, 1, 1, 0, 0, 0)
"""Written wherever the archive asks for a time: equal designs give equal files (rule 10)."""
KML_LAYERS = ("trench", "cabinets", "closures", "offices")
KML_COLUMNS = {
    "trench": ("kind", "surface", "method", "length_m", "cables"),
    "cabinets": ("ports", "dwellings", "splitters"),
    "closures": ("cabinet", "dwellings"),
    "offices": ("dwellings", "ports"),
}


def write_layers(layers: dict[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write every layer; equal designs give equal files."""
    with fixed_time():
        for name in ORDER:
            frame = layers[name]
            pyogrio.write_dataframe(
                frame,
                path,
                layer=name,
                driver="GPKG",
                geometry_type="LineString" if name in WIDTHS else "Point",
                append=path.exists(),
                dataset_options={"VERSION": "1.3"},
                layer_options={"GEOMETRY_NAME": "geom"},
            )
    with closing(sqlite3.connect(path)) as connection, connection:
        add_styles(connection, [_style(name) for name in ORDER])


def _style(name: str) -> LayerStyle:
    kind = "LineString" if name in WIDTHS else "Point"
    return single_style(name, kind, COLOURS[name], WIDTHS.get(name, 2.2 if name != "premises" else 1.0))


def write_kmz(layers: dict[str, gpd.GeoDataFrame], name: str, path: Path) -> None:
    """Write what a crew takes along: trench and plant, each with its figures, as KML 2.2 in a zip."""
    root = ET.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = ET.SubElement(root, "Document")
    ET.SubElement(document, "name").text = name
    for layer in KML_LAYERS:
        style = ET.SubElement(document, "Style", id=layer)
        red, green, blue = COLOURS[layer][1:3], COLOURS[layer][3:5], COLOURS[layer][5:7]
        kind = ET.SubElement(style, "LineStyle" if layer == "trench" else "IconStyle")
        ET.SubElement(kind, "color").text = f"ff{blue}{green}{red}"
        if layer == "trench":
            ET.SubElement(kind, "width").text = "3"
        folder = ET.SubElement(document, "Folder")
        ET.SubElement(folder, "name").text = layer.capitalize()
        for row in rows(layers[layer]):
            mark = ET.SubElement(folder, "Placemark")
            ET.SubElement(mark, "name").text = str(row.id)
            ET.SubElement(mark, "styleUrl").text = f"#{layer}"
            data = ET.SubElement(mark, "ExtendedData")
            for column in KML_COLUMNS[layer]:
                entry = ET.SubElement(data, "Data", name=column)
                ET.SubElement(entry, "value").text = str(getattr(row, column))
            shape = ET.SubElement(mark, "LineString" if layer == "trench" else "Point")
            points = shapely.get_coordinates(row.geometry)
            ET.SubElement(shape, "coordinates").text = " ".join(f"{lon:.6f},{lat:.6f}" for lon, lat in points)
    text = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("doc.kml", KML_STAMP), text, zipfile.ZIP_DEFLATED)
