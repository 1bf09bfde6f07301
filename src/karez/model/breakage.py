"""A what-if: what is out, who is cut off, in which order to repair, what hardening would buy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from karez.model.programme import Programme


@dataclass(frozen=True)
class Breakage:
    """What a break does to a finished run.

    Parameters
    ----------
    programme : Programme
        Settings of the run.
    run : str
        Name of the run's folder.
    title : str
        What is out, in words.
    sources : GeoDataFrame
        Sources in use before: ``id``, ``name``.
    spans : GeoDataFrame
        Every built span: ``id``, ``length_m``, ``out``, ``state`` (whole, out, cut off), geometry.
    nodes : GeoDataFrame
        Nodes that are out.
    sites : GeoDataFrame
        Sites that are cut off: ``id``, ``name``, ``category``, ``project``, ``area_id``, ``households``, ``weight``,
        ``vital``, ``back_hours`` (hours until repairs bring it back; NaN where they do not), geometry.
    areas : GeoDataFrame
        Outlines.
    repairs : DataFrame
        Repairs in order: ``span``, ``crew``, ``hours``, ``done_hours``, ``sites`` and ``households`` that come back
        with it.
    totals : dict[str, Any]
        ``spans_out``, ``nodes_out``, ``sites``, ``households``, ``weight``, ``vital``; of the repairs ``weight_hours``
        and ``weight_hours_bound``, ``repair_proof``, ``crews``.
    hazard : dict[str, Any]
        Of a hazard: ``layer``, ``modelled``, ``events`` (table), ``outage_hours`` (household-hours expected a year),
        ``outage_hours_hardened`` (all spans hardened); empty if there is none.
    events : DataFrame
        ``event``, ``probability``, ``spans``, ``households`` (expected to be cut off if it comes), ``outage_hours``.
    elements : DataFrame
        Spans that matter: ``id``, ``km`` (within the hazard), ``gain_hours`` (household-hours a year that hardening it
        alone saves), ``cost_real``.
    frontier : DataFrame
        ``spans``, ``cost_real``, ``outage_hours``, ``outage_hours_bound``.
    hardened : DataFrame
        Spans in the order in which they are hardened: ``id``, ``cost_real``, ``so_far_real``.
    outline : GeoDataFrame
        The hazard's polygons, if it has some.
    """

    programme: Programme
    run: str
    title: str
    sources: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    repairs: pd.DataFrame
    totals: dict[str, Any]
    hazard: dict[str, Any] = field(default_factory=dict)
    events: pd.DataFrame = field(default_factory=pd.DataFrame)
    elements: pd.DataFrame = field(default_factory=pd.DataFrame)
    frontier: pd.DataFrame = field(default_factory=pd.DataFrame)
    hardened: pd.DataFrame = field(default_factory=pd.DataFrame)
    outline: gpd.GeoDataFrame | None = None

    def summary(self) -> dict[str, Any]:
        """What ``break.json`` holds."""
        sites = self.sites.drop(columns="geometry").astype(object)
        return {
            "format": 1,
            "run": self.run,
            "what": self.title,
            "totals": self.totals,
            "cut_off": sites.where(sites.notna(), None).to_dict("records"),
            "repairs": self.repairs.to_dict("records"),
            **(
                {
                    "hazard": self.hazard,
                    "events": self.events.to_dict("records"),
                    "elements": self.elements.head(100).to_dict("records"),
                    "frontier": self.frontier.to_dict("records"),
                    "hardened": self.hardened.to_dict("records"),
                }
                if self.hazard
                else {}
            ),
        }
