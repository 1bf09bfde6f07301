"""Light reaches every premises: reach and optical budget."""

from __future__ import annotations

import math
from collections.abc import Iterator

from karez.verifying.street.run import StreetRun, rows
from karez.verifying.verdict import Check, Finding, conclude

BUDGET_DB = {"GPON B+": 28.0, "GPON C+": 32.0, "XGS-PON N1": 29.0, "XGS-PON N2": 31.0, "XGS-PON E1": 33.0}
"""ITU-T G.984.2 with amendments 1 and 2; G.9807.1."""
SPLIT_DB = {2: 3.6, 4: 7.3, 8: 10.7, 16: 14.1, 32: 17.5, 64: 21.0, 128: 24.5}
"""Telcordia GR-1209-CORE."""
END_SPLICES = 6


def reach(run: StreetRun) -> Check:
    """No drop, distribution or whole way is longer than the rules allow."""
    return conclude("reach", "no way is longer than the rules allow", _reach(run))


def _reach(run: StreetRun) -> Iterator[Finding]:
    rules = run.rules["reach"]
    for one in rows(run.tables["premises"]):
        if one.place < 0:
            continue
        if one.drop_m + one.distribution_m > rules["distribution_max_m"] + 0.1:
            yield Finding("premises further from its cabinet than allowed", str(one.id))
        if one.drop_m + one.distribution_m + one.feeder_m > rules["optical_max_m"] + 0.1:
            yield Finding("premises further from its office than allowed", str(one.id))


def budget(run: StreetRun) -> Check:
    """The loss of every premises, computed anew, is what is said and within its class."""
    return conclude("budget", f"every premises keeps the budget of {run.rules['network']['technology']}", _budget(run))


def _budget(run: StreetRun) -> Iterator[Finding]:
    network, losses = run.rules["network"], run.rules["losses"]
    may = BUDGET_DB[network["technology"]] - losses["margin_db"]
    fixed = sum(SPLIT_DB[ratio] for ratio in network["split"]) + losses["connectors"] * losses["connector_db"]
    for one in rows(run.tables["premises"]):
        if one.place < 0:
            continue
        way = one.drop_m + one.distribution_m + one.feeder_m
        splices = math.ceil(way / losses["splice_every_m"]) + END_SPLICES
        loss = fixed + way / 1_000.0 * losses["fibre_db_per_km"] + splices * losses["splice_db"]
        if abs(loss - one.loss_db) > 0.11:
            yield Finding("premises whose loss is not what its way makes it", str(one.id))
        if loss > may + 1e-6:
            yield Finding("premises that loses more light than its class can bear", str(one.id))
