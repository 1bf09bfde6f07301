"""Where computing goes: so many centres at the least round trip, or as many as cost least, with a bound.

A p-median (Hakimi 1964) or a fixed-charge location on what signals take along the routes. Sites that enter the network
at one node in one way are one customer, unless centres have limits; a site then goes to one centre whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.designing.round_trips import Bools, Floats, Ints, Ways, delays, entries, lengths, ways_over
from karez.designing.siting_tables import siting_tables
from karez.errors import Infeasible
from karez.model.certificate import Certificate
from karez.model.computing import CENTRE_COLUMNS, SITE_COLUMNS, CentrePrice, Computing
from karez.model.computing_rules import USUAL_CANDIDATES, ComputingRules
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.plan import RunRecord
from karez.model.programme import Programme
from karez.model.route_graph import RouteGraph
from karez.model.upon import Upon
from karez.solving import Sited, Siting, Unservable, cover_share, median, site
from karez.units import MINOR_PER_UNIT, to_minor

KBPS = 1_000
"""Traffic and capacities are counted in kbit/s."""

US_PER_MS = 1_000.0
HOURS = 8_760.0
CURVE_BEYOND = 3
"""The curve goes so many centres beyond those asked for."""
CURVE_ROUNDS, CURVE_CASES = 200, 20

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class _Customers:
    """Sites that go together: their rows, where they enter, what their access takes, their traffic and limit."""

    of_site: Ints
    node: Ints
    access_ms: Floats
    mbps: Floats
    limit_ms: Floats


@dataclass(frozen=True)
class _Posed:
    """Pairs of customers and candidates, by round trip."""

    customer: Ints
    place: Ints
    round_trip_ms: Floats


def candidate_categories(programme: Programme) -> tuple[str, ...]:
    """Categories of sites at which a centre may stand; none: all."""
    if programme.computing.candidates:
        return programme.computing.candidates
    usual = [name for name in USUAL_CANDIDATES if name in programme.categories]
    return tuple(usual[:1])


def design_computing(
    inputs: Inputs,
    graph: RouteGraph,
    mbps: Floats,
    price: CentrePrice,
    record: RunRecord,
    *,
    upon: Upon | None = None,
    seed: int = 0,
    progress: Callable[[float], None] = lambda _: None,
) -> Computing:
    """Place the centres.

    Parameters
    ----------
    inputs, graph
        What was read and measured.
    mbps : float64[sites]
        Busy-hour traffic of every site.
    price : CentrePrice
        What a centre costs.
    record : RunRecord
        To make it again.
    upon : Upon | None
        What a plan builds and how it serves sites; None: every candidate may be travelled, and a site is served by
        fibre where a route reaches it, else by satellite where that is there.
    seed : int
        Seed of the search.
    progress : callable
        Told the share of the work that is done.

    Raises
    ------
    Infeasible
        There is no candidate on the network, a site brings more than a centre carries, or no choice of centres keeps
        limits and capacities.
    """
    rules = inputs.programme.computing
    ways = ways_over(graph, rules, None if upon is None else upon.built)
    served_by = _by_routes(inputs, graph) if upon is None else upon.technology
    rows = _rows_served(inputs)
    places, names = _candidates(inputs, graph, ways)
    entry = entries(inputs.sites, served_by, graph, ways)
    one_way = delays(ways, places, lambda share: progress(0.3 * share))
    mine = rows[(entry[rows] >= 0) & (served_by[rows] != "unserved")]
    access = _access(inputs, served_by, upon)
    customers = _customers(inputs, rules, mine, entry, access, mbps)
    posed = _pose(rules, customers, one_way)
    there = np.zeros(len(customers.node), np.bool_)
    there[posed.customer] = True
    problem, keep = _problem(rules, customers, posed, there, len(places), price)
    answer = _solve(rules, problem, seed, lambda share: progress(0.3 + 0.5 * share))
    found = np.full(len(customers.node), -1, np.int32)
    found[keep] = answer.place
    site_place = np.full(len(inputs.sites), -1, np.int32)
    site_place[mine] = found[customers.of_site]
    reach = np.full(len(inputs.sites), "unreached", object)
    reach[served_by == "unserved"] = "unserved"
    reach[mine] = np.where(
        found[customers.of_site] >= 0,
        "served",
        np.where(np.isfinite(one_way[:, customers.node].min(axis=0))[customers.of_site], "beyond_limit", "unreached"),
    )
    sites = _sites(inputs, ways, rows, served_by, mbps, entry, site_place, places, one_way, reach, names, access)
    curve = _curve(rules, customers, posed, keep, len(places), answer, seed)
    progress(1.0)
    return Computing(
        programme=inputs.programme,
        variant="median" if rules.centres else "fixed_charge",
        centres=_centres(inputs, graph, price, names, places, answer, sites),
        sites=sites,
        candidates=_candidate_table(inputs, graph, names, places, answer),
        curve=curve,
        certificate=_certificate(inputs.programme, answer, problem, customers, keep, price),
        upon_plan=upon is not None,
        proof=_proof(
            ways, problem, answer, customers, keep, places, rows, entry, site_place, inputs, graph, rules, price
        ),
        record=record,
        notes=_notes(sites, upon_plan=upon is not None),
    )


def _by_routes(inputs: Inputs, graph: RouteGraph) -> Objects:
    """Technology of every site where there is no plan: fibre where a route reaches it, else satellite if there."""
    programme = inputs.programme
    other = "satellite" if programme.satellites or "satellite" in programme.technologies else "unserved"
    return np.where(graph.site_node >= 0, "fibre", other).astype(object)


def _access(inputs: Inputs, technology: Objects, upon: Upon | None) -> Floats:
    """Round trip of what joins every site: fibre's equipment, or what its technology has of itself, in ms."""
    programme = inputs.programme
    given = {str(name): about.latency_ms for name, about in programme.technologies.items()}
    if programme.satellites:
        given["satellite"] = min(service.latency_ms for service in programme.satellites.values())
    given["fibre"] = programme.computing.access_ms
    access = np.array([given.get(str(one), 0.0) for one in technology])
    if upon is None:
        return access
    told = np.isfinite(upon.latency_ms) & (technology != "fibre")
    return np.where(told, upon.latency_ms, access)


