"""One layer of a project as it stands in its file: columns, shapes, reference system.

GeoPackage, FlatGeobuf and GeoJSON are read with pyogrio (GDAL), GeoParquet with pyarrow, CSV with the standard
library: longitude and latitude in WGS 84, or a column ``wkt``. A ``.json`` file that is a package of the Open Fibre
Data Standard has the layers ``nodes`` and ``spans``.
"""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import pyogrio.raw
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from karez.reading.findings import Findings, Mask, Where, listed, suggestion
from karez.reading.ofds import existing_nodes, existing_spans, is_package, read_package
from karez.reading.paths import Place, locate, sha256
from karez.reading.text_table import read_text_table

Shapes = npt.NDArray[np.object_]
WGS84 = CRS.from_epsg(4326)
GDAL_SUFFIXES = (".gpkg", ".fgb", ".geojson", ".json")
PARQUET_SUFFIXES = (".parquet", ".geoparquet")
LONGITUDE = ("lon", "longitude", "lng", "long", "x")
LATITUDE = ("lat", "latitude", "y")
FORMATS = "GeoPackage (.gpkg), GeoParquet (.parquet), FlatGeobuf (.fgb), GeoJSON (.geojson) or CSV (.csv)"


@dataclass(frozen=True)
class Layer:
    """A layer as read, rows in the order of the file.

    Parameters
    ----------
    where : Where
        File and layer, for faults.
    reference : str
        ``file:layer`` with the layer always named.
    columns : DataFrame
        The wanted columns that are there.
    available : tuple[str, ...]
        All columns but those that hold the geometry.
    shapes : object[rows]
        Shapely geometries in `crs`; None where there is none or it is broken.
    broken : bool[rows]
        Whether there is a geometry that cannot be understood.
    crs : CRS | None
        Reference system; None if the layer does not say, or says what nobody knows (a fault then stands).
    """

    where: Where
    reference: str
    columns: pd.DataFrame
    available: tuple[str, ...]
    shapes: Shapes
    broken: Mask
    crs: CRS | None


class Unreadable(Exception):
    """A file that is damaged or not what its name says."""


def read_layer(folder: Path, reference: str, setting: str, wanted: Sequence[str], findings: Findings) -> Layer | None:
    """Read the layer that a setting names; None, with faults, if it cannot be had.

    Parameters
    ----------
    folder : Path
        The project folder.
    reference : str
        ``file:layer``; the layer may be left out where the file has one.
    setting : str
        The setting that names it.
    wanted : sequence of str
        Columns to read, if they are there.
    findings : Findings
        Where faults, notes and the SHA-256 of the file go.
    """
    place = locate(folder, reference, setting, findings)
    if place is None:
        return None
    hash_file(place, findings.hashes)
    reader = _reader(place)
    if reader is None:
        findings.fault(Where(place.file), "the format is not one that is read", f"Save it as {FORMATS}")
        return None
    try:
        return reader(place, wanted, findings)
    except Unreadable as error:
        problem = f"the file is damaged or not what its name says ({error})"
        findings.fault(
            Where(place.file, place.layer), problem, "Write it again, or copy it again from where it is whole"
        )
        return None


def hash_file(place: Place, hashes: dict[str, str]) -> None:
    """Note the SHA-256 of a file, and of a GeoPackage's write-ahead log if another program left one."""
    if place.file not in hashes:
        hashes[place.file] = sha256(place.path)
        log = place.path.with_name(f"{place.path.name}-wal")
        if log.is_file() and log.stat().st_size:
            hashes[f"{place.file}-wal"] = sha256(log)


Reader = Callable[[Place, Sequence[str], Findings], Layer | None]


def _reader(place: Place) -> Reader | None:
    suffix = place.path.suffix.lower()
    if suffix == ".json" and is_package(place.path):
        return _read_ofds
    if suffix in GDAL_SUFFIXES:
        return _read_gdal
    if suffix in PARQUET_SUFFIXES:
        return _read_parquet
    return _read_csv if suffix == ".csv" else None


def _read_ofds(place: Place, wanted: Sequence[str], findings: Findings) -> Layer | None:
    """A network of the Open Fibre Data Standard as fibre that exists: its layer ``nodes`` or ``spans``."""
    name = place.layer or ("nodes" if place.setting.endswith("nodes") else "spans")
    where = Where(place.file, name)
    if name not in ("nodes", "spans"):
        findings.fault(where, "the network has no such layer", f"Name {place.file}:nodes or {place.file}:spans")
        return None
    try:
        read = existing_nodes if name == "nodes" else existing_spans
        table, shapes = read(read_package(place.path), where, findings)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Unreadable(str(error)) from error
    available = tuple(str(column) for column in table)
    columns = table[[column for column in available if column in wanted]]
    return Layer(where, f"{place.file}:{name}", columns, available, shapes, np.zeros(len(shapes), dtype=bool), WGS84)


