"""What-ifs on a finished run, and hazards that are refused."""

import json

import geopandas as gpd
import pytest
from shapely import box

from flow_run import run_tiny
from karez.errors import DataFault, UsageFault
from karez.flow.breaking import break_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_tiny(tmp_path_factory.mktemp("break"))


def hazard(folder, crs="EPSG:4326", probability=(0.02, 0.1)):
    table = gpd.GeoDataFrame(
        {"probability": probability, "data": ["modelled", "modelled"]},
        geometry=[box(80.25, 40.05, 80.45, 40.35), box(80.6, 40.2, 80.8, 40.4)],
        crs=crs,
    )
    path = folder / "hazard.gpkg"
    table.to_file(path, layer="zones", driver="GPKG")
    return f"{path}:zones"


def test_a_span_out_cuts_off_whom_the_plan_says(run, tmp_path):
    worst = run.spans.sort_values("cut_off_households").iloc[-1]
    made = break_run(run.planned.folder, spans=[worst["id"]], out=tmp_path / "out").breakage
    assert made.totals["households"] == worst["cut_off_households"]
    assert made.totals["sites"] == worst["cut_off_sites"] == len(made.sites)
    assert made.repairs["span"].tolist() == [worst["id"]] and made.sites["back_hours"].notna().all()
    said = json.loads((tmp_path / "out" / "break.json").read_text(encoding="utf-8"))
    assert said["totals"]["households"] == worst["cut_off_households"]
    assert (tmp_path / "out" / "break.html").stat().st_size > 10_000


def test_a_node_out_cuts_off_whom_the_plan_says(run, tmp_path):
    worst = run.nodes.sort_values(["cut_off_households", "id"]).iloc[-1]
    made = break_run(run.planned.folder, nodes=[worst["id"]], out=tmp_path / "out").breakage
    assert made.totals["households"] == worst["cut_off_households"]


def test_a_hazard_has_an_expected_loss_and_a_frontier_above_its_bound(run, tmp_path):
    made = break_run(run.planned.folder, hazard=hazard(tmp_path), out=tmp_path / "out").breakage
    assert made.hazard["modelled"] and made.hazard["outage_hours"] > 0
    table = made.frontier
    assert (table["outage_hours"] >= table["outage_hours_bound"] - 1e-9).all()
    assert table["outage_hours"].is_monotonic_decreasing and len(table) > 1
    assert made.totals["weight_hours"] == pytest.approx(made.totals["weight_hours_bound"])


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("how", "problem"),
    [({"crs": None}, "reference system"), ({"probability": (0.02, 1.5)}, "not a probability")],
    ids=["no reference system", "a probability above 1"],
)
def test_a_hazard_that_cannot_be_is_refused(run, tmp_path, how, problem):
    with pytest.raises(DataFault, match=problem):
        break_run(run.planned.folder, hazard=hazard(tmp_path, **how), out=tmp_path / "out")


def test_what_is_not_there_is_named(run, tmp_path):
    with pytest.raises(UsageFault, match="span:none"):
        break_run(run.planned.folder, spans=["span:none"], out=tmp_path / "out")
