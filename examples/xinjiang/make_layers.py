"""Make the layers of the reference project from the raw files beside this script.

Run as ``python examples/xinjiang/make_layers.py`` (``--out FOLDER`` writes elsewhere). Equal raw files give equal
layers: rows are sorted, every share is dealt out in integers by largest remainder, and the time stamps inside the
GeoPackages are fixed. Every rule that a row names in its column ``rule`` is explained in ``SOURCES.md``.
"""

from __future__ import annotations

import argparse
import math
import re
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import pyproj
import shapely

HERE = Path(__file__).resolve().parent
RAW = HERE / "raw"

METRIC = pyproj.CRS.from_proj4("+proj=aea +lat_1=36 +lat_2=48 +lat_0=42 +lon_0=85 +datum=WGS84 +units=m")
"""Equal-area plane in which the cells are drawn; nothing is measured in it."""
OUTLINE_RATIO = 0.4
"""Concaveness of the outline: 0 is the tightest, 1 the convex hull."""
OUTLINE_MARGIN_M = 40_000.0
"""How far the outline lies outside its outermost places."""

TRANCHE_HOUSEHOLDS = 20_000
SMALLEST_PLACE_PEOPLE = 500
"""GeoNames ``cities500`` lists places from this population on: the least that is given to a place without figure."""
CITY_PEOPLE = 100_000
"""A place of a county with at least this many people is its seat, whatever it is called."""

VILLAGES_PER_SCHOOL = 3
URBAN_HOUSEHOLDS_PER_SCHOOL = 2_500
URBAN_HOUSEHOLDS_PER_CLINIC = 5_000
HOUSEHOLDS_PER_HOSPITAL = 100_000
URBAN_HOUSEHOLDS_PER_PARK = 50_000
VILLAGES_PER_FARMLAND_CENTRE = 5
KM2_PER_PASTURE_CENTRE = 5_000.0
HOUSEHOLDS_PER_COMPUTING_ROOM = 100_000

SEAT_OF_REGION = 1529102
"""GeoNames number of Ürümqi, the regional capital."""
SETTLEMENT_CORRECTIONS = {13561750: "659010"}
"""Huyanghe stands 1 km from the point of the city of that name and has its census population; the table of counties
has no polygon of that city, so the settlement fell to the county around it."""
SEAT_CORRECTIONS = {"654225": "Qarabura"}
"""Seats that neither name nor size betrays."""
MISCODED_PROVINCE = "08"
"""GeoNames codes 38 settlements of the region as Heilongjiang, 2,000 km to the east; they shape no rim."""
TOWNSHIP_ENDINGS = ("镇", "乡", "道", "场", "团")
"""Towns, townships, street offices, farms and regiments; other offices in the list are left out."""
TOWNSHIP_COUNTY = {"654203": "654223", "659011": "650502", "659012": "654221"}
"""County of the 2020 census in which a county of the later list of townships lay (renamed or founded since)."""
GENERIC_WORDS = {"xian", "shi", "qu", "zizhixian"}

SITE_COLUMNS = (
    "id", "place_id", "name", "project", "category", "area_id", "households", "urban_households", "villages",
    "units", "tranche", "derived", "rule",
)  # fmt: skip

Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Kind:
    """A kind of institution: what it is called, whose it is, and by which rule its rows are made."""

    category: str
    project: str
    label: str
    rule: str


SCHOOL = Kind("school", "livelihood", "schools", "schools")
CLINIC = Kind("clinic", "livelihood", "clinics", "clinics")
POST = Kind("emergency_post", "safety", "emergency posts", "emergency_posts")
HOSPITAL = Kind("hospital", "safety", "hospitals", "hospitals")
SEAT = Kind("county_seat", "safety", "county seat", "county_seats")
PARK = Kind("industrial_park", "industry", "industrial parks", "industrial_parks")
LOGISTICS = Kind("logistics", "industry", "logistics centres", "logistics_centres")
FARMLAND = Kind("farmland", "farming", "farmland centres", "farmland_centres")
PASTURE = Kind("pasture", "farming", "pasture centres", "pasture_centres")
IOT = Kind("iot_gateway", "things", "IoT gateways", "iot_gateways")
COMPUTING = Kind("computing", "cloud", "computing rooms", "computing_rooms")
ACCESS = Kind("access_point", "data", "public access points", "access_points")


