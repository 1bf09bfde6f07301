"""Cash flows of a plan, row by row: who pays what, for which project, in which area, in which year."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.facts import Facts
from karez.appraising.lifetime import renewal_table, residual_table
from karez.appraising.rates import Curves, count, curves, element_km, real_amount, real_growth, traffic_growth
from karez.appraising.tables import Decided, area_of_spans
from karez.model.business import YearlyRate
from karez.units import from_minor, to_minor

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

WHO = ["project", "area_id", "payer", "kind", "segment"]
KEYS = ["year", *WHO]


def cash_rows(
    decided: Decided, facts: Facts, bill: pd.DataFrame, spans: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cash flow by year, project, area, payer, kind and segment, and what is sold.

    Parameters
    ----------
    decided : Decided
        What was decided.
    facts : Facts
        Of the project.
    bill : DataFrame
        Bill of quantities: capex by item and year, from which renewals follow.
    spans : GeoDataFrame
        Layer of the plan, for its areas.

    Returns
    -------
    rows, sales : DataFrame
        As :class:`karez.model.finance.Finance` describes them.
    """
    sold = list(_sold(decided, facts, spans))
    parts = [*_capital(decided, bill), _upkeep(decided, spans), *(part for part, _ in sold)]
    rows = _summed(pd.concat(parts, ignore_index=True), decided)
    taxed = _tax(rows, decided)
    rows = _sorted(pd.concat([rows, taxed], ignore_index=True)) if len(taxed) else rows
    rows["amount_real"] = from_minor(rows.pop("minor"))
    columns = [
        "year",
        "name",
        "kind",
        "segment",
        "per",
        "quantity",
        "growth",
        "rate_real",
        "amount_real",
        "rounding_real",
    ]
    sales = pd.concat([sale for _, sale in sold] or [pd.DataFrame(columns=columns)], ignore_index=True)
    return rows, sales[columns]


def _horizon(decided: Decided) -> int:
    return decided.inputs.programme.horizon


def _long(keys: pd.DataFrame, minor: Longs) -> pd.DataFrame:
    """Rows of every year of a table of keys; `minor` is int64[rows, H]."""
    row, year = np.nonzero(minor)
    table = keys.iloc[row].reset_index(drop=True)
    return table.assign(year=year + 1, minor=minor[row, year])


def _summed(table: pd.DataFrame, decided: Decided) -> pd.DataFrame:
    """Rows with equal keys as one, in calendar years."""
    rows = pd.DataFrame(table.groupby(KEYS, sort=True, as_index=False)["minor"].sum())
    rows["year"] += decided.inputs.programme.agreement.first_year - 1
    return pd.DataFrame(rows[rows["minor"] != 0].reset_index(drop=True))


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(KEYS, ignore_index=True)


