"""Unit costs, and what follows from them: capex, upkeep and present cost of every span (rules 1 and 3)."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from typing import Any

from karez.model.programme import Programme
from karez.model.words import RADIO_METHODS
from karez.units import METRES_PER, MINOR_PER_UNIT
from karez.verifying.emissions import price_of_carbon
from karez.verifying.money import CENT, HALF_CENT, connection_present
from karez.verifying.network import CONNECTION
from karez.verifying.run import Run, radio_ids
from karez.verifying.verdict import Check, Finding, conclude
from karez.verifying.works import construction_years, early_payment

MOST_YEARS = 60
"""Works of a candidate take fewer years than this."""

CLOSE = 1e-9
"""Share by which figures that are equal may differ in the last digits."""

FREE: dict[Hashable, Any] = {"rate_real": 0.0, "opex_share_per_year": 0.0, "life_years": 1}
"""Fibre that exists costs nothing."""


def catalogue(run: Run) -> Check:
    """Unit costs in the programme's money, from those of their sources."""
    return conclude("catalogue", f"{len(run.catalogue)} unit costs converted again", _catalogue_findings(run))


def _catalogue_findings(run: Run) -> Iterator[Finding]:
    agreement, rates = run.programme.agreement, run.programme.rates
    exchange = {**rates.exchange, agreement.currency: 1.0}
    for item, row in run.catalogue.to_dict("index").items():
        if row["currency"] not in exchange:
            yield Finding("no exchange rate for the currency of the item", str(item))
            continue
        factor = exchange[row["currency"]] * (1.0 + rates.inflation_per_year) ** (
            agreement.price_year - row["price_year"]
        )
        factor /= METRES_PER.get(row["unit"], 1.0)
        if row["base_unit"] != ("m" if row["unit"] in METRES_PER else row["unit"]):
            yield Finding("base_unit is not that of the unit", str(item))
        for column in ("low", "rate", "high"):
            stated = row["rate"] if row[column] != row[column] else row[column]
            if not abs(row[f"{column}_real"] - stated * factor) <= CLOSE * stated * factor:
                yield Finding(f"{column}_real is not {column} in the programme's money", str(item))


def prices(run: Run) -> Check:
    """Capex, upkeep and present cost of every span, from its length and the catalogue."""
    proven = f"capex, upkeep and present cost of {len(run.spans):,} spans follow from length and unit cost"
    return conclude("prices", proven, _price_findings(run))


def _price_findings(run: Run) -> Iterator[Finding]:
    elements: dict[Hashable, dict[Hashable, Any]] = run.proof.elements.set_index("id").to_dict("index")
    for row in run.spans.to_dict("records"):
        if row["method"] in RADIO_METHODS:
            continue  # of pieces, see karez.verifying.radio
        cost = _unit_cost(run, row["method"], row["ground"])
        if cost is None:
            yield Finding("no item of the catalogue prices it", row["id"])
        else:
            for problem in _span_problems(run, row, cost):
                yield Finding(problem, row["id"])
            for problem in _element_problems(run, elements[row["id"]], row, cost):
                yield Finding(problem, row["id"])
    yield from _connection_findings(run, elements)


def _connection_findings(run: Run, elements: dict[Hashable, dict[Hashable, Any]]) -> Iterator[Finding]:
    """What is wrong with the money of sources and other nodes."""
    capex = dict(zip(run.nodes["id"], run.nodes["capex_real"], strict=True))
    for key, row in elements.items():
        if str(key).startswith(CONNECTION):
            paid = row["capex_real"] if row["year"] == row["year"] else 0.0
            if abs(capex.pop(row["node_id"]) - paid) > HALF_CENT:
                yield Finding("capex of the node is not that of the connection", str(key))
            for year in range(1, len(run.calendar_years) + 1):
                if abs(row[f"present_{year}"] - connection_present(run, row["capex_real"], year)) > HALF_CENT:
                    yield Finding("present cost of the connection is not that of rule 3", str(key))
            if row["opex_real_per_year"]:
                yield Finding("a connection has no upkeep", str(key))
    for node, paid in capex.items():
        if paid:
            yield Finding("node that is no source, but costs something", node)


def _unit_cost(run: Run, method: str, ground: str) -> dict[Hashable, Any] | None:
    """Row of the catalogue that prices a metre; None if there is none."""
    if method == "existing":
        return FREE
    rates = {str(name): {str(k): v for k, v in by.items()} for name, by in run.programme.routing.rates.items()}
    item = rates.get(method, {}).get(ground)
    return run.catalogue.loc[item].to_dict() if item in run.catalogue.index else None


