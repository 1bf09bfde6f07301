"""Optical budget of every premises: what light loses between office and home (ITU-T G.984.2, G.9807.1)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.model.street_rules import BUDGET_DB, StreetRules

Floats = npt.NDArray[np.float64]


def loss_db(rules: StreetRules, length_m: Floats) -> Floats:
    """Loss from the office to the home.

    Fibre by length, a splice for every drum begun and one at each end of feeder, distribution and drop, connectors,
    splitters of all stages.

    Parameters
    ----------
    rules : StreetRules
        Losses and splitting.
    length_m : float64[premises]
        Way of the light.

    Examples
    --------
    >>> loss_db(StreetRules(), np.array([0.0, 5_000.0])).round(2).tolist()
    [20.1, 22.4]
    """
    losses = rules.losses
    splices = np.ceil(length_m / losses.splice_every_m) + ENDS
    return np.asarray(rules.fixed_db() + length_m / 1_000.0 * losses.fibre_db_per_km + splices * losses.splice_db)


ENDS = 6
"""Splices at the ends of feeder, distribution and drop."""


def budget_db(rules: StreetRules) -> float:
    """What may be lost, margin kept free."""
    return BUDGET_DB[rules.network.technology] - rules.losses.margin_db


def reach_m(rules: StreetRules) -> float:
    """Longest way of light that budget and class allow, in metres.

    >>> round(reach_m(StreetRules()))
    15111
    """
    losses = rules.losses
    left = budget_db(rules) - rules.fixed_db() - (ENDS + 1) * losses.splice_db
    per_m = losses.fibre_db_per_km / 1_000.0 + losses.splice_db / losses.splice_every_m
    by_budget = left / per_m if per_m > 0 else np.inf
    return float(max(0.0, min(by_budget, rules.reach.optical_max_m)))
