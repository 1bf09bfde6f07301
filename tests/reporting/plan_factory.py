"""Fabricates a consistent plan without any planning: places in the plane, a spanning tree, made-up years."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree
from scipy.spatial.distance import cdist

from karez.model.appraisal import Appraisal
from karez.model.attributes import PLAN_TABLES
from karez.model.certificate import Certificate
from karez.model.note import Note
from karez.model.plan import Plan, Proof, RunRecord
from karez.model.programme import Programme

YEARS = (2026, 2027, 2028)
INFLATION = 0.02
PRICE_YEAR = 2025
BUDGET = (100e6, 60e6, 40e6)
TAKE_UP = 0.7
CONNECTION = 500_000.0

ITEMS = {  # item: unit, low, rate, high, currency, base unit, converted rate, source, confidence, life, opex
    "connect_home": ("each", 300, 415, 600, "USD", "each", 2946.5, "World Bank 2019, table 3", "high", 20, 0.02),
    "pass_rural": ("m", 6, 10, 14, "USD", "m", 71.0, "World Bank 2019, table 2", "medium", 25, 0.01),
    "route_mountain": ("km", 15_000, 20_000, 30_000, "USD", "m", 142.0, "ITU 2020", "medium", 25, 0.01),
    "route_plain": ("km", 8_000, 10_000, 14_000, "USD", "m", 71.0, "ITU 2020", "medium", 25, 0.01),
    "satellite_terminal": ("each", 400, 600, 900, "USD", "each", 4260.0, "", "assumption", 5, 0.1),
    "school_terminal": ("each", 8e3, 1e4, 1.5e4, "CNY", "each", 10_000.0, "Tender 2021", "medium", 10, 0.05),
}
ATTRIBUTIONS = """# Sources

Roads: [OpenStreetMap](https://www.openstreetmap.org/copyright), **ODbL**. ![pixel](https://tracker.example/p.png)

- Places: made up <script>alert(3)</script>
"""
PROJECTS = ("livelihood", "safety", "gateways")


def programme(name: str, region: str) -> Programme:
    """Settings of a three-year programme with three projects."""
    local = {
        "fibre": [{"item": "pass_rural", "per": "household", "quantity": 25.0}],
        "satellite": [{"item": "satellite_terminal", "per": "connected_household"}],
    }
    return Programme.model_validate(
        {
            "format": 1,
            "agreement": {
                "name": name,
                "region": region,
                "parties": ["Ministry of Roads & Light", "Example Operator"],
                "terms": "Three years, 200 million CNY, three projects.",
                "currency": "CNY",
                "price_year": PRICE_YEAR,
                "first_year": YEARS[0],
                "years": len(YEARS),
                "budget": list(BUDGET),
            },
            "rates": {"exchange": {"USD": 7.1}},
            "layers": {
                "sites": "project.gpkg:sites",
                "routes": [{"source": "project.gpkg:roads"}],
                "sources": "project.gpkg:sources",
                "areas": "project.gpkg:areas",
            },
            "routing": {"rates": {"buried": {"plain": "route_plain", "mountain": "route_mountain"}}},
            "technologies": {
                "fibre": {"mbps": 1000, "latency_ms": 5},
                "satellite": {"mbps": 50, "latency_ms": 45},
            },
            "categories": {
                "home": {"name": "Homes", "costs": local},
                "school": {"name": "Schools", "household_equivalents": 50, "costs": local},
                "gateway": {"name": "Border gateways", "household_equivalents": 500, "costs": local},
            },
            "projects": [
                _project("livelihood", "Livelihood", 0.8),
                _project("safety", "Safety & <rescue>", 0.5),
                _project("gateways", "Gateways", 1.0),
            ],
            "notes": ["Lines follow roads; <b>they are schematic</b>."],
        }
    )


def _project(project: str, name: str, target: float) -> dict[str, Any]:
    return {
        "id": project,
        "name": name,
        "standard": {"mbps": 100, "latency_ms": 50},
        "minimum_share": 0.05,
        "targets": [{"year": YEARS[-1], "coverage": target}],
    }


def catalogue() -> pd.DataFrame:
    """The converted catalogue."""
    columns = "unit low rate high currency base_unit rate_real source confidence life_years opex_share_per_year"
    table = pd.DataFrame.from_dict(ITEMS, orient="index", columns=columns.split())
    table.index.name = "item"
    table["price_year"] = 2020
    table["low_real"] = table["rate_real"] * table["low"] / table["rate"]
    table["high_real"] = table["rate_real"] * table["high"] / table["rate"]
    return table


def places(count: int, seed: int, west: float, south: float, width: float, height: float) -> pd.DataFrame:
    """Places with households; the first is the capital and the source."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "lon": west + width * random.random(count),
            "lat": south + height * random.random(count),
            "households": np.rint(40 + 6000 * random.random(count) ** 6),
        }
    )
    table.loc[0, "households"] = 9000
    table["name"] = [f"Place {number:03d}" for number in range(count)]
    table["area"] = ((table["lon"] - west) / width * 2.999).astype(int)
    return table