def deal(total: int, weights: npt.ArrayLike, least: int = 0) -> Ints:
    """Deal `total` things out by `weights` in integers, largest remainder first, ties to the earlier.

    Everyone gets `least` first; where all weights are 0 all weigh the same.

    >>> deal(10, [1, 1, 1]).tolist()
    [4, 3, 3]
    >>> deal(5, [0, 9, 1], least=1).tolist()
    [1, 3, 1]
    """
    weight = np.asarray(weights, dtype=np.float64)
    weight = weight if weight.sum() > 0 else np.ones_like(weight)
    rest = total - least * len(weight)
    if rest < 0:
        raise ValueError(f"{total} cannot be dealt to {len(weight)} with {least} each")
    exact = rest * weight / weight.sum()
    whole = np.floor(exact + 1e-9).astype(np.int64)
    most = np.argsort(-(exact - whole), kind="stable")[: rest - int(whole.sum())]
    whole[most] += 1
    dealt: Ints = whole + least
    return dealt


def folded(text: str) -> str:
    """`text` in plain Latin letters.

    >>> folded("Zépŭ Xiàn")
    'Zepu Xian'
    """
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).replace("’", "'")


def latin_name(name: str) -> str:
    """Name of a county in plain letters: pinyin without its kind, then the other name it is known by.

    >>> latin_name("Zépŭ Xiàn [Poskam]")
    'Zepu (Poskam)'
    >>> latin_name("Kù'ĕrlè Shì [Korla; incl. Tiĕménguān Shì]")
    "Ku'erle (Korla)"
    >>> latin_name("Mĭdōng Qū [incl. Miquan]")
    'Midong'
    """
    main, _, other = folded(name).partition("[")
    first = re.split("[;,]", other.strip(" ]"))[0].replace("←", "")
    known_as = "" if first.startswith("incl.") else without_kind(first)
    return without_kind(main.partition("(")[0]) + (f" ({known_as})" if known_as else "")


def without_kind(name: str) -> str:
    """`name` without the words for county, city, district and autonomous county.

    >>> without_kind("Zepu Xian")
    'Zepu'
    """
    return " ".join(word for word in name.split() if word.lower() not in GENERIC_WORDS)


# --- raw files -------------------------------------------------------------------------------------------------


def read_counties(raw: Path) -> pd.DataFrame:
    """Counties by code, with what the rules count: households, urban ones, villages, townships."""
    counties = pd.read_csv(raw / "county_census2020.csv", dtype={"county_code": str}).set_index("county_code")
    counties = counties.sort_index()
    counties["name"] = [
        f"{latin_name(latin)} {chinese}"
        for latin, chinese in zip(counties["county_name_latin"], counties["county_name_zh"], strict=True)
    ]
    share = counties["urban_population"] / counties["population"]
    counties["urban_households"] = np.rint(counties["households"] * share).astype(np.int64)
    counties["rural_households"] = counties["households"] - counties["urban_households"]
    counties["townships"] = count_townships(raw).reindex(counties.index, fill_value=0)
    counties["villages_assumed"] = assume_villages(counties)
    return counties


def count_townships(raw: Path) -> pd.Series[int]:
    """Township-level units by county of the 2020 census."""
    townships = pd.read_csv(raw / "xj_townships_names.csv", dtype=str)
    townships = townships[townships["name"].str.endswith(TOWNSHIP_ENDINGS)]
    return townships.groupby(townships["areaCode"].replace(TOWNSHIP_COUNTY)).size()


