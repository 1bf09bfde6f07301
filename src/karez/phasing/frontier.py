"""Coverage against money: what every budget can reach at best, over every network on the candidate routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.errors import Infeasible
from karez.model.frontier import CoverageFrontier, Curve, Mark
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.plan import RunRecord
from karez.model.prices import Prices
from karez.model.radio import EITHER
from karez.model.route_graph import RouteGraph
from karez.model.words import NO_ROUTE, TECHNOLOGIES
from karez.solving import ANYWHERE, BEFORE, BEHIND, Graph, MenuFrontier, Menus, Rooms, menu_frontier
from karez.units import METRES_PER_KM, from_minor, to_minor

PARTS = 1000
"""Worth is counted in whole parts of a household-equivalent, so many each."""
MEASURES = {
    "homes": "Coverage of homes to standard",
    "benefit": "Benefit: weight × priority × quality of all projects",
}
FEWEST_LEVELS = 20
"""Least number of steps from nothing to everything; the step is the largest round sum that gives as many."""
CHART_POINTS = 600
PLACES_NAMED = 8
"""Places and areas that are named for a step."""
HOPS = (
    "Networks keep the rules of hops: room on every hop, masts paid once, no fibre behind one. The bound lets hops of "
    "the cheapest band carry any load and charges nothing for masts that lead to no ground, so that the band is wide "
    "where these bind."
)
CELLS = (
    "Networks sell no more than satellites can in any cell; the bound lets them sell any amount, so that the band is "
    "wide where cells are full."
)

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Posed:
    """The problem of one measure as arrays; picklable, so that measures can be worked on side by side.

    Parameters
    ----------
    measure : str
        What is measured.
    graph : DataFrame
        As in ``CoverageFrontier.graph``.
    offers : DataFrame
        As in ``CoverageFrontier.offers``.
    root : int
        Number of the super-root.
    sites : int
        Number of sites.
    cells : DataFrame
        As in ``CoverageFrontier.cells``.
    dearer : int64[edges]
        What edges cost where hops pay for their masts; for those that bounds rest on.
    """

    measure: str
    graph: pd.DataFrame
    offers: pd.DataFrame
    root: int
    sites: int
    cells: pd.DataFrame
    dearer: Longs

    @property
    def is_limited(self) -> bool:
        """Whether there are hops, or cells that could overflow."""
        return bool(len(self.cells)) or bool(self.graph["hop"].any())


def pose_frontier(inputs: Inputs, graph: RouteGraph, prices: Prices) -> tuple[Posed, ...]:
    """Put the candidate graph and the ways to serve every site into arrays, once for each measure.

    Raises
    ------
    Infeasible
        If no source is joined to a line.
    """
    joined = np.flatnonzero(graph.source_node >= 0)
    if not len(joined):
        raise Infeasible("No source is joined to a line: raise routing.lead_in_max_km or move the sources.")
    root = len(graph.nodes)
    sources = "source:" + inputs.sources["id"].astype(str).to_numpy(dtype=object)[joined]
    edges = pd.DataFrame(
        {
            "id": np.concatenate([graph.spans["id"].to_numpy(dtype=object), sources]),
            "start": np.concatenate([graph.spans["start"].to_numpy(), np.full(len(joined), root)]).astype(np.int32),
            "end": np.concatenate([graph.spans["end"].to_numpy(), graph.source_node[joined]]).astype(np.int32),
            "capex_minor": to_minor(np.concatenate([prices.span_capex, prices.source_capex[joined]])),
        }
    )
    edges, dearer = _with_hops(edges, graph)
    offers, cells = _offers(inputs, graph, prices), _cells(prices)
    return tuple(Posed(measure, edges, offers, root, len(inputs.sites), cells, dearer) for measure in MEASURES)


def _with_hops(edges: pd.DataFrame, graph: RouteGraph) -> tuple[pd.DataFrame, Longs]:
    """What radio spans are, beside the edges; and what edges cost where hops pay for their masts."""
    cost = edges["capex_minor"].to_numpy(np.int64)
    edges = edges.assign(pair=-1, child=EITHER, mbps=np.inf, hop=False, bound=True)
    if graph.radio is None:
        return edges, cost
    links = graph.radio.links
    row = links["span"].to_numpy(np.int64)
    for name, values in (
        ("pair", links["pair"]), ("child", links["child"]), ("mbps", links["mbps"]), ("hop", links["band"] != ""),
        ("bound", links["bound"]),
    ):  # fmt: skip
        edges.loc[row, name] = values.to_numpy()
    return edges, graph.radio.with_masts_shared(cost, graph.spans[["start", "end"]].to_numpy(np.int64))


def _cells(prices: Prices) -> pd.DataFrame:
    """Cells of satellite services that could overflow."""
    sharing = prices.sharing
    names, limits = ((), np.zeros(0)) if sharing is None else (sharing.cells, sharing.limit_mbps)
    return pd.DataFrame({"cell": np.array(names, dtype=object), "limit_mbps": limits})


def _offers(inputs: Inputs, graph: RouteGraph, prices: Prices) -> pd.DataFrame:
    options = prices.options
    site = options["site"].to_numpy(np.int64)
    fibre = options["technology"].isin(inputs.programme.networked).to_numpy()
    node = np.where(fibre, graph.site_node[site], -1)
    offered = ~fibre | (node >= 0)
    weight = prices.site_open_weight[site]
    home = inputs.sites["households"].notna().to_numpy()[site]
    homes = np.where(home & options["meets_standard"].to_numpy(np.bool_), weight, 0.0)
    benefit = prices.site_priority[site] * weight * options["quality"].to_numpy(np.float64)
    cell = np.full(len(options), -1, np.int32) if prices.sharing is None else prices.sharing.option_cell
    table = pd.DataFrame(
        {
            "site": site,
            "site_id": inputs.sites["id"].to_numpy(dtype=object)[site],
            "technology": options["technology"].to_numpy(dtype=object),
            "service": options["service"].to_numpy(dtype=object),
            "mbps": prices.site_mbps[site],
            "cell": cell,
            "node": node.astype(np.int32),
            "capex_minor": to_minor(options["capex_real"].to_numpy()),
            "homes": np.rint(homes * PARTS).astype(np.int64),
            "benefit": np.rint(benefit * PARTS).astype(np.int64),
        }
    )
    return table[offered].reset_index(drop=True)


def sweep(
    posed: Posed, steps: int = 40, seed: int = 0, *, progress: Callable[[float], None] | None = None
) -> MenuFrontier:
    """Work on one measure."""
    offers = posed.offers
    linked = (offers["node"] >= 0).to_numpy()
    node = np.full(posed.sites, -1, np.int32)
    node[offers["site"].to_numpy()[linked]] = offers["node"].to_numpy()[linked]
    menus = Menus(
        node=node,
        customer=offers["site"].to_numpy(np.int32),
        linked=linked,
        cost=offers["capex_minor"].to_numpy(np.int64),
        worth=offers[posed.measure].to_numpy(np.int64),
    )
    edges = posed.graph[posed.graph["bound"]]
    graph = Graph.from_edges(posed.root + 1, edges["start"], edges["end"], edges["capex_minor"])
    rooms = _rooms(posed) if posed.is_limited else None
    return menu_frontier(graph, menus, posed.root, steps=steps, seed=seed, rooms=rooms, progress=progress)


def _rooms(posed: Posed) -> Rooms:
    """What hops carry and cells sell."""
    edges, offers = posed.graph, posed.offers
    number = np.flatnonzero(edges["bound"].to_numpy(bool))
    by_hop, has_hops = (offers["technology"] == "microwave").to_numpy(), bool(edges["hop"].any())
    return Rooms(
        graph=Graph.from_edges(posed.root + 1, edges["start"], edges["end"], edges["capex_minor"]),
        number=number,
        pair=edges["pair"].to_numpy(np.int64),
        toward=edges["child"].to_numpy(np.int64),
        carries=edges["mbps"].to_numpy(np.float64),
        limited=edges["hop"].to_numpy(bool),
        where=np.where(by_hop, BEHIND, BEFORE if has_hops else ANYWHERE).astype(np.int8),
        need=offers["mbps"].to_numpy(np.float64),
        pool=offers["cell"].to_numpy(np.int32),
        left=posed.cells["limit_mbps"].to_numpy(np.float64),
        dearer=posed.dearer[number],
    )


def frontier_tables(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    posed: tuple[Posed, ...],
    answers: tuple[MenuFrontier, ...],
    record: RunRecord,
    plan: pd.DataFrame | None = None,
    plan_capex: float | None = None,
) -> CoverageFrontier:
    """Put what the sweeps found into tables.

    Parameters
    ----------
    inputs, graph, prices
        What it was found for.
    posed, answers : tuple
        One a measure.
    record : RunRecord
        To run it again.
    plan : DataFrame | None
        Sites of the programme's plan, ``id``, ``technology`` and ``service``, for the mark on the chart.
    plan_capex : float | None
        Capex of that plan.
    """
    steps = _levels(max(int(answer.cost[-1]) for answer in answers))
    level = np.append(steps, to_minor(prices.budget_real.sum()))
    curves, rows, following, designs, networks = [], [], [], [], []
    for one, found in zip(posed, answers, strict=True):
        binding = found.binding(np.concatenate([level, found.cost, found.cost[1:] - 1]))
        kept = [found.prices[number] for number in np.unique(binding[binding >= 0])]
        answer = replace(found, prices=tuple(kept))  # what is said is what is kept, and proven again from that
        curves.append(_curve(inputs, prices, one.measure, answer))
        taken = [_taken(answer, int(money)) for money in level]
        rows.append(_level_rows(inputs, graph, one, answer, level, taken, curves[-1]))
        following.append(_following(inputs, one, steps, taken[:-1]))
        for number, (offers, edges) in enumerate(taken):
            designs.append(pd.DataFrame({"measure": one.measure, "level": number, "offer": offers}))
            networks.append(pd.DataFrame({"measure": one.measure, "level": number, "edge": edges}))
    return CoverageFrontier(
        programme=inputs.programme,
        curves=tuple(curves),
        levels=pd.concat(rows, ignore_index=True),
        following=pd.concat(following, ignore_index=True),
        graph=posed[0].graph,
        offers=posed[0].offers,
        designs=pd.concat(designs, ignore_index=True),
        networks=pd.concat(networks, ignore_index=True),
        cells=posed[0].cells,
        mark=_mark(inputs, prices, posed[0].offers, curves, plan, plan_capex),
        record=record,
        notes=(*inputs.notes, *graph.notes, *_notes(inputs, posed, answers)),
    )


def _levels(full: int) -> Longs:
    """Round budgets from nothing to everything, in minor units; the last is no less than `full`.

    >>> (_levels(34_538_076_347_26)[[0, 1, -1]] // 100).tolist()
    [0, 1000000000, 35000000000]
    """
    rough = max(float(from_minor(full)) / FEWEST_LEVELS, 0.01)
    size = 10.0 ** np.floor(np.log10(rough))
    step = int(to_minor(max(size * factor for factor in (1.0, 2.0, 5.0) if size * factor <= rough * (1 + 1e-9))))
    return np.arange(0, -(-full // step) + 1, dtype=np.int64) * step


def _taken(answer: MenuFrontier, money: int) -> tuple[Longs, npt.NDArray[np.int32]]:
    """Offers taken and edges built at a level, as row numbers."""
    point = answer.point_at(money)
    offers = answer.offers(point)
    return offers[offers >= 0], answer.edges(point)


def _curve(inputs: Inputs, prices: Prices, measure: str, answer: MenuFrontier) -> Curve:
    whole, served = _extent(inputs, prices, measure)
    at = np.unique(np.linspace(0, len(answer.cost) - 1, CHART_POINTS).round().astype(np.int64))
    kept = answer.prices
    return Curve(
        measure=measure,
        label=MEASURES[measure],
        served=served,
        whole=whole,
        gap_points=float(answer.gap * answer.most / PARTS / whole) if whole > 0 else 0.0,
        staircase=pd.DataFrame(
            {
                "capex_real": from_minor(answer.cost[at]),
                "achieved": served + answer.worth[at] / PARTS,
                "bound": served + answer.bounds(answer.cost[at]) / PARTS,
            }
        ),
        multipliers=pd.DataFrame(
            {
                "number": np.arange(len(kept)),
                "prize": np.array([price.prize for price in kept], np.int64),
                "cost": np.array([price.cost for price in kept], np.int64),
                "bound": np.array([price.bound for price in kept], np.int64),
            }
        ),
        moats=pd.DataFrame(
            {
                "multiplier": np.repeat(np.arange(len(kept)), [len(price.case.node) for price in kept]),
                "node": np.concatenate([np.empty(0, np.int32), *(price.case.node for price in kept)]),
                "radius": np.concatenate([np.empty(0, np.int64), *(price.case.radius for price in kept)]),
            }
        ),
    )


def _extent(inputs: Inputs, prices: Prices, measure: str) -> tuple[float, float]:
    """All there is of a measure, and what of it is served already."""
    if measure == "homes":
        home = inputs.sites["households"].notna().to_numpy()
        whole, still_open = prices.site_weight[home].sum(), prices.site_open_weight[home].sum()
    else:
        whole = (prices.site_priority * prices.site_weight).sum()
        still_open = (prices.site_priority * prices.site_open_weight).sum()
    return float(whole), float(whole - still_open)


def _level_rows(
    inputs: Inputs,
    graph: RouteGraph,
    posed: Posed,
    answer: MenuFrontier,
    level: Longs,
    taken: list[tuple[Longs, npt.NDArray[np.int32]]],
    curve: Curve,
) -> pd.DataFrame:
    points = [answer.point_at(int(money)) for money in level]
    achieved = curve.served + answer.worth[points] / PARTS
    bound = curve.served + answer.bounds(level) / PARTS
    whole = curve.whole or 1.0
    home = inputs.sites["households"].notna().to_numpy()
    length = np.append(graph.spans["length_m"].to_numpy(), np.zeros(len(posed.graph) - len(graph.spans)))
    length[: len(graph.spans)][graph.spans["method"].isin(NO_ROUTE).to_numpy()] = 0.0
    offers = posed.offers
    technology, homes = offers["technology"].to_numpy(), offers["homes"].to_numpy()
    already = _share_served(inputs, home)
    weight = inputs.sites["households"].fillna(0.0).to_numpy().sum() or 1.0
    table = pd.DataFrame(
        {
            "measure": posed.measure,
            "step": np.append(np.ones(len(level) - 1, np.bool_), False),
            "capex_real": from_minor(level),
            "spent_real": from_minor(answer.cost[points]),
            "achieved": achieved,
            "bound": bound,
            "share": achieved / whole,
            "share_bound": bound / whole,
            "gap_points": 100.0 * (bound - achieved) / whole,
            "more": np.append(np.diff(achieved[:-1]), [np.nan, np.nan]),
            "more_at_most": np.append(bound[1:-1] - achieved[:-2], [np.nan, np.nan]),
            "homes_share": [(already + homes[rows].sum() / PARTS) / weight for rows, _ in taken],
            "route_km": [round(float(length[edges].sum()) / METRES_PER_KM, 3) for _, edges in taken],
        }
    )
    for word in (name for name in TECHNOLOGIES if (technology == name).any()):
        table[f"sites_{word}"] = [int((technology[rows] == word).sum()) for rows, _ in taken]
    return table


def _share_served(inputs: Inputs, home: npt.NDArray[np.bool_]) -> float:
    """Homes that are served already."""
    sites = inputs.sites
    served = sites["households"].to_numpy(np.float64) * sites["already_served"].to_numpy(np.float64)
    return float(served[home].sum())


def _following(
    inputs: Inputs, posed: Posed, level: Longs, taken: list[tuple[Longs, npt.NDArray[np.int32]]]
) -> pd.DataFrame:
    """What each step serves more than the level before, by project, area and place."""
    offers, sites = posed.offers, inputs.sites
    worth = np.zeros((len(level), posed.sites))
    homes = np.zeros((len(level), posed.sites))
    for number, (rows, _) in enumerate(taken):
        site = offers["site"].to_numpy()[rows]
        worth[number, site] = offers[posed.measure].to_numpy()[rows] / PARTS
        homes[number, site] = offers["homes"].to_numpy()[rows] / PARTS
    keys = {
        "project": (sites["project"], {project.id: project.name for project in inputs.programme.projects}, None),
        "area": (sites["area_id"], dict(zip(inputs.areas["id"], inputs.areas["name"], strict=True)), PLACES_NAMED),
        "place": (sites["place_id"], _place_names(inputs), PLACES_NAMED),
    }
    parts = [
        part
        for number in range(len(level) - 1)
        for kind, (key, names, most) in keys.items()
        for part in _gains(
            kind, key, names, most, worth[number + 1] - worth[number], homes[number + 1] - homes[number], level[number]
        )
    ]
    columns = ["capex_real", "kind", "id", "name", "gain", "homes"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    table.insert(0, "measure", posed.measure)
    return table


def _gains(
    kind: str, key: pd.Series, names: dict[str, str], most: int | None, gain: Floats, homes: Floats, money: int
) -> Iterator[pd.DataFrame]:
    """The largest gains of a step by one key, if there are any."""
    table = pd.DataFrame({"gain": gain, "homes": homes}).groupby(key.fillna("").to_numpy(), sort=True).sum()
    table = table[table["gain"] > 0].sort_values("gain", ascending=False, kind="stable")
    if most is not None:
        table = table.head(most)
    if len(table):
        table = table.reset_index(names="id")
        table.insert(0, "capex_real", float(from_minor(money)))
        table.insert(1, "kind", kind)
        table.insert(3, "name", [names.get(str(one), str(one)) for one in table["id"]])
        yield table


def _place_names(inputs: Inputs) -> dict[str, str]:
    """Name of each place: that of its row with most households, up to a colon."""
    sites = inputs.sites.assign(households=inputs.sites["households"].fillna(-1.0))
    first = sites.sort_values(["households", "id"], ascending=[False, True]).drop_duplicates("place_id")
    names = first["name"].astype(str).str.partition(": ")[0]
    return dict(zip(first["place_id"].astype(str), names, strict=True))


def _mark(
    inputs: Inputs,
    prices: Prices,
    offers: pd.DataFrame,
    curves: list[Curve],
    plan: pd.DataFrame | None,
    capex: float | None,
) -> Mark:
    """The programme's budget, and where its own plan stands."""
    budget, last = float(prices.budget_real.sum()), inputs.programme.agreement.calendar_years[-1]
    if plan is None:
        return Mark(budget, None, {}, last)
    chosen = plan[["id", "technology", "service"]].rename(columns={"id": "site_id"})
    served = chosen.merge(offers, on=["site_id", "technology", "service"], how="inner")
    reached = {curve.measure: curve.served + float(served[curve.measure].sum()) / PARTS for curve in curves}
    return Mark(budget, capex, reached, last)


def _notes(inputs: Inputs, posed: tuple[Posed, ...], answers: tuple[MenuFrontier, ...]) -> Iterator[Note]:
    text = (
        "Each level is a network of its own: one level's network is not always a part of the next one's. Money is "
        "capex at prices of {year}; years, upkeep, minimum shares and dates are left aside."
    )
    yield Note("frontier", text.format(year=inputs.programme.agreement.price_year))
    if posed[0].graph["hop"].any():
        yield Note("frontier", HOPS)
    if len(posed[0].cells):
        yield Note("frontier", CELLS, len(posed[0].cells))
    for one, answer in zip(posed, answers, strict=True):
        most = one.offers.groupby("site")[one.measure].max().sum()
        if int(answer.worth[-1]) < int(most):
            how = "no network that was found reaches" if one.is_limited else "no money reaches"
            text = f"{MEASURES[one.measure]}: {how} {(most - answer.worth[-1]) / PARTS:,.0f} of all that is offered."
            yield Note("frontier", text)
