"""Write ``docs/reference.md`` and ``docs/street-reference.md`` from the settings and tables of the package.

Run ``make docs``. With ``--check`` nothing is written; the exit code says whether the page is up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from karez.model import words
from karez.model.attributes import PLAN_TABLES, RADIO_TABLES, REQUIRED, TABLES, Attribute, Table
from karez.model.programme import Programme
from karez.model.settings import Identifier, Settings
from karez.model.street_rules import StreetRules
from karez.model.street_tables import LOCKS, OWN

PAGE = Path(__file__).with_name("reference.md")
STREET_PAGE = Path(__file__).with_name("street-reference.md")

STREET_OPENING = """\
# Reference: rules and layers of street-level designs

*Made by `make docs` from `karez.model`; do not edit. How a design is made stands in [street.md](street.md).*

## Rules: `rules.toml`

What is left out has its default. An unknown key is an error that names the nearest valid one. **A** marks an
assumption: the report lists it with its value.
"""

STREET_OWN_OPENING = """\
## Layers of your own: `karez street LAYERS.gpkg`

A GeoPackage with `streets` and `premises`; the other layers may be there. Any coordinate reference system that the
layer names. Rows of one layer of poles or premises are all points, or all lines or polygons.
"""

STREET_LOCK_OPENING = """\
## What is fixed: `--lock mine.gpkg`

A GeoPackage with any of these layers. `offices`, `cabinets`, `ducts` and `poles` are as above.
"""

OPENING = """\
# Reference: settings, tables, words

*Made by `make docs` from `karez.model`; do not edit. What a word means stands in the [glossary](glossary.md), how a
project folder is put together in [project-folder.md](project-folder.md).*
"""

SETTINGS_OPENING = """\
## Settings: `programme.toml`

An unknown key is an error that names the nearest valid one. **A** marks an assumption: where the value is not from
a source, every report lists it, with what 20 % more or less of it does to cost and coverage.
"""

TABLES_OPENING = """\
## Input tables

An *id* is made of letters, digits, `_`, `.`, `:` and `-`. Layers may lie in GeoPackage, GeoParquet, FlatGeobuf,
GeoJSON or CSV with `lon` and `lat`, in any coordinate reference system that they name. Further columns are
allowed and left alone.
"""

PLAN_OPENING = """\
## Tables of a plan

Layers of `plan.gpkg` in the run folder, in WGS 84, sorted by `id`.
"""

VOCABULARIES = {
    "Technology": words.TECHNOLOGIES,
    "Ground": words.GROUNDS,
    "Method": words.METHODS,
    "Driver": words.DRIVERS,
    "Status": get_args(words.Status),
    "Tier": get_args(words.Tier),
}
CONSTRAINTS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "length ≥", "pattern": "like"}
ID_PATTERN = "`" + get_args(Identifier)[1].metadata[0].pattern + "`"
SCALARS = {str: "text", int: "integer", float: "number", bool: "true or false"}


def page() -> str:
    """The whole page."""
    parts = [OPENING, SETTINGS_OPENING, *(_settings(model, paths) for model, paths in _places().items())]
    parts += [TABLES_OPENING, *(_table(table, given=True) for table in TABLES)]
    parts += [PLAN_OPENING, *(_table(table, given=False) for table in (*PLAN_TABLES, *RADIO_TABLES))]
    parts += ["## Words\n", *(_vocabulary(name, members) for name, members in VOCABULARIES.items())]
    return "\n".join(parts)


def street_page() -> str:
    """The page on street-level designs."""
    places = ((path, model) for path, model in _walk(StreetRules, "") if path)
    parts = [STREET_OPENING, *(_settings(model, [path]) for path, model in places)]
    parts += [STREET_OWN_OPENING, *(_table(table, given=True) for table in OWN)]
    parts += [STREET_LOCK_OPENING, *(_table(table, given=True) for table in LOCKS if table not in OWN)]
    return "\n".join(parts)


def _places() -> dict[type[Settings], list[str]]:
    """Every group of settings with its places in the file, outside before inside."""
    places: dict[type[Settings], list[str]] = {}
    for path, model in _walk(Programme, ""):
        places.setdefault(model, []).append(path)
    return places


def _walk(model: type[Settings], path: str) -> Iterator[tuple[str, type[Settings]]]:
    yield path, model
    for name, field in model.model_fields.items():
        for inner in _models(field.annotation):
            yield from _walk(inner, f"{path}{name}{_braces(field.annotation)}.")


def _models(annotation: Any) -> list[type[Settings]]:
    """Groups of settings that a type holds."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def _braces(annotation: Any) -> str:
    """``[]`` for a list, ``.<key>`` for a table by key, nothing for a group."""
    origin = get_origin(annotation)
    if origin is dict:
        return ".<" + _type_words(get_args(annotation)[0]).lower() + ">" + _braces(get_args(annotation)[1])
    return "[]" if origin is tuple else ""


