"""The planner's word: it is kept, priced truly, verified, and refused where it contradicts itself."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from street_maps import Locks, grid_of_streets, row_of_houses

from karez.errors import DataFault
from karez.flow.street import street
from karez.flow.verify import verify
from karez.reading.street import read_street
from karez.routing.street import route_streets


@pytest.fixture(scope="module")
def locked(town, tmp_path_factory):
    """The town of the other tests with something of everything fixed."""
    folder = tmp_path_factory.mktemp("locked")
    mine = Locks()
    mine.point("offices", (0, 0), id="CO")
    mine.point("cabinets", (80, 83), id="K1", ports=24)
    mine.point("cabinets", (240, 240), id="K2")
    mine.line("forbidden", (80, 0), (160, 0), id="F1")
    mine.ring("forbidden_ground", ((28, 30), (36, 45)), ((30, 33), (34, 42)), id="F2")
    mine.line("preferred", (0, 2), (0, 240), id="P1", factor=0.5)
    mine.line("built", (0, 160), (160, 160), id="B1", price_per_m=3.0)
    mine.line("ducts", (160, 0), (160, 240), id="D1", free_cables=2)
    for number in range(6):
        mine.point("poles", (40 * number, 242), id=f"pole{number}")
    return street(town, lock=mine.write(folder / "mine.gpkg"), out=folder / "run")


def test_what_is_fixed_is_a_layer_of_its_own_with_a_style(locked):
    path = locked.folder / "plan.gpkg"
    spans = gpd.read_file(path, layer="locked_spans").set_index("id")
    assert spans["role"].to_dict() == {"F1": "forbidden", "P1": "preferred", "B1": "built", "D1": "ducts"}
    points = gpd.read_file(path, layer="locked_points")
    assert points["role"].value_counts().to_dict() == {"poles": 6, "cabinet": 2, "office": 1}
    with closing(sqlite3.connect(path)) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles").fetchall())
    assert 'attr="role"' in styles["locked_spans"]
    assert "Forbidden" in styles["locked_spans"]
    page = (locked.folder / "report.html").read_text()
    for role in ("forbidden", "preferred", "built", "ducts", "poles", "office", "cabinet"):
        assert f'data-street-layer="lock-{role}"' in page
    assert page.count("stroke-dasharray") >= 4


def test_ground_is_drawn_with_what_is_cut_out_of_it(locked):
    page = (locked.folder / "report.html").read_text()
    ground = gpd.read_file(locked.folder / "plan.gpkg", layer="locked_ground").geometry.iloc[0]
    layers = json.loads(re.search(r'{"attribution".*?}(?=</script>)', page).group(0))["layers"]
    shapes = next(layer["shapes"] for layer in layers if layer["kind"] == "area")
    assert shapely.Polygon(shapes[0][0], shapes[0][1:]).equals_exact(ground.geoms[0], 1e-6)
    drawing = page[page.index("static-map") :]
    assert len(re.findall(r"M[^MZ]*Z", drawing[: drawing.index("</svg>")])) == 2


def _dug(made):
    layer = gpd.read_file(made.folder / "plan.gpkg", layer="trench")
    return layer[layer["kind"] == "street"]


def test_a_design_with_locks_verifies(locked):
    verdict = verify(locked.folder)
    assert verdict.passed, verdict.failures
    assert locked.design.certificates[0].gap <= 0.01


def test_given_cabinets_and_offices_stand_where_they_are_given(locked):
    cabinets = gpd.read_file(locked.folder / "plan.gpkg", layer="cabinets").set_index("given")
    assert {"K1", "K2"} <= set(cabinets.index)
    assert cabinets.loc["K1", "ports"] == 24
    assert cabinets.loc["K1", "dwellings"] * 1.1 <= 24
    given = locked.inputs.cabinets.set_index("id").geometry
    for name in ("K1", "K2"):
        assert cabinets.geometry[name].distance(given[name]) < 1e-4


def test_nothing_runs_along_a_forbidden_span_and_its_houses_are_reached_otherwise(locked):
    runs = locked.graph.runs
    lines = runs.geometry.to_numpy()[(runs["kind"] == "street").to_numpy()]
    inner = shapely.LineString([(25.0 + 90 / 55_660, 60.0), (25.0 + 150 / 55_660, 60.0)])
    along = shapely.length(shapely.intersection(lines, shapely.buffer(inner, 1e-5)))
    assert along.max() < 4e-5
    assert (locked.design.premises["place"] >= 0).sum() > 30


def test_what_is_built_costs_its_stated_price_and_a_duct_its_own(locked):
    runs = locked.graph.runs.set_index("lock")
    assert (runs.loc["B1", "method"] == "existing").all()
    assert (runs.loc["B1", "per_m"] == 3.0).all()
    assert (runs.loc["D1", "method"] == "duct").all()
    assert runs.loc["D1", "length_m"].sum() == pytest.approx(240.0, rel=0.01)
    items = locked.design.bill.groupby("item")[["quantity", "amount"]].sum()
    for method, price in (("existing", 3.0), ("duct", 1.5)):
        rows = items[items.index.str.endswith(f", {method}")]
        assert rows["amount"].sum() == pytest.approx(price * rows["quantity"].sum(), rel=1e-3)


def test_a_full_duct_is_not_used_beyond_its_room(locked):
    trench = locked.design.trench
    cables = locked.design.cables.groupby(trench.run[locked.design.cables["place"]])["count"].sum()
    runs = locked.graph.runs
    over = [run for run, count in cables.items() if count > runs["free_cables"].iloc[run]]
    assert sorted(over) == sorted(locked.design.full_runs)
    layer = gpd.read_file(locked.folder / "plan.gpkg", layer="trench").set_index("id")
    for run in over:
        assert layer.loc[runs["id"].iloc[run], "method"] == runs["other_method"].iloc[run] == "trench"


def test_a_preferred_span_is_paid_in_full(locked):
    runs = locked.graph.runs
    preferred = runs[runs["factor"] < 1.0]
    assert len(preferred)
    assert (preferred["per_m"] == locked.inputs.rules.prices.trench_per_m["carriageway"]).all()
    assert (preferred["factor"] == 0.5).all()


def test_a_preferred_street_is_taken_instead_of_its_twin(tmp_path):
    town = row_of_houses(2, 200.0)
    town.street([(0, 0), (0, -60), (400, -60), (400, 0)])
    town.street([(0, 0), (0, 61), (400, 61), (400, 0)])
    town.house(200, -75)
    mine = Locks()
    mine.line("forbidden", (20, 0), (390, 0))
    path = town.write(tmp_path / "a.osm")
    taken = {}
    for name, row in (("south", -60), ("north", 61)):
        one = Locks(**{layer: list(rows) for layer, rows in mine.rows.items()})
        one.line("preferred", (0, row), (400, row), factor=0.2)
        made = route_streets(read_street(path, lock=one.write(tmp_path / f"{name}.gpkg")))
        taken[name] = made.runs.loc[made.runs["factor"] < 1, "length_m"].sum()
    assert taken["south"] == pytest.approx(400, rel=0.02)
    assert taken["north"] == pytest.approx(400, rel=0.02)


def test_of_a_street_and_the_path_beside_it_only_the_nearest_is_meant(tmp_path):
    town = row_of_houses(4)
    town.street([(0, -6), (120, -6)], "footway")
    town.street([(0, 0), (0, -6)], "footway")
    mine = Locks()
    mine.line("ducts", (0, -5), (120, -5), id="D")
    graph = route_streets(read_street(town.write(tmp_path / "a.osm"), lock=mine.write(tmp_path / "m.gpkg")))
    assert set(graph.runs.loc[graph.runs["lock"] == "D", "surface"]) == {"paved"}


def test_a_duct_on_one_side_of_a_wide_street_is_not_on_the_other(tmp_path):
    town = row_of_houses(4)
    town.ways.clear()
    town.street([(0, 0), (200, 0)], "primary")
    for number in range(4):
        town.house(50 * number + 5, 12)
        town.house(50 * number + 5, -22)
    mine = Locks()
    mine.line("ducts", (0, 4), (200, 4), id="D")
    graph = route_streets(read_street(town.write(tmp_path / "a.osm"), lock=mine.write(tmp_path / "m.gpkg")))
    streets = graph.runs[graph.runs["kind"] == "street"]
    north = streets.geometry.apply(lambda line: line.centroid.y) > 60.0
    assert (streets.loc[north, "method"] == "duct").all()
    assert (streets.loc[~north, "method"] == "trench").all()


def test_methods_follow_rules_poles_and_fronts(tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[methods]\ncarriageway = ["trench", "facade", "aerial"]\nfacade_within_m = 13\nfacade_share = 0.5\n'
    )
    town = row_of_houses(6, 18.0)
    inputs = read_street(town.write(tmp_path / "a.osm"), rules=rules)
    runs = route_streets(inputs).runs
    assert set(runs.loc[runs["kind"] == "street", "method"]) == {"facade"}
    rules.write_text('[methods]\ncarriageway = ["trench", "micro_trench"]\n')
    runs = route_streets(read_street(tmp_path / "a.osm", rules=rules)).runs
    streets = runs[runs["kind"] == "street"]
    assert set(streets["method"]) == {"micro_trench"}
    assert streets["per_m"].iloc[0] == pytest.approx(76.3 * 0.65)


def test_drops_hang_where_poles_stand(tmp_path):
    mine = Locks()
    mine.line("poles", (0, 3), (180, 3), id="line", price_per_m=5.0)
    path = row_of_houses().write(tmp_path / "a.osm")
    runs = route_streets(read_street(path, lock=mine.write(tmp_path / "m.gpkg"))).runs
    assert set(runs["method"]) == {"aerial"}
    assert (runs.loc[runs["kind"] == "street", "per_m"] == 5.0).all()


def test_every_contradiction_is_named_at_once_with_its_row(refused, town, tmp_path):
    mine = Locks()
    mine.line("preferred", (0, 80), (80, 80), id="P")
    mine.line("forbidden", (0, 80), (240, 80), id="F")
    mine.line("built", (160, 80), (240, 80), id="B")
    mine.line("ducts", (0, 0), (80, 0), id="D", free_cables=-1)
    mine.area("forbidden_ground", (140, 140), (180, 180), id="G")
    mine.point("cabinets", (160, 160), id="K-ground")
    mine.point("offices", (5000, 5000), id="CO-far")
    mine.point("cabinets", (120, 80), id="K-street")
    told = refused(town, "--lock", mine.write(tmp_path / "mine.gpkg"), "--out", tmp_path / "run")
    assert "6 faults" in told
    assert not (tmp_path / "run").exists()
    with pytest.raises(DataFault) as caught:
        route_streets(read_street(town, lock=tmp_path / "mine.gpkg"))
    told = {(fault.layer, fault.row): fault for fault in caught.value.faults}
    assert set(told) == {
        ("preferred", "1"),
        ("built", "1"),
        ("ducts", "1"),
        ("cabinets", "1"),
        ("offices", "1"),
        ("cabinets", "2"),
    }
    assert all(fault.file == "mine.gpkg" and fault.remedy for fault in caught.value.faults)
    assert "preferred, and forbidden by row 1 of layer forbidden (id F)" in told["preferred", "1"].problem
    assert "-1" in told["ducts", "1"].problem
    assert "ground forbidden by row 1" in told["cabinets", "1"].problem
    assert "outside the area" in told["offices", "1"].problem
    assert "street that is forbidden" in told["cabinets", "2"].problem


def test_a_cabinet_that_forbidden_spans_cut_off_is_named(tmp_path):
    town = row_of_houses(6)
    town.street([(180, 0), (180, 100), (250, 100)])
    town.house(220, 110)
    mine = Locks()
    mine.point("cabinets", (240, 100), id="K")
    mine.line("forbidden", (180, 5), (180, 95), id="F")
    with pytest.raises(DataFault) as caught:
        route_streets(read_street(town.write(tmp_path / "a.osm"), lock=mine.write(tmp_path / "mine.gpkg")))
    (fault,) = caught.value.faults
    assert (fault.layer, fault.row) == ("cabinets", "1")
    assert "forbidden spans cut it off" in fault.problem


def test_a_layer_of_locks_spelt_almost_right_is_a_fault(town, tmp_path):
    mine = Locks()
    mine.line("forbiden", (0, 80), (80, 80))
    with pytest.raises(DataFault, match="Rename it to `forbidden`"):
        route_streets(read_street(town, lock=mine.write(tmp_path / "mine.gpkg")))


def test_a_cabinet_nothing_can_hang_on_is_named_and_the_rest_designed(tmp_path):
    mine = Locks()
    mine.point("offices", (0, 0), id="CO")
    mine.point("cabinets", (90, 0), id="K1")
    mine.point("cabinets", (90, 0.1), id="K2")
    made = street(
        row_of_houses().write(tmp_path / "a.osm"), lock=mine.write(tmp_path / "mine.gpkg"), out=tmp_path / "run"
    )
    assert made.design.kept == ("", "another one stands at the same place")
    assert "K2 is not used" in " ".join(note.text for note in made.design.notes)
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures


def test_a_cabinet_at_the_far_end_serves_what_lies_before_it(tmp_path):
    town = row_of_houses(6)
    town.street([(180, 0), (300, 0)])
    mine = Locks()
    mine.point("offices", (0, 0), id="CO")
    mine.point("cabinets", (300, 0), id="K")
    made = street(town.write(tmp_path / "a.osm"), lock=mine.write(tmp_path / "mine.gpkg"), out=tmp_path / "run")
    assert made.design.kept == ("",)
    assert len(made.design.cabinets) == 1
    assert made.design.cabinets["feeder_m"].iloc[0] == pytest.approx(300, rel=0.01)
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda runs: runs.assign(other_method="", full=False), "room"),
        (lambda runs: runs.assign(method=runs["method"].replace("existing", "facade")), "methods"),
        (lambda runs: runs.assign(lock=runs["lock"].replace("B1", "P1")), "methods"),
    ],
)
def test_a_broken_word_is_found(locked, tmp_path, change, check):
    folder = tmp_path / "tampered"
    shutil.copytree(locked.folder, folder)
    path = folder / "proof" / "runs.parquet"
    change(pd.read_parquet(path)).to_parquet(path)
    assert check in {one.name for one in verify(folder).checks if not one.passed}


def test_a_trench_along_a_forbidden_span_or_a_moved_cabinet_is_found(locked, tmp_path):
    folder = tmp_path / "tampered"
    shutil.copytree(locked.folder, folder)
    path = folder / "proof" / "locks.parquet"
    table = pd.read_parquet(path)
    used = _dug(locked)
    longest = used.geometry.iloc[int(np.argmax(used["length_m"]))]
    row = table.index[table["role"] == "forbidden"][0]
    table.loc[row, "wkb"] = shapely.to_wkb(longest)
    table.loc[table["id"] == "K2", "node"] += 1
    table.to_parquet(path)
    failed = {one.name for one in verify(folder).checks if not one.passed}
    assert {"forbidden", "given plant"} <= failed


def test_lengths_by_method_are_in_the_summary(locked):
    summary = json.loads((locked.folder / "summary.json").read_text())
    layer = gpd.read_file(locked.folder / "plan.gpkg", layer="trench")
    assert sum(summary["lengths_by_method_m"].values()) == pytest.approx(layer["length_m"].sum(), abs=0.01)
    assert {"duct", "existing", "trench"} <= set(summary["lengths_by_method_m"])


def test_a_grid_without_locks_has_no_span_of_the_planner(run):
    assert (run.graph.runs["lock"] == "").all()
    assert np.isinf(run.graph.runs["free_cables"]).all()


def test_a_hand_of_cabinets_is_kept_for_every_size(tmp_path):
    path = grid_of_streets().write(tmp_path / "a.osm")
    mine = Locks()
    for number, spot in enumerate([(0, 0), (80, 80), (160, 160), (240, 240), (240, 0)]):
        mine.point("cabinets", spot, id=f"K{number}", ports=12 + 12 * number)
    made = street(path, lock=mine.write(tmp_path / "mine.gpkg"), out=tmp_path / "run")
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures
    assert made.design.kept.count("") >= 4