def _edges(table: pd.DataFrame) -> list[tuple[int, int]]:
    """Minimum spanning tree from place 0, parents first."""
    tree = minimum_spanning_tree(cdist(table[["lon", "lat"]], table[["lon", "lat"]]))
    order, parent = breadth_first_order(tree, 0, directed=False)
    return [(int(parent[node]), int(node)) for node in order[1:]]


def _site_lines(category: str, technology: str, households: float) -> dict[str, float]:
    """Quantity by catalogue item of one site."""
    if technology == "unserved":
        return {}
    if technology == "satellite":
        return {"satellite_terminal": max(1.0, round(households * TAKE_UP))}
    if category == "home":
        return {"pass_rural": 25.0 * households, "connect_home": households * TAKE_UP}
    return {"school_terminal": 1.0}


def _sites(
    table: pd.DataFrame, year_of: np.ndarray, rates: pd.Series
) -> tuple[gpd.GeoDataFrame, list[tuple[Any, ...]]]:
    rows, bill = [], []
    last = len(table) - 1
    for number, place in enumerate(table.itertuples()):
        for project, category in zip(PROJECTS, ("home", "school", "gateway"), strict=True):
            if category == "gateway" and number % 7 != 2:
                continue
            satellite = number % 5 == 4 and category != "gateway"
            unserved = number == last
            technology = "unserved" if unserved else "satellite" if satellite else "fibre"
            home = category == "home"
            households = float(place.households) if home else float("nan")
            year = 0 if unserved else YEARS[number % 3] if satellite else int(year_of[number])
            lines = _site_lines(category, technology, households if home else 1.0)
            capex = {item: round(quantity * rates[item], 2) for item, quantity in lines.items()}
            total = round(sum(capex.values()), 2)
            rows.append(
                {
                    "id": f"{category}-{number:03d}",
                    "place_id": f"place-{number:03d}",
                    "name": place.name,
                    "category": category,
                    "area_id": f"area-{place.area}",
                    "project": project,
                    "households": households,
                    "weight": households if home else 50.0 if category == "school" else 500.0,
                    "technology": technology,
                    "designed_technology": "fibre" if unserved else technology,
                    "priority": 1.0,
                    "tranche": 1,
                    "year": year,
                    "reason": "over budget in every year"
                    if unserved
                    else f"cheaper than the next best by {number + 1} CNY",
                    "meets_standard": technology == "fibre",
                    "mbps": {"fibre": 1000.0, "satellite": 50.0}.get(technology, np.nan),
                    "latency_ms": {"fibre": 5.0, "satellite": 45.0}.get(technology, np.nan),
                    "route_km": 40.0 + number if technology == "fibre" else np.nan,
                    "round_trip_ms": {"fibre": 5.5, "satellite": 45.0}.get(technology, np.nan),
                    "standard_mbps": 100.0,
                    "standard_latency_ms": 50.0,
                    "chosen_present_real": np.nan if unserved else round(1.2 * total, 2),
                    "next_best": "" if category == "gateway" else "fibre" if satellite or unserved else "satellite",
                    "next_best_present_real": np.nan if category == "gateway" else round(1.5 * total, 2),
                    "capex_real": total,
                    "opex_real_per_year": round(0.02 * total, 2),
                    "pv_cost_real": round(1.2 * total, 2),
                    "local_cost": "density model",
                    "already_served": 0.0,
                    "demand_mbps": 2.0,
                    "service": "",
                    "cell": "",
                    "units": 1.0,
                    "power": "grid",
                    "supply_watts": 0.0,
                    "supply_capex_real": 0.0,
                    "node_id": f"node-{number:03d}" if technology == "fibre" else "",
                    "derived": not home,
                    "rule": "" if home else "one for each place",
                    "geometry": shapely.Point(place.lon, place.lat),
                }
            )
            key = (year, f"area-{place.area}", project, "local", category, technology)
            bill += [(*key, item, quantity, capex[item]) for item, quantity in lines.items()]
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs="EPSG:4326"), bill


