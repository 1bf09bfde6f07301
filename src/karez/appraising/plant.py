"""What plant beside the plan costs: cost lines for one of it, over its life."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from karez.appraising.present import present_factor, service_years
from karez.model.catalogue import Catalogue
from karez.model.cost_line import CostLine
from karez.model.plant import PlantCost
from karez.model.programme import Programme


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
        item = catalogue.table.index.get_loc(line.item)
        rate, share, life = (
            float(catalogue.table[name].to_numpy(np.float64)[item])
            for name in ("rate_real", "opex_share_per_year", "life_years")
        )
        amount = rate * line.quantity
        if line.kind == "opex":
            total += yearly(amount, programme)
            continue
        years, discount = programme.agreement.years, programme.rates.discount_rate_real
        factor = present_factor(int(life), share, years, programme.horizon, discount)
        total += PlantCost(amount, amount * share, amount * float(factor[0]))
    return total


def yearly(amount: float, programme: Programme) -> PlantCost:
    """Cost of paying so much every year, from the year after the first to the horizon."""
    years, rate = programme.agreement.years, programme.rates.discount_rate_real
    return PlantCost(0.0, amount, amount * float(service_years(years, programme.horizon, rate)[0]))