def _read_gdal(place: Place, wanted: Sequence[str], findings: Findings) -> Layer | None:
    """GeoPackage, FlatGeobuf, GeoJSON."""
    if place.path.suffix.lower() == ".gpkg":
        _check_geopackage(place.path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # unclosed rings: counted by _shapes
            kinds = pyogrio.list_layers(place.path)
            name = _layer_name(place, dict(kinds.tolist()), findings)
            if name is None:
                return None
            info = pyogrio.read_info(place.path, layer=name)
            available = tuple(str(column) for column in info["fields"])
            columns = [column for column in available if column in wanted]
            meta, _, wkb, cells = pyogrio.raw.read(place.path, layer=name, columns=columns)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        RuntimeError,
        IndexError,
        ValueError,
    ) as error:
        raise Unreadable(str(error).split(";", maxsplit=1)[0].replace(str(place.path), place.file)) from error
    many = place.path.suffix.lower() == ".gpkg" or len(kinds) > 1
    where = Where(place.file, name if many else place.layer)
    if wkb is None:
        findings.fault(where, "the layer has no geometry", "Name a layer of points, lines or polygons")
        return None
    table = pd.DataFrame(dict(zip(meta["fields"], cells, strict=True)), index=range(len(wkb)))
    crs = _known_crs(info["crs"], where, findings)
    return _layer(where, name, table, available, wkb, crs, findings)


def _check_geopackage(path: Path) -> None:
    """Refuse a GeoPackage whose pages are missing or damaged: GDAL may read what is left of it without a word."""
    if path.with_name(f"{path.name}-wal").exists():
        return  # pages may lie in the log
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'gpkg_contents'").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise Unreadable(str(error)) from error
    if answer != "ok":
        raise Unreadable(str(answer).splitlines()[-1])
    if not tables:
        raise Unreadable("no GeoPackage: the table gpkg_contents is missing")


def _layer_name(place: Place, kinds: dict[str, str | None], findings: Findings) -> str | None:
    """The layer that is asked for, or the only one with geometry if none is."""
    names = sorted(kinds)
    if place.layer in kinds:
        return place.layer
    if place.layer and not (len(names) == 1 and place.layer == place.path.stem):
        problem = f"the file has no such layer; programme.toml names it at {place.setting}"
        remedy = f"Correct {place.setting}{suggestion(place.layer, names)}"
        findings.fault(Where(place.file, place.layer), problem, remedy)
        return None
    drawn = sorted(name for name, kind in kinds.items() if kind is not None)
    if len(drawn) == 1:
        return drawn[0]
    problem = f"the file has {len(drawn) or 'no'} layers with geometry, and {place.setting} does not say which"
    remedy = f"Write {place.setting} as `{place.file}:layer`" if drawn else "Name a file with points, lines or polygons"
    findings.fault(Where(place.file), problem, f"{remedy}{suggestion('', drawn)}")
    return None


def _read_parquet(place: Place, wanted: Sequence[str], findings: Findings) -> Layer | None:
    """GeoParquet: the primary geometry column, with the reference system its metadata state."""
    import pyarrow as pa  # noqa: PLC0415  half a second that only readers of this format pay
    import pyarrow.parquet as pq  # noqa: PLC0415

    where = Where(place.file, place.layer)
    if place.layer not in ("", place.path.stem):
        _layer_name(place, {place.path.stem: ""}, findings)
        return None
    try:
        schema = pq.read_schema(place.path)
        geo = _geo_metadata(schema.metadata)
        primary = geo["primary_column"]
        about = geo["columns"][primary]
        available = tuple(name for name in schema.names if name not in geo["columns"])
        frame = pq.read_table(place.path, columns=[name for name in available if name in wanted] + [primary])
        if about["encoding"] != "WKB":
            frame = _as_wkb(place, frame, primary)
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise Unreadable(str(error).splitlines()[0].replace(str(place.path), place.file)) from error
    wkb = frame.column(primary).to_numpy(zero_copy_only=False)
    crs = _known_crs(about.get("crs", "OGC:CRS84"), where, findings)
    table = frame.drop_columns([primary]).to_pandas(ignore_metadata=True)
    return _layer(where, place.path.stem, table, available, wkb, crs, findings)


def _geo_metadata(metadata: dict[bytes, bytes] | None) -> dict[str, Any]:
    if not metadata or b"geo" not in metadata:
        raise Unreadable("a Parquet file without the metadata `geo` of GeoParquet")
    return dict(json.loads(metadata[b"geo"]))


