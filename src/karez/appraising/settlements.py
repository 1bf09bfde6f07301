"""Homes of settlements that are designed street by street: what they cost replaces the density model.

A home there costs what the street-level design costs for each home that it passes, and besides for each home that it
connects. That is multiplied by the households of the programme's rows, of which a map may show more or fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.errors import DataFault, Fault
from karez.model.catalogue import Catalogue
from karez.model.cost_line import CostLine
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.programme import Programme
from karez.model.settlement_rules import Streets
from karez.model.settlements import KINDS, Part, SettlementDesign, item_of
from karez.model.words import HOME

PASSED = ("household", "urban_household", "rural_household")
CONNECTED = ("connected_household",)
PARTS: dict[Part, tuple[str, ...]] = {"passing": PASSED, "connecting": CONNECTED}
"""What the cost lines of a density model are counted by, where a street-level design replaces them."""

CONFIDENCE = "street-level design"


def with_settlements(inputs: Inputs, designs: Sequence[SettlementDesign]) -> Inputs:
    """Give the catalogue the items of street-level designs, and the notes what a reader must know of them.

    Parameters
    ----------
    inputs : Inputs
        As read.
    designs : sequence
        Of every settlement that has a map.

    Raises
    ------
    DataFault
        If a design reaches no home: there is no cost per home then.
    """
    empty = [design for design in designs if not design.homes_served]
    if empty:
        problem = "the street-level design reaches no home: no premises of the map can be connected"
        raise DataFault(
            Fault(one.map, problem=problem, remedy="Look at it with `karez street`, or remove the settlement")
            for one in empty
        )
    rules = inputs.programme.street
    table = pd.concat([inputs.catalogue.table, *(_rows(design, rules) for design in designs)])
    table["method"] = table["method"].fillna("") if "method" in table else ""
    return replace(
        inputs,
        catalogue=Catalogue(table.rename_axis("item").sort_index(kind="stable")),
        notes=(*inputs.notes, *_notes(inputs, designs)),
        maps=(),
        settlements=tuple(designs),
    )


def _rows(design: SettlementDesign, rules: Streets) -> pd.DataFrame:
    """Catalogue rows of a settlement, in the money of its design."""
    costs = design.costs
    kinds = [KINDS[kind] for kind in costs["kind"]]
    rate = (costs["amount"] / costs["quantity"]).to_numpy(dtype=np.float64)
    source = f"Street-level design of {design.map}, {design.homes_served:,} homes; low and high as street.*_factor"
    return pd.DataFrame(
        {
            "unit": [kind.unit for kind in kinds],
            "low": rate * rules.low_factor,
            "rate": rate,
            "high": rate * rules.high_factor,
            "currency": design.currency,
            "price_year": design.price_year,
            "source": source,
            "confidence": CONFIDENCE,
            "life_years": [rules.life_of(kind.wear) for kind in kinds],
            "opex_share_per_year": [rules.upkeep_of(kind.wear) for kind in kinds],
            "method": [kind.method for kind in kinds],
        },
        index=[item_of(design.place, kind) for kind in costs["kind"]],
    )


def _notes(inputs: Inputs, designs: Sequence[SettlementDesign]) -> list[Note]:
    """The rule by which map and programme are brought together (rule 9), and what each design says."""
    if not designs:
        return []
    places = tuple(design.place for design in designs)
    many = f"{len(designs)} settlement{' is' if len(designs) == 1 else 's are'}"
    rule = (
        f"{many} designed street by street: the cost per home passed × households, and the cost of connecting a home × "
        "households × take-up, replace the density model; homes on the map and households of the programme differ, "
        "both are shown."
    )
    apart = [Note("designing", f"{design.place}: {text}") for design in designs for text in design.notes]
    return [Note("appraising", rule, len(designs), places), *apart]


def settlement_of(inputs: Inputs) -> npt.NDArray[np.int64]:
    """Number of the street-level design that every row of homes is priced by; −1 for the density model."""
    number = {design.place: place for place, design in enumerate(inputs.settlements)}
    sites = inputs.sites
    found = sites["place_id"].astype(str).map(number).fillna(-1).to_numpy(dtype=np.int64)
    return np.where(sites["households"].notna(), found, -1)


def lines_of(design: SettlementDesign) -> dict[Part, tuple[CostLine, ...]]:
    """Cost lines of a home in a settlement, for passing and for connecting it."""
    per: dict[Part, str] = {"passing": "household", "connecting": "connected_household"}
    return {
        part: tuple(
            CostLine(
                item=item_of(design.place, kind),
                per=driver,
                quantity=quantity / design.homes_served,
                source=f"street-level design of {design.map}",
            )
            for kind, quantity in zip(design.costs["kind"], design.costs["quantity"], strict=True)
            if KINDS[kind].part == part and quantity > 0
        )
        for part, driver in per.items()
    }


def density_lines(programme: Programme, part: Part) -> tuple[CostLine, ...]:
    """Cost lines of fibre to homes that a street-level design replaces, for passing or for connecting."""
    named = set(programme.street.replaces)
    return tuple(
        line
        for line in programme.categories[HOME].costs.get("fibre", ())
        if (line.item in named if named else line.kind == "capex" and line.per in (*PASSED, *CONNECTED))
        and (line.per in CONNECTED) == (part == "connecting")
    )


def replaced(
    lines: tuple[CostLine, ...], technology: str, own: dict[Part, tuple[CostLine, ...]], programme: Programme
) -> tuple[CostLine, ...]:
    """Cost lines of homes with those of a street-level design in place of the density model's.

    Fibre has all of them. Another technology has them where it uses the same local distribution: where all lines of
    fibre that pass homes (or that connect them) are among its own.
    """
    for part in PARTS:
        density = density_lines(programme, part)
        if technology == "fibre" or (density and all(line in lines for line in density)):
            lines = (*(line for line in lines if line not in density), *own[part])
    return lines