def _settings(model: type[Settings], paths: list[str]) -> str:
    title = ", ".join(f"`{path.removesuffix('.')}`" for path in paths if path) or "Top level"
    lines = [f"### {title}", "", _paragraphs(model.__doc__), ""]
    lines += ["| setting | type | unit | default | meaning |", "|---|---|---|---|---|"]
    lines += [_setting_row(name, field) for name, field in model.model_fields.items()]
    return "\n".join(lines) + "\n"


def _setting_row(name: str, field: FieldInfo) -> str:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    mark = " **A**" if extra.get("assumption") else ""
    cells = (f"`{name}`", _type_of(field), str(extra.get("unit", "")), _default(field), f"{field.description}{mark}")
    return _row(cells)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or value is None or value in ("", (), {}):
        return ""
    if isinstance(value, Settings):
        return "as below"
    if isinstance(value, tuple):
        return ", ".join(f"`{part}`" for part in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type_of(field: FieldInfo) -> str:
    checks = ", ".join(_checks(field.metadata))
    if checks == ID_PATTERN:
        return "id"
    return _type_words(field.annotation) + (f", {checks}" if checks else "")


def _checks(metadata: list[Any]) -> list[str]:
    """Ranges and patterns in words, from what pydantic keeps of them."""
    found = []
    for check in metadata:
        for attribute, sign in CONSTRAINTS.items():
            value = getattr(check, attribute, None)
            if value is not None:
                found.append(f"`{value}`" if attribute == "pattern" else f"{sign} {value:g}")
    return found


def _type_words(annotation: Any) -> str:
    """A type in words that a person who writes TOML knows."""
    arguments = get_args(annotation)
    match get_origin(annotation):
        case None:
            words_of_it = SCALARS.get(annotation, "group")
        case origin if origin is Literal:
            words_of_it = _closed(arguments)
        case origin if origin is Annotated:
            words_of_it = _annotated(arguments[0], annotation.__metadata__)
        case origin if origin is tuple:
            words_of_it = f"list of {_type_words(arguments[0])}"
        case origin if origin is dict:
            words_of_it = f"table: {_type_words(arguments[0])} → {_type_words(arguments[1])}"
        case _:
            words_of_it = " or ".join(_type_words(part) for part in arguments if part is not type(None))
    return words_of_it


def _annotated(inner: Any, metadata: tuple[Any, ...]) -> str:
    checks = ", ".join(_checks(_flat(metadata)))
    return "id" if checks == ID_PATTERN else f"{_type_words(inner)} {checks}".strip()


def _flat(metadata: tuple[Any, ...]) -> list[Any]:
    """Single checks, out of the ``Field`` that may hold several."""
    return [check for part in metadata for check in (part.metadata if isinstance(part, FieldInfo) else [part])]


def _closed(members: tuple[Any, ...]) -> str:
    for name, known in VOCABULARIES.items():
        if members == known:
            return name
    return " or ".join(f"`{member}`" for member in members)


def _table(table: Table, *, given: bool) -> str:
    """A table; the column of defaults only where it is `given` by the user."""
    geometry = "no geometry" if table.geometry == "none" else f"geometry: {table.geometry}"
    lines = [f"### `{table.name}`", "", f"One row is {table.row_is}; {geometry}.", ""]
    lines += ["| column | type | unit | default | meaning |" if given else "| column | type | unit | meaning |"]
    lines += ["|---|---|---|---|---|" if given else "|---|---|---|---|"]
    lines += [_attribute_row(attribute, given=given) for attribute in table.attributes]
    return "\n".join(lines) + "\n"


def _attribute_row(attribute: Attribute, *, given: bool) -> str:
    kind = _closed(attribute.one_of) if attribute.one_of else attribute.kind
    limits = [f"≥ {attribute.least:g}"] if attribute.least is not None else []
    limits += [f"≤ {attribute.greatest:g}"] if attribute.greatest is not None else []
    limits += ["unique"] if attribute.unique else []
    default = [_attribute_default(attribute)] if given else []
    return _row((f"`{attribute.name}`", ", ".join([kind, *limits]), attribute.unit, *default, attribute.meaning))


def _attribute_default(attribute: Attribute) -> str:
    if attribute.default is REQUIRED:
        return "**required**"
    if attribute.default is None or attribute.default == "":
        return ""
    return f"`{str(attribute.default).lower() if isinstance(attribute.default, bool) else attribute.default}`"


def _vocabulary(name: str, members: tuple[str, ...]) -> str:
    return f"**{name}**: " + ", ".join(f"`{member}`" for member in members) + "\n"


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _paragraphs(text: str | None) -> str:
    """A docstring as Markdown: without indents, double backticks single."""
    lines = (text or "").replace("``", "`").splitlines()
    return "\n".join(line.strip() for line in lines).strip()


if __name__ == "__main__":
    pages = {PAGE: page(), STREET_PAGE: street_page()}
    for path, text in pages.items():
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.exit(f"docs/{path.name} is stale; write it again with: make docs")
