"""`karez new --country`: any country of the world becomes a project without a fault."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pyogrio
import pytest
import shapely

from karez.errors import UsageFault
from karez.flow.check import check
from karez.flow.new import new
from karez.model.programme import Programme
from karez.starting import lines, start_country
from karez.starting.extra import PACKAGES
from karez.starting.nations import find_nation, find_seat, nations, settlements
from karez.starting.settings import yearly_budget
from karez.starting.sites import settled

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

pytestmark = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in PACKAGES), reason="the extra `starter` is not installed"
)

KINDS = {
    "KG": "landlocked",
    "FJ": "an archipelago on the date line",
    "KI": "atolls on both sides of the date line, without roads",
    "ST": "two islands",
    "VA": "the smallest",
    "NR": "an island without roads",
    "GF": "drawn as part of another country",
    "PN": "one settlement and no line",
}


@pytest.fixture(scope="module", params=KINDS, ids=KINDS.values())
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start_country(request.param, tmp_path_factory.mktemp("countries") / request.param)


def layer(project: Path, name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(project / "layers" / f"{name}.gpkg", layer=name)


def programme(project: Path) -> Programme:
    return Programme.model_validate(tomllib.loads((project / "programme.toml").read_text("utf-8")))


def routes(project: Path) -> list[gpd.GeoDataFrame]:
    sources = [route.source.split(":") for route in programme(project).layers.routes]
    return [gpd.read_file(project / file, layer=name) for file, name in sources]


def test_a_started_country_has_no_fault(started: Path) -> None:
    assert check(started).rows["sites"] >= 1


def test_every_site_lies_inside_its_area(started: Path) -> None:
    sites, areas = layer(started, "sites"), layer(started, "areas").set_index("id")
    own = areas.geometry.reindex(sites["area_id"]).to_numpy()
    assert shapely.covers(own, sites.geometry.to_numpy()).all()
    assert areas.geometry.is_valid.all()
    assert areas.geometry.map(shapely.is_empty).sum() == 0


def test_every_place_can_reach_the_source_along_the_lines(started: Path) -> None:
    graph = nx.Graph()
    for table in routes(started):
        ends = shapely.get_coordinates(table.geometry.to_numpy()).reshape(-1, 2, 2).round(7)
        ends[:, :, 0] = np.where(ends[:, :, 0] == -180.0, 180.0, ends[:, :, 0])
        graph.add_edges_from((tuple(one), tuple(other)) for one, other in ends.tolist())
    assert nx.number_connected_components(graph) == 1


def test_no_line_jumps_over_the_date_line(started: Path) -> None:
    for table in routes(started):
        bounds = table.geometry.bounds
        assert (bounds["maxx"] - bounds["minx"] < 180.0).all()


def test_households_follow_the_rule_that_each_row_names(started: Path) -> None:
    sites = layer(started, "sites")
    assert sites["derived"].all()
    assert sites["rule"].str.contains("÷ 4.5 people per household").all()
    expected = settled(find_nation(started.name)).places.set_index("place_id")["households"]
    assert sites.groupby("place_id")["households"].sum().to_dict() == expected.to_dict()
    assert (sites.groupby("place_id")["households"].agg(np.ptp) <= 1).all()


def test_the_notes_say_what_share_of_the_nation_is_planned_for(started: Path) -> None:
    notes = " ".join(programme(started).notes)
    assert "national population" in notes
    assert "starting point to replace" in notes
    assert "mountains are priced too low" in notes


def test_the_budget_is_scaled_by_population(started: Path) -> None:
    people = int(settled(find_nation(started.name)).places["people"].sum())
    assert list(programme(started).agreement.budget) == yearly_budget(people)


def test_data_under_the_odbl_stand_in_files_of_their_own(started: Path) -> None:
    found = {path.name: {name for name, _ in pyogrio.list_layers(path)} for path in (started / "layers").iterdir()}
    for file, names in found.items():
        assert names <= ({"links_land", "links_sea"} if file == "links.gpkg" else {file.removesuffix(".gpkg")})
    text = (started / "SOURCES.md").read_text("utf-8")
    assert all(word in text for word in ("ODbL", "CC BY 4.0", "public domain", "OpenStreetMap contributors"))


def same_shapes(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether shapes are the same, wherever a version of GEOS lets a polygon begin."""
    if shapely.get_dimensions(ours[0]) == 2:
        return bool((shapely.area(shapely.symmetric_difference(ours, theirs)) < 1e-9).all())
    return bool(shapely.equals_exact(ours, theirs, 1e-9).all())


