"""What may come of a plan, as tables: ranges, probabilities, what matters most, who is at risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.drawing import draw, one_at_a_time
from karez.appraising.draws import CashBasis, cash_basis, reprice_draws
from karez.appraising.exposure import Exposure, expose
from karez.appraising.following import Followed, follow
from karez.appraising.tables import Decided
from karez.model.draws import Draws
from karez.model.risk import QUANTILES, Regret, Risk
from karez.units import round_money

Floats = npt.NDArray[np.float64]
FIXED = "(fixed)"
"""Item of money that no price moves."""

UNITS = {
    "capex_real": "currency, real",
    "capex_nominal": "currency, nominal",
    "pv_cost_real": "currency, real",
    "npv_real": "currency, real",
    "coverage": "share of homes",
    "service": "household-years",
}
"""Figures that are told, and their units."""


def appraise_risk(
    decided: Decided,
    exposure: Exposure,
    drawn: Draws,
    followed: Followed,
    *,
    seed: int,
    regret: Regret | None = None,
) -> Risk:
    """Put what came of a plan at many draws into tables.

    Parameters
    ----------
    decided : Decided
        The plan.
    exposure : Exposure
        What of it is exposed.
    drawn : Draws
        The draws it was followed at.
    followed : Followed
        What came of it.
    seed : int
        Seed of the draws.
    regret : Regret | None
        What was found of other plans.
    """
    programme, table = decided.inputs.programme, decided.prices.catalogue.table
    years = programme.agreement.calendar_years
    basis = cash_basis(decided)
    as_set = as_planned(exposure, drawn, basis.rate)
    planned = follow(exposure, as_set)
    figures, plan = _figures(exposure, basis, drawn, followed), _figures(exposure, basis, as_set, planned)
    return Risk(
        seed=seed,
        shape=programme.risk.shape,
        factors=_factor_table(drawn, table),
        draws=_draw_table(drawn, table, years),
        outcomes=_outcome_table(figures, followed, years),
        bands=_bands(figures, plan),
        by_year=_by_year(exposure, followed, planned, years),
        targets=_targets(decided, followed, planned),
        tornado=_tornado(decided, exposure, basis, drawn, figures),
        sites=_sites(decided, exposure, followed, len(drawn)),
        areas=_areas(decided, exposure, followed, planned, len(drawn)),
        quantities=_quantities(basis, years),
        regret=regret,
    )


def follow_draws(
    decided: Decided, draws: int, seed: int, progress: Callable[[float], None] = lambda _: None
) -> tuple[Exposure, Draws, Followed]:
    """Expose a plan, draw, and follow it at every draw."""
    exposure = expose(decided)
    drawn = draw(decided.inputs.programme, decided.prices.catalogue, draws, seed)
    return exposure, drawn, follow(exposure, drawn, progress)


def as_planned(exposure: Exposure, drawn: Draws, rate: Floats) -> Draws:
    """One row in which everything comes as the plan assumes: its own prices and take-up, and no delay."""
    place = np.full((1, len(drawn.factors)), np.nan)
    return replace(drawn, place=place, rate=rate[None, :], take_up=np.ones(1), delay=np.zeros((1, exposure.years)))


def _figures(exposure: Exposure, basis: CashBasis, drawn: Draws, followed: Followed) -> dict[str, Floats]:
    """The figures that are told, by name: float64[draws]."""
    return {
        "capex_real": round_money(followed.capex.sum(axis=1)),
        "capex_nominal": round_money(followed.capex @ exposure.level),
        "pv_cost_real": round_money(followed.present),
        "npv_real": round_money(net_present_value(basis, drawn)),
        "coverage": followed.coverage[:, -1],
        "service": followed.service,
    }


def _factor_table(drawn: Draws, table: pd.DataFrame) -> pd.DataFrame:
    names = table.index.astype(str).to_numpy()
    rows = []
    for factor in drawn.factors:
        items: list[str] = names[list(factor.items)].tolist() if factor.kind == "prices" else []
        alone = factor.kind == "prices" and len(factor.items) == 1
        unit = f"per {table['base_unit'].iloc[factor.items[0]]}" if alone else ""
        unit = unit or {"prices": "from low to high", "take_up": "of plan", "delay": "of a year's work"}[factor.kind]
        ends = (factor.low, factor.mode, factor.high) if alone or factor.kind != "prices" else (np.nan,) * 3
        rows.append((factor.name, factor.kind, unit, *ends, " ".join(items)))
    return pd.DataFrame(rows, columns=["factor", "kind", "unit", "low", "mode", "high", "items"])


def _draw_table(drawn: Draws, table: pd.DataFrame, years: tuple[int, ...]) -> pd.DataFrame:
    columns = {"draw": np.arange(1, len(drawn) + 1), "take_up": drawn.take_up}
    columns |= {f"delay:{year}": drawn.delay[:, t] for t, year in enumerate(years)}
    columns |= {f"price:{item}": drawn.rate[:, row] for row, item in enumerate(table.index.astype(str))}
    return pd.DataFrame(columns)


def _outcome_table(figures: dict[str, Floats], followed: Followed, years: tuple[int, ...]) -> pd.DataFrame:
    columns: dict[str, npt.NDArray[np.generic]] = {"draw": np.arange(1, len(followed.present) + 1)}
    columns |= {name: figures[name] for name in ("capex_real", "capex_nominal", "pv_cost_real", "npv_real")}
    columns |= {f"capex:{year}": round_money(followed.capex[:, t]) for t, year in enumerate(years)}
    columns |= {
        "over_nominal": round_money(followed.over_nominal.max(axis=1)),
        "holds": np.asarray(followed.holds.all(axis=1)),
    }
    columns |= {f"coverage:{year}": followed.coverage[:, t] for t, year in enumerate(years)}
    columns |= {f"coverage_any:{year}": followed.coverage_any[:, t] for t, year in enumerate(years)}
    columns |= {"spent_real": round_money(followed.spent.sum(axis=1)), "service": figures["service"]}
    return pd.DataFrame(columns | {"late": followed.late, "out": followed.out})


def _bands(figures: dict[str, Floats], plan: dict[str, Floats]) -> pd.DataFrame:
    rows = [
        {
            "figure": name,
            "unit": UNITS[name],
            "plan": float(plan[name][0]),
            **_quantiles(values),
            "mean": float(values.mean()),
            "least": float(values.min()),
            "greatest": float(values.max()),
        }
        for name, values in figures.items()
    ]
    return pd.DataFrame(rows)


def _quantiles(values: Floats, prefix: str = "") -> dict[str, float]:
    """P10, P50 and P90, between draws on a straight line (Hyndman and Fan 1996, type 7)."""
    return {prefix + name: float(np.quantile(values, share)) for name, share in QUANTILES.items()}


def _by_year(exposure: Exposure, followed: Followed, planned: Followed, years: tuple[int, ...]) -> pd.DataFrame:
    """Money needed and coverage by the end of each year."""
    enough = np.logical_and.accumulate(followed.holds, axis=1)
    cost, plan_cost = followed.over_nominal + exposure.budget, planned.over_nominal + exposure.budget
    rows = [
        {
            "year": year,
            "holds": float(enough[:, t].mean()),
            "budget": float(exposure.budget[t]),
            "cost": float(plan_cost[0, t]),
            **_quantiles(cost[:, t], "cost_"),
            "coverage": float(planned.coverage[0, t]),
            **_quantiles(followed.coverage[:, t], "coverage_"),
        }
        for t, year in enumerate(years)
    ]
    return pd.DataFrame(rows)


def _targets(decided: Decided, followed: Followed, planned: Followed) -> pd.DataFrame:
    agreement = decided.inputs.programme.agreement
    rows = []
    for number, project in enumerate(decided.inputs.programme.projects):
        for target in project.targets:
            t = target.year - agreement.first_year
            reached = followed.project_coverage[:, t, number]
            rows.append(
                {
                    "project": project.id,
                    "year": target.year,
                    "target": target.coverage,
                    "planned": float(planned.project_coverage[0, t, number]),
                    "probability": float((reached >= target.coverage - 1e-9).mean()),
                    **_quantiles(reached),
                }
            )
    return pd.DataFrame(rows, columns=["project", "year", "target", "planned", "probability", *QUANTILES])


def _tornado(
    decided: Decided, exposure: Exposure, basis: CashBasis, drawn: Draws, figures: dict[str, Floats]
) -> pd.DataFrame:
    """What each factor does alone, and how the figures go with it over the draws; largest swing first."""
    alone = one_at_a_time(decided.inputs.programme, decided.prices.catalogue)
    places = _ranks(drawn.place)
    tables = []
    for name, values in _figures(exposure, basis, alone, follow(exposure, alone)).items():
        low, high = values[1::2], values[2::2]
        table = pd.DataFrame(
            {
                "figure": name,
                "factor": [factor.name for factor in drawn.factors],
                "base": values[0],
                "low": low,
                "high": high,
                "swing": np.abs(high - low),
                "rank_correlation": _correlations(places, _ranks(figures[name][:, None])),
            }
        )
        tables.append(table.sort_values("swing", ascending=False, kind="stable"))
    return pd.concat(tables, ignore_index=True)


def _ranks(values: Floats) -> Floats:
    """Ranks by column, ties at their mean."""
    return pd.DataFrame(values).rank().to_numpy(dtype=np.float64)


def _correlations(ranks: Floats, other: Floats) -> Floats:
    """Spearman's correlation of every column with one other; 0 where either does not move."""
    one, two = ranks - ranks.mean(axis=0), other - other.mean(axis=0)
    length = np.sqrt((one**2).sum(axis=0) * (two**2).sum(axis=0))
    return np.where(length > 0, (one * two).sum(axis=0) / np.maximum(length, 1e-300), 0.0)


