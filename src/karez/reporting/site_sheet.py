"""The sheet ``Sites`` of the workbook: what every site gets, and why not the next best."""

from __future__ import annotations

import pandas as pd

from karez.model.plan import Plan
from karez.reporting.book import Column, Sheet
from karez.reporting.figures import is_missing
from karez.reporting.palette import way_label

SITES = "Sites"
_MOST = 50_000
"""More rows than this make a sheet that no one reads; all are in ``plan.gpkg``."""


def site_titles(plan: Plan, basis: str) -> dict[str, tuple[str, str]]:
    """Title and subtitle of the sheet."""
    more = f" The first {_MOST:,} of {len(plan.sites):,}; all are in plan.gpkg." if len(plan.sites) > _MOST else ""
    said = "Present costs as if built in year 1: of the site alone, with the spans that nobody else needs."
    return {SITES: ("Sites", f"{said}{more} {basis}")}


def fill_sites(sheets: dict[str, Sheet], plan: Plan) -> None:
    """Fill the sheet of :func:`site_titles`."""
    table = pd.DataFrame(plan.sites.drop(columns="geometry")).head(_MOST)
    technology = [way_label(*way) for way in zip(table["technology"], table["service"].fillna(""), strict=True)]
    other = [way_label(word) for word in table["next_best"].fillna("")]
    sheets[SITES].table(
        [
            Column("Site", table["id"].tolist(), "text", 26),
            Column("Name", table["name"].fillna("").tolist(), "text", 22),
            Column("Project", table["project"].tolist(), "text", 14),
            Column("Category", table["category"].tolist(), "text", 16),
            Column("Technology", technology, "text", 14),
            Column("Year", [None if is_missing(year) else int(year) for year in table["year"]], "year", 8),
            Column("Mbit/s", _cells(table["mbps"]), "general", 9),
            Column("Promised Mbit/s", table["standard_mbps"].tolist(), "general", 10),
            Column("Latency, ms", _cells(table["latency_ms"]), "general", 9),
            Column("Promised latency, ms", table["standard_latency_ms"].tolist(), "general", 10),
            Column("Way to the source, km", _cells(table["route_km"]), "general", 10),
            Column("Round trip, ms", _cells(table["round_trip_ms"]), "general", 9),
            Column("To standard", ["yes" if meets else "no" for meets in table["meets_standard"]], "text", 9),
            Column("Present cost", _cells(table["chosen_present_real"]), "money", 18),
            Column("Next best", other, "text", 14),
            Column("Present cost of that", _cells(table["next_best_present_real"]), "money", 18),
            Column("Power", table["power"].tolist(), "text", 8),
            Column("Supply, W", table["supply_watts"].tolist(), "quantity", 10),
            Column("Capex of supply", table["supply_capex_real"].tolist(), "money", 14),
            Column("Busy hour, Mbit/s", table["demand_mbps"].tolist(), "quantity", 12),
            Column("Shares cell", table["cell"].fillna("").tolist(), "text", 11),
            Column("Why", table["reason"].tolist(), "long", 60),
        ],
        freeze=1,
        find=True,
    )


def _cells(values: pd.Series[float]) -> list[float | None]:
    """Numbers; None where a cell is empty."""
    return [None if is_missing(value) else float(value) for value in values]
