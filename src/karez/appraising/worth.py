"""What a plan is worth: money by year, project and area, and coverage (rule 2)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.tables import Decided, area_of_spans
from karez.model.places import stands_for_place
from karez.model.words import NO_ROUTE
from karez.units import METRES_PER_KM, from_minor, round_money

Floats = npt.NDArray[np.float64]


def money_by_year(decided: Decided) -> pd.DataFrame:
    """Money of every programme year; see ``Appraisal.by_year``."""
    prices, agreement = decided.prices, decided.inputs.programme.agreement
    site_year, element_year = decided.schedule.site_year, decided.schedule.element_year
    sites = _by_year(site_year, decided.of_option("capex_real"), agreement.years)
    spans = span_capex_by_year(decided).sum(axis=1)
    started = _by_year(site_year, decided.of_option("opex_real_per_year"), agreement.years)
    started += _by_year(element_year, decided.element_opex, agreement.years)
    opex = np.concatenate([[0.0], np.cumsum(started)[:-1]])
    capex = round_money(sites + spans)
    paid = capex + opex if "opex" in agreement.budget_pays else capex
    return pd.DataFrame(
        {
            "year": agreement.calendar_years,
            "budget_nominal": prices.budget_nominal,
            "budget_real": round_money(prices.budget_real),
            "capex_real": capex,
            "capex_nominal": round_money(capex * prices.price_level),
            "capex_spans_real": round_money(spans),
            "capex_sites_real": round_money(sites),
            "carried_nominal": round_money(np.cumsum(prices.budget_nominal - paid * prices.price_level)),
            "opex_real": round_money(opex),
        }
    )


def _by_year(year: npt.NDArray[np.int16], amount: Floats, years: int) -> Floats:
    """Sum of amounts by programme year 1…T."""
    return np.asarray(np.bincount(year, weights=amount, minlength=years + 1)[1:], dtype=np.float64)


def span_capex_by_year(decided: Decided) -> Floats:
    """Capex of spans by programme year and project, each over its years of construction: float64[T, projects]."""
    year, agreement = decided.schedule.element_year, decided.inputs.programme.agreement
    minor = np.zeros((agreement.years, len(decided.inputs.programme.projects)), np.int64)
    for before, part in enumerate(decided.element_payments()):
        built = np.flatnonzero((year > 0) & part.any(axis=1))
        np.add.at(minor, year[built] - 1 - before, part[built])
    return from_minor(minor)


def coverage_by_year(decided: Decided, members: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Coverage of a set of sites by the end of every year: to standard, and any service (rule 2).

    What is served already counts as served to standard. A set without weight is covered by nothing: 0.
    """
    prices, years = decided.prices, decided.prices.years
    weight, still_open = prices.site_weight[members], prices.site_open_weight[members]
    whole, before = weight.sum(), (weight - still_open).sum()
    year, meets = decided.schedule.site_year[members], decided.meets[members]
    if whole <= 0:
        return np.zeros(years), np.zeros(years)
    to_standard = before + np.cumsum(_by_year(year, still_open * meets, years))
    anyhow = before + np.cumsum(_by_year(year, still_open, years))
    return to_standard / whole, anyhow / whole


def places_by_year(decided: Decided, places: npt.NDArray[np.bool_]) -> Floats:
    """Share of places served to standard by the end of every year; `places` are the rows that stand for one."""
    count = int(places.sum())
    if not count:
        return np.zeros(decided.prices.years)
    before = decided.inputs.sites["already_served"].to_numpy(np.float64)[places]
    new = _by_year(decided.schedule.site_year[places], (1.0 - before) * decided.meets[places], decided.prices.years)
    return np.asarray((before.sum() + np.cumsum(new)) / count)


