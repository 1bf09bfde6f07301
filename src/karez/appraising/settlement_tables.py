"""What homes of settlements cost by their street-level design, beside what the density model says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.exchange import factors
from karez.appraising.facts import Facts, Floats, quantities
from karez.appraising.settlements import density_lines
from karez.appraising.tables import Decided
from karez.model.cost_line import CostLine
from karez.model.programme import Programme
from karez.model.settlements import KINDS, Part, SettlementDesign, Settlements, item_of
from karez.units import round_money

Rows = npt.NDArray[np.int64]


def settlement_tables(decided: Decided, facts: Facts) -> Settlements | None:
    """Tables of the settlements that are designed street by street; None where there are none."""
    designs = decided.inputs.settlements
    if not designs:
        return None
    counted = quantities(facts, decided.inputs.programme)
    rows = [_row(decided, facts, counted, number) for number in range(len(designs))]
    items = pd.concat([_items(design) for design in designs], ignore_index=True)
    return Settlements(pd.DataFrame(rows), items)


def _row(decided: Decided, facts: Facts, counted: dict[str, Floats], number: int) -> dict[str, Any]:
    """A settlement: what its map and its rows hold, and what its homes cost either way."""
    programme, design = decided.inputs.programme, decided.inputs.settlements[number]
    sites = np.flatnonzero(facts.settlement == number)
    homes = {"passing": counted["household"][sites].sum(), "connecting": counted["connected_household"][sites].sum()}
    own = facts.settlement_lines[number]
    street, density = ({}, {})
    for part, lines in own.items():
        street[part] = _cost(lines, decided, counted, sites)
        density[part] = _cost(density_lines(programme, part), decided, counted, sites)
    sheet = design.certificate
    return {
        "place": design.place,
        "name": str(decided.inputs.sites["name"].iloc[sites[0]]),
        "map": design.map,
        "premises": design.premises,
        "premises_served": design.premises_served,
        "homes_on_map": design.homes,
        "homes_served": design.homes_served,
        "households": float(homes["passing"]),
        "connected": float(homes["connecting"]),
        "currency": design.currency,
        "price_year": design.price_year,
        "to_real": to_real(design, programme),
        "passed_real": _each(street["passing"], homes["passing"]),
        "connecting_real": _each(street["connecting"], homes["connecting"]),
        "density_passed_real": _each(density["passing"], homes["passing"]),
        "density_connecting_real": _each(density["connecting"], homes["connecting"]),
        "capex_real": float(round_money(sum(street.values()))),
        "density_capex_real": float(round_money(sum(density.values()))),
        "trench_m": design.trench_m,
        "drop_m": design.drop_m,
        "offices": design.offices,
        "cabinets": design.cabinets,
        "cost": float(round_money(design.total())),
        "value": sheet.value,
        "bound": sheet.bound,
        "constant": sheet.constant,
        "gap": sheet.gap,
        "certificate": sheet.name,
        "proof": sheet.proof,
    }


def to_real(design: SettlementDesign, programme: Programme) -> float:
    """Programme money of its price year for one unit of a design's money, as the catalogue is converted (rule 1)."""
    years = programme.agreement.price_year - design.price_year
    return float(factors(programme)[design.currency] * (1.0 + programme.rates.inflation_per_year) ** years)


def _cost(lines: Iterable[CostLine], decided: Decided, counted: dict[str, Floats], sites: Rows) -> float:
    """Capex of cost lines at some sites."""
    rate = decided.prices.catalogue.table["rate_real"]
    return float(sum(counted[line.per][sites].sum() * line.quantity * rate[line.item] for line in lines))


def _each(cost: float, homes: float) -> float:
    """Cost of a home, two decimals; 0 where there is none."""
    return float(round_money(cost / homes)) if homes > 0 else 0.0


def _items(design: SettlementDesign) -> pd.DataFrame:
    """``Settlements.items`` of a settlement."""
    costs = design.costs
    kinds = [KINDS[kind] for kind in costs["kind"]]
    parts: list[Part] = [kind.part for kind in kinds]
    return pd.DataFrame(
        {
            "place": design.place,
            "kind": costs["kind"],
            "item": [item_of(design.place, kind) for kind in costs["kind"]],
            "part": parts,
            "unit": [kind.unit for kind in kinds],
            "quantity": costs["quantity"],
            "amount": costs["amount"],
            "homes": design.homes_served,
            "per_home": costs["quantity"] / design.homes_served,
        }
    )
