"""What powers every site, and the supply of those that have no grid."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.appraising.facts import Facts, quantities
from karez.appraising.supply import supply_lines
from karez.appraising.tables import Decided
from karez.model.power import GRID, NO_GRID, SOLAR
from karez.units import round_money


def supplies(decided: Decided, facts: Facts) -> pd.DataFrame:
    """Columns ``units``, ``power``, ``supply_watts`` and ``supply_capex_real`` of every site as it is served."""
    programme, counted = decided.inputs.programme, quantities(facts, decided.inputs.programme)
    rate = decided.prices.catalogue.table["rate_real"]
    watts, capex = np.zeros(facts.sites), np.zeros(facts.sites)
    for technology in programme.technologies:
        rows = facts.off_grid & (decided.technology == str(technology))
        for line in supply_lines(programme, str(technology)) if rows.any() else ():
            needed = counted[line.per][rows] * line.quantity
            watts[rows] += needed
            capex[rows] += round_money(needed * rate[line.item])
    return pd.DataFrame(
        {
            "units": decided.inputs.sites["units"].to_numpy(np.float64),
            "power": np.where(facts.off_grid, np.where(watts > 0, SOLAR, NO_GRID), GRID).astype(object),
            "supply_watts": watts,
            "supply_capex_real": round_money(capex),
        },
        index=decided.inputs.sites.index,
    )