def worth_by_project(decided: Decided) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return ``by_project_year``, ``by_project`` and ``targets`` of the appraisal."""
    agreement = decided.inputs.programme.agreement
    project_of = decided.inputs.sites["project"].to_numpy()
    site_capex = decided.of_option("capex_real")
    span_capex = span_capex_by_year(decided)
    stands = stands_for_place(decided.inputs.sites)
    yearly, whole, targets = [], [], []
    for k, project in enumerate(decided.inputs.programme.projects):
        members = project_of == project.id
        capex = _by_year(decided.schedule.site_year[members], site_capex[members], agreement.years)
        capex = round_money(capex + span_capex[:, k])
        coverage, anyhow = coverage_by_year(decided, members)
        served = _by_year(decided.schedule.site_year[members], np.ones(members.sum()), agreement.years)
        yearly.append(
            pd.DataFrame(
                {
                    "project": project.id,
                    "year": agreement.calendar_years,
                    "capex_real": capex,
                    "coverage": coverage,
                    "coverage_any": anyhow,
                    "sites_served": np.cumsum(served).astype(np.int64),
                }
            )
        )
        whole.append(
            {
                "project": project.id,
                "name": project.name,
                "sites": int(members.sum()),
                "weight": float(decided.prices.site_weight[members].sum()),
                "capex_real": float(round_money(capex.sum())),
                "minimum_share": project.minimum_share,
                "maximum_share": project.maximum_share,
                "coverage": float(coverage[-1]),
                "coverage_any": float(anyhow[-1]),
            }
        )
        by_place = places_by_year(decided, members & stands) if project.targets else coverage
        for target in project.targets:
            reached = by_place if target.counted_by == "place" else coverage
            achieved = float(reached[target.year - agreement.first_year])
            targets.append(
                {
                    "project": project.id,
                    "year": target.year,
                    "counted_by": target.counted_by,
                    "required": target.required,
                    "target": target.coverage,
                    "achieved": achieved,
                    "met": achieved >= target.coverage - 1e-9,
                }
            )
    by_project = pd.DataFrame(whole)
    total = by_project["capex_real"].sum()
    by_project.insert(5, "share", by_project["capex_real"] / total if total > 0 else 0.0)
    columns = ["project", "year", "counted_by", "required", "target", "achieved", "met"]
    return pd.concat(yearly, ignore_index=True), by_project, pd.DataFrame(targets, columns=columns)


def worth_by_area(decided: Decided, spans: gpd.GeoDataFrame) -> pd.DataFrame:
    """Outcome in every area; homes alone count for coverage, spans by where their middle lies."""
    sites = decided.inputs.sites
    homes = sites["households"].notna().to_numpy()
    weight, still_open = decided.prices.site_weight * homes, decided.prices.site_open_weight * homes
    frame = pd.DataFrame(
        {
            "area_id": sites["area_id"].to_numpy(),
            "households": weight,
            "households_served": weight - still_open * ~decided.served,
            "to_standard": weight - still_open * ~decided.meets,
            "capex_real": decided.of_option("capex_real"),
        }
    )
    table = frame.groupby("area_id", sort=True).sum()
    spent = spans["capex_real"].groupby(area_of_spans(decided, spans)).sum()
    areas = decided.inputs.areas
    table = table.reindex(areas["id"], fill_value=0.0).reset_index(names="area_id")
    table.insert(1, "name", areas["name"].to_numpy())
    table["capex_real"] = round_money(table["capex_real"] + table["area_id"].map(spent).fillna(0.0))
    standard = table.pop("to_standard")
    table.insert(4, "coverage", (standard / table["households"]).where(table["households"] > 0, 0.0))
    return table


def worth_by_technology(decided: Decided) -> pd.DataFrame:
    """Sites, households and money by technology as served in the end."""
    sites = decided.inputs.sites
    frame = pd.DataFrame(
        {
            "technology": decided.technology,
            "sites": 1,
            "households": sites["households"].fillna(0.0).to_numpy(),
            "capex_real": decided.of_option("capex_real"),
            "opex_real_per_year": decided.of_option("opex_real_per_year"),
        }
    )
    return frame.groupby("technology", sort=True, as_index=False).sum().round(2)


def total_coverage(decided: Decided) -> pd.DataFrame:
    """Coverage of homes, each counted once, by the end of every year."""
    homes = decided.inputs.sites["households"].notna().to_numpy()
    coverage, anyhow = coverage_by_year(decided, homes)
    years = decided.inputs.programme.agreement.calendar_years
    served = anyhow * decided.prices.site_weight[homes].sum()
    return pd.DataFrame({"year": years, "coverage": coverage, "coverage_any": anyhow, "households_served": served})


def totals(
    decided: Decided, by_year: pd.DataFrame, coverage: pd.DataFrame, sites: gpd.GeoDataFrame
) -> dict[str, float]:
    """Key figures of the plan, each with its unit in its name."""
    prices, tree = decided.prices, decided.design.tree
    built = decided.schedule.element_year > 0
    length = np.append(decided.graph.spans["length_m"].to_numpy(), 0.0)
    km = length[np.where(tree.span >= 0, tree.span, -1)] / METRES_PER_KM
    existing = np.append(decided.graph.spans["method"].isin(NO_ROUTE).to_numpy(), True)[
        np.where(tree.span >= 0, tree.span, -1)
    ]
    opex = decided.of_option("opex_real_per_year").sum() + decided.element_opex[built].sum()
    present = sites["pv_cost_real"].sum() + round_money(decided.element_present).sum()
    designed = np.append(prices.options["capex_real"].to_numpy(), 0.0)[decided.design.site_option].sum()
    return {
        "budget_nominal": float(round_money(prices.budget_nominal.sum())),
        "budget_real": float(round_money(by_year["budget_real"].sum())),
        "capex_nominal": float(round_money(by_year["capex_nominal"].sum())),
        "capex_real": float(round_money(by_year["capex_real"].sum())),
        "opex_real_per_year": float(round_money(opex)),
        "pv_cost_real": float(round_money(present)),
        "unconstrained_capex_real": float(round_money(designed + decided.element_capex.sum())),
        "route_km_built": float(round(km[built & ~existing].sum(), 3)),
        "route_km_designed": float(round(km[~existing].sum(), 3)),
        "sites": len(sites),
        "sites_served": int(decided.served.sum()),
        "households": float(prices.site_weight[sites["households"].notna()].sum()),
        "households_served": float(coverage["households_served"].iloc[-1]),
        "coverage": float(coverage["coverage"].iloc[-1]),
        "coverage_any": float(coverage["coverage_any"].iloc[-1]),
    }
