"""The rules of a programme as rows that couple sites and spans, each with a stable name and plain words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from karez.model.inputs import Inputs
from karez.model.places import stands_for_place
from karez.model.prices import Prices
from karez.model.programme import Programme, Project
from karez.solving.schedule import Found, Rows
from karez.units import MINOR_PER_UNIT

Floats = npt.NDArray[np.float64]

MONEY_TOLERANCE = 0.5 / MINOR_PER_UNIT
"""Half a minor unit: by so much a sum of rounded money may pass its limit."""
WEIGHT_TOLERANCE = 1e-9
"""Share of a whole weight by which a coverage may miss its target."""
KM_TOLERANCE = 1e-6
"""Kilometres by which a sum of lengths may pass its limit: a millimetre."""
MBPS_TOLERANCE = 1e-9
"""Share of a shared capacity by which it may be passed: rounding."""
KEPT = 1e-9
"""Share of the service of a first solve that a second may lose to rounding."""


def by_place(programme: Programme) -> bool:
    """Whether any required target is counted by place."""
    targets = (target for project in programme.projects for target in project.targets)
    return any(target.required and target.counted_by == "place" for target in targets)


def limited_methods(programme: Programme) -> list[str]:
    """Deployment methods whose crews have a limit, in order."""
    years = programme.agreement.years
    return sorted(method for method, crew in programme.crews.items() if np.isfinite(crew.capacity_km(years)).any())


def floors_of(inputs: Inputs) -> dict[tuple[str, int], float]:
    """Least coverage by area and calendar year, the higher of two, areas without homes left out; sorted."""
    sites = inputs.sites
    homes = sites["households"].fillna(0.0) > 0 if inputs.programme.floors else None
    floors: dict[tuple[str, int], float] = {}
    for floor in inputs.programme.floors:
        areas = sorted(set(sites.loc[homes, "area_id"].astype(str)))
        for area in [area for area in areas if floor.area in ("", area)]:
            floors[area, floor.year] = max(floor.coverage, floors.get((area, floor.year), 0.0))
    return dict(sorted(floors.items()))


def floor_areas(inputs: Inputs) -> list[str]:
    """Areas that have a floor, in order."""
    return sorted({area for area, _ in floors_of(inputs)})


@dataclass
class _Gathered:
    """Rows under way."""

    features: tuple[str, ...]
    years: int
    names: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    tolerances: list[float] = field(default_factory=list)
    asking: list[bool] = field(default_factory=list)
    uses: list[Floats] = field(default_factory=list)

    def add(
        self,
        name: str,
        words: str,
        limit: float,
        tolerance: float,
        use: dict[str, Floats],
        *,
        asking: bool = False,
    ) -> None:
        """One row: what a unit of each feature uses by year of building (float64[T])."""
        places = [(feature, values) for feature, values in use.items() if feature in self.features]
        entries = np.zeros((3, len(places) * self.years))
        for number, (feature, values) in enumerate(places):
            part = slice(number * self.years, (number + 1) * self.years)
            entries[0, part] = len(self.names)
            entries[1, part] = self.features.index(feature) * self.years + np.arange(self.years)
            entries[2, part] = values
        self.names.append(name)
        self.words.append(words)
        self.limits.append(limit)
        self.tolerances.append(tolerance)
        self.asking.append(asking)
        self.uses.append(entries)

    def rows(self) -> Rows:
        """All rows."""
        row, column, value = np.concatenate([np.zeros((3, 0)), *self.uses], axis=1)
        use = sparse.csr_array(
            (value, (row.astype(np.int64), column.astype(np.int64))),
            shape=(len(self.names), len(self.features) * self.years),
        )
        use.eliminate_zeros()
        return Rows(
            tuple(self.names),
            tuple(self.words),
            np.array(self.limits, np.float64),
            use,
            np.array(self.tolerances, np.float64),
            np.array(self.asking, np.bool_),
        )


def rows_of(inputs: Inputs, prices: Prices, features: tuple[str, ...]) -> Rows:
    """Budgets, crews, shares, shared capacity, required targets and floors, in this order.

    Parameters
    ----------
    inputs : Inputs
        Sites and settings.
    prices : Prices
        Weights, budgets, price levels.
    features : tuple[str, ...]
        Names of the features of :class:`karez.phasing.pose.Posed`.
    """
    gathered = _Gathered(features, prices.years)
    _budgets(gathered, inputs.programme, prices)
    _crews(gathered, inputs.programme)
    _shares(gathered, inputs.programme)
    _capacity(gathered, prices)
    for project in inputs.programme.projects:
        _targets(gathered, inputs, prices, project)
    _floors(gathered, inputs, prices)
    return gathered.rows()


def keep_service(features: tuple[str, ...], service_years: Floats, found: Found) -> Rows:
    """Row ``service``: Σ benefit · service_years is at least what was found, less one part in 10⁹."""
    gathered = _Gathered(features, len(service_years))
    limit = -found.worth * (1.0 - KEPT)
    gathered.add("service", "the service reached", limit, 0.0, {"benefit": -service_years}, asking=True)
    return gathered.rows()


def _budgets(gathered: _Gathered, programme: Programme, prices: Prices) -> None:
    """Nominal money spent so far is within the budgets so far."""
    years, agreement = prices.years, programme.agreement
    built = np.arange(years)
    level, so_far = prices.price_level, np.cumsum(prices.price_level)
    pays_capex, pays_opex = "capex" in agreement.budget_pays, "opex" in agreement.budget_pays
    for due, money in enumerate(np.cumsum(prices.budget_nominal)):
        paid = np.where(built <= due, level, 0.0) * pays_capex
        use = {"capex": paid, "opex": np.where(built <= due, so_far[due] - so_far, 0.0) * pays_opex}
        for before in range(1, prices.span_early.shape[1] + 1):
            use[f"early:{before}"] = _earlier(paid, before) - paid
        calendar = agreement.calendar_years[due]
        gathered.add(f"budget:{due + 1}", f"the budgets until {calendar}", float(money), MONEY_TOLERANCE, use)


def _crews(gathered: _Gathered, programme: Programme) -> None:
    """Kilometres built by a method in a year are within what its crews can build."""
    agreement = programme.agreement
    for method in limited_methods(programme):
        parts = [name for name in gathered.features if name.startswith(f"km:{method}:")]
        for year, most in enumerate(programme.crews[method].capacity_km(agreement.years)):  # type: ignore[index]
            built = (np.arange(agreement.years) == year).astype(np.float64)
            use = {f"km:{method}": built}
            use |= {name: _earlier(built, int(name.rpartition(":")[2])) - built for name in parts}
            words = f"crews for {method.replace('_', ' ')} in {agreement.calendar_years[year]}"
            if np.isfinite(most):
                gathered.add(f"crew:{method}:{year + 1}", words, float(most), KM_TOLERANCE, use)


def _earlier(by_year: Floats, before: int) -> Floats:
    """Values of so many years before each year; those before year 1 count as of year 1."""
    return by_year[np.maximum(np.arange(len(by_year)) - before, 0)]


def _shares(gathered: _Gathered, programme: Programme) -> None:
    """Minimum and maximum shares of programme capex; what was paid before the first year counts."""
    ones = np.ones(gathered.years)
    for project in programme.projects:
        if project.minimum_share > 0:
            use = {"capex": project.minimum_share * ones, f"capex:{project.id}": -ones}
            words = f"at least {project.minimum_share:.3g} of the capex for {project.name}"
            limit = _spent(programme, project) - project.minimum_share * programme.standing.spent_in_all
            gathered.add(f"share:{project.id}", words, limit, MONEY_TOLERANCE, use, asking=limit < 0)
    for project in programme.projects:
        if project.maximum_share < 1:
            use = {"capex": -project.maximum_share * ones, f"capex:{project.id}": ones}
            words = f"at most {project.maximum_share:.3g} of the capex for {project.name}"
            limit = project.maximum_share * programme.standing.spent_in_all - _spent(programme, project)
            gathered.add(f"maximum_share:{project.id}", words, limit, MONEY_TOLERANCE, use, asking=limit < 0)


def _capacity(gathered: _Gathered, prices: Prices) -> None:
    """Busy-hour demand served in a cell of a satellite service is within what it can sell there.

    It is a stock that only grows, so the row of the last year keeps every year's.
    """
    if prices.sharing is None:
        return
    for name, limit in zip(prices.sharing.names, prices.sharing.limit_mbps.tolist(), strict=True):
        if name in gathered.features:
            service, _, cell = name.partition(":")[2].rpartition(":")
            words = f"{limit:,.4g} Mbit/s that {service} can sell in cell {cell}"
            gathered.add(name, words, limit, MBPS_TOLERANCE * limit, {name: np.ones(gathered.years)})


def _spent(programme: Programme, project: Project) -> float:
    """Money paid for a project before the first year, real."""
    return programme.standing.spent_real.get(project.id, 0.0)


def _targets(gathered: _Gathered, inputs: Inputs, prices: Prices, project: Project) -> None:
    """Required targets of a project, by weight and by place."""
    required = [target for target in project.targets if target.required]
    if not required:
        return
    here = (inputs.sites["project"] == project.id).to_numpy()
    calendar = np.array(inputs.programme.agreement.calendar_years)
    whole, still_open = prices.site_weight[here], prices.site_open_weight[here]
    kinds = [("weight", "target", "coverage", "weight", float(whole.sum()), float((whole - still_open).sum()))]
    if any(target.counted_by == "place" for target in required):
        places = here & stands_for_place(inputs.sites)
        served = float(inputs.sites["already_served"].to_numpy(np.float64)[places].sum())
        kinds.append(("place", "places", "place", "places", float(places.sum()), served))
    for counted_by, kind, feature, of, weight, served in kinds:
        dates = {
            target.year: target.coverage
            for target in sorted(required, key=lambda target: (target.year, target.coverage))
            if target.counted_by == counted_by
        }
        for year, coverage in dates.items():
            use = {f"{feature}:{project.id}": np.where(calendar <= year, -1.0, 0.0)}
            words = f"{coverage:.3%} of the {of} of {project.name} by {year}"
            limit, slack = served - coverage * weight, WEIGHT_TOLERANCE * weight
            gathered.add(f"{kind}:{project.id}:{year}", words, limit, slack, use, asking=True)


def _floors(gathered: _Gathered, inputs: Inputs, prices: Prices) -> None:
    """Least coverage of the homes of areas."""
    floors = floors_of(inputs)
    if not floors:
        return
    calendar = np.array(inputs.programme.agreement.calendar_years)
    homes = inputs.sites["households"].notna().to_numpy()
    area_of = inputs.sites["area_id"].astype(str).to_numpy()
    names, number = np.unique(area_of, return_inverse=True)
    weight = np.bincount(number, prices.site_weight * homes, len(names))
    served = np.bincount(number, (prices.site_weight - prices.site_open_weight) * homes, len(names))
    place = {str(name): row for row, name in enumerate(names)}
    for (area, year), coverage in floors.items():
        row = place[area]
        use = {f"home:{area}": np.where(calendar <= year, -1.0, 0.0)}
        words = f"{coverage:.3%} of the homes of area {area} by {year}"
        limit, slack = float(served[row] - coverage * weight[row]), float(WEIGHT_TOLERANCE * weight[row])
        gathered.add(f"floor:{area}:{year}", words, limit, slack, use, asking=True)
