"""Cash flows summed, and what they are worth: the figures an investment is judged by."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.cash_flow import cash_rows
from karez.appraising.facts import Facts
from karez.appraising.rates import count, curves, site_demand, traffic_growth
from karez.appraising.returns import (
    discount_factors,
    levelised_cost,
    payback_year,
    present_value,
    rate_of_return,
    ratio,
    why_no_rate,
)
from karez.appraising.social import social_return
from karez.appraising.subsidies import site_subsidies
from karez.appraising.tables import Decided
from karez.model.business import PAYERS, YearlyRate
from karez.model.finance import KINDS, Finance
from karez.model.programme import Programme
from karez.units import from_minor, round_money, to_minor

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
COSTS = ("capex", "opex", "running", "renewal")


def finance(decided: Decided, facts: Facts, bill: pd.DataFrame, spans: gpd.GeoDataFrame) -> Finance:
    """Put the cash flow of a plan together and appraise it.

    Parameters
    ----------
    decided, facts
        What was decided, and on what.
    bill : DataFrame
        Bill of quantities.
    spans : GeoDataFrame
        Layer `spans` of the plan.
    """
    programme = decided.inputs.programme
    rows, sales = cash_rows(decided, facts, bill, spans)
    by_year = _by_year(rows, programme)
    worth = to_minor(by_year["present_real"]).sum()
    demand = _demand(decided, facts)
    sites = site_subsidies(decided, facts)
    found, remarks = indicators(by_year, rows, demand, programme)
    found["least_subsidy_real"] = float(round_money(sites["subsidy_present_real"].sum()))
    found["sites_that_need_it"] = float((sites["subsidy_present_real"] > 0).sum())
    areas = ["", *decided.inputs.areas["id"].astype(str)]
    projects = [project.id for project in programme.projects]
    return Finance(
        rows=rows,
        by_year=by_year,
        by_project=_by(rows, "project", projects, programme, worth),
        by_area=_by(rows, "area_id", areas, programme, worth),
        by_payer=_by(rows, "payer", list(PAYERS), programme, worth),
        sales=sales,
        demand=demand,
        sites=sites,
        customers=_customers(decided, facts),
        social=social_return(demand, decided, programme),
        indicators=found,
        remarks=remarks,
    )


def apportion(values: npt.ArrayLike, whole: int) -> Longs:
    """Round to whole units so that the sum is `whole`: down first, then up where most was cut off.

    >>> apportion([1.4, 1.4, 1.2], 4).tolist()
    [2, 1, 1]
    >>> apportion([-0.5, 0.5], 0).tolist(), apportion([], 0).tolist()
    ([0, 0], [])
    """
    values = np.asarray(values, dtype=np.float64)
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    rounded = np.floor(values).astype(np.int64)
    each, left = divmod(whole - int(rounded.sum()), len(values))
    rounded = rounded + each
    rounded[np.argsort(-(values - np.floor(values)), kind="stable")[:left]] += 1
    return np.asarray(rounded, dtype=np.int64)


def _by_year(rows: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """``Finance.by_year``."""
    agreement, horizon = programme.agreement, programme.horizon
    years = pd.RangeIndex(agreement.first_year, agreement.first_year + horizon, name="year")
    minor = rows.assign(minor=to_minor(rows["amount_real"]))
    table = minor.pivot_table(index="year", columns="kind", values="minor", aggfunc="sum", fill_value=0)
    table = table.reindex(index=years, columns=list(KINDS), fill_value=0).astype(np.int64)
    net = table.sum(axis=1).to_numpy(dtype=np.int64)
    factor = discount_factors(programme.rates.discount_rate_real, horizon)
    present = apportion(net * factor, round(float(net @ factor)))
    level = (1.0 + programme.rates.inflation_per_year) ** (years.to_numpy() - agreement.price_year)
    money = pd.DataFrame({f"{kind}_real": from_minor(table[kind].to_numpy()) for kind in KINDS})
    money.insert(0, "year", years.to_numpy())
    return money.assign(
        net_real=from_minor(net),
        discount_factor=factor,
        present_real=from_minor(present),
        so_far_real=from_minor(np.cumsum(present)),
        net_nominal=round_money(from_minor(net) * level),
    )


def _by(rows: pd.DataFrame, key: str, names: list[str], programme: Programme, worth: int) -> pd.DataFrame:
    """Sums by one key; present values add up to `worth` minor units."""
    factor = discount_factors(programme.rates.discount_rate_real, programme.horizon)
    minor = to_minor(rows["amount_real"])
    discounted = minor * factor[rows["year"].to_numpy(dtype=np.int64) - programme.agreement.first_year]
    frame = pd.DataFrame({key: rows[key].to_numpy(), "kind": rows["kind"].to_numpy(), "minor": minor})
    table = frame.pivot_table(index=key, columns="kind", values="minor", aggfunc="sum", fill_value=0)
    table = table.reindex(index=names, columns=list(KINDS), fill_value=0).astype(np.int64)
    present = pd.Series(discounted).groupby(rows[key].to_numpy()).sum().reindex(names, fill_value=0.0)
    money = pd.DataFrame({f"{kind}_real": from_minor(table[kind].to_numpy()) for kind in KINDS})
    money.insert(0, key, names)
    net = from_minor(table.sum(axis=1).to_numpy(dtype=np.int64))
    return money.assign(net_real=net, present_real=from_minor(apportion(present.to_numpy(), worth)))


def _demand(decided: Decided, facts: Facts) -> pd.DataFrame:
    """``Finance.demand``."""
    programme = decided.inputs.programme
    horizon, curve = programme.horizon, curves(programme)
    year = decided.schedule.site_year
    served = decided.served
    everyone = YearlyRate(name="", per="connected_household", amount_per_year=0.0)
    homes = count(everyone, decided, facts)
    parts = [_of_year(year, part, horizon) for part in (homes.urban, homes.rural)]
    units = _of_year(year, np.where(facts.is_home, 0.0, facts.unit) * served, horizon)
    demand = site_demand(facts, programme)
    mbps = sum(
        _of_year(year, amount * demand, horizon) @ shape
        for amount, shape in (
            (homes.urban, curve.urban),
            (homes.rural, curve.rural),
            (np.where(facts.is_home, 0.0, facts.unit) * served, curve.served),
        )
    )
    return pd.DataFrame(
        {
            "year": programme.agreement.first_year + np.arange(horizon),
            "homes_passed": np.cumsum(sum(parts)),
            "homes_connected": parts[0] @ curve.urban + parts[1] @ curve.rural,
            "institutions": units @ curve.served,
            "busy_hour_mbps": np.asarray(mbps) * traffic_growth(programme),
        }
    )


def _customers(decided: Decided, facts: Facts) -> pd.DataFrame:
    """``Finance.customers``."""
    table = pd.DataFrame(
        {
            "site_id": decided.inputs.sites["id"].to_numpy(),
            "urban_households": facts.urban_household,
            "rural_households": facts.household - facts.urban_household,
            "institutions": np.where(facts.is_home, 0.0, facts.unit),
        }
    )
    return table[decided.served].reset_index(drop=True)


def _of_year(year: npt.NDArray[np.int16], amount: Floats, horizon: int) -> Floats:
    return np.asarray(np.bincount(year, weights=amount, minlength=horizon + 1)[1:], dtype=np.float64)


def indicators(
    by_year: pd.DataFrame, rows: pd.DataFrame, demand: pd.DataFrame, programme: Programme
) -> tuple[dict[str, float | None], dict[str, str]]:
    """Indicators of a cash flow, each with its unit in its name, and why one is missing.

    ``npv_real``; ``irr_real`` (share per year, real); ``benefit_cost_ratio`` (present revenue over present cost, the
    rest value taken off the cost); ``payback_year``, ``discounted_payback_year`` (calendar);
    ``present_revenue_real``, ``present_cost_real``; ``operator_npv_real`` (all fees less what the operator pays);
    ``subsidy_gap_real`` (what is missing in present value if nobody gave any money); ``homes_passed``,
    ``homes_connected`` (in the last year); ``capex_per_home_passed_real``, ``capex_per_home_connected_real``,
    ``levelised_cost_real_per_user_month`` (a user is a connected home or an institution).
    """
    rate = programme.rates.discount_rate_real
    net = by_year["net_real"].to_numpy()
    worth = float(round_money(by_year["present_real"].sum()))
    cost = -sum(by_year[f"{kind}_real"].to_numpy() for kind in (*COSTS, "residual"))
    revenue = present_value(by_year["revenue_real"], rate)
    spent = present_value(cost, rate)
    capex = -float(by_year["capex_real"].sum())
    passed, connected = float(demand["homes_passed"].iloc[-1]), float(demand["homes_connected"].iloc[-1])
    users = (demand["homes_connected"] + demand["institutions"]).to_numpy()
    first = programme.agreement.first_year
    back, back_discounted = payback_year(net), payback_year(net, rate)
    found: dict[str, float | None] = {
        "npv_real": worth,
        "irr_real": rate_of_return(net),
        "benefit_cost_ratio": ratio(revenue, spent),
        "payback_year": None if back is None else float(first + back - 1),
        "discounted_payback_year": None if back_discounted is None else float(first + back_discounted - 1),
        "present_revenue_real": float(round_money(revenue)),
        "present_cost_real": float(round_money(spent)),
        "operator_npv_real": float(round_money(present_value(_of_operator(rows, programme), rate))),
        "subsidy_gap_real": max(0.0, -worth),
        "homes_passed": passed,
        "homes_connected": connected,
        "capex_per_home_passed_real": ratio(capex, passed),
        "capex_per_home_connected_real": ratio(capex, connected),
        "levelised_cost_real_per_user_month": levelised_cost(cost, users, rate),
    }
    remarks = {"irr_real": why_no_rate(net)} if found["irr_real"] is None else {}
    if back is None:
        remarks["payback_year"] = "what is earned never makes up for what is spent"
    return found, remarks


def _of_operator(rows: pd.DataFrame, programme: Programme) -> Floats:
    """The operator's own flow by year: all fees, less what it pays."""
    own = rows[(rows["payer"] == "operator") | (rows["kind"] == "revenue")]
    year = own["year"].to_numpy(dtype=np.int64) - programme.agreement.first_year
    return np.asarray(np.bincount(year, weights=own["amount_real"], minlength=programme.horizon), dtype=np.float64)