def _area_of_x(x: float, box: tuple[float, float, float, float]) -> str:
    return f"area-{min(max(int((x - box[0]) / box[2] * 3), 0), 2)}"


def _spans(
    table: pd.DataFrame, edges: list[tuple[int, int]], year_of: np.ndarray, rates: pd.Series, box: Any
) -> tuple[gpd.GeoDataFrame, list[tuple[Any, ...]]]:
    rows, bill = [], []
    for number, (start, end) in enumerate(edges):
        ends = table.loc[[start, end], ["lon", "lat"]].to_numpy()
        middle = ends.mean(axis=0) + np.array([0.02, 0.01])
        line = shapely.LineString([ends[0], middle, ends[1]])
        length = round(line.length * 90_000.0, 1)
        ground = "mountain" if number % 4 == 3 else "plain"
        item = f"route_{ground}"
        capex = round(length * rates[item], 2)
        home_part = round(0.8 * capex, 2)
        built = bool(year_of[end] > 0)
        rows.append(
            {
                "id": f"span-{number:03d}",
                "start_node": f"node-{start:03d}",
                "end_node": f"node-{end:03d}",
                "length_m": length,
                "geometry_length_m": round(length / 1.04, 1),
                "ground": ground,
                "method": "aerial" if number % 6 == 5 else "buried",
                "tier": "access",
                "capex_real": capex if built else 0.0,
                "opex_real_per_year": round(0.01 * capex, 2) if built else 0.0,
                "designed_capex_real": capex,
                "pv_cost_real": round(1.1 * capex, 2) if built else 0.0,
                "households_behind": float(table.loc[end, "households"]),
                "year": int(year_of[end]),
                "construction_years": 1,
                "status": "proposed",
                "geometry": line,
            }
        )
        if built:
            area = _area_of_x(shapely.get_x(shapely.line_interpolate_point(line, 0.5, normalized=True)), box)
            year = int(year_of[end])
            bill += [
                (year, area, "livelihood", "spans", "", "fibre", item, 0.8 * length, home_part),
                (year, area, "safety", "spans", "", "fibre", item, 0.2 * length, round(capex - home_part, 2)),
            ]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs="EPSG:4326")
    return frame, bill


def _nodes(table: pd.DataFrame, year_of: np.ndarray) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "id": [f"node-{number:03d}" for number in range(len(table))],
            "name": table["name"],
            "kind": ["source", *["place"] * (len(table) - 1)],
            "capex_real": [CONNECTION, *[0.0] * (len(table) - 1)],
            "year": year_of,
            "status": ["operational", *["proposed"] * (len(table) - 1)],
        }
    )
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326")


def _coverage(sites: gpd.GeoDataFrame, year: int, *, any_standard: bool) -> float:
    served = (sites["year"] > 0) & (sites["year"] <= year) & (sites["meets_standard"] | any_standard)
    return float(sites.loc[served, "weight"].sum() / sites["weight"].sum())