def _rows_served(inputs: Inputs) -> npt.NDArray[np.int64]:
    served = inputs.programme.computing.served
    if not served:
        return np.arange(len(inputs.sites))
    return np.flatnonzero(inputs.sites["category"].isin(served))


def _candidates(inputs: Inputs, graph: RouteGraph, ways: Ways) -> tuple[Ints, npt.NDArray[np.int64]]:
    """Nodes at which a centre may stand, each once, and the first site there."""
    categories = candidate_categories(inputs.programme)
    wanted = inputs.sites["category"].isin(categories).to_numpy() if categories else np.ones(len(inputs.sites), bool)
    rows = np.flatnonzero(wanted & (graph.site_node >= 0))
    rows = rows[ways.usable[graph.site_node[rows]]]
    nodes, first = np.unique(graph.site_node[rows], return_index=True)
    if not len(nodes):
        named = ", ".join(categories) or "any category"
        raise Infeasible(f"No site of {named} lies on the network: name other computing.candidates.")
    return nodes.astype(np.int32), rows[first]


def _customers(
    inputs: Inputs,
    rules: ComputingRules,
    rows: npt.NDArray[np.int64],
    entry: Ints,
    access: Floats,
    mbps: Floats,
) -> _Customers:
    """Sites that enter alike are one customer, unless centres have limits."""
    sites = inputs.sites.iloc[rows]
    limit = sites["category"].map(dict(rules.limits_ms)).to_numpy(np.float64)
    table = pd.DataFrame({"node": entry[rows], "access": access[rows], "limit": np.nan_to_num(limit, nan=np.inf)})
    if rules.capacity_mbps is not None:
        table["row"] = rows
    groups = table.groupby(list(table.columns), sort=True)
    number = groups.ngroup().to_numpy(np.int32)
    first = np.unique(number, return_index=True)[1]
    return _Customers(
        of_site=np.asarray(number, np.int32),
        node=table["node"].to_numpy(np.int32)[first],
        access_ms=access[rows][first],
        mbps=np.asarray(np.bincount(number, mbps[rows], minlength=len(first)), np.float64),
        limit_ms=table["limit"].to_numpy()[first],
    )