def _sites(decided: Decided, exposure: Exposure, followed: Followed, draws: int) -> pd.DataFrame:
    """Sites of the plan, those most at risk first."""
    rows = np.flatnonzero(exposure.planned < exposure.years)
    table = pd.DataFrame(
        {
            "id": decided.inputs.sites["id"].to_numpy(dtype=object)[rows],
            "year": exposure.planned[rows] + decided.inputs.programme.agreement.first_year,
            "in_time": followed.in_time[rows] / draws,
            "served": followed.served[rows] / draws,
        }
    )
    return table.sort_values(["served", "in_time", "id"], ignore_index=True)


def _areas(decided: Decided, exposure: Exposure, followed: Followed, planned: Followed, draws: int) -> pd.DataFrame:
    """Homes in service to standard at the end by area, as planned and on average over the draws."""
    sites, prices = decided.inputs.sites, decided.prices
    homes = sites["households"].notna().to_numpy()
    before = (prices.site_weight - prices.site_open_weight) * homes
    frame = pd.DataFrame(
        {
            "area_id": sites["area_id"].to_numpy(),
            "households": prices.site_weight * homes,
            "planned": before + exposure.home * planned.served,
            "expected": before + exposure.home * followed.served / draws,
        }
    )
    table = frame.groupby("area_id", sort=True).sum()
    names = dict(zip(decided.inputs.areas["id"], decided.inputs.areas["name"], strict=True))
    table = table[table["households"] > 0].reset_index()
    table["planned"] /= table["households"]
    table["expected"] /= table["households"]
    table.insert(1, "name", table["area_id"].map(names).fillna(""))
    return table