def _appraisal(
    settings: Programme, sites: gpd.GeoDataFrame, spans: gpd.GeoDataFrame, bill: pd.DataFrame, areas: Any
) -> Appraisal:
    homes = sites[sites["category"] == "home"]
    level = {year: (1 + INFLATION) ** (year - PRICE_YEAR) for year in YEARS}
    by_year, carried = [], 0.0
    for year, budget in zip(YEARS, BUDGET, strict=True):
        of_spans = round(spans.loc[spans["year"] == year, "capex_real"].sum(), 2)
        of_spans += CONNECTION if year == YEARS[0] else 0.0
        of_sites = round(sites.loc[sites["year"] == year, "capex_real"].sum(), 2)
        real = round(of_spans + of_sites, 2)
        nominal = round(real * level[year], 2)
        carried = round(carried + budget - nominal, 2)
        by_year.append(
            (year, budget, round(budget / level[year], 2), real, nominal, of_spans, of_sites, carried, 0.02 * real)
        )
    by_year_table = pd.DataFrame(
        by_year,
        columns=[
            *("year", "budget_nominal", "budget_real", "capex_real", "capex_nominal"),
            *("capex_spans_real", "capex_sites_real", "carried_nominal", "opex_real"),
        ],
    )
    total = round(by_year_table["capex_real"].sum(), 2)
    project_year, projects, targets = [], [], []
    for project in settings.projects:
        mine = sites[sites["project"] == project.id]
        capex = round(bill.loc[bill["project"] == project.id, "capex_real"].sum(), 2)
        for year in YEARS:
            cost = round(bill.loc[(bill["project"] == project.id) & (bill["year"] == year), "capex_real"].sum(), 2)
            any_coverage = _coverage(mine, year, any_standard=True)
            count = int(((mine["year"] > 0) & (mine["year"] <= year)).sum())
            project_year.append(
                (project.id, year, cost, _coverage(mine, year, any_standard=False), any_coverage, count)
            )
        reached = _coverage(mine, YEARS[-1], any_standard=False)
        anyhow = _coverage(mine, YEARS[-1], any_standard=True)
        whole = (len(mine), mine["weight"].sum(), capex, capex / total, 0.05, 1.0, reached, anyhow)
        projects.append((project.id, project.name, *whole))
        targets += [
            (project.id, t.year, t.counted_by, t.required, t.coverage, reached, reached >= t.coverage)
            for t in project.targets
        ]
    technology = sites.groupby("technology")[["households", "capex_real", "opex_real_per_year"]].sum().reset_index()
    technology.insert(1, "sites", sites.groupby("technology").size().to_numpy())
    served_by = [homes.loc[(homes["year"] > 0) & (homes["year"] <= year), "households"].sum() for year in YEARS]
    return Appraisal(
        by_year=by_year_table,
        by_project_year=pd.DataFrame(
            project_year, columns=["project", "year", "capex_real", "coverage", "coverage_any", "sites_served"]
        ),
        by_project=pd.DataFrame(
            projects,
            columns=[
                *("project", "name", "sites", "weight", "capex_real", "share"),
                *("minimum_share", "maximum_share", "coverage", "coverage_any"),
            ],
        ),
        targets=pd.DataFrame(
            targets, columns=["project", "year", "counted_by", "required", "target", "achieved", "met"]
        ),
        by_area=pd.DataFrame(areas.drop(columns="geometry")).rename(columns={"id": "area_id"}),
        by_technology=technology,
        total_coverage=pd.DataFrame(
            {
                "year": YEARS,
                "coverage": [_coverage(homes, year, any_standard=False) for year in YEARS],
                "coverage_any": [_coverage(homes, year, any_standard=True) for year in YEARS],
                "households_served": served_by,
            }
        ),
        assumptions=_assumptions(),
        catalogue_range=pd.DataFrame(
            {
                "catalogue": ["low", "rate", "high"],
                "unconstrained_capex_real": [0.8 * total, 1.1 * total, 1.6 * total],
                "over_budget": [0.9, 1.2, 1.7],
            }
        ),
        flips=pd.DataFrame(
            {
                "technology": ["satellite"] * 4,
                "distance_km": [1.0, 5.0, 20.0, 50.0],
                "households": [14.0, 70.0, 280.0, float("nan")],
            }
        ),
        totals={
            "capex_real": total,
            "capex_nominal": round(by_year_table["capex_nominal"].sum(), 2),
            "opex_real_per_year": round(0.02 * total, 2),
            "pv_cost_real": round(1.2 * total, 2),
            "budget_nominal": sum(BUDGET),
            "budget_real": round(by_year_table["budget_real"].sum(), 2),
            "unconstrained_capex_real": round(1.1 * total, 2),
            "route_km_built": round(spans.loc[spans["year"] > 0, "length_m"].sum() / 1000, 3),
            "route_km_designed": round(spans["length_m"].sum() / 1000, 3),
            "sites": len(sites),
            "sites_served": int((sites["year"] > 0).sum()),
            "households": float(homes["households"].sum()),
            "households_served": float(served_by[-1]),
            "coverage": _coverage(homes, YEARS[-1], any_standard=False),
            "coverage_any": _coverage(homes, YEARS[-1], any_standard=True),
        },
    )


