"""``programme.toml`` as settings, with every fault in the words of its writer.

Where something is wrong, what is right is still made into nouns, group by group, so that the layers and the
catalogue can be checked in the same pass.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from karez.model.backbone_rules import BackboneRules
from karez.model.business import Business
from karez.model.computing_rules import ComputingRules
from karez.model.power import Power
from karez.model.programme import (
    Agreement,
    Category,
    Demand,
    Layers,
    Programme,
    Project,
    Rates,
    RouteLayer,
    Routing,
    TechnologyRules,
)
from karez.model.radio_rules import RadioRules
from karez.model.risk_rules import RiskRules
from karez.model.satellites import SatelliteService
from karez.model.schedule_rules import Crew, Fixed, Floor
from karez.model.settlement_rules import Settlement, Streets
from karez.model.things_rules import ThingsRules
from karez.reading.findings import Findings, Where, listed, nearest
from karez.reading.paths import SETTINGS, sha256

NAMED = ("technologies", "categories", "projects", "satellites")
"""Groups whose entries have names that other settings and tables refer to."""

PATTERNS = {
    r"^[A-Z]{3}$": "Use the three capital letters of ISO 4217, such as USD",
    r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$": "Use letters, digits, `_`, `.`, `:` and `-`, and no blanks",
}
"""What to do where a text does not fit a pattern."""

Location = tuple[str | int, ...]
Raw = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Settled:
    """What of the settings can be relied on; what has a fault is left out.

    Parameters
    ----------
    programme : Programme | None
        All of it. With unknown keys renamed or left out, if there were any.
    agreement, rates, routing, risk, business, demand, backbone, computing, things, street, radio : dict
        Settings of these groups that are whole, by name.
    layers : Layers
        References that are whole; the others are empty.
    technologies, satellites, categories : dict
        Entries that are whole, by name.
    projects : dict[int, Project]
        Projects that are whole, by their place in the file, from 0.
    crews : dict[str, Crew]
        Crews that are whole, by method.
    floors, fixed : dict[int, Floor], dict[int, Fixed]
        Entries that are whole, by their place in the file, from 0.
    settlements : dict[int, Settlement]
        Settlements with a map that are whole, by their place in the file, from 0.
    named : dict[str, frozenset[str]]
        Names of all ``technologies``, ``categories``, ``projects`` and ``satellites``, whole or not.
    """

    programme: Programme | None = None
    agreement: Mapping[str, Any] = field(default_factory=dict)
    rates: Mapping[str, Any] = field(default_factory=dict)
    layers: Layers = field(default_factory=lambda: _layers({}))
    routing: Mapping[str, Any] = field(default_factory=dict)
    risk: Mapping[str, Any] = field(default_factory=dict)
    technologies: Mapping[str, TechnologyRules] = field(default_factory=dict)
    categories: Mapping[str, Category] = field(default_factory=dict)
    projects: Mapping[int, Project] = field(default_factory=dict)
    crews: Mapping[str, Crew] = field(default_factory=dict)
    floors: Mapping[int, Floor] = field(default_factory=dict)
    fixed: Mapping[int, Fixed] = field(default_factory=dict)
    business: Mapping[str, Any] = field(default_factory=dict)
    demand: Mapping[str, Any] = field(default_factory=dict)
    backbone: Mapping[str, Any] = field(default_factory=dict)
    street: Mapping[str, Any] = field(default_factory=dict)
    settlements: Mapping[int, Settlement] = field(default_factory=dict)
    computing: Mapping[str, Any] = field(default_factory=dict)
    power: Mapping[str, Any] = field(default_factory=dict)
    satellites: Mapping[str, SatelliteService] = field(default_factory=dict)
    things: Mapping[str, Any] = field(default_factory=dict)
    radio: Mapping[str, Any] = field(default_factory=dict)
    named: Mapping[str, frozenset[str]] = field(default_factory=lambda: dict.fromkeys(NAMED, frozenset()))

    @property
    def calendar_years(self) -> tuple[int, ...] | None:
        """Calendar years of the programme, if they are known."""
        first, years = self.agreement.get("first_year"), self.agreement.get("years")
        return None if first is None or years is None else tuple(range(first, first + years))


def read_settings(folder: Path, findings: Findings) -> Settled:
    """Read ``programme.toml``; nothing is settled, with a fault, if it is missing or no TOML."""
    path = folder / SETTINGS
    where = Where(SETTINGS)
    if not path.is_file():
        findings.fault(where, "the file is missing", "Start a project with `karez new`, or name the folder that has it")
        return Settled()
    findings.hashes[SETTINGS] = sha256(path)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        findings.fault(where, f"the file is not UTF-8 ({error.reason})", "Save it as UTF-8")
        return Settled()
    except tomllib.TOMLDecodeError as error:
        text, _, place = str(error).partition(" (at ")
        line = re.search(r"line (\d+)", place)
        problem = f"the file is not TOML: {text[:1].lower()}{text[1:]}"
        row = line.group(1) if line else "the last"
        findings.fault(where, problem, "Correct the line; texts stand in quotes", row=row)
        return Settled()
    return _settle(document, findings)


def setting_fault(findings: Findings, location: Location, problem: str, remedy: str) -> None:
    """Add a fault of a setting; `location` as pydantic has it, list places from 0 (shown from 1).

    >>> findings = Findings()
    >>> setting_fault(findings, ("projects", 1, "targets", 0, "year"), "no year", "Give one")
    >>> findings.faults[0].layer, findings.faults[0].row, findings.faults[0].column
    ('projects[2].targets', '1', 'year')
    """
    last = max((i for i, part in enumerate(location) if isinstance(part, int)), default=None)
    if last is None:
        layer, row, column = _dotted(location[:-1]), "", _dotted(location[-1:])
    else:
        place = location[last]
        assert isinstance(place, int)
        layer, row, column = _dotted(location[:last]), str(place + 1), _dotted(location[last + 1 :])
    findings.fault(Where(SETTINGS, layer), problem, remedy, column=column, row=row)


def _dotted(location: Sequence[str | int]) -> str:
    """A location as people write it: ``projects[2].targets``."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _settle(document: Raw, findings: Findings) -> Settled:
    """Settings of a document; unknown keys are faults, and what they were meant for is guessed for later checks."""
    mended = deepcopy(document)
    while unknown := [error for error in _errors(Programme, mended) if error["type"] == "extra_forbidden"]:
        for error in unknown:
            _report(error, findings)
            _guess(mended, error["loc"])
    for error in _errors(Programme, mended):
        _report(error, findings)
    programme = _whole(Programme, mended)
    named = {
        "technologies": _keys(mended.get("technologies")),
        "categories": _keys(mended.get("categories")),
        "satellites": _keys(mended.get("satellites")),
        "projects": frozenset(str(raw.get("id")) for raw in _list(mended.get("projects")) if isinstance(raw, dict)),
    }
    return Settled(
        programme=programme,
        agreement=_settings(Agreement, mended.get("agreement")),
        rates=_settings(Rates, mended.get("rates", {})),
        layers=programme.layers if programme else _layers(mended.get("layers")),
        routing=_settings(Routing, mended.get("routing")),
        risk=_settings(RiskRules, mended.get("risk", {})),
        power=_settings(Power, mended.get("power", {})),
        satellites=_entries(SatelliteService, mended.get("satellites")),
        technologies=_entries(TechnologyRules, mended.get("technologies")),
        categories=_entries(Category, mended.get("categories")),
        projects=_places(Project, mended.get("projects")),
        crews=_entries(Crew, mended.get("crews")),
        floors=_places(Floor, mended.get("floors")),
        fixed=_places(Fixed, mended.get("fixed")),
        business=_settings(Business, mended.get("business", {})),
        demand=_settings(Demand, mended.get("demand", {})),
        backbone=_settings(BackboneRules, mended.get("backbone", {})),
        street=_settings(Streets, mended.get("street", {})),
        settlements=_places(Settlement, _within(mended, "street", "settlements")),
        computing=_settings(ComputingRules, mended.get("computing", {})),
        things=_settings(ThingsRules, mended.get("things", {})),
        radio=_settings(RadioRules, mended.get("radio", {})),
        named=named,
    )