def _quantities(basis: CashBasis, years: tuple[int, ...]) -> pd.DataFrame:
    """Units by item and year of the plan as it stands; see ``Risk.quantities``."""
    parts = {
        "capex_fixed": np.vstack([basis.built, basis.connection]),
        "capex_moving": np.vstack([basis.built_connected * basis.take_up, np.zeros(len(years))]),
    }
    upkeep = np.append(basis.upkeep, 0.0)[:, None]
    for kind, yearly in (("fixed", basis.yearly), ("moving", basis.yearly_connected * basis.take_up)):
        paid = np.vstack([yearly, np.zeros(len(years))])
        parts[f"opex_{kind}"] = paid + upkeep * parts[f"capex_{kind}"]
    table = pd.DataFrame({name: values.ravel() for name, values in parts.items()})
    table.insert(0, "item", np.repeat(np.append(basis.items, FIXED), len(years)))
    table.insert(1, "year", np.tile(years, len(basis.items) + 1))
    return table[(table[list(parts)] != 0).any(axis=1)].reset_index(drop=True)


def net_present_value(basis: CashBasis, drawn: Draws) -> Floats:
    """Net present value of the plan as it stands, at every draw: float64[draws].

    Of each year's works the share that slips comes a year later. Worth is a straight line in every share, so one
    pricing without delay and one for each year that is late alone tell it.
    """
    take_up = basis.take_up * drawn.take_up
    value = punctual = reprice_draws(basis, drawn.rate, take_up).npv
    for t in range(basis.years):
        late = np.zeros((len(drawn), basis.years), dtype=np.int64)
        late[:, t] = 1
        value = value + drawn.delay[:, t] * (reprice_draws(basis, drawn.rate, take_up, late).npv - punctual)
    return np.asarray(value)
