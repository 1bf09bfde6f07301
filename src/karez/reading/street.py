"""A map file and its rules as the nouns of a street-level design, or every fault in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely
from pydantic import ValidationError

from karez.errors import DataFault, UsageFault
from karez.model.street import StreetInputs, no_rows
from karez.model.street_rules import StreetRules
from karez.reading.findings import Findings, Where, suggestion
from karez.reading.geometry import prepare
from karez.reading.layers import Layer, read_layer
from karez.reading.osm import ATTRIBUTION, OsmMap, read_osm
from karez.reading.overture import ATTRIBUTION as OVERTURE
from karez.reading.overture import read_overture
from karez.reading.paths import sha256
from karez.reading.premises import find_premises
from karez.reading.street_layers import PlannersWord, read_locks, read_own_layers

OSM_SUFFIXES = (".pbf", ".osm", ".bz2")
GIVEN = "Streets and premises as given by the planner."


def read_street(
    source: Path, *, rules: Path | None = None, within: Path | None = None, lock: Path | None = None
) -> StreetInputs:
    """Read what a street-level design starts from.

    Parameters
    ----------
    source : Path
        OpenStreetMap file; a GeoPackage of one's own layers (:data:`karez.model.street_tables.OWN`); a folder of
        Overture's GeoParquet files, or one of them.
    rules : Path, optional
        ``rules.toml``; defaults where it is silent.
    within : Path, optional
        Polygons: what lies outside is left out. Any format of a layer.
    lock : Path, optional
        The planner's word: a GeoPackage with any of the layers of :data:`karez.model.street_tables.LOCKS`. Its faults
        are handed on, so that they are told together with what only the streets show.

    Raises
    ------
    DataFault
        Every fault at once.
    UsageFault
        If `source` is missing or of no format that is read.
    """
    read = _reader(source)
    findings, locking = Findings(), Findings()
    settings = _read_rules(rules, findings)
    outline = _outline(within, findings)
    found = read(source, settings, outline, findings)
    word = read_locks(lock, locking)
    if found is None:
        raise DataFault([*findings.faults, *locking.faults])
    where = Where(source.name)
    if found.ways.empty:
        findings.fault(where, "there is no street in it", "Take a larger area, or widen `streets` in the rules")
    if found.premises.empty:
        findings.fault(where, "there is no building or address in it", "Take an area where buildings are mapped")
    if findings.faults:
        raise DataFault([*findings.faults, *locking.faults])
    word = found.word.joined(word)
    return StreetInputs(
        name=_name(source),
        rules=settings,
        ways=found.ways,
        premises=found.premises,
        barriers=found.barriers,
        offices=word.offices,
        cabinets=word.cabinets,
        spans=word.spans,
        parcels=found.parcels,
        lock_faults=tuple(locking.faults),
        notes=(*findings.notes, *locking.notes),
        hashes=dict(sorted({**findings.hashes, **locking.hashes}.items())),
        attribution=found.attribution,
    )


@dataclass(frozen=True)
class _Found:
    """What a source says, as in :class:`karez.model.street.StreetInputs`."""

    ways: gpd.GeoDataFrame
    premises: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame
    word: PlannersWord
    attribution: str


Read = Callable[[Path, StreetRules, shapely.Geometry | None, Findings], _Found | None]


def _reader(source: Path) -> Read:
    """How a source is read, by what it is called."""
    if not source.exists():
        raise UsageFault(f"There is no file {source}. Name a map file, such as AREA.osm.pbf.")
    suffix = source.suffix.lower()
    if source.is_dir() or suffix in (".parquet", ".geoparquet"):
        return _from_overture
    if suffix == ".gpkg":
        return _from_own_layers
    if suffix in OSM_SUFFIXES:
        return _from_osm
    raise UsageFault(
        f"{source.name} is no format that is read here. Name an OpenStreetMap file (.osm.pbf, .osm), a GeoPackage with "
        "the layers streets and premises (.gpkg), or a folder of Overture's GeoParquet files."
    )


def _from_osm(source: Path, rules: StreetRules, outline: shapely.Geometry | None, findings: Findings) -> _Found | None:
    findings.hashes[source.name] = sha256(source)
    return _counted(read_osm(source, rules.streets, rules.premises, findings), ATTRIBUTION, rules, outline, findings)


def _from_overture(
    source: Path, rules: StreetRules, outline: shapely.Geometry | None, findings: Findings
) -> _Found | None:
    found = read_overture(source, rules.streets, rules.premises, findings)
    return _counted(found, OVERTURE, rules, outline, findings)


def _counted(
    found: OsmMap | None,
    attribution: str,
    rules: StreetRules,
    outline: shapely.Geometry | None,
    findings: Findings,
) -> _Found | None:
    """A map cut to the outline, its premises counted."""
    if found is None:
        return None
    found = _clipped(found, outline)
    premises = find_premises(found.buildings, found.addresses, rules.premises, findings)
    nothing = read_locks(None, findings)
    return _Found(found.ways, premises, found.barriers, no_rows(("id",)), nothing, attribution)


def _from_own_layers(
    source: Path, rules: StreetRules, outline: shapely.Geometry | None, findings: Findings
) -> _Found | None:
    own = read_own_layers(source, findings)
    if own is None:
        return None
    premises = own.premises
    if outline is not None:
        premises = premises[shapely.contains(outline, shapely.point_on_surface(premises.geometry.to_numpy()))]
        premises = premises.reset_index(drop=True)
    return _Found(_lines_within(own.ways, outline), premises, own.barriers, own.parcels, own.word, GIVEN)


def _name(source: Path) -> str:
    """Name of the area: that of the file, or of its folder where the file is just called map."""
    name = re.sub(r"(-latest)?\.osm(\.\w+)?$|\.\w+$", "", source.name)
    return source.resolve().parent.name if name == "map" else name


def _read_rules(path: Path | None, findings: Findings) -> StreetRules:
    """The rules of a file, defaults where there is none or it has a fault."""
    if path is None:
        return StreetRules()
    where = Where(path.name)
    if not path.is_file():
        findings.fault(where, "the file is missing", "Name a file of rules, or leave it out for the defaults")
        return StreetRules()
    findings.hashes[path.name] = sha256(path)
    try:
        return StreetRules.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        findings.fault(where, f"the file is not TOML ({error})", "Correct it; texts stand in quotes")
    except ValidationError as error:
        for one in error.errors(include_url=False):
            _report(one, where, findings)
    return StreetRules()


def _report(error: object, where: Where, findings: Findings) -> None:
    """One of pydantic's errors as a fault of the rules."""
    assert isinstance(error, dict)
    location = [str(part) for part in error["loc"]]
    column = ".".join(location)
    if error["type"] == "extra_forbidden":
        group = StreetRules.model_fields.get(location[0])
        known = getattr(getattr(group, "annotation", None), "model_fields", StreetRules.model_fields)
        remedy = f"Remove it, or use a known one{suggestion(location[-1], sorted(known))}"
        findings.fault(where, f"`{location[-1]}` is not a setting", remedy, column=column)
        return
    message = str(error["msg"]).removeprefix("Value error, ")
    given = "" if isinstance(error["input"], dict) else f", not `{error['input']}`"
    findings.fault(where, f"{message[:1].lower()}{message[1:]}{given}", "Correct the setting", column=column)


