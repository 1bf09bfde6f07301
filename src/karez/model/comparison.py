"""Finished runs side by side, and what differs on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from karez.model.programme import Agreement


@dataclass(frozen=True)
class Comparison:
    """Runs against the first of them.

    Parameters
    ----------
    names : tuple[str, ...]
        Names of the runs; the first is what the others are held against.
    agreements : tuple[Agreement, ...]
        Agreement of each run.
    tables : dict[str, DataFrame]
        ``totals``, ``coverage`` (by project and year, all homes first), ``money`` (by year), ``technologies``,
        ``certificates``, ``settings`` (those that differ), ``inputs`` (files and versions that differ), ``areas``. The
        first columns say what a row is; then one column a run, empty where the run has no such figure.
    sites : GeoDataFrame
        Sites of the runs that can be laid over each other: ``id``, ``name``, ``project``, and for every run after the
        first ``change_<number>`` (``technology``, ``earlier``, ``later``, ``gained``, ``lost``, empty for none); for
        every run ``technology_<number>`` and ``year_<number>``.
    spans : GeoDataFrame
        Built spans: ``id``, and for every run ``built_<number>``.
    outlines : GeoDataFrame
        Areas of the first run: ``id``, ``name``, and for every run ``capex_real_<number>``.
    cannot : tuple[str, ...]
        What could not be compared, and why.
    """

    names: tuple[str, ...]
    agreements: tuple[Agreement, ...]
    tables: dict[str, pd.DataFrame]
    sites: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    outlines: gpd.GeoDataFrame
    cannot: tuple[str, ...]

    def summary(self) -> dict[str, Any]:
        """What ``compare.json`` holds."""
        return {
            "format": 1,
            "kind": "compare",
            "runs": list(self.names),
            "cannot_be_compared": list(self.cannot),
            "changed_sites": {
                name: self.changes(number) for number, name in enumerate(self.names) if number and len(self.sites)
            },
            **{
                key: [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in table.to_dict("records")]
                for key, table in self.tables.items()
            },
        }

    def changes(self, number: int) -> dict[str, int]:
        """How many sites changed, and how, from the first run to another."""
        column = self.sites[f"change_{number}"]
        counts = column[column != ""].value_counts(sort=False)
        return {str(kind): int(counts[kind]) for kind in sorted(counts.index)}
