"""Settlements designed at street level: their maps, what their designs come to, and what a home there costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from karez.model.certificate import Certificate
from karez.model.settlement_rules import PREFIX, Wear
from karez.model.street import StreetInputs
from karez.model.street_items import CABLE, DROP, OFFICE, PASSAGE, PORT, TERMINAL, run_of
from karez.model.words import Method

Part = Literal["passing", "connecting"]
"""Paid for every home that is passed, or for every home that is connected."""

METHOD_OF: dict[str, Method] = {
    "trench": "buried",
    "micro_trench": "micro_trench",
    "aerial": "aerial",
    "facade": "aerial",
    "duct": "existing_duct",
    "existing": "existing",
}
"""Deployment method of the programme for every method of a street: what a metre of it emits."""


@dataclass(frozen=True)
class Kind:
    """A kind of cost that a street-level design is summed up in.

    Parameters
    ----------
    part : Part
        Whether it is paid for homes passed or connected.
    wear : Wear
        How it ages.
    method : Method | Literal[""]
        How it is laid, if it is counted in metres of route; empty if it is counted by homes.
    """

    part: Part
    wear: Wear
    method: Method | Literal[""] = ""

    @property
    def unit(self) -> str:
        """What it is counted in."""
        return "m" if self.method else "home"


KINDS: dict[str, Kind] = {
    **{method: Kind("passing", "trench", named) for method, named in METHOD_OF.items()},
    "passage": Kind("passing", "trench"),
    "cable": Kind("passing", "cable"),
    "plant": Kind("passing", "plant"),
    "office": Kind("passing", "office"),
    **{f"drop_{method}": Kind("connecting", "trench", named) for method, named in METHOD_OF.items()},
    "drop": Kind("connecting", "home"),
    "terminal": Kind("connecting", "home"),
}
"""Kinds of cost, passing first. Catalogue items are named after the settlement and the kind."""


def kind_of(item: str) -> str:
    """Kind of cost of an item of a street-level bill.

    >>> kind_of("trench paved, aerial"), kind_of("trench drop, trench"), kind_of("drop cable, 1 fibres")
    ('aerial', 'drop_trench', 'drop')
    """
    run = run_of(item)
    if run is not None:
        surface, method = run
        return f"drop_{method}" if surface == "drop" else method
    if item == PASSAGE:
        return "passage"
    if item in (OFFICE, PORT):
        return "office"
    if item == TERMINAL:
        return "terminal"
    if item == DROP or item.startswith("drop cable"):
        return "drop"
    return "cable" if CABLE in item else "plant"


def item_of(place: str, kind: str) -> str:
    """Catalogue item of a kind of cost in a settlement.

    >>> item_of("helsinki", "cable")
    'street.helsinki.cable'
    """
    return f"{PREFIX}{place}.{kind}"


@dataclass(frozen=True)
class SettlementMap:
    """A settlement as read.

    Parameters
    ----------
    place : str
        Place of its homes.
    map : str
        File of the map, inside the project folder.
    streets : StreetInputs
        What the map and the rules say.
    """

    place: str
    map: str
    streets: StreetInputs


@dataclass(frozen=True)
class SettlementDesign:
    """What a street-level design of a settlement comes to, in the money of its rules.

    Parameters
    ----------
    place, map : str
        As in :class:`SettlementMap`.
    currency : str
        ISO 4217 code.
    price_year : int
        Year of its prices.
    premises, premises_served, homes, homes_served : int
        On the map, and reached by the design; homes are dwellings.
    offices, cabinets : int
        That are built.
    trench_m, drop_m : float
        Route of streets, and of drops.
    costs : DataFrame
        One row a kind that occurs, as :data:`KINDS` has them: ``kind``, ``quantity`` (metres, or homes), ``amount``.
    certificate : Certificate
        Least cost of the whole network, in that money.
    notes : tuple[str, ...]
        What a reader must know.
    """

    place: str
    map: str
    currency: str
    price_year: int
    premises: int
    premises_served: int
    homes: int
    homes_served: int
    offices: int
    cabinets: int
    trench_m: float
    drop_m: float
    costs: pd.DataFrame
    certificate: Certificate
    notes: tuple[str, ...] = ()

    def total(self, part: Part | None = None) -> float:
        """Sum of its costs, or of one part of them."""
        mine = [part is None or KINDS[kind].part == part for kind in self.costs["kind"]]
        return float(self.costs.loc[mine, "amount"].sum())


@dataclass(frozen=True)
class Settlements:
    """Local cost of the homes of settlements, as the plan has it, beside what the density model says.

    Parameters
    ----------
    table : DataFrame
        One row a settlement: ``place``, ``name``, ``map``, ``premises``, ``premises_served``, ``homes_on_map``,
        ``homes_served``, ``households`` (of the programme's rows, those served already left out), ``connected``
        (households × take-up), ``currency``, ``price_year``, ``to_real`` (programme money of its price year for one
        unit of that currency), ``passed_real``, ``connecting_real`` (cost of a home that is passed, and of connecting
        it, by the street-level design), ``density_passed_real``, ``density_connecting_real`` (by the density model),
        ``capex_real``, ``density_capex_real`` (of its households, by either), ``trench_m``, ``drop_m``, ``offices``,
        ``cabinets``, ``cost`` (of the design, in its currency), ``value``, ``bound``, ``constant``, ``gap`` (of its
        certificate), ``certificate``, ``proof``.
    items : DataFrame
        What they add up from: ``place``, ``kind``, ``item`` (of the catalogue), ``part``, ``unit``, ``quantity``,
        ``amount`` (currency of the design), ``homes`` (that the quantity is of), ``per_home`` (units for each home).
    """

    table: pd.DataFrame
    items: pd.DataFrame

    def summary(self) -> list[dict[str, Any]]:
        """What ``summary.json`` says of them."""
        return [
            {str(name): value for name, value in row.items() if name not in ("certificate", "proof")}
            for row in self.table.to_dict("records")
        ]
