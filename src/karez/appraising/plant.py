"""What plant beside the plan costs: cost lines for one of it, over its life."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from karez.appraising.present import present_factor, service_years
from karez.model.catalogue import Catalogue
from karez.model.cost_line import CostLine
from karez.model.programme import Programme


@dataclass(frozen=True)
class PlantCost:
    """Real money for one of something: paid once, every year, and present cost if built in year 1 (rule 3)."""

    capex: float
    opex_per_year: float
    present: float

    def __add__(self, other: PlantCost) -> PlantCost:
        return PlantCost(
            self.capex + other.capex, self.opex_per_year + other.opex_per_year, self.present + other.present
        )


def cost_of(lines: Iterable[CostLine], per: str, programme: Programme, catalogue: Catalogue) -> PlantCost:
    """Cost of one …: the lines that are counted by it.

    Parameters
    ----------
    lines : Iterable[CostLine]
        Cost lines; their items are in the catalogue.
    per : str
        Driver whose lines are taken, as ``unit``.
    programme, catalogue
        Settings, and unit costs converted.
    """
    total = PlantCost(0.0, 0.0, 0.0)
    for line in lines:
        if line.per != per:
            continue
        item = catalogue.table.loc[line.item]
        amount = float(item["rate_real"]) * line.quantity
        if line.kind == "opex":
            total += yearly(amount, programme)
            continue
        share, agreement = float(item["opex_share_per_year"]), programme.agreement
        factor = present_factor(
            int(item["life_years"]), share, agreement.years, programme.horizon, programme.rates.discount_rate_real
        )
        total += PlantCost(amount, amount * share, amount * float(factor[0]))
    return total


def yearly(amount: float, programme: Programme) -> PlantCost:
    """Cost of paying so much every year, from the year after the first to the horizon."""
    years, rate = programme.agreement.years, programme.rates.discount_rate_real
    return PlantCost(0.0, amount, amount * float(service_years(years, programme.horizon, rate)[0]))
