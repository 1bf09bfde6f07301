"""Least gateways for a share of devices: who hears whom, what a gateway can take, and where they stand, with a bound.

A device is heard where what arrives of its power, less a margin, is above the sensitivity of some spreading factor; it
sends with the least that will do. A gateway takes as much time on air as lets no more than the stated share of messages
collide, all spreading factors counted as if they collided with each other: on the safe side. What it takes is counted
of the devices it serves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from karez.designing.access import candidate_network
from karez.designing.cells import as_points, cells_of, land_around_sites
from karez.designing.propagation import COARSE_M, Loss, cell_m, hata_open_db, path_loss
from karez.designing.siting_tables import siting_tables
from karez.errors import Infeasible
from karez.model.certificate import Certificate
from karez.model.inputs import Inputs
from karez.model.land import DeviceLand
from karez.model.lora import OVERHEAD_BYTES, SPREADING, most_load, sensitivity_dbm, time_on_air_ms
from karez.model.note import Note
from karez.model.plan import RunRecord
from karez.model.plant import PlantCost
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.model.things import CELL_COLUMNS, GATEWAY_COLUMNS, Things
from karez.model.things_rules import ThingsRules
from karez.model.upon import Upon
from karez.solving import Sited, Siting, Unservable, cost_to_join, site
from karez.units import MINOR_PER_UNIT, from_minor, to_minor

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

EARTH_KM = 6_371.0088
MS_PER_DAY = 86_400_000.0
MILLI = 1_000
"""Devices are counted in thousandths."""

CELLS_AT_MOST = 12_000
"""Above so many, cells are made larger, and a note says so."""

PARTS = 4
"""A cell takes no more than this part of a gateway; larger ones are several customers at one place."""


@dataclass(frozen=True)
class _Masts:
    """Places that a gateway may stand at: their first site, position, how and when it is joined, and at what cost."""

    row: Ints
    lon: Floats
    lat: Floats
    backhaul: Objects
    year: Floats
    join_capex: Floats
    join_present: Floats
    join_opex: Floats


@dataclass(frozen=True)
class _Links:
    """Who hears whom: cells and masts, and how."""

    cell: Ints
    mast: Ints
    km: Floats
    loss: Loss
    spreading: Ints


def design_things(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    gateway: PlantCost,
    satellite: PlantCost | None,
    record: RunRecord,
    *,
    land: DeviceLand | None = None,
    upon: Upon | None = None,
    seed: int = 0,
    progress: Callable[[float], None] = lambda _: None,
) -> Things:
    """Place the gateways.

    Parameters
    ----------
    inputs, graph, prices
        What was read, measured and priced.
    gateway, satellite : PlantCost, PlantCost | None
        What a gateway costs, and a satellite link to it; None if nothing says.
    record : RunRecord
        To make it again.
    land : DeviceLand | None
        Polygons with devices; None: discs around sites.
    upon : Upon | None
        What a plan builds and how it serves sites.
    seed : int
        Seed of the search.
    progress : callable
        Told the share of the work that is done.

    Raises
    ------
    Infeasible
        There are no devices or no masts, or too few devices can be covered.
    """
    rules = inputs.programme.things
    ground = land if land is not None else land_around_sites(inputs)
    cells, notes = _cells(rules, ground)
    masts = _masts(inputs, graph, prices, satellite, upon)
    airtime = {
        sf: rules.messages_per_day * time_on_air_ms(sf, rules.payload_bytes + OVERHEAD_BYTES) for sf in SPREADING
    }
    links = _links(inputs, rules, cells, masts, airtime)
    progress(0.3)
    room = most_load(rules.lost, rules.channels) * MS_PER_DAY
    split = np.maximum(1, np.ceil(cells["devices"].to_numpy() * airtime[_slowest(airtime, rules)] * PARTS / room))
    problem, of_cell, of_pair = _problem(rules, cells, masts, links, airtime, room, split.astype(np.int64), gateway)
    answer = _solve(rules, problem, seed, lambda share: progress(0.3 + 0.6 * share))
    table = _cell_table(cells, masts, links, problem, answer, of_cell, of_pair, split, inputs)
    heard = np.zeros(len(cells), np.bool_)
    heard[links.cell] = True
    progress(1.0)
    return Things(
        programme=inputs.programme,
        gateways=_gateways(inputs, masts, answer, table, airtime, room, gateway),
        cells=table,
        masts=_mast_table(inputs, masts, answer),
        certificate=_certificate(inputs, answer),
        coverable=float(cells["devices"].to_numpy()[heard].sum() / cells["devices"].sum()),
        derived=ground.rule,
        upon_plan=upon is not None,
        proof=_proof(rules, problem, answer, cells, masts, links, of_cell, of_pair, split, airtime, room),
        record=record,
        notes=(*notes, *_notes(inputs, ground, links, table, masts, upon)),
    )


def _cells(rules: ThingsRules, land: DeviceLand) -> tuple[pd.DataFrame, list[Note]]:
    side, notes = rules.cell_km, []
    cells = cells_of(land, side)
    while len(cells) > CELLS_AT_MOST:
        side *= max(1.1, np.sqrt(len(cells) / CELLS_AT_MOST))
        cells = cells_of(land, side)
    if side > rules.cell_km:
        text = f"The land is too large for cells of {rules.cell_km:g} km: cells of {side:.1f} km were taken."
        notes.append(Note("designing", text, len(cells)))
    if not len(cells) or cells["devices"].sum() * MILLI < 1:
        raise Infeasible("There are no devices: name things.devices, or things.land for categories of sites.")
    return cells, notes


def _masts(inputs: Inputs, graph: RouteGraph, prices: Prices, satellite: PlantCost | None, upon: Upon | None) -> _Masts:
    """Places of sites, each once; the best served site of each, and the cheapest way to join the others."""
    sites, wanted = inputs.sites, inputs.programme.things.masts
    technology = upon.technology if upon is not None else np.where(graph.site_node >= 0, "fibre", "unserved")
    rank = pd.Series(technology).map({"fibre": 0, "microwave": 1, "fixed_wireless": 2, "satellite": 3}).fillna(4)
    table = pd.DataFrame({"place": sites["place_id"].to_numpy(), "rank": rank.to_numpy(), "row": np.arange(len(sites))})
    if wanted:
        table = table[sites["category"].isin(wanted).to_numpy()]
    if not len(table):
        raise Infeasible("No site is there for a gateway to stand at: name other things.masts.")
    row = np.sort(table.sort_values(["rank", "row"]).drop_duplicates("place")["row"].to_numpy(np.int64))
    served = technology[row].astype(object)
    capex, present, opex = (np.zeros(len(row)) for _ in range(3))
    open_ = np.flatnonzero(served == "unserved")
    if len(open_):
        fibre = _fibre_joins(graph, prices, upon)[graph.site_node[row[open_]]]
        fibre[graph.site_node[row[open_]] < 0] = np.inf
        sky = satellite.present if satellite is not None else np.inf
        by_sky = (sky <= fibre) & np.isfinite(sky)
        known = np.isfinite(fibre) | by_sky
        served[open_] = np.where(by_sky, "new_satellite", np.where(known, "new_fibre", "unpriced"))
        present[open_] = np.where(by_sky, sky, np.where(known, fibre, 0.0))
        if satellite is not None:
            capex[open_[by_sky]], opex[open_[by_sky]] = satellite.capex, satellite.opex_per_year
    year = np.full(len(row), np.nan) if upon is None else upon.year[row]
    lon, lat = sites.geometry.x.to_numpy()[row], sites.geometry.y.to_numpy()[row]
    return _Masts(row, lon, lat, served, year, capex, present, opex)


def _fibre_joins(graph: RouteGraph, prices: Prices, upon: Upon | None) -> Floats:
    """Present cost of the spans that would join each node to what is built, or to the sources."""
    root, network = candidate_network(graph, prices)
    reached = np.zeros(network.n, np.bool_)
    reached[root] = True
    if upon is not None:
        spans = graph.spans[upon.built]
        reached[spans["start"].to_numpy()] = reached[spans["end"].to_numpy()] = True
    joins = cost_to_join(network, reached)
    return np.where(np.isfinite(joins), np.rint(joins) / MINOR_PER_UNIT, np.inf)


def _slowest(airtime: dict[int, float], rules: ThingsRules) -> int:
    """The greatest spreading factor with which a device may send as often as it is to."""
    return max(sf for sf in SPREADING if airtime[sf] <= rules.duty * MS_PER_DAY)


def _links(inputs: Inputs, rules: ThingsRules, cells: pd.DataFrame, masts: _Masts, airtime: dict[int, float]) -> _Links:
    """Every cell and mast that hear each other, with the least spreading factor that will do."""
    slowest = _slowest(airtime, rules)
    budget = rules.dbm + rules.gateway_gain_dbi - rules.margin_db
    most = budget - sensitivity_dbm(slowest, rules.noise_figure_db)
    km = np.linspace(0.1, rules.reach_km, 400)
    fair = hata_open_db(km, rules.mhz, rules.gateway_height_m, rules.device_height_m) <= most
    reach = float(km[fair].max(initial=0.1))
    here = _on_sphere(cells["lon"].to_numpy(), cells["lat"].to_numpy())
    there = cKDTree(_on_sphere(masts.lon, masts.lat))
    near = there.query_ball_point(here, reach)
    cell = np.repeat(np.arange(len(cells)), [len(some) for some in near])
    mast = np.concatenate([np.sort(np.array(some, np.int64)) for some in near]) if len(cell) else np.zeros(0, np.int64)
    distance = np.linalg.norm(here[cell] - there.data[mast], axis=1)
    ends = np.column_stack([masts.lon, masts.lat])[mast], cells[["lon", "lat"]].to_numpy()[cell]
    mountain = inputs.programme.routing.ground.mountain_relief_m
    loss = path_loss(rules, inputs.relief, mountain, *ends, distance)
    need = np.array([sensitivity_dbm(sf, rules.noise_figure_db) for sf in SPREADING])
    level = np.searchsorted(-need, -(budget - loss.db), side="left")
    spreading = np.array([*SPREADING, 99])[level]
    heard = spreading <= slowest
    kept = Loss(loss.db[heard], loss.terrain_db[heard], loss.assumed[heard], loss.over[heard])
    return _Links(cell[heard], mast[heard], distance[heard], kept, spreading[heard])


def _on_sphere(lon: Floats, lat: Floats) -> Floats:
    lam, phi = np.radians(lon), np.radians(lat)
    return EARTH_KM * np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def _problem(
    rules: ThingsRules, cells: pd.DataFrame, masts: _Masts, links: _Links, airtime: dict[int, float], room: float,
    split: Ints, gateway: PlantCost,
) -> tuple[Siting, Ints, Ints]:  # fmt: skip
    """The covering problem, the cell of every customer, and the link of every pair."""
    of_cell = np.repeat(np.arange(len(cells)), split)
    first = np.cumsum(split) - split
    many = split[links.cell]
    of_pair = np.repeat(np.arange(len(links.cell)), many)
    part = np.arange(len(of_pair)) - np.repeat(np.cumsum(many) - many, many)
    customer = first[links.cell[of_pair]] + part
    devices = cells["devices"].to_numpy()[of_cell] / split[of_cell]
    weight = np.rint(devices * MILLI).astype(np.int64)
    per_device = np.array([airtime[int(sf)] for sf in links.spreading])[of_pair] if len(of_pair) else np.zeros(0)
    use = np.rint(devices[customer] * per_device).astype(np.int64)
    cost = np.ones(len(masts.row), np.int64)
    if rules.least == "cost":
        cost = to_minor(gateway.present + masts.join_present)
    wanted = int(np.ceil(rules.share * weight.sum()))
    spare = int(weight.sum()) - wanted
    reached = np.zeros(len(of_cell), np.bool_)
    reached[customer] = True
    if weight[reached].sum() < wanted:
        most = weight[reached].sum() / weight.sum()
        raise Infeasible(
            f"All {len(masts.row):,} masts together hear {most:.1%} of the devices, less than the {rules.share:.1%} "
            "asked for: lower things.share, raise gateways, or name more things.masts."
        )
    problem = Siting.of(
        cost, len(of_cell), customer, links.mast[of_pair], use=use, capacity=np.full(len(cost), int(room)), leave=0,
        weight=weight, spare=spare,
    )  # fmt: skip
    order = np.lexsort([links.mast[of_pair], np.zeros(len(of_pair)), customer])
    return problem, of_cell, of_pair[order]


def _solve(rules: ThingsRules, problem: Siting, seed: int, progress: Callable[[float], None]) -> Sited:
    try:
        return site(
            problem, rounds=rules.rounds, cases=rules.cases, stop_gap=rules.stop_gap, seed=seed, progress=progress
        )
    except Unservable:
        raise Infeasible(
            "The masts hear enough devices, but no choice was found whose gateways can take their messages: lower "
            "things.messages_per_day or things.share, or name more things.masts."
        ) from None


def _cell_table(
    cells: pd.DataFrame, masts: _Masts, links: _Links, problem: Siting, answer: Sited, of_cell: Ints, of_pair: Ints,
    split: Ints, inputs: Inputs,
) -> gpd.GeoDataFrame:  # fmt: skip
    """What serves every cell; a cell that several gateways share has a row for each."""
    link = np.where(answer.pair >= 0, of_pair[np.maximum(answer.pair, 0)], -1) if len(of_pair) else answer.pair
    parts = pd.DataFrame({"cell": of_cell, "link": link, "count": 1}).groupby(["cell", "link"], as_index=False).sum()
    cell, link = parts["cell"].to_numpy(), parts["link"].to_numpy()
    held = link >= 0
    at = np.maximum(link, 0)

    def of(values: npt.NDArray[np.generic]) -> Floats:
        found = np.full(len(cell), np.nan)
        found[held] = values[at[held]]
        return found

    terrain = of(links.loss.terrain_db)
    assumed, over = (held & (of(flag.astype(float)) > 0) for flag in (links.loss.assumed, links.loss.over))
    names = np.full(len(cell), "", object)
    names[held] = inputs.sites["id"].to_numpy()[masts.row[links.mast[at[held]]]]
    ground = np.where(~held, "uncovered", np.where(assumed, "assumed", np.where(over, "over_terrain", "clear")))
    numbers = parts.groupby("cell").cumcount().to_numpy()
    frame = gpd.GeoDataFrame(
        {
            "id": [
                f"cell-{one}" if not part else f"cell-{one}-{part}" for one, part in zip(cell, numbers, strict=True)
            ],
            "land": cells["land"].to_numpy()[cell],
            "devices": cells["devices"].to_numpy()[cell] * parts["count"].to_numpy() / split[cell],
            "gateway": names,
            "spreading": np.where(held, of(links.spreading.astype(float)), 0).astype(np.int64),
            "distance_km": of(links.km),
            "loss_db": of(links.loss.db),
            "terrain_db": terrain,
            "ground": ground,
        },
        geometry=as_points(cells).to_numpy()[cell],
        crs="EPSG:4326",
    )
    return frame[[*CELL_COLUMNS, "geometry"]]


def _gateways(
    inputs: Inputs, masts: _Masts, answer: Sited, cells: gpd.GeoDataFrame, airtime: dict[int, float], room: float,
    gateway: PlantCost,
) -> gpd.GeoDataFrame:  # fmt: skip
    """What every gateway serves and costs."""
    opened = np.flatnonzero(answer.opened)
    at = inputs.sites.iloc[masts.row[opened]]
    served = cells[cells["ground"] != "uncovered"]
    taken = (served["devices"] * served["spreading"].map(airtime)).groupby(served["gateway"]).sum()
    devices = served.groupby("gateway")["devices"].sum().reindex(at["id"], fill_value=0.0).to_numpy()
    frame = gpd.GeoDataFrame(
        {
            "id": at["id"].to_numpy(),
            "name": at["name"].to_numpy(),
            "category": at["category"].to_numpy(),
            "area_id": at["area_id"].to_numpy(),
            "devices": devices,
            "messages_per_day": devices * inputs.programme.things.messages_per_day,
            "load": taken.reindex(at["id"], fill_value=0.0).to_numpy() / room,
            "furthest_km": served.groupby("gateway")["distance_km"].max().reindex(at["id"]).to_numpy(),
            "backhaul": masts.backhaul[opened],
            "year": pd.Series(masts.year[opened]).astype("Int64").array,
            "capex_real": np.round(gateway.capex + masts.join_capex[opened], 2),
            "opex_real_per_year": np.round(gateway.opex_per_year + masts.join_opex[opened], 2),
            "present_real": from_minor(to_minor(gateway.present + masts.join_present[opened])),
        },
        geometry=at.geometry.to_numpy(),
        crs=inputs.sites.crs,
    )
    return frame[[*GATEWAY_COLUMNS, "geometry"]]


def _mast_table(inputs: Inputs, masts: _Masts, answer: Sited) -> gpd.GeoDataFrame:
    at = inputs.sites.iloc[masts.row]
    return gpd.GeoDataFrame(
        {"id": at["id"].to_numpy(), "name": at["name"].to_numpy(), "opened": answer.opened},
        geometry=at.geometry.to_numpy(),
        crs=inputs.sites.crs,
    )


def _certificate(inputs: Inputs, answer: Sited) -> Certificate:
    agreement, rules = inputs.programme.agreement, inputs.programme.things
    unit = float(MINOR_PER_UNIT) if rules.least == "cost" else 1.0
    name = f"present cost of gateways, {agreement.currency} of {agreement.price_year}"
    return Certificate(
        name=name if rules.least == "cost" else "number of gateways",
        scope="things",
        sense="minimise",
        value=answer.value / unit,
        bound=answer.bound / unit,
        constant=0.0,
        proof="multipliers of cells, rounded to whole numbers, and cases on single masts; the folder proof holds them, "
        "and the bound is added up from them again",
        seconds=answer.seconds,
    )


def _proof(
    rules: ThingsRules, problem: Siting, answer: Sited, cells: pd.DataFrame, masts: _Masts, links: _Links,
    of_cell: Ints, of_pair: Ints, split: Ints, airtime: dict[int, float], room: float,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """The covering problem, and what its pairs are made from.

    ``links`` (cell, mast, km, terrain_db, assumed, loss_db, spreading), ``land`` (lon, lat, devices, parts), ``ends``
    (lon, lat of masts), ``parts`` (cell of each customer), ``joins`` (link of each pair), ``terms`` (of a link).
    """
    tables = siting_tables(problem, answer)
    tables["links"] = pd.DataFrame({
        "cell": links.cell, "mast": links.mast, "km": links.km, "terrain_db": links.loss.terrain_db,
        "assumed": links.loss.assumed, "loss_db": links.loss.db, "spreading": links.spreading,
    })  # fmt: skip
    tables["land"] = cells[["lon", "lat", "devices"]].assign(parts=split)
    tables["ends"] = pd.DataFrame({"lon": masts.lon, "lat": masts.lat})
    tables["parts"] = pd.DataFrame({"cell": of_cell})
    tables["joins"] = pd.DataFrame({"link": of_pair})
    tables["terms"] = pd.DataFrame([{
        "mhz": rules.mhz, "eirp_dbm": rules.dbm, "gain_dbi": rules.gateway_gain_dbi, "margin_db": rules.margin_db,
        "noise_figure_db": rules.noise_figure_db, "gateway_m": rules.gateway_height_m,
        "device_m": rules.device_height_m, "bytes": rules.payload_bytes + OVERHEAD_BYTES,
        "messages_per_day": rules.messages_per_day, "lost": rules.lost, "channels": rules.channels,
        "duty": rules.duty, "share": rules.share, "unit": MINOR_PER_UNIT if rules.least == "cost" else 1,
    }])  # fmt: skip
    return tables


def _notes(
    inputs: Inputs, land: DeviceLand, links: _Links, cells: gpd.GeoDataFrame, masts: _Masts, upon: Upon | None
) -> list[Note]:
    notes = []
    if land.rule:
        notes.append(Note("designing", f"The land is modelled, not mapped: {land.rule}."))
    assumed = int((cells["ground"] == "assumed").sum())
    if assumed:
        side = cell_m(inputs.relief)
        why = (
            "there is no elevation" if not np.isfinite(side)
            else f"cells of {side:,.0f} m show no profile (more than {COARSE_M:g} m)" if side > COARSE_M
            else "the elevation has gaps"
        )  # fmt: skip
        notes.append(Note("designing", f"{assumed:,} cells are covered as assumed, without a profile: {why}.", assumed))
    unpriced = int((masts.backhaul == "unpriced").sum())
    if unpriced:
        text = f"{unpriced:,} masts have no priced back-haul: no route, and nothing says what satellite costs."
        notes.append(Note("designing", text, unpriced))
    if upon is None:
        text = "Every place with a route was taken to be in service; with --upon RUN places are as a plan serves them."
        notes.append(Note("designing", text))
    return notes
