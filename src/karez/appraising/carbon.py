"""What a plan emits: trenches, terminals and their replacement, electricity; by year, project and area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.cash_flow import span_elements
from karez.appraising.emissions import (
    KG_PER_TONNE,
    grid_kg,
    installed,
    local_methods,
    metre_kg,
    price_per_kg,
    replaced,
    terminal,
)
from karez.appraising.facts import Facts
from karez.appraising.rates import curves
from karez.appraising.returns import present_value
from karez.appraising.tables import Decided
from karez.model.carbon import Carbon
from karez.model.programme import Programme
from karez.model.words import NO_ROUTE, TECHNOLOGIES
from karez.units import round_money

Floats = npt.NDArray[np.float64]
KINDS = ("trench", "terminals", "replacement", "electricity")
EMBODIED = KINDS[:3]
KEYS = ["year", "project", "area_id", "kind", "element"]


def carbon(decided: Decided, facts: Facts, bill: pd.DataFrame, spans: gpd.GeoDataFrame) -> Carbon:
    """Sum up the emissions of a plan."""
    programme = decided.inputs.programme
    parts = [_routes(decided, spans), _local(decided, bill), *_terminals(decided, facts)]
    rows = pd.concat(parts, ignore_index=True)
    by_element = _by_element(rows, programme)
    rows = pd.DataFrame(rows.groupby(KEYS, sort=True, as_index=False)["kg"].sum())
    rows = rows[rows["kg"] > 0].reset_index(drop=True)
    by_year = _by_year(rows, programme)
    return Carbon(
        rows=rows, by_year=by_year, by_element=by_element, indicators=_indicators(rows, by_year, decided, facts)
    )


def _routes(decided: Decided, spans: gpd.GeoDataFrame) -> pd.DataFrame:
    """Metres of built route, shared out to projects by the design's fixed weights."""
    programme, tree = decided.inputs.programme, decided.design.tree
    element, area = span_elements(decided, spans)
    span = decided.graph.spans.iloc[tree.span[element]]
    method = span["method"].to_numpy(dtype=object)
    year = programme.agreement.first_year - 1 + decided.schedule.element_year[element].astype(np.int64)
    parts = []
    for number, project in enumerate(programme.projects):
        quantity = span["length_m"].to_numpy(dtype=np.float64) * decided.design.attribution[element, number]
        parts.append(
            pd.DataFrame(
                {"year": year, "project": project.id, "area_id": area, "element": method, "quantity": quantity}
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return _with_kg(table[~table["element"].isin(NO_ROUTE)], programme)


def _local(decided: Decided, bill: pd.DataFrame) -> pd.DataFrame:
    """Metres of local distribution."""
    programme = decided.inputs.programme
    metres = bill[(bill["group"] == "local") & (bill["unit"] == "m")]
    methods = local_methods(decided.prices.catalogue, programme)
    table = metres[["year", "project", "area_id", "quantity"]].assign(element=metres["item"].map(methods))
    return _with_kg(table, programme)


def _with_kg(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    factor = table["element"].map({method: metre_kg(programme, method) for method in table["element"].unique()})
    return table.assign(kind="trench", factor=factor.astype(float), kg=table["quantity"] * factor.astype(float))


def _terminals(decided: Decided, facts: Facts) -> list[pd.DataFrame]:
    """Equipment at the users of every technology, its replacement, and its electricity."""
    programme, sites = decided.inputs.programme, decided.inputs.sites
    curve, technology = curves(programme), decided.technology
    parts = []
    for name in TECHNOLOGIES[:-1]:
        rows = np.flatnonzero(technology == name)
        keys = pd.DataFrame(
            {"project": sites["project"].to_numpy()[rows], "area_id": sites["area_id"].to_numpy()[rows]}
        )
        about, start = terminal(programme, name), decided.schedule.site_year[rows].astype(np.int64)
        urban = facts.urban_household[rows]
        rural = facts.household[rows] - urban
        unit = np.where(facts.is_home, 0.0, facts.unit)[rows]
        frame = keys.assign(start=start, urban=urban, rural=rural, unit=unit)
        frame = frame.groupby(["project", "area_id", "start"], sort=True, as_index=False).sum()
        built = frame["start"].to_numpy(dtype=np.int64) - 1
        homes = (
            frame["urban"].to_numpy()[:, None] * curve.urban[built]
            + frame["rural"].to_numpy()[:, None] * curve.rural[built]
        )
        units = frame["unit"].to_numpy()[:, None] * curve.served[built]
        for who, users, embodied, kwh in (
            ("home", homes, about.home_embodied_kg, about.home_kwh_per_year),
            ("institution", units, about.institution_embodied_kg, about.institution_kwh_per_year),
        ):
            put_in, element = installed(users), f"{name}, {who}"
            parts.append(_long(frame, put_in, "terminals", element, embodied, programme))
            again = replaced(put_in, about.life_years)
            parts.append(_long(frame, again, "replacement", element, embodied, programme))
            parts.append(_long(frame, users * kwh, "electricity", element, grid_kg(programme), programme))
    return parts


def _long(
    frame: pd.DataFrame, quantity: Floats, kind: str, element: str, factor: float | Floats, programme: Programme
) -> pd.DataFrame:
    """Rows of every year from quantities [rows, H] and kg a unit."""
    row, year = np.nonzero(quantity > 0)
    by_year = np.broadcast_to(np.asarray(factor, dtype=np.float64), quantity.shape[1])
    table = frame[["project", "area_id"]].iloc[row].reset_index(drop=True)
    amount = quantity[row, year]
    return table.assign(
        year=programme.agreement.first_year + year,
        kind=kind,
        element=element,
        quantity=amount,
        factor=by_year[year],
        kg=amount * by_year[year],
    )


def _by_element(rows: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """``Carbon.by_element``."""
    table = rows.groupby(["kind", "element"], sort=True, as_index=False)[["quantity", "kg"]].sum()
    table = table[table["quantity"] > 0]
    unit = {"trench": "m", "electricity": "kWh"}
    rank = {kind: place for place, kind in enumerate(KINDS)}
    table = table.assign(
        unit=table["kind"].map(unit).fillna("each"),
        factor=table["kg"] / table["quantity"],
        rank=table["kind"].map(rank),
    )
    table = table.sort_values(["rank", "element"], ignore_index=True)
    return table[["kind", "element", "quantity", "unit", "factor", "kg"]]


def _by_year(rows: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """``Carbon.by_year``."""
    first = programme.agreement.first_year
    years = pd.RangeIndex(first, first + programme.horizon, name="year")
    table = rows.pivot_table(index="year", columns="kind", values="kg", aggfunc="sum", fill_value=0.0)
    table = table.reindex(index=years, columns=list(KINDS), fill_value=0.0)
    total = table.sum(axis=1).to_numpy()
    named = pd.DataFrame({f"{kind}_kg": table[kind].to_numpy() for kind in KINDS})
    named.insert(0, "year", years.to_numpy())
    return named.assign(
        total_kg=total,
        so_far_kg=np.cumsum(total),
        grid_kg_per_kwh=grid_kg(programme),
        cost_real=round_money(total * price_per_kg(programme)),
    )


def _indicators(rows: pd.DataFrame, by_year: pd.DataFrame, decided: Decided, facts: Facts) -> dict[str, float]:
    embodied = float(rows.loc[rows["kind"].isin(EMBODIED), "kg"].sum())
    total = float(rows["kg"].sum())
    programme = decided.inputs.programme
    curve, year = curves(programme), decided.schedule.site_year
    horizon, rural = programme.horizon, facts.household - facts.urban_household
    home_years = sum(
        float((np.bincount(year, weights=amount * decided.served, minlength=horizon + 1)[1:] @ shape).sum())
        for amount, shape in ((facts.urban_household, curve.urban), (rural, curve.rural))
    )
    return {
        "embodied_t": embodied / KG_PER_TONNE,
        "electricity_t": (total - embodied) / KG_PER_TONNE,
        "total_t": total / KG_PER_TONNE,
        "kg_per_home_connected_per_year": total / home_years if home_years > 0 else 0.0,
        "present_cost_real": float(
            round_money(present_value(by_year["cost_real"], programme.rates.discount_rate_real))
        ),
    }
