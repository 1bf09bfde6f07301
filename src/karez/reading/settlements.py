"""Settlements of a project that have a map: their maps, rules and locks, every fault of all of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj

from karez.errors import DataFault, UsageFault
from karez.model.settlement_rules import PREFIX, Settlement
from karez.model.settlements import KINDS, SettlementMap, item_of
from karez.model.street import StreetInputs
from karez.model.words import HOME
from karez.reading.findings import Findings, Where, suggestion
from karez.reading.paths import locate, sha256
from karez.reading.records import Records
from karez.reading.references import currencies
from karez.reading.settings import Location, Settled, setting_fault
from karez.reading.street import read_street
from karez.units import METRES_PER_KM

GROUP: Location = ("street", "settlements")
FILES = ("rules", "within", "lock")
"""Files of a settlement besides its map."""


def read_settlements(
    folder: Path, settled: Settled, sites: Records | None, findings: Findings
) -> tuple[SettlementMap, ...]:
    """Read the maps that ``[street]`` names; sorted by place.

    Parameters
    ----------
    folder : Path
        The project folder.
    settled : Settled
        The settings.
    sites : Records | None
        Demands, for the places that there are; None where they cannot be had.
    findings : Findings
        Where faults, notes and the SHA-256 of every file go, by its path inside the folder.
    """
    _check_twice(settled, findings)
    maps = []
    for number, one in settled.settlements.items():
        found = _read_one(folder, settled, number, one, findings)
        if sites is not None and not sites.missing & {"id", "category"}:
            _check_place(settled, number, one, sites, found, findings)
        if found is not None:
            _check_money(settled, number, found, findings)
            maps.append(SettlementMap(one.place, one.map, found))
    _check_replaced(settled, findings)
    return tuple(sorted(maps, key=lambda one: one.place))


def items_of(settled: Settled) -> list[str]:
    """Catalogue items that street-level designs may add."""
    return [item_of(one.place, kind) for one in settled.settlements.values() for kind in KINDS]


def check_reserved(settled: Settled, catalogue: pd.DataFrame, findings: Findings) -> None:
    """Names that street-level designs give to their items are not taken."""
    for item in sorted(set(items_of(settled)) & set(catalogue.index)):
        problem = f"`{item}` is the name of an item that the street-level design adds"
        findings.fault(Where(settled.layers.catalogue), problem, f"Begin it with something else than `{PREFIX}`")


def _check_twice(settled: Settled, findings: Findings) -> None:
    counts = Counter(one.place for one in settled.settlements.values())
    for number, one in settled.settlements.items():
        if counts[one.place] > 1:
            problem = f"the place `{one.place}` has {counts[one.place]} maps"
            setting_fault(findings, (*GROUP, number, "place"), problem, "Keep one, or join the maps into one file")


def _check_replaced(settled: Settled, findings: Findings) -> None:
    """Homes have a cost of fibre that the designs replace."""
    home = settled.categories.get(HOME)
    if not settled.settlements or home is None:
        return
    fibre = {line.item for line in home.costs.get("fibre", ())}
    if not fibre:
        problem = "homes have no cost line for fibre that a street-level design could replace"
        setting_fault(findings, ("categories", HOME, "costs"), problem, "Add costs for fibre, or remove `[street]`")
    for number, item in enumerate(settled.street.get("replaces", ())):
        if item not in fibre:
            remedy = f"Name an item of categories.{HOME}.costs.fibre{suggestion(item, sorted(fibre))}"
            setting_fault(findings, ("street", "replaces", number), f"`{item}` is not counted for homes", remedy)


def _check_money(settled: Settled, number: int, found: StreetInputs, findings: Findings) -> None:
    """The money of the rules can be turned into the programme's."""
    known, own = currencies(settled), found.rules.prices.currency
    if known is not None and own not in known:
        problem = f"its street-level design is priced in {own}, which has no exchange rate"
        remedy = f"Set rates.exchange.{own}, or state prices and prices.currency in its rules"
        setting_fault(findings, (*GROUP, number, "rules"), problem, remedy)


