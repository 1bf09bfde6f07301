"""What breaks a plan: who is cut off by what, how available every site is, who lacks a second way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Outages:
    """What failures do to the network as it stands at the end of the programme.

    Parameters
    ----------
    totals : dict[str, Any]
        ``sites``, ``households`` on the network, ``single_spans`` and ``single_nodes`` (points of failure: how many cut
        somebody off), ``worst_span_households``, ``worst_node_households``, ``cut_pairs`` (pairs of spans that cut,
        neither alone does), ``households_two_ways`` and ``sites_two_ways`` (no span shared),
        ``minutes_lost_per_year`` (mean, by household), ``availability`` (likewise), ``sites_bounded``, ``vital``,
        ``vital_two_ways``, ``vital_off_network`` and ``vital_unserved`` (served without the network, not at all),
        ``vital_one_road`` (those on it that no second road reaches), ``complement_real`` (present cost of giving each
        of those on it with one way its cheapest second one by cable, shared spans once), ``cheapest_real`` (of giving
        each in `reach` the cheapest it may have).
    spans : DataFrame
        A row for every span built: ``id``, ``cut_off_sites``, ``cut_off_households``, ``cut_off_weight``,
        ``cut_off_vital`` (alone out), ``worst_partner`` (id, empty if none), ``with_partner_households`` (both out).
    nodes : DataFrame
        A row for every node in use: ``id``, ``cut_off_sites``, ``cut_off_households``, ``cut_off_weight``,
        ``cut_off_vital``, itself included.
    sites : DataFrame
        A row for every site of the plan: ``id``, ``independent_ways`` (none, spans, nodes; empty off the network),
        ``availability`` and ``availability_most`` (bounds, equal where exact; NaN if unserved),
        ``minutes_lost_per_year`` (of the lower bound), ``exact``.
    standards : DataFrame
        A row for every project: ``project``, ``availability`` asked for (NaN if none), ``minutes_allowed``, ``sites``
        served, ``mean_minutes``, ``worst_minutes``, ``below`` (sites surely below the standard), ``open`` (sites whose
        bounds leave it open).
    pairs : DataFrame
        Worst pairs of spans: ``span``, ``partner``, ``sites``, ``households``.
    reach : DataFrame
        Vital sites without two ways: ``id``, ``name``, ``category``, ``area_id``, ``served_by`` (technology, or
        unserved), ``minutes_lost_per_year``, ``ways`` (one, none if unserved), ``detour_km`` (new spans of the way by
        cable), ``one_road_km`` (of them, along a road no other way leads round), ``lead_in_km``,
        ``detour_capex_real``, ``detour_present_real``, ``microwave_present_real``, ``satellite_present_real`` (links
        beside the network, NaN where the catalogue has none or the site is served by it), ``cheapest`` (detour,
        microwave, satellite, none), ``cheapest_real``.
    roads : DataFrame
        Built spans that no candidate route leads round, lead-ins left out: ``id``, ``km``, ``sites``, ``households``,
        ``vital``.
    complement_spans : tuple[str, ...]
        Candidate spans of all complements together.
    """

    totals: dict[str, Any]
    spans: pd.DataFrame
    nodes: pd.DataFrame
    sites: pd.DataFrame
    standards: pd.DataFrame
    pairs: pd.DataFrame
    reach: pd.DataFrame
    roads: pd.DataFrame
    complement_spans: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` holds of it."""
        standards = self.standards.astype(object).where(self.standards.notna(), None)
        return {
            **self.totals,
            "standards": standards.to_dict("records"),
            "worst_pairs": self.pairs.head(10).to_dict("records"),
            "vital_without_two_ways": self.reach["id"].tolist(),
        }
