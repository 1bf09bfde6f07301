"""What the report shows of hops: sentences, a map, rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from karez.model.plan import Plan
from karez.model.radio import RadioPlan
from karez.reporting.figures import is_missing, money, number, percent
from karez.reporting.outage_map import Dots, Lines, network_map
from karez.reporting.profile_chart import PathProfile, path_profile

_COLOURS = {"clear": "#2f8f83", "assumed": "#d98a1b"}
_WORDS = {
    "clear": "Clear: the raster shows the line of sight and the Fresnel zone free",
    "assumed": "Assumed by length and ground: a survey must show it",
}
_CABLE, _SITE, _MAST = "#9fb4c2", "#33424f", "#7a3d00"
_ALONG = ("distance_km", "ground_m", "bulge_m", "ray_m", "zone_m")
_SHOWN, _DRAWN = 200, 12
"""Rows of the table and path profiles; of more hops those that carry most, and those with the least room."""


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
        "profiles": _profiles(plan, radio, names),
        "undrawn": _undrawn(radio),
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


def _profiles(plan: Plan, radio: RadioPlan, names: dict[str, str]) -> list[dict[str, Any]]:
    """Path profiles of the hops with the least room, those that nothing proves last."""
    along = dict(tuple(radio.profiles.groupby("hop", sort=False)))
    height = dict(zip(radio.towers["id"], radio.towers["height_m"], strict=True))
    order = radio.hops.sort_values(["clearance_m", "id"], na_position="last")
    drawn = []
    for row in order[order["id"].isin(along.keys())].head(_DRAWN).to_dict("records"):
        towers, part = (row["start_tower"], row["end_tower"]), along[row["id"]]
        words = f"{names[towers[0]]} – {names[towers[1]]}"
        path = PathProfile(
            (names[towers[0]], names[towers[1]]),
            (height[towers[0]], height[towers[1]]),
            **{name: part[name].to_numpy(np.float64) for name in _ALONG},
            share=plan.programme.radio.fresnel_share,
            clearance_m=row["clearance_m"],
            clearance_at_km=row["clearance_at_km"],
        )
        drawn.append({"name": words, "about": _about(row, path), "chart": path_profile(f"Path profile {words}", path)})
    return drawn


def _about(row: dict[Any, Any], path: PathProfile) -> str:
    """What a hop is, in a line."""
    seen = "assumed: the relief is too coarse to prove it"
    if (path.ground_m + path.bulge_m > path.ray_m - path.share * path.zone_m)[1:-1].any():
        seen += ", and shows ground in its way"
    if not is_missing(row["clearance_m"]):
        seen = f"clear, at least {number(row['clearance_m'], 1)} m to spare at {number(row['clearance_at_km'], 1)} km"
    return (
        f"{row['band']}, {number(row['length_km'], 1)} km; {seen}; rain leaves it in service "
        f"{percent(row['availability'], 3)} of a year; {number(row['load_mbps'])} of "
        f"{number(row['capacity_mbps'])} Mbit/s"
    )


def _undrawn(radio: RadioPlan) -> str:
    """How many hops are not drawn, and why."""
    shown = radio.hops["id"].isin(set(radio.profiles["hop"]))
    said = []
    if int(shown.sum()) > _DRAWN:
        said.append(f"Of {number(shown.sum())} hops the {_DRAWN} with the least room are drawn.")
    if (~shown).any():
        said.append(f"Of {number((~shown).sum())} hops there is no relief to draw.")
    return " ".join(said)


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