def _pose(rules: ComputingRules, customers: _Customers, one_way_us: Floats) -> _Posed:
    """Every pair that has a way within the customer's limit."""
    trip = 2.0 * one_way_us[:, customers.node].T / US_PER_MS + customers.access_ms[:, None]
    who, where = np.nonzero(np.isfinite(trip) & (trip <= customers.limit_ms[:, None]))
    return _Posed(who.astype(np.int32), where.astype(np.int32), trip[who, where])


def _problem(
    rules: ComputingRules, customers: _Customers, posed: _Posed, there: Bools, places: int, price: CentrePrice
) -> tuple[Siting, npt.NDArray[np.int64]]:
    """The siting problem of the customers that have a candidate, and which they are."""
    keep = np.flatnonzero(there)
    if not len(keep):
        raise Infeasible("No site has a way to a candidate within its limit: raise computing.limits_ms.")
    number = np.cumsum(there) - 1
    mbps = customers.mbps
    capacity = None
    use = np.rint(mbps[posed.customer] * KBPS).astype(np.int64)
    if rules.capacity_mbps is not None:
        capacity = np.full(places, int(rules.capacity_mbps * KBPS))
        if use.max(initial=0) > capacity[0]:
            most = use.max() / KBPS
            raise Infeasible(
                f"One site brings {most:,.0f} Mbit/s, more than a centre carries: raise computing.capacity_mbps."
            )
    weighted = posed.round_trip_ms * mbps[posed.customer]
    if rules.centres:
        # Whole Mbit/s · µs; sites without traffic count as one kbit/s, so that they too go to the nearest.
        cost = np.rint(np.maximum(weighted, posed.round_trip_ms / KBPS) * US_PER_MS).astype(np.int64)
        return Siting.of(
            [0] * places, len(keep), number[posed.customer], posed.place, cost=cost,
            use=use if capacity is not None else 0, capacity=capacity, charge=1, budget=min(rules.centres, places),
        ), keep  # fmt: skip
    fixed = np.full(places, int(to_minor(price.present)))
    cost = to_minor(weighted * price.delay_present)
    return Siting.of(
        fixed, len(keep), number[posed.customer], posed.place, cost=cost, use=use if capacity is not None else 0,
        capacity=capacity,
    ), keep  # fmt: skip


def _solve(rules: ComputingRules, problem: Siting, seed: int, progress: Callable[[float], None]) -> Sited:
    try:
        return site(
            problem, rounds=rules.rounds, cases=rules.cases, stop_gap=rules.stop_gap, seed=seed, progress=progress
        )
    except Unservable:
        raise Infeasible(_why_not(rules, problem, seed)) from None


def _why_not(rules: ComputingRules, problem: Siting, seed: int) -> str:
    """What would help where no choice was found: how many centres limits and capacities need at least."""
    try:
        fewest = cover_share(
            np.ones(problem.places), np.ones(problem.customers), problem.customer, problem.place, problem.customers,
            use=problem.use, capacity=problem.capacity, rounds=rules.rounds, cases=rules.cases, seed=seed,
        )  # fmt: skip
    except Unservable:
        return (
            "No choice of candidates was found that carries all traffic within limits: raise computing.capacity_mbps "
            "or computing.limits_ms, or name more candidates."
        )
    return (
        f"At most {problem.budget} centres are asked for; limits and capacities need {fewest.value} of these "
        f"candidates, and it is proven that fewer than {fewest.bound} never do: raise computing.centres."
    )


def _curve(
    rules: ComputingRules, customers: _Customers, posed: _Posed, keep: npt.NDArray[np.int64], places: int,
    answer: Sited, seed: int,
) -> pd.DataFrame:  # fmt: skip
    """What one centre more or less would do, where they have no limits."""
    columns = ["centres", "mean_ms", "bound_ms"]
    if not rules.centres or rules.capacity_mbps is not None:
        return pd.DataFrame(columns=columns)
    number = np.full(len(customers.node), -1, np.int64)
    number[keep] = np.arange(len(keep))
    mbps = np.maximum(customers.mbps, 1.0 / KBPS)
    cost = np.rint(posed.round_trip_ms * mbps[posed.customer] * US_PER_MS).astype(np.int64)
    total = float(mbps[keep].sum()) * US_PER_MS
    rows = []
    for count in range(1, min(rules.centres + CURVE_BEYOND, places) + 1):
        found = answer
        if count != rules.centres:
            try:
                found = median(
                    places, len(keep), number[posed.customer], posed.place, cost, count,
                    rounds=CURVE_ROUNDS, cases=CURVE_CASES, seed=seed,
                )  # fmt: skip
            except Unservable:
                continue
        rows.append((count, found.value / total, found.bound / total))
    return pd.DataFrame(rows, columns=columns)