def _outline(path: Path | None, findings: Findings) -> shapely.Geometry | None:
    """The polygons of a file as one; None where none is asked for or they have a fault."""
    if path is None:
        return None
    layer = _layer(path, path.name, findings)
    if layer is None:
        return None
    shapes = prepare(layer, "Polygon", findings).shapes
    return shapely.union_all(shapes[~shapely.is_missing(shapes)])


def _layer(path: Path, reference: str, findings: Findings) -> Layer | None:
    if not path.is_file():
        findings.fault(Where(path.name), "the file is missing", "Correct its name")
        return None
    return read_layer(path.parent, reference, path.name, ("id", "name"), findings)


def _clipped(found: OsmMap, outline: shapely.Geometry | None) -> OsmMap:
    """What lies within the outline: lines cut at it, buildings by a point inside them."""
    if outline is None:
        return found
    shapely.prepare(outline)
    ways = _lines_within(found.ways, outline)
    inside = shapely.contains(outline, shapely.point_on_surface(found.buildings.geometry.to_numpy()))
    addressed = shapely.contains(outline, found.addresses.geometry.to_numpy())
    return OsmMap(
        ways,
        found.buildings[inside].reset_index(drop=True),
        found.addresses[addressed].reset_index(drop=True),
        found.barriers,
    )


def _lines_within(ways: gpd.GeoDataFrame, outline: shapely.Geometry | None) -> gpd.GeoDataFrame:
    """Ways cut at the outline."""
    if outline is None:
        return ways
    ways = ways.assign(geometry=shapely.intersection(ways.geometry.to_numpy(), outline))
    ways = ways.explode(index_parts=False)
    ways = ways[(ways.geom_type == "LineString") & ~ways.is_empty].reset_index(drop=True)
    number = ways.groupby("id").cumcount()
    ways["id"] = ways["id"].where(number == 0, ways["id"] + "." + number.astype(str))
    return ways
