"""The reference project: its figures are those of the census, and its layers are what its script makes."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio

from karez.model.attributes import AREAS, CATALOGUE, REQUIRED, SITES, SOURCES, Table
from karez.model.cost_line import CostLine
from karez.model.programme import Programme
from karez.reading.hazard import read_hazard

PROJECT = Path(__file__).parents[2] / "examples" / "xinjiang"
LAYERS = PROJECT / "layers"
GEOPACKAGES = ("sites", "areas", "sources", "roads", "railways")
HOUSEHOLDS = 8_351_642
VILLAGES = 10_590
WITHOUT_SETTLEMENT = {"650121", "659006", "659007", "659009"}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_xinjiang_layers", PROJECT / "make_layers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layers, made anew."""
    folder: Path = tmp_path_factory.mktemp("layers")
    script.make(script.RAW, folder)
    return folder


@pytest.fixture(scope="module")
def programme() -> Programme:
    return Programme.model_validate(tomllib.loads((PROJECT / "programme.toml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def catalogue() -> pd.DataFrame:
    return pd.read_csv(PROJECT / "catalogue.csv")


@pytest.fixture(scope="module")
def sites() -> gpd.GeoDataFrame:
    return gpd.read_file(LAYERS / "sites.gpkg", layer="sites")


@pytest.fixture(scope="module")
def homes(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return sites[sites["category"] == "home"]


@pytest.fixture(scope="module")
def areas() -> gpd.GeoDataFrame:
    return gpd.read_file(LAYERS / "areas.gpkg", layer="areas")


@pytest.fixture(scope="module")
def census() -> pd.DataFrame:
    census = pd.read_csv(PROJECT / "raw" / "county_census2020.csv", dtype={"county_code": str})
    return census.set_index("county_code").sort_index()


@pytest.fixture(scope="module")
def sources_text() -> str:
    return (PROJECT / "SOURCES.md").read_text(encoding="utf-8")


def _cost_lines(programme: Programme) -> list[CostLine]:
    local = [line for kind in programme.categories.values() for lines in kind.costs.values() for line in lines]
    bands = [band for technology in programme.technologies.values() for band in technology.bands]
    return local + [line for band in bands for line in band.costs]


def _faults(table: pd.DataFrame, described: Table) -> list[str]:
    faults = [f"unknown column {name}" for name in table.columns if name not in (*described.names, "geometry")]
    for attribute in described.attributes:
        if attribute.name not in table.columns:
            faults += [f"{attribute.name} is missing"] if attribute.default is REQUIRED else []
            continue
        cells: Any = table[attribute.name]
        faults += [f"{attribute.name} is empty"] if attribute.default is REQUIRED and cells.isna().any() else []
        faults += [f"{attribute.name} repeats"] if attribute.unique and cells.duplicated().any() else []
        faults += (
            [f"{attribute.name} too small"] if attribute.least is not None and cells.min() < attribute.least else []
        )
        greatest = attribute.greatest
        faults += [f"{attribute.name} too great"] if greatest is not None and cells.max() > greatest else []
    return faults


# --- settings and tables -----------------------------------------------------------------------------------------


def test_the_agreement_is_thirty_billion_over_five_years_for_eight_projects(programme: Programme) -> None:
    assert sum(programme.agreement.budget) == 30e9
    assert programme.agreement.budget == (4.5e9, 6e9, 7e9, 7e9, 5.5e9)
    assert programme.agreement.calendar_years == (2026, 2027, 2028, 2029, 2030)
    assert programme.agreement.budget_basis == "nominal"
    assert programme.rates.exchange == {"USD": 7.1, "EUR": 8.0, "GBP": 9.4}
    assert len(programme.projects) == 8


def test_gateways_county_seats_and_computing_rooms_must_have_fibre(programme: Programme) -> None:
    mandatory = {category for project in programme.projects for category in project.fibre_mandatory}
    assert mandatory == {"gateway", "county_seat", "computing"}


def test_minimum_shares_leave_room_for_each_other(programme: Programme) -> None:
    assert sum(project.minimum_share for project in programme.projects) < 0.75


def test_every_table_is_as_the_attributes_describe_it(
    sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, catalogue: pd.DataFrame
) -> None:
    assert _faults(sites, SITES) == []
    assert _faults(areas, AREAS) == []
    assert _faults(gpd.read_file(LAYERS / "sources.gpkg"), SOURCES) == []
    assert _faults(catalogue, CATALOGUE) == []


def test_every_item_that_is_used_has_a_price_and_every_price_is_used(
    programme: Programme, catalogue: pd.DataFrame
) -> None:
    used = {line.item for line in _cost_lines(programme)}
    used |= {item for grounds in programme.routing.rates.values() for item in grounds.values()}
    assert used == set(catalogue["item"])


def test_prices_lie_between_their_low_and_high(catalogue: pd.DataFrame) -> None:
    assert (catalogue["low"].fillna(catalogue["rate"]) <= catalogue["rate"]).all()
    assert (catalogue["high"].fillna(catalogue["rate"]) >= catalogue["rate"]).all()


def test_a_price_without_source_is_an_assumption(catalogue: pd.DataFrame) -> None:
    says_so = catalogue["source"].str.startswith("No source")
    assert (says_so == (catalogue["confidence"] == "assumption")).all()


def test_connecting_a_home_is_the_sum_of_the_middles_of_its_parts(catalogue: pd.DataFrame) -> None:
    reference = Path(__file__).parents[2].parent / "shared" / "data" / "costs" / "cost_reference.csv"
    if not reference.exists():
        pytest.skip("the shared cost reference is not here")
    parts = pd.read_csv(reference).set_index("item")
    row = catalogue.set_index("item").loc["connect"]
    shares = {"drop+install": 1.0, "ONT": 1.0, "GPON line card port": 1 / 64, "splitter": 1 / 16}
    low, high = (sum(float(parts.loc[part, end]) * share for part, share in shares.items())
                 for end in ("value_low", "value_high"))  # fmt: skip
    assert [row["low"], row["rate"], row["high"]] == pytest.approx([low, (low + high) / 2, high], abs=0.01)


def test_homes_cost_what_the_agreement_says(programme: Programme, catalogue: pd.DataFrame) -> None:
    items = catalogue.set_index("item")
    lines = {line.per: line for line in programme.categories["home"].costs["fibre"]}
    said = {per: (line.quantity, items.loc[line.item, "rate"]) for per, line in lines.items()}
    assert said == {
        "urban_household": (3, 25),
        "rural_household": (25, 10),
        "connected_household": (1, 415),
        "village": (1, 302_500),
    }
    assert programme.demand.take_up == 0.7
    assert items.loc["route_plain", ["rate", "unit", "currency"]].tolist() == [10_000, "km", "USD"]


# --- sites -------------------------------------------------------------------------------------------------------


def test_homes_add_up_to_the_census_in_every_county(homes: gpd.GeoDataFrame, census: pd.DataFrame) -> None:
    households = homes.groupby("area_id")["households"].sum()
    assert households.sum() == HOUSEHOLDS
    pd.testing.assert_series_equal(households, census["households"], check_names=False, check_dtype=False)


def test_villages_add_up_to_the_census_in_every_county(homes: gpd.GeoDataFrame, census: pd.DataFrame) -> None:
    villages = homes.groupby("area_id")["villages"].sum()
    assert villages.sum() == VILLAGES
    pd.testing.assert_series_equal(villages, census["rural_villages"], check_names=False, check_dtype=False)


def test_urban_households_follow_the_urban_people_of_every_county(
    homes: gpd.GeoDataFrame, census: pd.DataFrame
) -> None:
    urban = homes.groupby("area_id")["urban_households"].sum()
    expected = census["households"] * census["urban_population"] / census["population"]
    assert (urban - expected).abs().max() <= 0.5
    assert (homes["urban_households"] <= homes["households"]).all()


def test_households_stand_on_home_rows_only(sites: gpd.GeoDataFrame) -> None:
    assert ((sites["category"] == "home") == sites["households"].notna()).all()
    assert ((sites["category"] == "home") == sites["urban_households"].notna()).all()


def test_large_places_are_split_into_equal_tranches(homes: gpd.GeoDataFrame) -> None:
    tranches = homes.groupby("place_id")["households"].agg(["sum", "min", "max", "size"])
    assert (tranches["max"] <= 20_000).all()
    assert (tranches["max"] - tranches["min"] <= 1).all()
    assert (tranches["size"] == np.maximum(1, np.ceil(tranches["sum"] / 20_000))).all()
    numbers = homes.groupby("place_id")["tranche"].agg(lambda tranche: sorted(tranche) == [*range(1, len(tranche) + 1)])
    assert numbers.all()


def test_rows_of_one_place_stand_at_one_point(sites: gpd.GeoDataFrame) -> None:
    points = sites[["place_id"]].assign(point=sites.geometry.to_wkb()).drop_duplicates()
    assert points["place_id"].is_unique


def test_every_settlement_has_homes_a_school_and_a_clinic(sites: gpd.GeoDataFrame) -> None:
    places = sites.groupby("category")["place_id"].agg(set)
    assert len(places["home"]) == 415 + len(WITHOUT_SETTLEMENT)
    assert places["home"] == places["school"] == places["clinic"]


def test_counties_without_settlement_use_the_point_inside(homes: gpd.GeoDataFrame, census: pd.DataFrame) -> None:
    for code in WITHOUT_SETTLEMENT:
        of_county = homes[homes["area_id"] == code]
        assert (of_county["place_id"] == f"c{code}").all()
        point = of_county.geometry.iloc[0]
        assert (point.x, point.y) == tuple(census.loc[code, ["lon", "lat"]])


def test_every_county_has_a_seat_a_hospital_a_computing_room_and_access_points(
    sites: gpd.GeoDataFrame, census: pd.DataFrame
) -> None:
    for category in ("county_seat", "hospital", "computing", "access_point", "logistics"):
        assert sorted(sites.loc[sites["category"] == category, "area_id"]) == census.index.tolist()


def test_every_row_names_its_rule_and_every_rule_is_explained(sites: gpd.GeoDataFrame, sources_text: str) -> None:
    assert (sites["rule"].str.len() > 0).all()
    for rule in sorted(set(sites["rule"])):
        assert f"| `{rule}` |" in sources_text, rule


def test_only_airports_are_surveyed(sites: gpd.GeoDataFrame) -> None:
    assert set(sites.loc[~sites["derived"], "category"]) == {"airport"}


def test_every_site_belongs_to_a_project_a_category_and_an_area(
    sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, programme: Programme
) -> None:
    assert set(sites["project"]) == {project.id for project in programme.projects}
    assert set(sites["category"]) == set(programme.categories)
    assert set(sites["area_id"]) == set(areas["id"])


def test_derived_rows_stand_for_at_least_one_unit(sites: gpd.GeoDataFrame) -> None:
    assert (sites["units"] >= 1).all()


# --- areas, routes, relief -----------------------------------------------------------------------------------------


def test_areas_are_the_counties_and_do_not_overlap(areas: gpd.GeoDataFrame, census: pd.DataFrame) -> None:
    assert areas["id"].tolist() == census.index.tolist()
    assert areas.is_valid.all()
    metric = areas.to_crs("+proj=aea +lat_1=36 +lat_2=48 +lat_0=42 +lon_0=85")
    assert metric.area.sum() == pytest.approx(metric.union_all().area, rel=1e-6)


def test_every_site_lies_in_the_area_that_it_names(sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> None:
    found = gpd.sjoin(sites[["id", "area_id", "geometry"]], areas[["id", "geometry"]], predicate="within")
    assert sorted(found["id_left"]) == sorted(sites["id"])
    assert (found["area_id"] == found["id_right"]).all()


def test_routes_keep_their_surveyed_length_and_their_zero_edges() -> None:
    roads = gpd.read_file(LAYERS / "roads.gpkg", layer="highways")
    railways = gpd.read_file(LAYERS / "railways.gpkg", layer="railways")
    assert (len(roads), int((roads["km"] == 0).sum())) == (3324, 45)
    assert roads["km"].sum() == pytest.approx(32_170, abs=1)
    assert (len(railways), int((railways["km"] == 0).sum())) == (1805, 719)
    assert roads["id"].is_unique
    assert railways["id"].is_unique


def test_the_source_is_the_regional_capital_alone() -> None:
    sources = gpd.read_file(LAYERS / "sources.gpkg", layer="sources")
    assert len(sources) == 1
    assert (sources.geometry.x[0], sources.geometry.y[0]) == pytest.approx((87.6, 43.8), abs=0.1)


def test_relief_has_its_lowest_and_highest_ground_where_they_are() -> None:
    with rasterio.open(LAYERS / "relief.tif") as raster:
        elevation = raster.read(1)
        assert raster.crs.to_epsg() == 4326
        lowest = raster.xy(*np.unravel_index(elevation.argmin(), elevation.shape))
        rows, columns = zip(raster.index(79.5, 42.4), raster.index(80.7, 41.7), strict=True)
        around_pobeda = elevation[rows[0] : rows[1], columns[0] : columns[1]]
        peak = np.unravel_index(around_pobeda.argmax(), around_pobeda.shape)
        highest = raster.xy(rows[0] + peak[0], columns[0] + peak[1])
    assert lowest == pytest.approx((89.27, 42.65), abs=0.15)
    assert highest == pytest.approx((80.13, 42.03), abs=0.05)


# --- the script ------------------------------------------------------------------------------------------------------


def test_the_script_makes_the_layers_that_stand_here(made: Path) -> None:
    for name in GEOPACKAGES:
        new, stands = gpd.read_file(made / f"{name}.gpkg"), gpd.read_file(LAYERS / f"{name}.gpkg")
        pd.testing.assert_frame_equal(new.drop(columns="geometry"), stands.drop(columns="geometry"))
        if name == "areas":  # cells may differ by a rounding between versions of GEOS and PROJ
            assert new.geometry.to_crs(3857).hausdorff_distance(stands.geometry.to_crs(3857)).max() < 5
        else:
            assert new.geometry.geom_equals_exact(stands.geometry, 1e-9).all()
    assert (made / "relief.tif").read_bytes() == (LAYERS / "relief.tif").read_bytes()


def test_the_script_makes_the_same_bytes_twice(script: ModuleType, made: Path, tmp_path: Path) -> None:
    script.make(script.RAW, tmp_path)
    for name in GEOPACKAGES:
        assert (made / f"{name}.gpkg").read_bytes() == (tmp_path / f"{name}.gpkg").read_bytes(), name


@pytest.mark.parametrize("total", [0, 1, 7, 1000])
def test_dealing_gives_out_everything_in_whole_numbers(script: ModuleType, total: int) -> None:
    weights = np.random.default_rng(total).random(9)
    dealt = script.deal(total, weights)
    assert dealt.sum() == total
    assert (np.abs(dealt - total * weights / weights.sum()) < 1).all()


def test_dealing_out_less_than_the_least_is_refused(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="cannot be dealt"):
        script.deal(2, [1, 1, 1], least=1)


def test_urban_households_fill_the_seat_first(script: ModuleType) -> None:
    filled = script.fill_urban(70, np.array([50, 30, 40]), np.array([False, True, False]))
    assert filled.tolist() == [40, 30, 0]


def test_the_census_rest_goes_to_places_without_figure(script: ModuleType) -> None:
    county = pd.Series({"population": 100_000, "urban_population": 40_000})
    seat_known = script.weigh_people(np.array([60_000, 0, 0]), np.array([True, False, False]), county)
    assert seat_known.tolist() == [60_000, 20_000, 20_000]
    seat_missing = script.weigh_people(np.array([10_000, 0, 0]), np.array([False, True, False]), county)
    assert seat_missing.tolist() == [10_000, 55_000, 35_000]
    too_many = script.weigh_people(np.array([120_000, 0]), np.array([True, False]), county)
    assert too_many.tolist() == [120_000, 500]


# --- the folder ------------------------------------------------------------------------------------------------------


def test_the_folder_is_small_and_every_file_is_attributed(sources_text: str) -> None:
    files = [
        path for path in PROJECT.rglob("*") if path.is_file() and "runs" not in path.parts and path.suffix != ".pyc"
    ]
    assert sum(path.stat().st_size for path in files) < 5_000_000
    assert max(path.stat().st_size for path in files) < 2_000_000
    for path in (PROJECT / "raw").iterdir():
        assert f"`{path.name}`" in sources_text, path.name
    for path in LAYERS.iterdir():
        assert f"`layers/{path.name}`" in sources_text, path.name


def test_the_example_hazard_is_made_from_relief_and_says_that_it_is_modelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("make_xinjiang_hazard", PROJECT / "make_hazard.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["make_hazard.py", "--out", str(tmp_path / "earthquake.geojson")])
    module.main()
    kept = PROJECT / "hazards" / "earthquake.geojson"
    assert (tmp_path / "earthquake.geojson").read_bytes() == kept.read_bytes()
    assert kept.stat().st_size < 100_000
    layer = read_hazard(str(kept), gpd.read_file(LAYERS / "areas.gpkg"))
    assert layer.is_modelled
    assert len(set(layer.event)) == len(layer.polygons) == 41
    assert set(layer.probability) == {module.USUAL, module.STRONG}
