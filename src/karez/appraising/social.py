"""Income that broadband brings, by a published elasticity: an option, kept out of every total."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.appraising.tables import Decided
from karez.model.programme import Programme
from karez.units import round_money


def income_effect(before: float, after: float, elasticity: float) -> float:
    """Relative rise of income as penetration grows: (after / before)^elasticity − 1, nothing where it does not grow.

    Katz & Callorda (2018), ITU, ISBN 978-92-61-27711-6: 10 % more fixed broadband comes with 0.8 % more GDP.

    >>> round(income_effect(0.50, 0.55, 0.08), 4), income_effect(0.5, 0.4, 0.08)
    (0.0077, 0.0)
    """
    return float((max(after, before) / before) ** elasticity - 1.0)


def social_return(demand: pd.DataFrame, decided: Decided, programme: Programme) -> pd.DataFrame:
    """``Finance.social``: penetration and additional income of all households by year; empty unless enabled.

    Penetration is the programme's connected homes over all households, no less than before. The elasticity was
    estimated on small changes between countries; the further penetration moves, the less it carries.
    """
    social = programme.social
    if not social.enabled:
        return pd.DataFrame(columns=["year", "penetration", "benefit_real"])
    homes = decided.inputs.sites["households"].notna().to_numpy()
    households = float(decided.prices.site_weight[homes].sum())
    reached = demand["homes_connected"].to_numpy() / households if households > 0 else np.zeros(len(demand))
    after = np.maximum(reached, social.penetration_before)
    effect = [income_effect(social.penetration_before, share, social.elasticity) for share in after.tolist()]
    benefit = households * social.income_per_household_per_year * np.array(effect)
    return pd.DataFrame({"year": demand["year"], "penetration": after, "benefit_real": round_money(benefit)})
