"""How evenly homes are served between areas, and what the worst-off ones lack."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.equality import gini, lorenz_curve, worst_off
from karez.appraising.tables import Decided
from karez.model.equity import Equity
from karez.units import round_money

Floats = npt.NDArray[np.float64]
WORST = 10
"""Areas that are told."""

LEAST = 1e-6
"""Households that rounding may leave over."""


def equity(decided: Decided) -> Equity:
    """Compare areas by the coverage of their homes to standard."""
    households, covered = _coverage(decided)
    agreement = decided.inputs.programme.agreement
    known = np.flatnonzero(households > 0)
    weight = households[known]
    ids = decided.inputs.areas["id"].to_numpy(dtype=object)
    by_year, curves, by_area = [], [], []
    for place, year in enumerate(agreement.calendar_years):
        share = covered[known, place] / weight
        mean = float((share * weight).sum() / weight.sum()) if len(known) else 0.0
        tenth = worst_off(share, weight)
        by_year.append((year, mean, gini(share, weight), tenth, tenth / mean if mean > 0 else np.nan))
        by_area.append(pd.DataFrame({"area_id": ids[known], "year": year, "coverage": share}))
        if mean > 0:
            axes = lorenz_curve(share, weight)
            curves.append(pd.DataFrame({"year": year, "households_share": axes[0], "served_share": axes[1]}))
    target = _target(decided)
    columns = ["year", "households_share", "served_share"]
    return Equity(
        by_year=pd.DataFrame(
            by_year, columns=["year", "coverage", "gini", "worst_tenth_coverage", "worst_tenth_ratio"]
        ),
        lorenz=pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=columns),
        by_area_year=pd.concat(by_area, ignore_index=True),
        worst=_worst(decided, households, covered[:, -1], target),
        target=target,
    )


def _homes(decided: Decided) -> npt.NDArray[np.bool_]:
    return np.asarray(decided.inputs.sites["households"].notna().to_numpy())


def _coverage(decided: Decided) -> tuple[Floats, Floats]:
    """Households of every area, and those served to standard by the end of every year: [areas], [areas, T]."""
    prices = decided.prices
    areas = len(decided.inputs.areas)
    homes = _homes(decided)
    area = _area_rows(decided)
    weight, still_open = prices.site_weight * homes, prices.site_open_weight * homes
    households = np.bincount(area, weights=weight, minlength=areas + 1)[:areas]
    before = np.bincount(area, weights=weight - still_open, minlength=areas + 1)[:areas]
    year = np.where(decided.meets, decided.schedule.site_year, 0)
    gained = np.zeros((areas + 1, prices.years + 1))
    np.add.at(gained, (area, year), still_open)
    return np.asarray(households, dtype=np.float64), np.asarray(before, dtype=np.float64)[:, None] + np.cumsum(
        gained[:areas, 1:], axis=1
    )


def _area_rows(decided: Decided) -> npt.NDArray[np.int64]:
    """Row of every site's area; one more than there are where it lies in none."""
    index = pd.Index(decided.inputs.areas["id"])
    row = index.get_indexer(pd.Index(decided.inputs.sites["area_id"]))
    return np.where(row >= 0, row, len(index)).astype(np.int64)


def _target(decided: Decided) -> float:
    """Coverage that the projects' last targets promise to homes, by households; NaN where there is none."""
    homes, sites = _homes(decided), decided.inputs.sites
    promised = {
        project.id: max(project.targets, key=lambda target: target.year).coverage
        for project in decided.inputs.programme.projects
        if project.targets
    }
    share = sites["project"].map(promised).to_numpy(dtype=np.float64)
    weight = np.where(homes & np.isfinite(share), decided.prices.site_weight, 0.0)
    return round(float((np.nan_to_num(share) * weight).sum() / weight.sum()), 12) if weight.sum() > 0 else np.nan


def _worst(decided: Decided, households: Floats, covered: Floats, target: float) -> pd.DataFrame:
    """``Equity.worst``."""
    ids, names = (decided.inputs.areas[column].to_numpy(dtype=object) for column in ("id", "name"))
    known = np.flatnonzero(households > 0)
    share = covered[known] / households[known]
    mean = float(covered[known].sum() / households[known].sum()) if len(known) else 0.0
    order = np.lexsort((ids[known].astype(str), -households[known], share))[:WORST]
    lifting = _Lifting(decided)
    rows = []
    for area in known[order].tolist():
        lacks = [max(0.0, wanted * households[area] - covered[area]) for wanted in (mean, target)]
        costs = [lifting.cost(area, lack) for lack in lacks]
        short = any(lack > 0 and np.isnan(cost) for lack, cost in zip(lacks, costs, strict=True))
        remark = "not all its homes have a way to standard among the plan's routes and technologies" if short else ""
        rows.append(
            (ids[area], names[area], households[area], covered[area] / households[area], *lacks, *costs, remark)
        )
    columns = ["area_id", "name", "households", "coverage", "missing_to_mean", "missing_to_target"]
    return pd.DataFrame(rows, columns=[*columns, "to_mean_real", "to_target_real", "remark"])


class _Lifting:
    """What serving more homes of an area to standard would cost, on the designed tree."""

    def __init__(self, decided: Decided) -> None:
        self._decided = decided
        self._area = _area_rows(decided)
        options = decided.prices.options
        standard = options[options["meets_standard"].to_numpy(dtype=bool)]
        element = decided.design.site_element[standard["site"].to_numpy(dtype=np.int64)]
        tied = standard["technology"].isin(decided.inputs.programme.networked).to_numpy()
        possible = ~tied | (element >= 0)
        self._ways = standard[possible].assign(element=np.where(tied, element, -1)[possible])
        self._waiting = _homes(decided) & ~decided.meets & (decided.prices.site_open_weight > 0)
        self._cost = decided.element_capex

    def cost(self, area: int, lack: float) -> float:
        """Capex of bringing `lack` more households of an area to standard; NaN if that cannot be.

        Ways are taken by what each would cost alone for a household; an element that several need is paid once.
        """
        if np.isnan(lack):
            return float("nan")
        left, spent, built, taken = lack, 0.0, self._decided.schedule.element_year > 0, set()
        sites = self._waiting & (self._area == area)
        ways = self._ways[sites[self._ways["site"].to_numpy(dtype=np.int64)]]
        weight = self._decided.prices.site_open_weight
        alone = [
            (row.capex_real + sum(self._cost[self._way_up(row.element, built)])) / weight[row.site]
            for row in ways.itertuples()
        ]
        for place in np.argsort(alone, kind="stable").tolist():
            site, capex, element = (ways[name].iloc[place] for name in ("site", "capex_real", "element"))
            if left <= LEAST or site in taken:
                continue
            missing = self._way_up(int(element), built)
            spent += capex + sum(self._cost[missing])
            built[missing] = True
            left -= weight[site]
            taken.add(site)
        return float(round_money(spent)) if left <= LEAST else float("nan")

    def _way_up(self, element: int, built: npt.NDArray[np.bool_]) -> list[int]:
        """Elements still missing from one up to what is built."""
        parent, missing = self._decided.design.tree.parent, []
        while element >= 0 and not built[element]:
            missing.append(element)
            element = int(parent[element])
        return missing
