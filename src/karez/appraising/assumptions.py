"""What the plan rests on without a source, one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import BaseModel

from karez.model.business import YearlyRate
from karez.model.cost_line import CostLine
from karez.model.inputs import Inputs
from karez.model.programme import Programme, TechnologyRules
from karez.model.satellites import SatelliteService

Scale = Callable[[Inputs, float], Inputs]
UNPRICED = {
    *("routing", "radio", "designing", "phasing", "priority", "household_equivalents", "discount_rate_real"),
    *("business", "social", "climate", "risk", "street"),
    *("cell_mbps", "mbps_per_km2", "oversubscription", "share"),
}
"""Settings and stages that change routes, choices or the worth of service, not capex: re-pricing is silent on them."""
BESIDE = {"computing", "things"}
"""Groups of studies beside the plan: no plan rests on them, and each study lists its own."""

ELSEWHERE = {"optics", "traffic_years"}
"""Settings of the backbone's study alone, which lists them itself."""


@dataclass(frozen=True)
class Assumption:
    """An input that is not from a source.

    Parameters
    ----------
    name : str
        Where it stands: setting, catalogue item or rule.
    value : float
        What is assumed.
    unit, where, meaning : str
        Its unit, its file, what it says.
    scale : callable | None
        Inputs with it multiplied by a factor; None if re-pricing says nothing about it.
    """

    name: str
    value: float
    unit: str
    where: str
    meaning: str
    scale: Scale | None


def assumptions(inputs: Inputs) -> list[Assumption]:
    """List every input that is not from a source: settings, catalogue items, derived sites."""
    found = [*_settings(inputs.programme), *_items(inputs), *_rules(inputs)]
    return sorted(found, key=lambda assumption: (assumption.where, assumption.name))


def _settings(programme: Programme) -> Iterator[Assumption]:
    for path, value, unit, meaning in _walk(programme, ()):
        if path[0] in BESIDE or ELSEWHERE.intersection(path):
            continue
        scale = None if UNPRICED.intersection(path) else _scaled_setting(path)
        yield Assumption(
            ".".join(str(step) for step in _named(programme, path)), value, unit, "programme.toml", meaning, scale
        )


def _walk(model: BaseModel, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], float, str, str]]:
    """Every number of a model that is marked as an assumption: path, value, unit, meaning."""
    for name, field in type(model).model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        value, here = getattr(model, name), (*path, name)
        unit, meaning = str(extra.get("unit", "")), field.description or ""
        if _is_number(value) and _is_assumed(model, name, bool(extra.get("assumption"))):
            yield here, float(value), unit, meaning
        elif isinstance(value, dict) and extra.get("assumption"):
            for key, number in value.items():
                yield (*here, key), float(number), unit, meaning
        else:
            for key, child in _children(value):
                yield from _walk(child, (*here, *key))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_assumed(model: BaseModel, name: str, marked: bool) -> bool:
    """Whether a number is an assumption; one with a source beside it is not, nor is a count of one each."""
    if isinstance(model, CostLine):
        return marked and not model.source and model.quantity != 1.0
    if isinstance(model, YearlyRate):
        return marked and (model.growth_real_per_year != 0.0 if name == "growth_real_per_year" else not model.source)
    if isinstance(model, SatelliteService):
        return name != "cell_km" and not model.source
    if isinstance(model, TechnologyRules):
        return name in {"mbps", "latency_ms", "site_mbps_max"} and not model.source
    return marked


def _children(value: object) -> Iterator[tuple[tuple[Any, ...], BaseModel]]:
    """Models inside a value, with the way to them."""
    if isinstance(value, BaseModel):
        yield (), value
    elif isinstance(value, dict):
        for key, inner in value.items():
            for way, model in _children(inner):
                yield (key, *way), model
    elif isinstance(value, tuple):
        for number, inner in enumerate(value):
            for way, model in _children(inner):
                yield (number, *way), model


def _named(programme: Programme, path: tuple[Any, ...]) -> Iterator[str]:
    """The path as a person reads it: projects by id, cost lines by item."""
    value: Any = programme
    for step in path:
        value = value[step] if isinstance(step, int) or isinstance(value, dict) else getattr(value, step)
        label = _label(value) if isinstance(step, int) else None
        yield str(label or step)


def _label(value: object) -> str:
    """What an entry of a list is called: its id, its item or its name."""
    return str(getattr(value, "id", "") or getattr(value, "item", "") or getattr(value, "name", ""))


def _scaled_setting(path: tuple[Any, ...]) -> Scale:
    def scale(inputs: Inputs, factor: float) -> Inputs:
        return replace(inputs, programme=_scaled(inputs.programme, path, factor))

    return scale


def _scaled(value: Any, path: tuple[Any, ...], factor: float) -> Any:
    """A copy of nested settings with the number at `path` multiplied."""
    if not path:
        return value * factor
    step, rest = path[0], path[1:]
    if isinstance(value, BaseModel):
        return value.model_copy(update={step: _scaled(getattr(value, step), rest, factor)})
    if isinstance(value, dict):
        return {**value, step: _scaled(value[step], rest, factor)}
    return tuple(_scaled(inner, rest, factor) if k == step else inner for k, inner in enumerate(value))


def _items(inputs: Inputs) -> Iterator[Assumption]:
    """Catalogue items without a source."""
    table = inputs.catalogue.table
    for item in table.index[table["confidence"] == "assumption"]:
        row = table.loc[item]

        def scale(inputs: Inputs, factor: float, item: str = str(item)) -> Inputs:
            changed = inputs.catalogue.table.copy()
            changed.loc[item, ["low", "rate", "high"]] *= factor
            return replace(inputs, catalogue=type(inputs.catalogue)(changed))

        unit = f"{row['currency']} of {row['price_year']} per {row['unit']}"
        yield Assumption(str(item), float(row["rate"]), unit, "catalogue.csv", str(row["source"]), scale)


def _rules(inputs: Inputs) -> Iterator[Assumption]:
    """Rules by which institutions were derived; homes are tied to their census and not scaled."""
    sites = inputs.sites
    derived = sites["derived"].to_numpy(dtype=bool) & sites["households"].isna().to_numpy()
    for rule in np.unique(sites["rule"].to_numpy(dtype=str)[derived]):
        units = float(sites["units"][derived & (sites["rule"] == rule)].sum())

        def scale(inputs: Inputs, factor: float, rule: str = str(rule)) -> Inputs:
            changed = inputs.sites.copy()
            rows = (changed["rule"] == rule) & changed["derived"] & changed["households"].isna()
            changed.loc[rows, "units"] *= factor
            return replace(inputs, sites=changed)

        yield Assumption(str(rule), units, "institutions in all", "sites", "Sites derived by this rule", scale)
