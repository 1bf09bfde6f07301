"""A map file and its rules as the nouns of a street-level design, or every fault in them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pydantic import ValidationError

from karez.errors import UsageFault
from karez.model.street import StreetInputs
from karez.model.street_rules import StreetRules
from karez.reading.findings import Findings, Where, suggestion
from karez.reading.geometry import prepare
from karez.reading.layers import Layer, read_layer
from karez.reading.osm import ATTRIBUTION, OsmMap, read_osm
from karez.reading.paths import sha256
from karez.reading.premises import find_premises

OSM_SUFFIXES = (".pbf", ".osm", ".bz2")


def read_street(
    source: Path, *, rules: Path | None = None, within: Path | None = None, lock: Path | None = None
) -> StreetInputs:
    """Read what a street-level design starts from.

    Parameters
    ----------
    source : Path
        OpenStreetMap file.
    rules : Path, optional
        ``rules.toml``; defaults where it is silent.
    within : Path, optional
        Polygons: what lies outside is left out. Any format of a layer.
    lock : Path, optional
        The planner's word: a GeoPackage with any of the layers ``offices``, ``cabinets`` (points).

    Raises
    ------
    DataFault
        Every fault at once.
    UsageFault
        If `source` is missing or of no format that is read.
    """
    if not source.is_file():
        raise UsageFault(f"There is no file {source}. Name a map file, such as AREA.osm.pbf.")
    if source.suffix not in OSM_SUFFIXES:
        raise UsageFault(f"{source.name} is no format that is read here. Name an OpenStreetMap file (.osm.pbf, .osm).")
    findings = Findings()
    settings = _read_rules(rules, findings)
    findings.hashes[source.name] = sha256(source)
    outline = _outline(within, findings)
    found = read_osm(source, settings.streets, settings.premises, findings)
    offices, cabinets = _locked(lock, "offices", findings), _locked(lock, "cabinets", findings)
    if found is None:
        findings.raise_faults()
        raise AssertionError
    found = _clipped(found, outline)
    premises = find_premises(found.buildings, found.addresses, settings.premises, findings)
    where = Where(source.name)
    if found.ways.empty:
        findings.fault(where, "there is no street in it", "Take a larger area, or widen `streets` in the rules")
    if premises.empty:
        findings.fault(where, "there is no building or address in it", "Take an area where buildings are mapped")
    findings.raise_faults()
    ways = found.ways.assign(method="trench")
    return StreetInputs(
        name=_name(source),
        rules=settings,
        ways=ways,
        premises=premises,
        barriers=found.barriers,
        offices=offices,
        cabinets=cabinets,
        notes=tuple(findings.notes),
        hashes=dict(sorted(findings.hashes.items())),
        attribution=ATTRIBUTION,
    )


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


def _locked(path: Path | None, name: str, findings: Findings) -> gpd.GeoDataFrame:
    """Points that the planner has fixed; none where the file has no such layer."""
    nothing = gpd.GeoDataFrame({"id": np.empty(0, object), "name": np.empty(0, object)}, geometry=[], crs=4326)
    if path is None:
        return nothing
    if path.is_file() and name not in _layers(path):
        return nothing
    layer = _layer(path, f"{path.name}:{name}", findings)
    if layer is None:
        return nothing
    layer = prepare(layer, "Point", findings)
    columns = layer.columns.reindex(columns=["id", "name"])
    columns["id"] = columns["id"].where(columns["id"].notna(), [f"{name}/{row + 1}" for row in range(len(columns))])
    made = gpd.GeoDataFrame(columns.fillna("").astype(object), geometry=layer.shapes, crs=4326)
    doubled = made["id"].duplicated(keep=False).to_numpy()
    findings.rows(layer.where, doubled, "the id stands more than once", "Give each row an id of its own", column="id")
    return made[made.geometry.notna()].reset_index(drop=True)


def _layers(path: Path) -> list[str]:
    import pyogrio  # noqa: PLC0415

    try:
        return [str(name) for name, _ in pyogrio.list_layers(path)]
    except pyogrio.errors.DataSourceError:
        return ["offices", "cabinets"]  # reading them names the fault


def _clipped(found: OsmMap, outline: shapely.Geometry | None) -> OsmMap:
    """What lies within the outline: lines cut at it, buildings by a point inside them."""
    if outline is None:
        return found
    shapely.prepare(outline)
    ways = found.ways.assign(geometry=shapely.intersection(found.ways.geometry.to_numpy(), outline))
    ways = ways.explode(index_parts=False)
    ways = ways[(ways.geom_type == "LineString") & ~ways.is_empty].reset_index(drop=True)
    number = ways.groupby("id").cumcount()
    ways["id"] = ways["id"].where(number == 0, ways["id"] + "." + number.astype(str))
    inside = shapely.contains(outline, shapely.point_on_surface(found.buildings.geometry.to_numpy()))
    addressed = shapely.contains(outline, found.addresses.geometry.to_numpy())
    return OsmMap(
        ways,
        found.buildings[inside].reset_index(drop=True),
        found.addresses[addressed].reset_index(drop=True),
        found.barriers,
    )