def test_the_example_is_what_the_command_makes(tmp_path: Path) -> None:
    made = new(tmp_path / "kyrgyzstan", country="kgz")
    example = EXAMPLES / "kyrgyzstan"
    for name in ("programme.toml", "catalogue.csv", "SOURCES.md"):
        assert (made / name).read_text("utf-8") == (example / name).read_text("utf-8")
    files = sorted(path.name for path in (made / "layers").iterdir())
    assert files == sorted(path.name for path in (example / "layers").iterdir())
    for file in files:
        for name, _ in pyogrio.list_layers(made / "layers" / file):
            ours, theirs = (gpd.read_file(folder / "layers" / file, layer=name) for folder in (made, example))
            assert ours.drop(columns="geometry").equals(theirs.drop(columns="geometry"))
            assert same_shapes(ours.geometry.to_numpy(), theirs.geometry.to_numpy())


def test_starting_twice_gives_equal_files(tmp_path: Path) -> None:
    one, other = (start_country("FJ", tmp_path / name) for name in ("one", "other"))
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files
    for file in files:
        assert (one / file).read_bytes() == (other / file).read_bytes(), file


def test_large_places_are_phased_in_equal_tranches(tmp_path: Path) -> None:
    sites = layer(start_country("KG", tmp_path / "KG"), "sites")
    capital = sites[sites["name"] == "Bishkek"]
    assert len(capital) > 1
    assert capital["households"].max() <= 20_000
    assert sorted(capital["tranche"]) == list(range(1, len(capital) + 1))
    assert capital["place_id"].nunique() == 1


def test_people_beyond_the_nation_are_scaled_down() -> None:
    monaco = find_nation("Monaco")
    scaled = settled(monaco)
    assert scaled.scale < 1.0
    assert scaled.places["people"].sum() == pytest.approx(monaco.people, abs=len(scaled.places))


def test_the_capital_is_found_for_nearly_every_country() -> None:
    named = {nation.code for nation in nations() if nation.capital}
    lost = [code for code, places in settlements().groupby("code") if code in named and not find_seat(places).found]
    assert len(lost) <= 5, lost


@pytest.mark.parametrize("asked", ["KG", "kg", "KGZ", " Kyrgyzstan ", "kyrgyzstan"])
def test_a_country_is_found_by_codes_and_name_in_any_case(asked: str) -> None:
    assert find_nation(asked).code == "KG"


def test_a_country_is_found_without_its_accents() -> None:
    assert find_nation("Aland Islands").code == "AX"


def test_an_unknown_country_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"Kyrgyzstan"):
        start_country("Kirgyzstan", tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("asked", ["", "  ", "../KG", "12"])
def test_what_is_no_country_is_refused(tmp_path: Path, asked: str) -> None:
    with pytest.raises(UsageFault, match="no country"):
        start_country(asked, tmp_path / "mine")


def test_a_territory_without_settlements_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="nothing to plan for"):
        start_country("AQ", tmp_path / "mine")


def test_a_folder_that_exists_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="exists already"):
        start_country("KG", tmp_path)


def test_a_missing_package_names_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageFault, match=r"pip install 'karez\[starter\]'"):
        start_country("KG", tmp_path / "mine")


def test_a_graph_is_read_once_per_pair_at_its_shortest() -> None:
    text = "\nfrom x import y\ngraph=[{1: 1.5, 2: 2}, {0: 1.25, 1: 3}, {}]\nnodes=[[1, 2], [3, 4.5], [5, 6]]\nz = 1\n"
    graph = lines.parse_graph(text, "some")
    assert graph.lonlat.tolist() == [[2.0, 1.0], [4.5, 3.0], [6.0, 5.0]]
    assert list(zip(graph.one.tolist(), graph.other.tolist(), graph.km.tolist(), strict=True)) == [
        (0, 1, 1.25),
        (0, 2, 2.0),
    ]


def test_a_graph_of_another_form_is_refused_with_the_version_to_install() -> None:
    with pytest.raises(UsageFault, match="scgraph_data==2"):
        lines.parse_graph("graph = load('x')", "some")
