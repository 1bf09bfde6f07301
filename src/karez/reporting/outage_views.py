"""What the report shows of what breaks the network: sentences, a map, charts, rows of tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from karez.model.outages import Outages
from karez.model.plan import Plan
from karez.reporting.charts import Series, columns
from karez.reporting.figures import money, number, percent
from karez.reporting.outage_map import Dots, Lines, network_map

_MINUTES = (0, 30, 60, 120, 240, 480, 960, np.inf)
_CUT_OFF = (0, 1, 100, 1_000, 10_000, 100_000, np.inf)
_LINE_COLOURS = ("#9fb4c2", "#e3b778", "#d9822b", "#b3261e", "#6d1010")
_SHOWN = 30
SECOND_WAY = {"none": "#b3261e", "spans": "#d98a1b", "nodes": "#2f8f83"}
WAY_WORDS = {
    "none": "One way only",
    "spans": "Two ways without a common span",
    "nodes": "Two ways without a common span or node",
}
CHEAPEST_WORDS = {
    "detour": "second way by cable",
    "microwave": "microwave back-up",
    "satellite": "satellite back-up",
    "none": "none known",
}

_FURTHER = {
    "detour": "by cable",
    "microwave": "by a microwave link",
    "satellite": "by satellite",
    "none": "none known",
}


def outage_findings(plan: Plan) -> list[str]:
    """What breaks the network, in a few sentences."""
    if plan.outages is None or not plan.outages.totals["sites"]:
        return []
    return [sentence for sentence in (_single(plan), _ways(plan), _lost(plan), _vital(plan), _pairs(plan)) if sentence]


def outage_views(plan: Plan) -> dict[str, Any] | None:
    """All that the template of the section needs; None if nothing hangs on the network."""
    outages = plan.outages
    if outages is None or not outages.totals["sites"]:
        return None
    names = dict(zip(plan.nodes["id"], plan.nodes["name"], strict=True))
    spans = outages.spans.sort_values(["cut_off_households", "id"], ascending=[False, True])
    nodes = outages.nodes.sort_values(["cut_off_households", "id"], ascending=[False, True])
    ends = plan.spans.set_index("id")[["start_node", "end_node", "length_m"]]
    worst = spans[spans["cut_off_sites"] > 0].head(_SHOWN).join(ends, on="id")
    return {
        "findings": outage_findings(plan),
        "map": _map(plan, outages),
        "legend": _legend(),
        "ways": [(WAY_WORDS[way], SECOND_WAY[way]) for way in SECOND_WAY],
        "critical": _critical(outages),
        "minutes": _minutes(plan, outages),
        "spans": worst.assign(
            between=[
                _between(names.get(a, ""), names.get(b, ""))
                for a, b in zip(worst["start_node"], worst["end_node"], strict=True)
            ]
        ),
        "nodes": nodes[nodes["cut_off_sites"] > 0].head(_SHOWN).assign(name=lambda t: t["id"].map(names)),
        "kinds": dict(zip(plan.nodes["id"], plan.nodes["kind"], strict=True)),
        "standards": outages.standards,
        "pairs": outages.pairs.head(_SHOWN),
        "reach": outages.reach.head(200),
        "more_reach": max(0, len(outages.reach) - 200),
        "cheapest": CHEAPEST_WORDS,
        "categories": {key: category.name for key, category in plan.programme.categories.items()},
        "roads": outages.roads.head(_SHOWN),
        "totals": outages.totals,
    }


def _single(plan: Plan) -> str:
    assert plan.outages is not None
    of = plan.outages.totals
    if not of["single_spans"] and not of["single_nodes"]:
        return "No single span or node, when it is out, cuts off anybody but those at it."
    return (
        f"{number(of['single_spans'])} of {number(len(plan.outages.spans))} spans and {number(of['single_nodes'])} "
        f"nodes are single points of failure: out alone, each cuts somebody off. The worst span takes "
        f"{number(of['worst_span_households'])} households with it{_own_entry(plan, plan.outages)}. The worst node "
        f"takes {number(of['worst_node_households'])}{_source_itself(plan, plan.outages)}."
    )


def _own_entry(plan: Plan, outages: Outages) -> str:
    """What to know if the worst span is the lead-in of a source: a second entry is a matter of metres."""
    ranked = outages.spans.sort_values(["cut_off_households", "id"], ascending=[False, True])
    span = plan.spans.set_index("id").loc[ranked["id"].iloc[0]]
    ends = plan.nodes.set_index("id").loc[[span["start_node"], span["end_node"]]]
    source = ends[ends["feeds"].astype(bool)]
    if span["tier"] != "lead_in" or source.empty:
        return ""
    others = float(ranked["cut_off_households"].iloc[1:].max()) if len(ranked) > 1 else 0.0
    return (
        f": it is the only entry of the source {source['name'].iloc[0]}, {number(span['length_m'])} m, and a second in "
        f"a trench apart costs about {money(float(span['designed_capex_real']), plan.programme.agreement.currency)}; "
        f"of the others none takes more than {number(others)}"
    )


def _source_itself(plan: Plan, outages: Outages) -> str:
    """What to know if the worst node is a source."""
    ranked = outages.nodes.sort_values(["cut_off_households", "id"], ascending=[False, True])
    node = plan.nodes.set_index("id").loc[ranked["id"].iloc[0]]
    if not bool(node["feeds"]):
        return ""
    feeds = plan.nodes[plan.nodes["feeds"].astype(bool) & plan.nodes["year"].notna()]
    others = ranked.loc[~ranked["id"].isin(feeds["id"]), "cut_off_households"]
    only = ", the only one" if len(feeds) == 1 else ""
    said = f": it is the source {node['name']}{only}"
    return said if others.empty else f"{said}; of the others none takes more than {number(others.max())}"


def _ways(plan: Plan) -> str:
    assert plan.outages is not None
    of = plan.outages.totals
    share = of["sites_two_ways"] / of["sites"]
    return (
        f"{number(of['sites_two_ways'])} of {number(of['sites'])} sites on the network ({percent(share)}) have two "
        f"ways to a source that share no span; so have {number(of['households_two_ways'])} of "
        f"{number(of['households'])} households."
    )


def _lost(plan: Plan) -> str:
    assert plan.outages is not None
    of, asked = plan.outages.totals, plan.outages.standards.dropna(subset=["availability"])
    said = (
        f"A household with service is without it for {number(of['minutes_lost_per_year'])} minutes a year on average "
        f"(available {percent(of['availability'], 3)} of the time), from the failure rates of the settings"
    )
    if of["sites_bounded"]:
        said += f"; for {number(of['sites_bounded'])} sites this is an upper bound, not exact"
    if len(asked):
        below, sites = int(asked["below"].sum()), int(asked["sites"].sum())
        said += f". {number(below)} of {number(sites)} sites with a promised availability are below it"
    return said + "."


def _vital(plan: Plan) -> str:
    assert plan.outages is not None
    of, currency = plan.outages.totals, plan.programme.agreement.currency
    if not of["vital"]:
        return ""
    reach = plan.outages.reach
    said = f"Of {number(of['vital'])} served vital sites {number(of['vital_two_ways'])} have two ways over the network"
    if of["vital_off_network"]:
        said += f", {number(of['vital_off_network'])} are served without it, by one link"
    if of["vital_unserved"]:
        said += f"; {number(of['vital_unserved'])} more are not served"
    if reach.empty:
        return said + "."
    kinds = reach["cheapest"].value_counts()
    cheapest = ", ".join(f"{number(kinds[word])} {how}" for word, how in _FURTHER.items() if word in kinds.index)
    said += (
        f". For the {number(len(reach))} that lack a way the cheapest there is ({cheapest}) costs "
        f"{money(of['cheapest_real'], currency)} together at most (present cost, shared spans once)"
    )
    if of["vital_one_road"]:
        said += f"; to {number(of['vital_one_road'])} on the network one road only leads, or none more by cable"
    return said + "."


def _pairs(plan: Plan) -> str:
    assert plan.outages is not None
    pairs = plan.outages.pairs
    if not plan.outages.totals["cut_pairs"]:
        return ""
    said = (
        f"{number(plan.outages.totals['cut_pairs'])} pairs of spans cut somebody off although neither span alone does"
    )
    if len(pairs):
        said += f"; the worst takes {number(pairs['households'].iloc[0])} households"
    return said + "."


def _between(one: str, other: str) -> str:
    named = [name for name in (one, other) if name]
    return " – ".join(named)


def _class_of(households: pd.Series[float]) -> Any:
    return np.digitize(households.to_numpy(np.float64), (1, 1_000, 10_000, 100_000))


def _legend() -> list[tuple[str, str]]:
    words = ("nobody cut off", "up to 1,000 households", "up to 10,000", "up to 100,000", "more")
    return list(zip(words, _LINE_COLOURS, strict=True))


def _map(plan: Plan, outages: Outages) -> Markup:
    """Built spans by whom they cut off; vital sites by their ways."""
    built = plan.spans[plan.spans["year"].notna()]
    group = _class_of(built["cut_off_households"])
    lines = [
        Lines(
            built.geometry.to_numpy()[group == k],
            colour,
            1.0 + 0.7 * k,
            tips=[
                f"{span}: cuts off {number(homes)} households"
                for span, homes in zip(built["id"][group == k], built["cut_off_households"][group == k], strict=True)
            ],
        )
        for k, colour in enumerate(_LINE_COLOURS)
    ]
    vital = plan.sites[plan.sites["category"].isin(plan.programme.resilience.vital) & plan.sites["year"].notna()]
    dots = []
    for way, colour in SECOND_WAY.items():
        mine = vital[vital["independent_ways"] == way]
        tips = [f"{name}: {WAY_WORDS[way].lower()}" for name in mine["name"]]
        dots.append(Dots(mine.geometry.to_numpy(), colour, [3.2] * len(mine), tips))
    sources = plan.nodes[plan.nodes["feeds"].astype(bool) & plan.nodes["year"].notna()]
    feeds = Dots(
        sources.geometry.to_numpy(), "#17222c", [6.0] * len(sources), [f"Source: {n}" for n in sources["name"]]
    )
    return network_map("Who is cut off when a span is out", plan.areas, [*lines, *dots, feeds])


def _critical(outages: Outages) -> Markup:
    """Number of spans by how many households each cuts off alone."""
    counts, _ = np.histogram(outages.spans["cut_off_households"], bins=[*_CUT_OFF[:-1], 1e18])
    labels = ["none", "1–99", "100–999", "1,000–9,999", "10,000–99,999", "100,000 +"]
    return columns(
        "Spans by the households that each cuts off when it is out",
        labels,
        [[Series("Spans", "#b3261e", counts.tolist())]],
        "spans",
        sums=True,
    )


def _minutes(plan: Plan, outages: Outages) -> Markup:
    """Households by minutes out of service a year."""
    homes = plan.sites["households"].fillna(0.0).to_numpy(np.float64)
    lost = outages.sites["minutes_lost_per_year"].to_numpy(np.float64)
    there = np.isfinite(lost)
    counts, _ = np.histogram(lost[there], bins=[*_MINUTES[:-1], 1e18], weights=homes[there])
    labels = ["0–30", "30–60", "1–2 h", "2–4 h", "4–8 h", "8–16 h", "16 h +"]
    return columns(
        "Households by time out of service a year",
        labels,
        [[Series("Households", "#1c5f99", (counts / 1000).tolist())]],
        "thousand households, by minutes or hours a year",
        sums=True,
    )