def _capital(decided: Decided, bill: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Capex, renewals at asset life, and what is left at the end."""
    programme, horizon = decided.inputs.programme, _horizon(decided)
    first = programme.agreement.first_year
    bought = bill.groupby(["project", "area_id", "item", "year"], sort=True, as_index=False)["capex_real"].sum()
    minor = to_minor(bought["capex_real"])
    built = bought["year"].to_numpy(dtype=np.int64) - first
    keys = pd.DataFrame({"project": bought["project"], "area_id": bought["area_id"], "segment": ""})
    spent = np.zeros((len(bought), horizon), dtype=np.int64)
    spent[np.arange(len(bought)), built] = minor
    public = np.rint(spent * programme.business.public_share_capex).astype(np.int64)
    yield _long(keys.assign(payer="public", kind="capex"), -public)
    yield _long(keys.assign(payer="operator", kind="capex"), public - spent)
    catalogue = decided.prices.catalogue.table
    item = catalogue.index.get_indexer(pd.Index(bought["item"]))
    lives = catalogue["life_years"].to_numpy(dtype=np.int64)
    priced = item >= 0
    renewed = np.where(priced[:, None], renewal_table(lives, horizon)[built, item], 0.0)
    yield _long(keys.assign(payer="operator", kind="renewal"), -(renewed * minor[:, None]).astype(np.int64))
    left = np.where(priced, residual_table(lives, horizon)[built, item], 0.0) * minor
    rest = keys.assign(left=left).groupby(["project", "area_id", "segment"], sort=True, as_index=False)["left"].sum()
    amount = np.zeros((len(rest), horizon), dtype=np.int64)
    amount[:, -1] = np.rint(rest["left"].to_numpy())
    yield _long(rest.drop(columns="left").assign(payer="operator", kind="residual"), amount)


def _upkeep(decided: Decided, spans: gpd.GeoDataFrame) -> pd.DataFrame:
    """Opex of sites and spans from the year after building on; the budget pays where the agreement says so."""
    programme, horizon = decided.inputs.programme, _horizon(decided)
    sites = decided.inputs.sites
    parts = [
        pd.DataFrame(
            {
                "project": sites["project"].to_numpy(),
                "area_id": sites["area_id"].to_numpy(),
                "start": decided.schedule.site_year,
                "minor": to_minor(decided.of_option("opex_real_per_year")),
            }
        )[decided.served]
    ]
    element, area = span_elements(decided, spans)
    of_project = _shared_out(to_minor(decided.element_opex[element]), decided.design.attribution[element])
    for number, project in enumerate(programme.projects):
        start = decided.schedule.element_year[element]
        parts.append(
            pd.DataFrame({"project": project.id, "area_id": area, "start": start, "minor": of_project[:, number]})
        )
    started = pd.concat(parts, ignore_index=True).groupby(["project", "area_id", "start"], as_index=False).sum()
    later = np.triu(np.ones((horizon, horizon), dtype=np.int64), 1)[started["start"].to_numpy(dtype=np.int64) - 1]
    minor = -later * started["minor"].to_numpy(dtype=np.int64)[:, None]
    keys = started[["project", "area_id"]].assign(kind="opex", segment="")
    by_budget = programme.agreement.years if "opex" in programme.agreement.budget_pays else 0
    in_budget = np.arange(horizon) < by_budget
    return pd.concat(
        [
            _long(keys.assign(payer="public"), minor * in_budget),
            _long(keys.assign(payer="operator"), minor * ~in_budget),
        ],
        ignore_index=True,
    )


def span_elements(decided: Decided, spans: gpd.GeoDataFrame) -> tuple[Longs, npt.NDArray[np.object_]]:
    """Built elements that are spans, and the area each lies in."""
    tree = decided.design.tree
    element = np.flatnonzero((tree.span >= 0) & (decided.schedule.element_year > 0))
    area_of = pd.Series(area_of_spans(decided, spans), index=spans["id"])
    ids = decided.graph.spans["id"].to_numpy(dtype=object)[tree.span[element]]
    return element, area_of.loc[ids].to_numpy(dtype=object)


def _shared_out(minor: Longs, share: Floats) -> Longs:
    """Amounts in parts by `share`, rounded down; what is left over goes to the largest, the first of equals."""
    part = np.floor(minor[:, None] * share).astype(np.int64)
    part[np.arange(len(part)), share.argmax(axis=1)] += minor - part.sum(axis=1)
    return part


def _sold(decided: Decided, facts: Facts, spans: gpd.GeoDataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Rows and sales of every tariff and running cost."""
    business = decided.inputs.programme.business
    curve = curves(decided.inputs.programme)
    for tariff in business.tariffs:
        yield _one_sold(tariff, decided, facts, spans, curve, ("revenue", tariff.segment, tariff.payer, 1))
    for cost in business.running_costs:
        yield _one_sold(cost, decided, facts, spans, curve, ("running", cost.name, "operator", -1))


def _one_sold(
    rate: YearlyRate,
    decided: Decided,
    facts: Facts,
    spans: gpd.GeoDataFrame,
    curve: Curves,
    row: tuple[str, str, str, int],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    kind, segment, payer, sign = row
    programme = decided.inputs.programme
    keys, quantity = _quantities(rate, decided, facts, spans, curve)
    unit = real_amount(rate, programme) * real_growth(rate, programme)
    minor = to_minor(quantity * unit)
    rows = _long(keys.assign(kind=kind, segment=segment, payer=payer), sign * minor)
    amount = from_minor(minor.sum(axis=0))
    sales = pd.DataFrame(
        {
            "year": programme.agreement.first_year + np.arange(programme.horizon),
            "name": rate.name,
            "kind": kind,
            "segment": segment if kind == "revenue" else "",
            "per": rate.per,
            "quantity": quantity.sum(axis=0),
            "growth": real_growth(rate, programme),
            "rate_real": unit,
            "amount_real": amount,
            "rounding_real": amount - quantity.sum(axis=0) * unit,
        }
    )
    return rows, sales


def _quantities(
    rate: YearlyRate, decided: Decided, facts: Facts, spans: gpd.GeoDataFrame, curve: Curves
) -> tuple[pd.DataFrame, Floats]:
    """What a rate is counted by: keys (project, area), and float64[keys, H]."""
    if rate.per == "route_km":
        return _route_quantities(rate, decided, spans, curve)
    sites = decided.inputs.sites
    counted = count(rate, decided, facts)
    frame = pd.DataFrame(
        {
            "project": sites["project"].to_numpy(),
            "area_id": sites["area_id"].to_numpy(),
            "start": decided.schedule.site_year,
            "urban": counted.urban,
            "rural": counted.rural,
            "fixed": counted.fixed,
        }
    )[decided.served]
    table = frame.groupby(["project", "area_id", "start"], as_index=False).sum()
    start = table["start"].to_numpy(dtype=np.int64) - 1
    quantity = sum(
        table[name].to_numpy()[:, None] * shape[start]
        for name, shape in (("urban", curve.urban), ("rural", curve.rural), ("fixed", curve.served))
    )
    grown = traffic_growth(decided.inputs.programme) if counted.in_traffic else 1.0
    return _per_place(table, np.asarray(quantity * grown))


def _route_quantities(
    rate: YearlyRate, decided: Decided, spans: gpd.GeoDataFrame, curve: Curves
) -> tuple[pd.DataFrame, Floats]:
    element, area = span_elements(decided, spans)
    km = element_km(rate, decided)[element]
    start = decided.schedule.element_year[element].astype(np.int64) - 1
    projects = decided.inputs.programme.projects
    table = pd.concat(
        [pd.DataFrame({"project": project.id, "area_id": area}) for project in projects], ignore_index=True
    )
    return _per_place(table, np.concatenate([km[:, k, None] * curve.served[start] for k in range(len(projects))]))


def _per_place(table: pd.DataFrame, quantity: Floats) -> tuple[pd.DataFrame, Floats]:
    """Quantities of equal project and area as one row."""
    group = table.groupby(["project", "area_id"], sort=True)
    number = group.ngroup().to_numpy(dtype=np.int64)
    keys = pd.DataFrame(list(group.groups), columns=["project", "area_id"])
    summed = np.zeros((len(keys), quantity.shape[1]))
    np.add.at(summed, number, quantity)
    return keys, summed


def _tax(rows: pd.DataFrame, decided: Decided) -> pd.DataFrame:
    """Tax on the operator's profit, losses carried forward, borne by the places that earn.

    Profit is revenue less what the operator pays in the year: upkeep, running costs, renewals and its part of capex,
    written off at once; the rest value is no income. Real money, so inflation's part of profit is not taxed.
    """
    programme = decided.inputs.programme
    rate, first = programme.business.tax_rate, programme.agreement.first_year
    if rate <= 0 or rows.empty:
        return rows.iloc[:0]
    operator = (rows["payer"] == "operator") | (rows["kind"] == "revenue")
    taken = rows[operator & (rows["kind"] != "residual")].groupby("year")["minor"].sum()
    profit = taken.reindex(range(first, first + programme.horizon), fill_value=0).to_numpy(dtype=np.int64)
    so_far = np.cumsum(profit)
    taxed = np.diff(np.maximum(np.maximum.accumulate(so_far), 0), prepend=0)
    due = dict(zip(range(first, first + programme.horizon), np.rint(taxed * rate).astype(np.int64), strict=True))
    earned = rows[rows["kind"] == "revenue"].groupby(["year", "project", "area_id"], as_index=False)["minor"].sum()
    parts = []
    for year in range(first, first + programme.horizon):
        places = earned[earned["year"] == year]
        if due[year] and len(places):
            share = places["minor"].to_numpy(dtype=np.float64)[None, :] / places["minor"].sum()
            part = _shared_out(np.array([due[year]]), share)[0]
            parts.append(places.assign(minor=-part, payer="operator", kind="tax", segment=""))
    return pd.concat(parts, ignore_index=True)[[*KEYS, "minor"]] if parts else rows.iloc[:0]
