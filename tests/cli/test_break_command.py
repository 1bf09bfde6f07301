"""`karez break`: what is printed, what is written, hazards as polygons and as a raster, and what is refused."""

import json

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from shapely.geometry import box

from karez.flow.plan import plan
from projects import tiny_project

VALLEY = box(80.6, 40.2, 81.0, 40.6)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The small project, planned."""
    project = tiny_project(tmp_path_factory.mktemp("broken") / "project")
    return plan(project, out=project / "runs" / "first").folder


def spans_of(run):
    spans = gpd.read_file(run / "plan.gpkg", layer="spans")
    return spans[spans["year"] > 0].sort_values("cut_off_households", ascending=False)


def zones(folder, crs="EPSG:4326", probability=0.02):
    """A hazard of one polygon over the eastern valley."""
    table = gpd.GeoDataFrame({"probability": [probability], "data": ["modelled"]}, geometry=[VALLEY], crs=crs)
    table.to_file(folder / "zones.gpkg", layer="zones", driver="GPKG")
    return f"{folder / 'zones.gpkg'}:zones"


def raster(folder, west=79.5, value=0.01):
    """The same everywhere."""
    about = {"driver": "GTiff", "count": 1, "dtype": "float32", "width": 20, "height": 20, "crs": "EPSG:4326"}
    with rasterio.open(folder / "flood.tif", "w", **about, transform=Affine(0.1, 0, west, 0, -0.1, 41.5)) as file:
        file.write(np.full((20, 20), value, np.float32), 1)
    return folder / "flood.tif"


def test_a_span_out_cuts_off_what_the_plan_says(karez, run, tmp_path):
    worst = spans_of(run).iloc[0]
    done = karez("break", run, "--spans", worst["id"], "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["totals"]["spans_out"] == 1
    assert document["totals"]["households"] == pytest.approx(worst["cut_off_households"])
    assert {"break.html", "break.gpkg", "break.json", "tables"} == {path.name for path in (tmp_path / "out").iterdir()}
    told = karez("break", run, "--spans", worst["id"], "--out", tmp_path / "again")
    assert "With 1 span out" in told.stdout


@pytest.mark.parametrize("kind", ["polygons", "raster"])
def test_a_hazard_tells_loss_and_what_hardening_buys(karez, run, tmp_path, kind):
    layer = zones(tmp_path) if kind == "polygons" else raster(tmp_path)
    done = karez("break", run, "--hazard", layer, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    hazard = json.loads(done.stdout)["hazard"]
    assert hazard["outage_hours"] > 0
    assert hazard["outage_hours_hardened"] <= hazard["outage_hours"]
    page = (tmp_path / "out" / "break.html").read_text(encoding="utf-8")
    assert ("says of itself that it is modelled" in page) == (kind == "polygons")


def test_what_cannot_be_used_is_named_and_nothing_is_written(karez, run, tmp_path):
    cases = {
        "probability": zones(tmp_path, probability=1.5),
        "cover": raster(tmp_path, west=80.5),
    }
    for word, layer in cases.items():
        done = karez("break", run, "--hazard", layer, "--out", tmp_path / "out")
        assert done.returncode == 1, done.stdout
        assert word in done.stderr
    (tmp_path / "bare").mkdir()
    with pytest.warns(UserWarning, match="crs"):
        bare = zones(tmp_path / "bare", crs=None)
    done = karez("break", run, "--hazard", bare, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "CRS" in done.stderr or "coordinate" in done.stderr
    assert not (tmp_path / "out").exists()


def test_wrong_usage_exits_with_2(karez, run, tmp_path):
    for words in (("--spans", "span:nowhere"), ("--nodes", "nowhere"), (), ("--hazard", tmp_path / "nothing.gpkg")):
        done = karez("break", run, *words, "--out", tmp_path / "out")
        assert done.returncode in {1, 2}, (words, done.stdout)
        assert done.stderr.strip()
