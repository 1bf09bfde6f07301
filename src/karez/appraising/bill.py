"""The bill of quantities: what is built, item by item, and what it costs."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.tables import Decided, area_of_spans
from karez.units import from_minor, to_minor

Longs = npt.NDArray[np.int64]

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
    place, part = _parts_of(decided, row)
    table = decided.prices.span_parts.iloc[part]
    frame = pd.DataFrame({"area_id": area_of_spans(decided, spans)[place], "item": table["item"].to_numpy()})
    share, took_by = decided.design.attribution[built][place], took[place]
    own = to_minor(table["amount_real"])
    parts = []
    quantity = table["quantity"].to_numpy() / took_by
    for before, minor in enumerate(decided.element_payments()):
        by_part = _shared(minor[built], place, own if before == 0 else np.zeros_like(own), share)
        for k, project in enumerate(decided.inputs.programme.projects):
            rows = frame.assign(year=(year - before)[place], project=project.id, minor=by_part[:, k])
            rows["quantity"] = np.where(took_by > before, quantity, 0.0) * share[:, k]
            parts.append(rows[(rows["quantity"] > 0) | (rows["minor"] != 0)])
    return pd.concat(parts, ignore_index=True).assign(group="spans", category="", technology="fibre")


def _parts_of(decided: Decided, row: npt.NDArray[np.int32]) -> tuple[Longs, Longs]:
    """Parts of some spans: place of the span in `row`, and row of the part; spans without any are left out."""
    first = np.searchsorted(decided.prices.span_parts["span"].to_numpy(), np.arange(len(decided.graph.spans) + 1))
    size = np.diff(first)[row]
    place = np.repeat(np.arange(len(row)), size)
    return place, np.arange(len(place)) + np.repeat(first[row] - (np.cumsum(size) - size), size)


def _shared(minor: Longs, place: Longs, own: Longs, share: npt.NDArray[np.float64]) -> Longs:
    """Money of spans by part and project, whole minor units: by share, the last part what its span has left.

    Parameters
    ----------
    minor : int64[spans, projects]
        Money of every span by project.
    place : int64[parts]
        Span of each part, ascending.
    own : int64[parts]
        Money of each part.
    share : float64[parts, projects]
        Shares of the projects.
    """
    by_part = np.floor(own[:, None] * share).astype(np.int64)
    by_part[np.arange(len(own)), share.argmax(axis=1)] += own - by_part.sum(axis=1)
    last = np.append(place[1:] != place[:-1], True)[: len(place)]
    left = minor.copy()
    np.subtract.at(left, place[~last], by_part[~last])
    by_part[last] = left[place[last]]
    return by_part


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
