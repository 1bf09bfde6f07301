"""What the report shows of hops: sentences, a map, rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from karez.model.plan import Plan
from karez.model.radio import RadioPlan
from karez.reporting.figures import money, number
from karez.reporting.outage_map import Dots, Lines, network_map

_COLOURS = {"clear": "#2f8f83", "assumed": "#d98a1b"}
_WORDS = {
    "clear": "Clear: the raster shows the line of sight and the Fresnel zone free",
    "assumed": "Assumed by length and ground: a survey must show it",
}
_CABLE, _SITE, _MAST = "#9fb4c2", "#33424f", "#7a3d00"
_SHOWN = 200


def radio_views(plan: Plan) -> dict[str, Any] | None:
    """All that the template of the section needs; None where hops are no edges."""
    radio = plan.radio
    if radio is None:
        return None
    names = dict(zip(radio.towers["id"], radio.towers["name"], strict=True))
    hops = radio.hops.sort_values(["load_mbps", "id"], ascending=[False, True])
    return {
        "findings": _findings(plan, radio),
        "map": _map(plan, radio),
        "legend": [(_WORDS[state], colour) for state, colour in _COLOURS.items()],
        "hops": hops.head(_SHOWN).assign(
            start=hops["start_tower"].map(names), end=hops["end_tower"].map(names), clear=hops["state"] == "clear"
        ),
        "more": max(0, len(hops) - _SHOWN),
        "rules": plan.programme.radio,
    }


def _findings(plan: Plan, radio: RadioPlan) -> list[str]:
    of, currency = radio.totals, plan.programme.agreement.currency
    if not of["hops"]:
        return [f"Of {number(of['candidate_hops'])} hops that could be made none pays."]
    said = [
        f"{number(of['hops'])} of {number(of['candidate_hops'])} possible hops are designed, the longest "
        f"{of['longest_km']:.1f} km, between {number(of['towers'])} towers, {number(of['towers_new'])} of them new; "
        f"{number(of['hops_built'])} are built, for {money(of['capex_real'], currency)} with their masts.",
        f"{number(of['sites'])} sites with {number(of['households'])} households are designed behind hops.",
    ]
    if of["hops_assumed"]:
        said.append(
            f"{number(of['hops_assumed'])} hops are assumed by length and ground and not proven: no raster is fine "
            "enough there. Their surveys are in the cost; one that fails takes what hangs behind it away."
        )
    full = radio.hops[radio.hops["load_mbps"] > 0.9 * radio.hops["capacity_mbps"]]
    if len(full):
        said.append(f"{number(len(full))} hops are more than nine tenths full in the busy hour.")
    return said


def _map(plan: Plan, radio: RadioPlan) -> Markup:
    cable = plan.spans[~plan.spans["method"].isin(("microwave", "mast"))]
    layers: list[Lines | Dots] = [Lines(cable.geometry.to_numpy(), _CABLE, 1.2)]
    for state, colour in _COLOURS.items():
        rows = radio.hops[radio.hops["state"] == state]
        tips = [
            f"{row['band']}, {row['length_km']:.1f} km, {row['load_mbps']:,.0f} of {row['capacity_mbps']:,.0f} Mbit/s"
            for row in rows.to_dict("records")
        ]
        layers.append(Lines(rows.geometry.to_numpy(), colour, 2.6, tips=tips))
    served = plan.sites.drop_duplicates("place_id")
    layers.append(Dots(served.geometry.to_numpy(), _SITE, np.full(len(served), 2.2).tolist()))
    tips = [f"{row['name']}, {row['height_m']:g} m" for row in radio.towers.to_dict("records")]
    layers.append(Dots(radio.towers.geometry.to_numpy(), _MAST, np.full(len(tips), 4.0).tolist(), tips))
    return network_map("Hops between towers", plan.areas, layers)