def _check_place(
    settled: Settled, number: int, one: Settlement, sites: Records, found: StreetInputs | None, findings: Findings
) -> None:
    """The place has homes, and its map lies near them."""
    table = sites.table
    place = table["place_id"].astype(str)
    homes = (table["category"] == HOME).to_numpy()
    location: Location = (*GROUP, number, "place")
    mine = homes & (place == one.place).to_numpy()
    if not mine.any():
        at = place[homes & (table["id"].astype(str) == one.place).to_numpy()]
        known = sorted(set(place[homes]))
        hint = f"; the row `{one.place}` stands at `{at.iloc[0]}`" if len(at) else suggestion(one.place, known)
        setting_fault(
            findings, location, f"no homes stand at the place `{one.place}`", f"Name a place with homes{hint}"
        )
    elif found is not None and sites.placed[mine].any():
        near, away = settled.street.get("near_km", np.inf), _away_km(found, sites, mine)
        if away > near:
            problem = f"its map {one.map} lies {away:,.0f} km away from its homes"
            setting_fault(findings, location, problem, "Name the map of this place, or raise street.near_km")


def _away_km(found: StreetInputs, sites: Records, mine: npt.NDArray[np.bool_]) -> float:
    """Distance from the nearest row of a place to the nearest corner or middle of the map, or 0 inside it."""
    west, south, east, north = found.premises.total_bounds
    geod, nearest = pyproj.Geod(ellps="WGS84"), np.inf
    for point in sites.shapes[mine & sites.placed]:
        lon, lat = np.clip(point.x, west, east), np.clip(point.y, south, north)
        nearest = min(nearest, geod.inv(point.x, point.y, lon, lat)[2])
    return float(nearest / METRES_PER_KM)


def _read_one(folder: Path, settled: Settled, number: int, one: Settlement, findings: Findings) -> StreetInputs | None:
    """What the map of a settlement says; None, with faults, if that cannot be had."""
    files = {name: getattr(one, name) or (settled.street.get("rules", "") if name == "rules" else "") for name in FILES}
    source = _source(folder, one, number, findings)
    paths = {name: _located(folder, file, name, number, findings) for name, file in files.items() if file}
    if source is None or None in paths.values():
        return None
    inside = {Path(file).name: PurePosixPath(file).as_posix() for file in files.values() if file}
    try:
        found = read_street(source, **paths)
    except UsageFault:
        setting_fault(findings, (*GROUP, number, "map"), f"{one.map} is no format of a map", _FORMATS)
        return None
    except DataFault as faults:
        findings.faults += [replace(fault, file=_inside(fault.file, one.map, inside)) for fault in faults.faults]
        return None
    findings.faults += [replace(fault, file=_inside(fault.file, one.map, inside)) for fault in found.lock_faults]
    for name, digest in found.hashes.items():
        findings.hashes[_inside(name, one.map, inside)] = digest
    for file, path in ((files[name], path) for name, path in paths.items()):
        assert path is not None
        findings.hashes[PurePosixPath(file).as_posix()] = sha256(path)
    findings.notes += [replace(note, text=f"{one.place}: {note.text}") for note in found.notes]
    tables = {name: _placed(getattr(found, name), one.map, inside) for name in ("offices", "cabinets", "spans")}
    return replace(found, name=one.map, lock_faults=(), notes=(), **tables)


def _placed(table: gpd.GeoDataFrame, source: str, inside: Mapping[str, str]) -> gpd.GeoDataFrame:
    """A table of the planner's word whose rows name their file by its path inside the project."""
    if "file" not in table:
        return table
    return table.assign(file=[_inside(str(name), source, inside) for name in table["file"]])


_FORMATS = "Name a .osm.pbf or .osm file, a GeoPackage with streets and premises, or a folder of Overture's files"


def _located(folder: Path, file: str, name: str, number: int, findings: Findings) -> Path | None:
    at = locate(folder, file, f"street.settlements[{number + 1}].{name}", findings)
    return None if at is None else at.path


def _source(folder: Path, one: Settlement, number: int, findings: Findings) -> Path | None:
    """The map: a file, or a folder inside the project."""
    path = (folder / one.map).resolve()
    if one.map.strip() and path.is_dir() and path.is_relative_to(folder.resolve()) and path != folder.resolve():
        return path
    return _located(folder, one.map, "map", number, findings)


def _inside(name: str, source: str, inside: Mapping[str, str]) -> str:
    """Path inside the project folder of a file that a street-level design knows by its name alone."""
    path = PurePosixPath(source)
    if name == path.name:
        return path.as_posix()
    return inside.get(name) or (path / name if not path.suffix else path.parent / name).as_posix()