def _sites(
    inputs: Inputs, ways: Ways, rows: npt.NDArray[np.int64], technology: Objects, mbps: Floats, entry: Ints,
    site_place: Ints, places: Ints, one_way: Floats, state: Objects, names: npt.NDArray[np.int64], access: Floats,
) -> gpd.GeoDataFrame:  # fmt: skip
    """What every site sees."""
    sites, programme = inputs.sites, inputs.programme
    rules = programme.computing
    km, hops = np.full(len(sites), np.nan), np.full(len(sites), np.nan)
    trip = np.full(len(sites), np.nan)
    for place in np.unique(site_place[site_place >= 0]):
        mine = np.flatnonzero(site_place == place)
        far, passed = lengths(ways, int(places[place]))
        km[mine], hops[mine] = far[entry[mine]], passed[entry[mine]]
        trip[mine] = 2.0 * one_way[place, entry[mine]] / US_PER_MS + access[mine]
    standard = sites["project"].map({one.id: one.standard.latency_ms for one in programme.projects}).to_numpy(float)
    centre = np.full(len(sites), "", object)
    held = site_place >= 0
    centre[held] = sites["id"].to_numpy()[names[site_place[held]]]
    frame = gpd.GeoDataFrame(
        {
            "id": sites["id"].to_numpy(),
            "name": sites["name"].to_numpy(),
            "category": sites["category"].to_numpy(),
            "project": sites["project"].to_numpy(),
            "area_id": sites["area_id"].to_numpy(),
            "technology": technology.astype(str),
            "mbps": mbps,
            "centre": centre,
            "way_km": km,
            "hops": hops,
            "round_trip_ms": trip,
            "standard_ms": standard,
            "limit_ms": sites["category"].map(dict(rules.limits_ms)).to_numpy(np.float64),
            "meets_standard": held & (trip <= standard),
            "state": state,
        },
        geometry=sites.geometry.to_numpy(),
        crs=sites.crs,
    )
    return frame.iloc[rows].reset_index(drop=True)[[*SITE_COLUMNS, "geometry"]]