def _assumptions() -> pd.DataFrame:
    nothing = float("nan")
    return pd.DataFrame(
        [
            ("take_up", 0.7, "share", "programme.toml: demand", "Households that connect", -0.08, 0.08, 0.03, -0.03),
            (
                "pass_rural per home",
                25.0,
                "m",
                "programme.toml: categories",
                "Metres per home",
                -0.05,
                0.05,
                0.02,
                -0.02,
            ),
            ("satellite_terminal", 600, "USD", "catalogue.csv", "Terminal <cost>", -0.01, 0.01, 0.0, 0.0),
            ("discount_rate_real", 0.05, "1/year", "programme.toml: rates", "Real discount rate", *[nothing] * 4),
        ],
        columns=[
            *("name", "value", "unit", "where", "meaning"),
            *("cost_low", "cost_high", "coverage_low", "coverage_high"),
        ],
    )


def _proof(spans: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> Proof:
    number = pd.Series(np.arange(len(nodes)), index=nodes["id"])
    graph = pd.DataFrame(
        {
            "id": spans["id"],
            "start": number[spans["start_node"]].to_numpy(),
            "end": number[spans["end_node"]].to_numpy(),
            "capex_real": spans["capex_real"],
            "present_minor": np.rint(spans["pv_cost_real"] * 100).astype(np.int64),
        }
    )
    elements = pd.DataFrame({"id": spans["id"], "parent": -1, "year": spans["year"].astype("Int64")})
    options = pd.DataFrame({"site_id": sites["id"], "technology": sites["technology"], "chosen": sites["year"] > 0})
    return Proof(
        graph=graph,
        nodes=pd.DataFrame({"id": nodes["id"], "prize_minor": np.full(len(nodes), -1, dtype=np.int64)}),
        ascent=pd.DataFrame({"node": [1, 2], "radius_minor": [100, 200]}),
        elements=elements,
        options=options,
        constraints=pd.DataFrame(
            {"name": ["budget:1"], "words": ["the budgets until 2026"], "limit": [60e6], "used": [50e6]}
        ),
        multipliers={"schedule": {"budget:1": 0.25}, "schedule_cost": {}},
    )


def make_plan(
    count: int = 12,
    *,
    seed: int = 1,
    name: str = "Example programme",
    region: str = "Example region",
    place_name: str | None = None,
    box: tuple[float, float, float, float] = (80.0, 40.0, 4.0, 2.5),
) -> Plan:
    """A plan of `count` places whose tables add up; `place_name` renames the capital."""
    table = places(count, seed, *box)
    if place_name is not None:
        table.loc[0, "name"] = place_name
    edges = _edges(table)
    year_of = np.full(count, YEARS[0])
    for start, end in edges:
        year_of[end] = min(YEARS[-1], year_of[start] + (end % 4 == 0))
    prices = catalogue()
    rates = prices["rate_real"]
    year_of[-1] = 0
    sites, local = _sites(table, year_of, rates)
    spans, trench = _spans(table, edges, year_of, rates, box)
    connection = (YEARS[0], "", "livelihood", "sources", "", "fibre", "source connection", CONNECTION, CONNECTION)
    bill = _bill([*local, *trench, connection], prices)
    areas = _areas(sites, spans, box)
    appraisal = _appraisal(programme(name, region), sites, spans, bill, areas)
    nodes = _nodes(table, year_of)
    frames = [sites, spans, nodes, areas]
    for frame in frames[:3]:
        frame["year"] = frame["year"].astype("Int64").where(frame["year"] > 0)
    _add_outages(sites, spans, nodes)
    ordered = [
        f[[*t.names, "geometry"]].sort_values("id", ignore_index=True) for f, t in zip(frames, PLAN_TABLES, strict=True)
    ]
    return Plan(
        programme(name, region),
        *ordered,
        bill=bill,
        catalogue=prices,
        appraisal=appraisal,
        certificates=_certificates(appraisal.totals["pv_cost_real"]),
        notes=(
            Note("reading", "2 routes of length zero were dropped.", 2, ("r-1", "r-2")),
            Note("routing", "1 place was refused: its lead-in would be longer than 50 km.", 1, ("place-011",)),
            Note("appraising", "Prices are stated at 2025."),
        ),
        record=RunRecord(
            "0123456789abcdef",
            {"programme.toml": "a" * 64, "project.gpkg": "b" * 64},
            seed,
            {"karez": "0.1.0", "python": "3.11.7"},
            {"reading": 0.5, "routing": 1.25},
        ),
        proof=_proof(ordered[1], ordered[2], ordered[0]),
        attributions=ATTRIBUTIONS,
    )


def _add_outages(sites: gpd.GeoDataFrame, spans: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame) -> None:
    """Columns of what breaks the network: every household behind a span is cut off with it."""
    sites["availability"] = np.where(sites["year"].notna(), 0.999, np.nan)
    sites["minutes_lost_per_year"] = np.where(sites["year"].notna(), 525.96, np.nan)
    sites["independent_ways"] = np.where((sites["technology"] == "fibre") & sites["year"].notna(), "none", "")
    spans["cut_off_households"] = spans["with_partner_households"] = spans["households_behind"]
    spans["cut_off_sites"] = 1
    spans["worst_partner"] = ""
    nodes["feeds"] = nodes["kind"] == "source"
    nodes["cut_off_sites"], nodes["cut_off_households"] = 1, 100.0


def _bill(rows: list[tuple[Any, ...]], prices: pd.DataFrame) -> pd.DataFrame:
    keys = ["year", "area_id", "project", "group", "category", "technology", "item"]
    table = pd.DataFrame(rows, columns=[*keys, "quantity", "capex_real"])
    bill = table.groupby(keys, as_index=False)[["quantity", "capex_real"]].sum()
    bill["capex_real"] = bill["capex_real"].round(2)
    bill["unit"] = bill["item"].map(prices["base_unit"]).fillna("each")
    bill["rate_real"] = bill["item"].map(prices["rate_real"]).fillna(1.0)
    bill["rounding_real"] = bill["capex_real"] - bill["quantity"] * bill["rate_real"]
    return bill


def _areas(
    sites: gpd.GeoDataFrame, spans: gpd.GeoDataFrame, box: tuple[float, float, float, float]
) -> gpd.GeoDataFrame:
    west, south, width, height = box
    rows = []
    for number in range(3):
        mine = sites[sites["area_id"] == f"area-{number}"]
        homes = mine[mine["category"] == "home"]
        polygon = shapely.box(west + number * width / 3, south, west + (number + 1) * width / 3, south + height)
        middle = shapely.get_x(shapely.line_interpolate_point(spans.geometry.array, 0.5, normalized=True))
        trench = spans[[_area_of_x(x, box) == f"area-{number}" for x in middle]]
        served = homes[homes["year"] > 0]
        rows.append(
            {
                "id": f"area-{number}",
                "name": f"County {number}",
                "households": homes["households"].sum(),
                "households_served": served["households"].sum(),
                "coverage": served.loc[served["meets_standard"], "households"].sum()
                / max(homes["households"].sum(), 1),
                "capex_real": round(mine["capex_real"].sum() + trench["capex_real"].sum(), 2),
                "geometry": polygon,
            }
        )
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs="EPSG:4326")


def _certificates(present: float) -> tuple[Certificate, ...]:
    return (
        Certificate(
            "Present cost of the network, CNY", "design", "minimise", present, 0.996 * present, 0.0, "dual ascent", 1.5
        ),
        Certificate("Weighted service-years", "schedule", "maximise", 1000.0, 1007.0, 0.0, "Lagrangian", 2.0),
        Certificate("Present cost, CNY", "schedule_cost", "minimise", present, present, 0.0, "Lagrangian", 1.0),
        Certificate(
            "Everything", "plan", "maximise", 1000.0, None, 0.0, "Design and schedule were optimised in turn.", 0.0
        ),
    )