def _errors(model: Any, raw: Any) -> list[Any]:
    try:
        TypeAdapter(model).validate_python(raw)
    except ValidationError as error:
        return list(error.errors(include_url=False))
    return []


def _whole(model: Any, raw: Any) -> Any:
    """A value of a type; None if it is none."""
    try:
        return TypeAdapter(model).validate_python(raw)
    except ValidationError:
        return None


def _entries(model: type[T], raw: Any) -> dict[str, T]:
    """The entries of a table of tables that are whole."""
    entries = {name: _whole(model, entry) for name, entry in raw.items()} if isinstance(raw, dict) else {}
    return {name: entry for name, entry in entries.items() if entry is not None}


def _places(model: type[T], raw: Any) -> dict[int, T]:
    """The entries of a list of tables that are whole, by their place."""
    entries = {place: _whole(model, entry) for place, entry in enumerate(_list(raw))}
    return {place: entry for place, entry in entries.items() if entry is not None}


def _within(raw: Any, *names: str) -> Any:
    """What stands under names one below the other; None if it is not there."""
    for name in names:
        raw = raw.get(name) if isinstance(raw, dict) else None
    return raw


def _keys(raw: Any) -> frozenset[str]:
    return frozenset(raw) if isinstance(raw, dict) else frozenset()