def _span_problems(run: Run, row: dict[Hashable, Any], cost: dict[Hashable, Any]) -> Iterator[str]:
    """What is wrong with the money of a row of the layer `spans`."""
    designed, is_built = row["designed_capex_real"], row["year"] == row["year"]
    if abs(designed - row["length_m"] * cost["rate_real"]) > HALF_CENT + CLOSE * designed:
        yield "capex is not length times unit cost"
    if abs(row["capex_real"] - (designed if is_built else 0.0)) > HALF_CENT:
        yield "capex is not that of its design, or not 0 though it is not built"
    upkeep = designed * cost["opex_share_per_year"]
    if abs(row["opex_real_per_year"] - (upkeep if is_built else 0.0)) > HALF_CENT + CLOSE * upkeep:
        yield "upkeep is not its share of capex"
    year = int(row["year"]) - run.calendar_years[0] + 1 if is_built else 0
    present = present_cost(run.programme, designed, upkeep, int(cost["life_years"]), year) if is_built else 0.0
    present += _carbon(run, row, year) if is_built else 0.0
    took = construction_years(run.programme, row["method"], row["length_m"])
    present += dearer(run.programme, designed, took, year, int(cost["life_years"])) if is_built else 0.0
    if abs(row["pv_cost_real"] - present) > CENT:
        yield "present cost is not that of rule 3"
    if row["status"] != ("operational" if row["method"] == "existing" else "proposed"):
        yield "status is not that of its method"


def _carbon(run: Run, span: dict[Hashable, Any], year: int) -> float:
    """Present cost of the emissions of a span built in a programme year."""
    if span["method"] == "existing" or not run.programme.climate.price_per_tonne:
        return 0.0
    kg = float(span["length_m"] * getattr(run.programme.climate.trench, span["method"]))
    return kg * price_of_carbon(run, run.calendar_years[0] + year - 1)


def _element_problems(
    run: Run, row: dict[Hashable, Any], span: dict[Hashable, Any], cost: dict[Hashable, Any]
) -> Iterator[str]:
    """What is wrong with the money of a span in ``proof/elements``."""
    capex, took = span["designed_capex_real"], construction_years(run.programme, span["method"], span["length_m"])
    upkeep = capex * cost["opex_share_per_year"]
    if abs(row["opex_real_per_year"] - upkeep) > HALF_CENT + CLOSE * upkeep:
        yield "upkeep in proof/elements is not its share of capex"
    for year in range(1, len(run.calendar_years) + 1):
        present = present_cost(run.programme, capex, upkeep, int(cost["life_years"]), year) + _carbon(run, span, year)
        present += dearer(run.programme, capex, took, year, int(cost["life_years"]))
        if abs(row[f"present_{year}"] - present) > HALF_CENT:
            yield "present cost in proof/elements is not that of rule 3"


def candidates(run: Run) -> Check:
    """Present cost of every candidate span, built in year 1, from its capex."""
    proven = f"present costs of {len(run.proof.graph):,} candidate spans follow from their capex"
    return conclude("candidate prices", proven, _candidate_findings(run))


def _candidate_findings(run: Run) -> Iterator[Finding]:
    """Of a candidate that is not in the plan the item is not kept: it must be one of those that price routes."""
    factors = {
        present_cost(run.programme, 1.0, cost["opex_share_per_year"], int(cost["life_years"]), 1)
        + _carbon(run, {"method": str(method), "length_m": 1.0 / cost["rate_real"] if cost["rate_real"] else 0.0}, 1)
        for method, grounds in run.programme.routing.rates.items()
        for item in grounds.values()
        if item in run.catalogue.index
        for cost in [run.catalogue.loc[item].to_dict()]
    }
    connection = {connection_present(run, 1.0, 1)}
    slow = any(crew.longest_km_per_year is not None for crew in run.programme.crews.values())

    def longer(capex: float) -> list[float]:
        """What works of several years cost more; how long a candidate is that is not in the plan is not kept."""
        lives = sorted({int(life) for life in run.catalogue["life_years"]}) if slow else [1]
        return [
            dearer(run.programme, capex, took, 1, life)
            for life in lives
            for took in range(1, MOST_YEARS if slow else 2)
        ]

    graph = run.proof.graph.loc[~run.proof.graph["id"].isin(radio_ids(run))]
    for key, capex, minor in zip(graph["id"], graph["capex_real"], graph["present_minor"].tolist(), strict=True):
        allowed = connection if str(key).startswith(CONNECTION) else factors
        more = [0.0] if str(key).startswith(CONNECTION) else longer(capex)
        if not any(abs((capex * factor + part) * MINOR_PER_UNIT - minor) <= 1.0 for factor in allowed for part in more):
            yield Finding("present cost in proof/graph is not that of rule 3", str(key))


def dearer(programme: Programme, capex: float, took: int, year: int, life: int) -> float:
    """By how much the present cost of a span rises as it is paid year by year, each payment an asset of its own."""
    completed, early = present_cost(programme, 1.0, 0.0, life, year), early_payment(capex, took)
    return early * math.fsum(
        present_cost(programme, 1.0, 0.0, life, year - before) - completed for before in range(1, took)
    )


def present_cost(programme: Programme, capex: float, opex: float, life: int, year: int) -> float:
    """Present cost of one asset by rule 3, to the start of year 1, in real money.

    Parameters
    ----------
    programme : Programme
        Discount rate and horizon H.
    capex, opex : float
        Paid when it is built and renewed; paid in every later year until H.
    life : int
        Years after which it is renewed.
    year : int
        Programme year it is built in.
    """
    rate, horizon = programme.rates.discount_rate_real, programme.horizon
    total, last = 0.0, year
    for at in range(year, max(horizon, year + 1), life):
        total += capex * (1.0 + rate) ** -at
        last = at
    for at in range(year + 1, horizon + 1):
        total += opex * (1.0 + rate) ** -at
    unused = (life - (horizon - last)) / life
    return total - capex * unused * (1.0 + rate) ** -horizon
