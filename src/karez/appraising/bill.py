"""The bill of quantities: what is built, item by item, and what it costs."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from karez.appraising.tables import Decided, area_of_spans
from karez.units import from_minor, to_minor

KEYS = ["year", "area_id", "project", "group", "category", "technology", "item"]


def bill_of_quantities(decided: Decided) -> pd.DataFrame:
    """List what is built, as described at :class:`karez.model.plan.Plan`.

    The rows' capex adds up to the plan's to the cent.
    """
    parts = [_local(decided), _spans(decided), _sources(decided)]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    grouped = table.groupby(KEYS, sort=True, as_index=False)[["quantity", "minor"]].sum()
    catalogue = decided.prices.catalogue.table
    grouped["unit"] = grouped["item"].map(catalogue["base_unit"]).fillna("each")
    grouped["rate_real"] = grouped["item"].map(catalogue["rate_real"]).fillna(1.0)
    grouped["capex_real"] = from_minor(grouped.pop("minor"))
    grouped["rounding_real"] = grouped["capex_real"] - grouped["quantity"] * grouped["rate_real"]
    return grouped


def _local(decided: Decided) -> pd.DataFrame:
    """Local cost lines of the sites as they are served."""
    lines = decided.prices.lines
    site_of = pd.Series(np.flatnonzero(decided.served), index=decided.schedule.site_option[decided.served])
    chosen = lines[(lines["kind"] == "capex") & lines["option"].isin(site_of.index)]
    row = site_of.reindex(chosen["option"]).to_numpy(dtype=np.int64)
    sites = decided.inputs.sites
    return pd.DataFrame(
        {
            "year": decided.calendar(decided.schedule.site_year).to_numpy(dtype="float64", na_value=0)[row].astype(int),
            "area_id": sites["area_id"].to_numpy()[row],
            "project": sites["project"].to_numpy()[row],
            "group": "local",
            "category": sites["category"].to_numpy()[row],
            "technology": decided.technology[row],
            "item": chosen["item"].to_numpy(),
            "quantity": chosen["quantity"].to_numpy(),
            "minor": to_minor(chosen["amount_real"]),
        }
    )


def _spans(decided: Decided) -> pd.DataFrame:
    """Built spans, year by year of their construction, shared out to projects by the design's fixed weights."""
    tree = decided.design.tree
    built = (decided.schedule.element_year > 0) & (tree.span >= 0)
    row = tree.span[built]
    spans = gpd.GeoDataFrame(decided.graph.spans.iloc[row].reset_index(drop=True))
    year = decided.calendar(decided.schedule.element_year).to_numpy(dtype="float64", na_value=0)[built].astype(int)
    took = decided.element_years[built]
    frame = pd.DataFrame(
        {
            "area_id": area_of_spans(decided, spans),
            "item": decided.prices.span_item[row],
        }
    )
    parts = []
    length = spans["length_m"].to_numpy() / took
    for before, minor in enumerate(decided.element_payments()):
        for k, project in enumerate(decided.inputs.programme.projects):
            part = frame.assign(year=year - before, project=project.id, minor=minor[built, k])
            part["quantity"] = np.where(took > before, length, 0.0) * decided.design.attribution[built, k]
            parts.append(part[(part["item"] != "") & ((part["quantity"] > 0) | (part["minor"] != 0))])
    return pd.concat(parts, ignore_index=True).assign(group="spans", category="", technology="fibre")


def _sources(decided: Decided) -> pd.DataFrame:
    """Connections of the sources that are used, in money: one unit is one unit of currency."""
    tree = decided.design.tree
    minor = to_minor(decided.element_capex_by_project())
    used = np.flatnonzero((tree.span < 0) & (decided.schedule.element_year > 0) & (decided.element_capex > 0))
    year = decided.calendar(decided.schedule.element_year)
    rows = [
        (int(year[e]), "", project.id, "sources", "", "fibre", "source connection", minor[e, k] / 100, minor[e, k])
        for e in used
        for k, project in enumerate(decided.inputs.programme.projects)
        if minor[e, k]
    ]
    return pd.DataFrame(rows, columns=[*KEYS, "quantity", "minor"])
