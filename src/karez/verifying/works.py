"""How long works take and when they are paid: from the crews of the settings, span by span."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

from karez.model.programme import Programme
from karez.units import METRES_PER_KM, MINOR_PER_UNIT


def construction_years(programme: Programme, method: str, length_m: float) -> int:
    """Years a span takes: its length over the most that is built of one span in a year, rounded up."""
    crews = {str(name): crew for name, crew in programme.crews.items()}
    longest = crews[method].longest_km_per_year if method in crews else None
    if longest is None:
        return 1
    return max(1, math.ceil(round(length_m / METRES_PER_KM / longest, 9)))


def early_payment(capex: float, took: int) -> float:
    """What is paid in each year of works but the last: equal parts, rounded down to the minor unit."""
    return round(capex * MINOR_PER_UNIT) // took / MINOR_PER_UNIT


def payments(programme: Programme, span: dict[Hashable, Any]) -> dict[int, float]:
    """Capex of a built span by calendar year."""
    completed = int(span["year"])
    took = construction_years(programme, span["method"], span["length_m"])
    early = early_payment(span["capex_real"], took)
    paid = {completed - before: early for before in range(1, took)}
    return {**paid, completed: span["capex_real"] - math.fsum(paid.values())}