def _centres(
    inputs: Inputs, graph: RouteGraph, price: CentrePrice, names: npt.NDArray[np.int64], places: Ints, answer: Sited,
    sites: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:  # fmt: skip
    """What every centre serves, draws and costs."""
    rules = inputs.programme.computing
    opened = np.flatnonzero(answer.opened)
    at = inputs.sites.iloc[names[opened]]
    groups = sites[sites["state"] == "served"].groupby("centre")
    mbps = groups["mbps"].sum().reindex(at["id"], fill_value=0.0).to_numpy()
    weighted = (sites["mbps"] * sites["round_trip_ms"]).groupby(sites["centre"]).sum().reindex(at["id"]).to_numpy()
    kw = rules.overhead * (rules.centre_kw + rules.kw_per_gbps * mbps / 1e3)
    frame = gpd.GeoDataFrame(
        {
            "id": at["id"].to_numpy(),
            "name": at["name"].to_numpy(),
            "category": at["category"].to_numpy(),
            "area_id": at["area_id"].to_numpy(),
            "node_id": graph.nodes["id"].to_numpy()[places[opened]],
            "sites": groups.size().reindex(at["id"], fill_value=0).to_numpy(np.int64),
            "mbps": mbps,
            "capacity_mbps": np.full(len(opened), rules.capacity_mbps if rules.capacity_mbps is not None else np.nan),
            "mean_ms": np.divide(weighted, mbps, out=np.full(len(opened), np.nan), where=mbps > 0),
            "worst_ms": groups["round_trip_ms"].max().reindex(at["id"]).to_numpy(np.float64),
            "kw": kw,
            "mwh_per_year": kw * HOURS / 1e3,
            "capex_real": np.round(price.capex + mbps * price.capex_per_mbps, 2),
            "opex_real_per_year": np.round(price.opex + mbps * price.opex_per_mbps, 2),
            "present_real": np.round(price.present + mbps * price.present_per_mbps, 2),
        },
        geometry=graph.nodes.geometry.to_numpy()[places[opened]],
        crs=graph.nodes.crs,
    )
    return frame[[*CENTRE_COLUMNS, "geometry"]]


def _candidate_table(
    inputs: Inputs, graph: RouteGraph, names: npt.NDArray[np.int64], places: Ints, answer: Sited
) -> gpd.GeoDataFrame:
    at = inputs.sites.iloc[names]
    return gpd.GeoDataFrame(
        {
            "id": at["id"].to_numpy(),
            "name": at["name"].to_numpy(),
            "node_id": graph.nodes["id"].to_numpy()[places],
            "opened": answer.opened,
        },
        geometry=graph.nodes.geometry.to_numpy()[places],
        crs=graph.nodes.crs,
    )


def _certificate(
    programme: Programme, answer: Sited, problem: Siting, customers: _Customers, keep: npt.NDArray[np.int64],
    price: CentrePrice,
) -> Certificate:  # fmt: skip
    rules, agreement = programme.computing, programme.agreement
    proof = (
        "multipliers of customers, rounded to whole numbers, and cases on single candidates; the folder proof holds "
        "them, and the bound is added up from them again"
    )
    if rules.centres:
        unit = US_PER_MS
        name, constant = f"traffic times round trip of at most {problem.budget} centres, Mbit/s · ms", 0.0
    else:
        unit = float(MINOR_PER_UNIT)
        name = f"present cost of centres and delay, {agreement.currency} of {agreement.price_year}"
        constant = round(float(customers.mbps[keep].sum()) * price.present_per_mbps, 2)
    return Certificate(
        name=name,
        scope="computing",
        sense="minimise",
        value=answer.value / unit,
        bound=answer.bound / unit,
        constant=constant,
        proof=proof,
        seconds=answer.seconds,
    )


def _proof(
    ways: Ways, problem: Siting, answer: Sited, customers: _Customers, keep: npt.NDArray[np.int64], places: Ints,
    rows: npt.NDArray[np.int64], entry: Ints, site_place: Ints, inputs: Inputs, graph: RouteGraph,
    rules: ComputingRules, price: CentrePrice,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """The siting problem, and what its pairs are made from.

    ``graph`` (tail, head, km, hops), ``ends`` (node of each candidate), ``landing`` (nodes of sources), ``entering``
    (customer: node, number of nodes for space; access_ms, mbps, limit_ms), ``terms`` (nodes, fibre_us_per_km, hop_us,
    delay_present: −1 for a median, unit: what value and bound are counted in), ``seen`` (site: id, node, place).
    """
    tables = siting_tables(problem, answer)
    network = ways.network
    tables["graph"] = pd.DataFrame({"tail": network.tail, "head": network.head, "km": ways.km, "hops": ways.hops})
    tables["ends"] = pd.DataFrame({"node": places})
    tables["landing"] = pd.DataFrame({"node": ways.landing})
    tables["entering"] = pd.DataFrame(
        {"node": customers.node[keep], "access_ms": customers.access_ms[keep], "mbps": customers.mbps[keep],
         "limit_ms": customers.limit_ms[keep]}
    )  # fmt: skip
    tables["terms"] = pd.DataFrame([{
        "nodes": network.n, "fibre_us_per_km": rules.fibre_us_per_km, "hop_us": rules.hop_us,
        "delay_present": -1.0 if rules.centres else price.delay_present,
        "unit": US_PER_MS if rules.centres else float(MINOR_PER_UNIT),
    }])  # fmt: skip
    tables["seen"] = pd.DataFrame(
        {"id": inputs.sites["id"].to_numpy()[rows], "node": entry[rows], "place": site_place[rows]}
    )
    return tables


def _notes(sites: gpd.GeoDataFrame, *, upon_plan: bool) -> tuple[Note, ...]:
    notes = []
    for state, text in (
        ("unreached", "sites have no way to any candidate"),
        ("beyond_limit", "sites have no candidate within computing.limits_ms"),
        ("unserved", "sites are not served, by the plan or by any route or satellite"),
    ):
        ids = sites.loc[sites["state"] == state, "id"]
        if len(ids):
            notes.append(Note("designing", f"{len(ids):,} {text}.", len(ids), tuple(ids)))
    if not upon_plan:
        text = "Every candidate route was taken to be built; with --upon RUN the ways are those of a plan."
        notes.append(Note("designing", text))
    return tuple(notes)