def assume_villages(counties: pd.DataFrame) -> pd.Series[int]:
    """Villages for the rules of institutions: as counted or, where none was, by the region's rural households each."""
    typical = counties["rural_households"].sum() / counties["rural_villages"].sum()
    estimate = (counties["rural_households"] // typical).astype(np.int64)
    return counties["rural_villages"].where(counties["rural_villages"] > 0, estimate)


def read_places(raw: Path, counties: pd.DataFrame) -> gpd.GeoDataFrame:
    """Settlements with their county, and the point inside each county that has none; sorted by `place_id`."""
    settlements = gpd.read_file(raw / "xj_settlements_geonames_cities500.gpkg").sort_values("geonameid")
    county = pd.read_csv(raw / "settlement_county.csv", dtype={"county_code": str}).set_index("geonameid")[
        "county_code"
    ]
    county = county.reindex(settlements["geonameid"])
    county.update(pd.Series(SETTLEMENT_CORRECTIONS))
    places = gpd.GeoDataFrame(
        {
            "place_id": "gn" + settlements["geonameid"].astype(str),
            "name": settlements["name"].to_numpy(),
            "county": county.to_numpy(),
            "people": settlements["population"].to_numpy(),
            "names": settlements["alternatenames"].fillna("").to_numpy(),
        },
        geometry=settlements.geometry.to_numpy(),
        crs=settlements.crs,
    )
    empty = counties[~counties.index.isin(places["county"])]
    points = gpd.GeoDataFrame(
        {"place_id": "c" + empty.index, "name": empty["name"], "county": empty.index, "people": 0, "names": ""},
        geometry=gpd.points_from_xy(empty["lon"], empty["lat"]),
        crs=places.crs,
    )
    both = pd.concat([places, points], ignore_index=True)
    return both.sort_values(["county", "place_id"], ignore_index=True)


# --- places: seats, households, villages -------------------------------------------------------------------------


def find_seat(places: gpd.GeoDataFrame, code: str, county: pd.Series) -> int:
    """Row of the seat among the places of one county.

    A city of 100,000 people comes first; then the place that bears the county's name; then the greater population; then
    the one with more names in GeoNames.
    """
    chinese = county["county_name_zh"]
    latin = folded(county["county_name_latin"]).replace("[", " ").replace("]", " ").replace(";", " ").split()
    bearing = {chinese, chinese[:-1], chinese[:-1] + "镇"} | {
        word for word in latin if word.lower() not in GENERIC_WORDS
    }

    def rank(row: int) -> tuple[bool, bool, bool, int, int]:
        names = [places["name"][row], *places["names"][row].split(",")]
        people = int(places["people"][row])
        known = places["name"][row] == SEAT_CORRECTIONS.get(code)
        named = any(folded(name) in bearing for name in names)
        return known, people >= CITY_PEOPLE, named, people, len(names)

    return int(max(places.index, key=rank))


def weigh_people(people: Ints, is_seat: npt.NDArray[np.bool_], county: pd.Series) -> npt.NDArray[np.float64]:
    """People of each place of a county, those without figure filled in from what the census leaves over.

    The rest is shared evenly by the places without figure; if the seat is one of them, it has half of the urban rest
    beforehand. Nobody gets less than 500 people, nor more than a seat whose figure is known.
    """
    weight = people.astype(np.float64)
    missing = people == 0
    rest = max(float(county["population"] - people.sum()), 0.0)
    seat_share = min(rest, float(county["urban_population"])) / 2 if missing[is_seat].any() else 0.0
    most = np.inf if missing[is_seat].any() else float(weight[is_seat][0])
    if missing.any():
        weight[missing] = max(min((rest - seat_share) / missing.sum(), most), SMALLEST_PLACE_PEOPLE)
    return weight + np.where(is_seat, seat_share, 0.0)


def fill_urban(urban: int, households: Ints, is_seat: npt.NDArray[np.bool_]) -> Ints:
    """Urban households of each place: the seat is filled first, then the larger places."""
    order = np.lexsort((np.arange(len(households)), -households, ~is_seat))
    before = np.concatenate(([0], np.cumsum(households[order])[:-1]))
    filled = np.zeros_like(households)
    filled[order] = np.clip(urban - before, 0, households[order])
    return filled


def settle(places: gpd.GeoDataFrame, counties: pd.DataFrame) -> gpd.GeoDataFrame:
    """Add seats, households, urban households and villages, so that every county's add up to its census figures."""
    places = places.assign(seat=False, households=0, urban_households=0, villages=0)
    for code, county in counties.iterrows():
        of_county = places[places["county"] == code]
        rows = of_county.index
        places.loc[find_seat(of_county, str(code), county), "seat"] = True
        is_seat = places.loc[rows, "seat"].to_numpy()
        weight = weigh_people(of_county["people"].to_numpy(np.int64), is_seat, county)
        households = deal(int(county["households"]), weight)
        urban = fill_urban(int(county["urban_households"]), households, is_seat)
        places.loc[rows, "households"] = households
        places.loc[rows, "urban_households"] = urban
        rural = households - urban
        places.loc[rows, "villages"] = deal(int(county["rural_villages"]), rural if rural.sum() else households)
    return places


# --- areas ------------------------------------------------------------------------------------------------------


def draw_areas(
    places: gpd.GeoDataFrame, others: gpd.GeoDataFrame, counties: pd.DataFrame, raw: Path
) -> gpd.GeoDataFrame:
    """Service areas: Voronoi cells around the places, joined by county and clipped to an outline of the region.

    A gateway or an airport has a cell too, which goes to the county of the place nearest to it: so that it lies in the
    region although a settlement abroad may be nearer.
    """
    inside = places.geometry.to_crs(METRIC)
    apart = others.geometry.to_crs(METRIC)
    nearest = shapely.STRtree(inside.to_numpy()).nearest(apart.to_numpy())
    seeds = np.concatenate([inside.to_numpy(), apart.to_numpy()])
    county = np.concatenate([places["county"].to_numpy(), places["county"].to_numpy()[nearest]])
    points = gpd.points_from_xy(counties["lon"], counties["lat"], crs=4326).to_crs(METRIC)
    outline = draw_outline(np.concatenate([seeds, np.asarray(points)]))
    cells = voronoi_cells(seeds, read_abroad(raw, places).to_numpy(), outline)
    areas = gpd.GeoDataFrame({"county": county}, geometry=cells, crs=METRIC).dissolve("county")
    areas.geometry = [as_multi(cell.intersection(outline)) for cell in areas.geometry]
    areas = areas.to_crs(4326).reindex(counties.index)
    shapes = shapely.transform(areas.geometry.to_numpy(), lambda degrees: np.round(degrees, 5))
    return gpd.GeoDataFrame({"id": counties.index, "name": counties["name"].to_numpy()}, geometry=shapes, crs=4326)


def read_abroad(raw: Path, places: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Settlements around the region, in the metric plane; those of the region that are coded elsewhere left out."""
    around = pd.read_csv(raw / "settlements_around_geonames.csv", dtype={"admin1code": str}).sort_values("geonameid")
    of_region = ("gn" + around["geonameid"].astype(str)).isin(places["place_id"])
    miscoded = (around["countrycode"] == "CN") & (around["admin1code"] == MISCODED_PROVINCE)
    abroad = around[~of_region & ~miscoded]
    return gpd.GeoSeries(gpd.points_from_xy(abroad["longitude"], abroad["latitude"]), crs=4326).to_crs(METRIC)


def voronoi_cells(seeds: Shapes, rim: Shapes, outline: shapely.Polygon) -> Shapes:
    """Voronoi cell of each of `seeds`, among those and `rim`, in the order of `seeds`."""
    everything = shapely.MultiPoint(shapely.get_coordinates(np.concatenate([seeds, rim])))
    cells = shapely.get_parts(shapely.voronoi_polygons(everything, extend_to=outline))
    of_seed, of_cell = shapely.STRtree(cells).query(seeds, predicate="within")
    if not np.array_equal(of_seed, np.arange(len(seeds))):
        raise ValueError("two places stand at the same point: their cells cannot be told apart")
    in_order: Shapes = cells[of_cell]
    return in_order


def draw_outline(points: Shapes) -> shapely.Polygon:
    """Outline around the region's places, from their points alone: no border is copied."""
    hull = shapely.concave_hull(shapely.MultiPoint(shapely.get_coordinates(points)), ratio=OUTLINE_RATIO)
    return hull.buffer(OUTLINE_MARGIN_M, quad_segs=4)


def as_multi(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """The polygons of `shape` as one multipolygon."""
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


# --- sites ------------------------------------------------------------------------------------------------------


def home_rows(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Homes of every place, in equal tranches of at most 20,000 households."""
    rows = []
    for place in places.itertuples():
        parts = max(1, math.ceil(place.households / TRANCHE_HOUSEHOLDS))
        split = [deal(count, np.ones(parts)) for count in (place.households, place.urban_households, place.villages)]
        for tranche, (households, urban, villages) in enumerate(zip(*split, strict=True), start=1):
            of = f" {tranche}/{parts}" if parts > 1 else ""
            rows.append({
                "id": f"home-{place.place_id}-{tranche}", "place_id": place.place_id,
                "name": f"{place.name}: homes{of}", "project": "livelihood", "category": "home",
                "area_id": place.county, "households": households, "urban_households": urban, "villages": villages,
                "units": 1, "tranche": tranche, "derived": True, "rule": "homes", "geometry": place.geometry,
            })  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=places.crs)


def rows_at(kind: Kind, places: gpd.GeoDataFrame, units: npt.ArrayLike) -> pd.DataFrame:
    """One row of `kind` per place, for so many like institutions; none where there is no unit."""
    rows = pd.DataFrame({
        "id": kind.category + "-" + places["place_id"],
        "place_id": places["place_id"],
        "name": places["name"] + ": " + kind.label,
        "project": kind.project,
        "category": kind.category,
        "area_id": places["county"],
        "villages": 0,
        "units": np.asarray(units, dtype=np.int64),
        "tranche": 1,
        "derived": True,
        "rule": kind.rule,
        "geometry": places.geometry,
    })  # fmt: skip
    return rows[rows["units"] > 0]


def dealt_rows(
    kind: Kind, places: gpd.GeoDataFrame, per_county: pd.Series[int], by: str, least: int = 0
) -> pd.DataFrame:
    """Rows of `kind` at the places of each county, its units dealt out by the column `by`."""
    units = pd.Series(0, index=places.index)
    for code, of_county in places.groupby("county"):
        total = max(int(per_county[code]), least * len(of_county))
        units[of_county.index] = deal(total, of_county[by], least)
    return rows_at(kind, places, units)


def settlement_rows(places: gpd.GeoDataFrame, counties: pd.DataFrame) -> list[pd.DataFrame]:
    """Institutions that stand in the settlements of a county."""
    villages, urban = counties["villages_assumed"], counties["urban_households"]
    places = places.assign(rural_households=places["households"] - places["urban_households"])
    pasture = np.ceil(counties["area_km2"] / KM2_PER_PASTURE_CENTRE).astype(np.int64).clip(upper=villages)
    return [
        dealt_rows(SCHOOL, places, rounded_up(villages / VILLAGES_PER_SCHOOL + urban / URBAN_HOUSEHOLDS_PER_SCHOOL),
                   "households", least=1),
        dealt_rows(CLINIC, places, villages + rounded_up(urban / URBAN_HOUSEHOLDS_PER_CLINIC), "households", least=1),
        dealt_rows(POST, places, counties["townships"], "households", least=1),
        dealt_rows(FARMLAND, places, rounded_up(villages / VILLAGES_PER_FARMLAND_CENTRE), "rural_households"),
        dealt_rows(PASTURE, places, pasture, "rural_households"),
        dealt_rows(IOT, places, villages, "rural_households"),
    ]  # fmt: skip


def seat_rows(places: gpd.GeoDataFrame, counties: pd.DataFrame, with_port: set[str]) -> list[pd.DataFrame]:
    """Institutions that stand at the seat of a county; `with_port` are the counties with an airport or a gateway."""
    seats = places[places["seat"]]
    county = counties.loc[seats["county"]]
    return [
        rows_at(SEAT, seats, np.ones(len(seats))),
        rows_at(HOSPITAL, seats, 1 + county["households"] // HOUSEHOLDS_PER_HOSPITAL),
        rows_at(PARK, seats, rounded_up(county["urban_households"] / URBAN_HOUSEHOLDS_PER_PARK)),
        rows_at(LOGISTICS, seats, 1 + county.index.isin(with_port)),
        rows_at(COMPUTING, seats, 1 + county["households"] // HOUSEHOLDS_PER_COMPUTING_ROOM),
        rows_at(ACCESS, seats, county["urban_communities"] + county["villages_assumed"]),
    ]


def rounded_up(numbers: pd.Series[float]) -> pd.Series[int]:
    """Whole numbers not below `numbers`."""
    return pd.Series(np.ceil(numbers.to_numpy() - 1e-9).astype(np.int64), index=numbers.index)


def read_airports(raw: Path) -> gpd.GeoDataFrame:
    """One row per airport, as surveyed."""
    airports = gpd.read_file(raw / "xj_airports_airportsdata.gpkg").sort_values("icao")
    return lone_rows("airport", "industry", "airport-" + airports["icao"], airports["name"], airports.geometry, False)


def read_gateways(raw: Path) -> gpd.GeoDataFrame:
    """One row per land-border gateway; a name that is not sure says so."""
    gateways = pd.read_csv(raw / "gateways.csv").sort_values("name")
    doubt = gateways["name_is"].map(lambda said: "" if said == "sure" else f" (name {said})")
    names = gateways["name"] + doubt + ": gateway to " + gateways["neighbour"]
    points = gpd.GeoSeries(gpd.points_from_xy(gateways["lon"], gateways["lat"]), index=gateways.index, crs=4326)
    return lone_rows("gateway", "gateways", "gateway-" + gateways["name"].str.lower(), names, points, True)


def lone_rows(
    category: str, project: str, ids: pd.Series[str], names: pd.Series[str], points: gpd.GeoSeries, derived: bool
) -> gpd.GeoDataFrame:
    """Rows that stand at a place of their own."""
    return gpd.GeoDataFrame({
        "id": ids, "place_id": ids, "name": names, "project": project, "category": category, "villages": 0, "units": 1,
        "tranche": 1, "derived": derived, "rule": category + "s",
    }, geometry=points, crs=4326)  # fmt: skip


def in_areas(rows: pd.DataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """`rows` with the area each lies in."""
    points = gpd.GeoSeries(rows["geometry"].to_numpy(), crs=4326)
    of_point, of_area = shapely.STRtree(areas.geometry.to_numpy()).query(points.to_numpy(), predicate="within")
    found = pd.Series(areas["id"].to_numpy()[of_area], index=of_point).sort_values().groupby(level=0).first()
    return rows.assign(area_id=found.reindex(range(len(rows))).to_numpy())


def make_sites(places: gpd.GeoDataFrame, others: pd.DataFrame, counties: pd.DataFrame) -> gpd.GeoDataFrame:
    """All demands, one row each, sorted by `id`."""
    with_port = set(others["area_id"])
    tables = [home_rows(places), *settlement_rows(places, counties), *seat_rows(places, counties, with_port), others]
    sites = pd.concat(tables, ignore_index=True).sort_values("id", ignore_index=True)
    for column in ("households", "urban_households", "villages", "units", "tranche"):
        sites[column] = sites[column].astype("Int64")
    sites["derived"] = sites["derived"].astype(bool)
    return gpd.GeoDataFrame(sites[[*SITE_COLUMNS, "geometry"]], geometry="geometry", crs=4326)


# --- routes, source ---------------------------------------------------------------------------------------------


def read_lines(path: Path, prefix: str) -> gpd.GeoDataFrame:
    """Edges of a graph with their surveyed `km`; edges of length 0 are kept, for `routing` to contract and count."""
    lines = gpd.read_file(path)
    lines["id"] = prefix + "-" + lines["u"].astype(str) + "-" + lines["v"].astype(str)
    return lines.sort_values(["u", "v"], ignore_index=True)[["id", "u", "v", "km", "geometry"]]


def make_sources(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The regional capital alone (an assumption: the network of the operator is not public)."""
    capital = places[places["place_id"] == f"gn{SEAT_OF_REGION}"].iloc[0]
    table = {
        "id": ["urumqi"], "name": ["Ürümqi, regional capital (assumption)"], "connection_cost": [0.0],
    }  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=[capital.geometry], crs=4326)


# --- writing ----------------------------------------------------------------------------------------------------


def write_layer(table: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write one layer as a GeoPackage of its own, with a fixed time stamp and without a spatial index."""
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    try:
        pyogrio.write_dataframe(table, path, layer=layer, driver="GPKG", SPATIAL_INDEX="NO")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def make(raw: Path, out: Path) -> None:
    """Make every layer of the project from the files in `raw` and write them to `out`."""
    counties = read_counties(raw)
    places = settle(read_places(raw, counties), counties)
    others = pd.concat([read_airports(raw), read_gateways(raw)], ignore_index=True)
    areas = draw_areas(places, others, counties, raw)
    sites = make_sites(places, in_areas(others, areas), counties)
    out.mkdir(parents=True, exist_ok=True)
    write_layer(sites, out / "sites.gpkg", "sites")
    write_layer(areas, out / "areas.gpkg", "areas")
    write_layer(make_sources(places), out / "sources.gpkg", "sources")
    write_layer(read_lines(raw / "xj_osm_highways_scgraph.gpkg", "road"), out / "roads.gpkg", "highways")
    write_layer(read_lines(raw / "xj_osm_railways_scgraph.gpkg", "rail"), out / "railways.gpkg", "railways")
    shutil.copyfile(raw / "topo_itu_p1511_2_5min.tif", out / "relief.tif")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=HERE / "layers", help="folder of the layers")
    make(RAW, parser.parse_args().out)