def _as_wkb(place: Place, frame: Any, primary: str) -> Any:
    """Turn a geometry column in one of GeoParquet's native encodings into WKB."""
    import geopandas as gpd  # noqa: PLC0415

    wkb = gpd.read_parquet(place.path, columns=[primary]).geometry.to_wkb()
    return frame.set_column(frame.schema.get_field_index(primary), primary, [wkb.to_list()])


def _read_csv(place: Place, wanted: Sequence[str], findings: Findings) -> Layer | None:
    """CSV with longitude and latitude, or ``wkt``; the header decides which."""
    where = Where(place.file, place.layer, first_row=2)
    if place.layer not in ("", place.path.stem):
        _layer_name(place, {place.path.stem: ""}, findings)
        return None
    table = read_text_table(place.path, where, findings)
    if table is None:
        return None
    lower = {name.lower(): name for name in reversed(table.columns)}
    lon = next((lower[name] for name in LONGITUDE if name in lower), None)
    lat = next((lower[name] for name in LATITUDE if name in lower), None)
    wkt = lower.get("wkt")
    drawn = {name for name in (lon, lat, wkt) if name is not None}
    available = tuple(name for name in table.columns if name not in drawn)
    columns = table[[name for name in available if name in wanted]]
    if lon is not None and lat is not None:
        shapes, broken = _points(table[lon], table[lat], where, findings)
    elif wkt is not None:
        texts = table[wkt].where(table[wkt].str.strip() != "", None).to_numpy(dtype=object)
        with np.errstate(all="ignore"):  # what does not parse, or is too large, is found below
            shapes = shapely.from_wkt(texts, on_invalid="ignore")
        broken = pd.notna(texts) & shapely.is_missing(shapes)
    else:
        named = f"{listed(LONGITUDE)} with {listed(LATITUDE)}, or wkt"
        problem = f"the table has no coordinates: none of its columns is {named}"
        findings.fault(where, problem, "Add columns lon and lat in degrees, WGS 84")
        return None
    return Layer(where, f"{place.file}:{place.path.stem}", columns, available, shapes, broken, WGS84)


def _points(lon: pd.Series, lat: pd.Series, where: Where, findings: Findings) -> tuple[Shapes, Mask]:
    """Points of two text columns in degrees; rows without a number in either have none."""
    numbers = []
    for text in (lon, lat):
        number = pd.to_numeric(text.str.strip().replace("", None), errors="coerce").to_numpy(dtype=np.float64)
        bad = ~np.isfinite(number) & (text.str.strip() != "").to_numpy()
        values = text.to_numpy(dtype=object)
        findings.values(where, values, bad, "not a number", "Give degrees, as 87.6168", column=str(text.name))
        numbers.append(np.where(bad, np.nan, number))
    shapes = np.full(len(lon), None, dtype=object)
    whole = np.isfinite(numbers[0]) & np.isfinite(numbers[1])
    shapes[whole] = shapely.points(numbers[0][whole], numbers[1][whole])
    return shapes, np.zeros(len(lon), dtype=bool)


def _layer(
    where: Where,
    name: str,
    table: pd.DataFrame,
    available: tuple[str, ...],
    wkb: Shapes,
    crs: CRS | None,
    findings: Findings,
) -> Layer:
    """Parse well-known binary; rings left open are closed and counted (rule 9)."""
    given = pd.notna(wkb)
    with np.errstate(all="ignore"):  # what does not parse is found below
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
        lost = given & shapely.is_missing(shapes)
        if lost.any():
            shapes[lost] = shapely.from_wkb(wkb[lost], on_invalid="fix")
    broken = given & shapely.is_missing(shapes)
    closed = np.flatnonzero(lost & ~broken) + where.first_row
    if closed.size:
        rows = listed(closed.tolist())
        findings.note(f"{where.file}:{name}: open rings were closed in {closed.size} rows ({rows}).", closed.size)
    return Layer(where, f"{where.file}:{name}", table, available, shapes, broken, crs)


def _known_crs(stated: Any, where: Where, findings: Findings) -> CRS | None:
    """The reference system that a layer states; None, with a fault, if it says nothing that can be used."""
    try:
        crs = CRS.from_user_input(stated) if stated else None
    except CRSError:
        problem = "the reference system (CRS) is not understood"
        findings.fault(where, problem, "Assign the CRS again, as an EPSG code")
        return None
    if crs is None or crs.is_engineering or crs.name.lower().startswith("undefined"):
        problem = "the layer does not say its reference system (CRS)"
        findings.fault(where, problem, "Assign the CRS that its coordinates are in, such as EPSG:4326")
        return None
    if not (crs.is_geographic or crs.is_projected):
        findings.fault(where, f"`{crs.name}` is not a system of longitude and latitude or of a map", "Reproject it")
        return None
    return crs


def replace_shapes(layer: Layer, shapes: Shapes) -> Layer:
    """The same layer with other shapes in WGS 84."""
    return replace(layer, shapes=shapes, crs=WGS84)