def _list(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _settings(model: type[BaseModel], raw: Any) -> Raw:
    """The settings of a group that are whole, each by itself; defaults where there is none."""
    given = raw if isinstance(raw, dict) else {}
    whole: Raw = {}
    for name, about in model.model_fields.items():
        if name not in given:
            if not about.is_required():
                whole[name] = about.get_default()
            continue
        value = _whole(
            Annotated[(about.annotation, *about.metadata)] if about.metadata else about.annotation, given[name]
        )
        if value is not None:
            whole[name] = value
    return whole


def _layers(raw: Any) -> Layers:
    """References that are whole; an empty one where there is none."""
    nothing: Raw = {name: () if name == "routes" else "" for name in Layers.model_fields}
    routes = [_whole(RouteLayer, entry) for entry in _list(raw.get("routes"))] if isinstance(raw, dict) else []
    whole = {**nothing, **_settings(Layers, raw), "routes": tuple(route for route in routes if route is not None)}
    return Layers.model_construct(None, **whole)


def _guess(document: Raw, location: Location) -> None:
    """Give an unknown key the name it was likely meant to have, if that is free; else leave it out."""
    holder: Any = document
    for part in location[:-1]:
        holder = holder[part]
    key = str(location[-1])
    value = holder.pop(key)
    near = nearest(key, _fields(location[:-1]))
    if near and near not in holder:
        holder[near] = value


def _report(error: Mapping[str, Any], findings: Findings) -> None:
    """One of pydantic's errors as a fault."""
    location: Location = tuple(error["loc"])
    kind = error["type"]
    if location and location[-1] == "[key]":
        location = location[:-1]
        known = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
        problem = f"`{location[-1]}` is not a name that is allowed here"
        remedy = f"Use {_or_all(str(location[-1]), known)}" if known else "Use letters, digits, `_`, `.`, `:` and `-`"
    elif kind == "extra_forbidden":
        problem = f"`{location[-1]}` is not a setting"
        remedy = f"Use {_or_all(str(location[-1]), sorted(_fields(location[:-1])))}, or remove it"
    elif kind == "missing":
        problem = f"`{location[-1]}` is missing"
        remedy = f"Add it: {_meaning(location)}" if _meaning(location) else "Add it"
    elif kind == "string_pattern_mismatch":
        problem = f"`{error['input']}` has letters that are not allowed here"
        remedy = PATTERNS.get(error["ctx"]["pattern"], f"Correct it: {_meaning(location)}")
    elif kind == "literal_error":
        known = re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))
        problem = f"`{error['input']}` is not a word that is known here"
        remedy = f"Use {_or_all(str(error['input']), known)}" if known else f"Use {error['ctx']['expected']}"
    else:
        message = str(error["msg"]).removeprefix("Value error, ")
        problem = f"{message[:1].lower()}{message[1:]}{_given(error['input'])}"
        remedy = f"Correct it: {_meaning(location)}" if _meaning(location) else "Correct it"
    setting_fault(findings, location or ("",), problem, remedy)


def _given(value: Any) -> str:
    return "" if isinstance(value, dict | list) else f", not `{value}`"


def _or_all(name: str, known: Sequence[str]) -> str:
    """The nearest of the known names, or the first of them."""
    near = nearest(name, known)
    return f"`{near}`" if near else f"one of {listed([f'`{other}`' for other in known])}"


def _fields(location: Location) -> frozenset[str]:
    """Names of the settings that may stand at a location."""
    model = _type_at(location)
    return frozenset(model.model_fields) if model is not None else frozenset()


def _meaning(location: Location) -> str:
    """What the setting at a location means, with its unit."""
    names = [i for i, part in enumerate(location) if isinstance(part, str)]
    while names:
        model = _type_at(location[: names[-1]])
        about = model.model_fields.get(str(location[names[-1]])) if model is not None else None
        if about is not None:
            extra = about.json_schema_extra
            unit = extra.get("unit") if isinstance(extra, dict) else ""
            return f"{about.description}{f' ({unit})' if unit else ''}"
        names.pop()
    return ""


def _type_at(location: Location) -> type[BaseModel] | None:
    """The model that holds the settings at a location; None if it holds none."""
    here: Any = Programme
    for part in location:
        here = _plain(here)
        arguments = get_args(here)
        if isinstance(here, type) and issubclass(here, BaseModel):
            about = here.model_fields.get(str(part))
            here = about.annotation if about is not None else None
        elif get_origin(here) is dict:
            here = arguments[1]
        elif get_origin(here) is tuple:
            here = arguments[0]
        else:
            return None
    here = _plain(here)
    return here if isinstance(here, type) and get_origin(here) is None and issubclass(here, BaseModel) else None


def _plain(annotation: Any) -> Any:
    """An annotation without ``Annotated`` and ``| None``."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _plain(next(part for part in get_args(annotation) if part is not NoneType))
    return annotation
