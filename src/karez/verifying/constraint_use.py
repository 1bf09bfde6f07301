"""What one unit of a feature uses of a constraint of the schedule, all being written as use ≤ limit."""

from __future__ import annotations

import math
from collections.abc import Callable

from karez.verifying.money import price_level
from karez.verifying.run import Run


def use(run: Run, constraint: str, feature: str, year: int) -> float:
    """What one unit of a feature uses of a constraint.

    Parameters
    ----------
    run : Run
        Settings.
    constraint : str
        ``budget:t``, ``crew:<method>:t``, ``share:<project>``, ``maximum_share:<project>``,
        ``shared:<service>:<cell>``, ``target:<project>:<calendar year>``, ``places:<project>:<calendar year>``,
        ``floor:<area>:<calendar year>`` or ``service``.
    feature : str
        See :class:`karez.verifying.schedule_bound.Item`.
    year : int
        Programme year in which the item that has the feature is completed.
    """
    kind, _, rest = constraint.partition(":")
    if kind not in USES:
        raise ValueError(f"no constraint is named {constraint}")
    return USES[kind](run, rest, feature, year)


def _budget(run: Run, rest: str, feature: str, year: int) -> float:
    until, pays = int(rest), run.programme.agreement.budget_pays
    if feature.startswith("early:") and "capex" in pays:
        return _paid(run, "capex", _begun(feature, year), until) - _paid(run, "capex", year, until)
    return _paid(run, feature, year, until) if feature in pays else 0.0


def _begun(feature: str, year: int) -> int:
    """Programme year that lies as many years before as the name of the feature ends with."""
    return max(1, year - int(feature.rpartition(":")[2]))


def _paid(run: Run, feature: str, year: int, until: int) -> float:
    """Nominal money paid by the end of a programme year, of one real unit of capex or of yearly opex."""
    level = [price_level(run.programme, calendar) for calendar in run.calendar_years]
    if year > until:
        return 0.0
    return level[year - 1] if feature == "capex" else math.fsum(level[year:until])


def _crew(_: Run, rest: str, feature: str, year: int) -> float:
    method, at = rest.rsplit(":", 1)
    if feature == f"km:{method}":
        return float(year == int(at))
    if feature.startswith(f"early km:{method}:"):
        return float(_begun(feature, year) == int(at)) - float(year == int(at))
    return 0.0


def _share(run: Run, rest: str, feature: str, _: int) -> float:
    whole = run.programme.project(rest).minimum_share if feature == "capex" else 0.0
    return whole - float(feature == f"capex:{rest}")


def _maximum_share(run: Run, rest: str, feature: str, _: int) -> float:
    whole = run.programme.project(rest).maximum_share if feature == "capex" else 0.0
    return float(feature == f"capex:{rest}") - whole


def _by_date(counted: str) -> Callable[[Run, str, str, int], float]:
    """Use of a constraint that asks for service by the end of a calendar year."""

    def by_date(run: Run, rest: str, feature: str, year: int) -> float:
        of, _, due = rest.rpartition(":")
        in_time = run.calendar_years[year - 1] <= int(due)
        return -1.0 if feature == f"{counted}:{of}" and in_time else 0.0

    return by_date


def _service(run: Run, _: str, feature: str, year: int) -> float:
    return -service_years(run)[year - 1] if feature == "benefit" else 0.0


USES: dict[str, Callable[[Run, str, str, int], float]] = {
    "budget": _budget,
    "crew": _crew,
    "share": _share,
    "maximum_share": _maximum_share,
    "shared": lambda _, rest, feature, __: float(feature == f"shared:{rest}"),
    "target": _by_date("covers"),
    "places": _by_date("places"),
    "floor": _by_date("homes"),
    "service": _service,
}
"""By kind of constraint, what a feature uses of it."""


def service_years(run: Run) -> list[float]:
    """Discounted years of service by the programme year it starts at the end of (rule 2)."""
    rate, horizon = run.programme.rates.discount_rate_real, run.programme.horizon
    return [
        math.fsum((1.0 + rate) ** -later for later in range(year + 1, horizon + 1))
        for year in range(1, len(run.calendar_years) + 1)
    ]
