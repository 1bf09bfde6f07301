"""`karez things`: printed output, files, terrain, proof, and what is wrong with its settings and land."""

import json

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio
from shapely import box

RULES = """
[things]
land = { home = { km2 = 60.0, devices_per_km2 = 2.0 } }
share = 0.8
costs = [{ item = "institution", per = "unit" }]
backhaul = [{ item = "dish", per = "unit" }]
"""


def _set(project, text=RULES):
    settings = project / "programme.toml"
    settings.write_text(settings.read_text() + text)


@pytest.fixture
def covered(karez, tiny, tmp_path):
    """Gateways for discs of land around the homes of the small project, and the document."""
    _set(tiny)
    folder = tmp_path / "things"
    done = karez("things", tiny, "--out", folder, "--json")
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def test_help_says_what_the_command_is_for(karez):
    done = karez("things", "--help")
    assert done.returncode == 0
    for word in ("--upon", "--out", "--json", "--seed", "LoRaWAN"):
        assert word in done.stdout


def test_least_gateways_cover_the_share_and_derived_land_is_told(covered):
    folder, document = covered
    assert document["certificate"]["value"] == document["certificate"]["bound"] == document["gateways"]
    assert document["share"] >= 0.8
    assert document["devices_by_ground"]["assumed"] == pytest.approx(document["covered"])
    assert "60 km²" in document["derived"]
    assert {path.name for path in folder.iterdir()} == {
        "things.html", "things.json", "things.gpkg", "things.xlsx", "tables", "proof",
    }  # fmt: skip
    cells = gpd.read_file(folder / "things.gpkg", layer="cells")
    gateways = gpd.read_file(folder / "things.gpkg", layer="gateways")
    assert set(cells.loc[cells["ground"] != "uncovered", "gateway"]) == set(gateways["id"])
    assert gateways["load"].between(0, 1).all()
    # A place that no road reaches has no site in service: its gateway is joined anew.
    assert set(gateways["backhaul"]) <= {"fibre", "new_satellite"}
    assert document["present_real"] == pytest.approx(gateways["present_real"].sum())
    assert openpyxl.load_workbook(folder / "things.xlsx")["Gateways"].max_row == 5 + len(gateways)
    page = (folder / "things.html").read_text()
    assert "modelled, not mapped" in page
    assert "as assumed" in page


def test_it_is_proven_again_and_tampering_shows(karez, covered):
    folder, _ = covered
    done = karez("verify", folder)
    assert done.returncode == 0, done.stdout
    assert "no choice of these masts" in done.stdout.replace("\n", " ")
    proof = folder / "proof"
    for table, column, change, said in (
        ("links", "loss_db", -1.0, "another loss"),
        ("links", "km", 1.0, "as long as its ends"),
        ("pairs", "use", 9.0, "takes not what"),
        ("limits", "bound", 1.0, "higher than its cases prove"),
    ):
        whole = pd.read_parquet(proof / f"{table}.parquet")
        tampered = whole.copy()
        tampered[column] = (whole[column] + change).astype(whole[column].dtype)
        tampered.to_parquet(proof / f"{table}.parquet")
        refused = karez("verify", folder)
        assert refused.returncode == 1
        assert said in " ".join(refused.stdout.replace("│", " ").split())
        whole.to_parquet(proof / f"{table}.parquet")


def _relief(project, *, ridge):
    """A fine raster of the region: flat at 1,000 m, or with a wall of 600 m that runs north to south."""
    step = 0.0008
    west, south, east, north = gpd.read_file(project / "layers.gpkg", layer="areas").total_bounds
    columns, rows = int((east - west) / step) + 4, int((north - south) / step) + 4
    height = np.full((rows, columns), 1000.0, np.float32)
    if ridge:
        at = int((80.44 - west) / step)
        height[:, at : at + 3] = 1600.0
    path = project / "relief.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.Affine(step, 0.0, west - step, 0.0, -step, north + step),
    ) as raster:  # fmt: skip
        raster.write(height, 1)
    settings = project / "programme.toml"
    if "relief =" not in settings.read_text():
        settings.write_text(settings.read_text().replace("[layers]\n", '[layers]\nrelief = "relief.tif"\n', 1))


def test_a_ridge_of_a_fine_raster_is_in_the_way_and_polygons_say_where_devices_are(karez, tiny, tmp_path):
    fields = gpd.GeoDataFrame(
        {"devices_per_km2": [3.0], "name": ["Fields"]}, geometry=[box(80.45, 40.25, 80.55, 40.36)], crs="EPSG:4326"
    )
    fields.to_file(tiny / "fields.gpkg", layer="fields", driver="GPKG")
    _set(tiny, '\n[things]\ndevices = "fields.gpkg:fields"\nmasts = ["home"]\nshare = 0.05\n')
    told = {}
    for ridge in (False, True):
        _relief(tiny, ridge=ridge)
        done = karez("things", tiny, "--out", tmp_path / f"ridge-{ridge}", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        told[ridge] = json.loads(done.stdout)
        assert karez("verify", tmp_path / f"ridge-{ridge}").returncode == 0
    assert told[False]["derived"] == ""
    area = 3.0 * fields.to_crs(6933).area.sum() / 1e6
    assert told[False]["devices"] == pytest.approx(area, rel=0.01)
    assert "assumed" not in told[False]["devices_by_ground"]
    assert told[True]["share_coverable"] < told[False]["share_coverable"]
    links = pd.read_parquet(tmp_path / "ridge-True" / "proof" / "links.parquet")
    flat = pd.read_parquet(tmp_path / "ridge-False" / "proof" / "links.parquet")
    # What is left hears from this side of the wall.
    assert len(links) < len(flat)
    masts = pd.read_parquet(tmp_path / "ridge-True" / "proof" / "ends.parquet")
    assert (masts["lon"].to_numpy()[links["mast"]] > 80.44).all()


def test_too_few_masts_are_infeasible_and_the_share_is_told(karez, tiny, tmp_path):
    _set(tiny, RULES.replace("share = 0.8", 'share = 0.9\nmasts = ["county_seat"]'))
    done = karez("things", tiny, "--out", tmp_path / "none")
    assert done.returncode == 3
    assert "masts together hear" in " ".join(done.stderr.split())


def test_every_fault_of_settings_is_named_at_once(karez, tiny):
    _set(
        tiny,
        '\n[things]\nmasts = ["hom"]\nland = { clinc = { km2 = 1.0, devices_per_km2 = 1.0 } }\nfrequency_mhz = 2400.0\n'
        'share = 1.5\ncosts = [{ item = "institutoin", per = "household" }]\n',
    )
    done = karez("check", tiny)
    assert done.returncode == 1
    for word in ("hom", "clinic", "frequency_mhz", "1500", "share", "institution", "household"):
        assert word in done.stderr
    settings = tiny / "programme.toml"
    settings.write_text(settings.read_text().partition("\n[things]")[0] + "\n[things]\nmessages_per_day = 50000.0\n")
    done = karez("check", tiny)
    assert done.returncode == 1
    assert "more than EU868 lets" in " ".join(done.stderr.split())


def test_land_elsewhere_without_density_and_a_small_raster_are_named(karez, tiny, tmp_path):
    gpd.GeoDataFrame({"name": ["x"]}, geometry=[box(10, 10, 11, 11)], crs="EPSG:4326").to_file(
        tiny / "fields.gpkg", layer="fields", driver="GPKG"
    )
    _set(tiny, '\n[things]\ndevices = "fields.gpkg:fields"\n')
    done = karez("things", tiny, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "devices_per_km2" in done.stderr
    fields = gpd.GeoDataFrame({"devices_per_km2": [-1.0]}, geometry=[box(10, 10, 11, 11)], crs="EPSG:4326")
    fields.to_file(tiny / "fields.gpkg", layer="fields", driver="GPKG")
    _relief(tiny, ridge=False)
    with rasterio.open(tiny / "relief.tif") as raster:
        part, about = raster.read(1)[:60, :60], raster.profile
    about.update(height=60, width=60)
    with rasterio.open(tiny / "relief.tif", "w", **about) as raster:
        raster.write(part, 1)
    done = karez("things", tiny, "--out", tmp_path / "out")
    said = " ".join(done.stderr.split())
    assert done.returncode == 1
    for word in ("not a density", "elsewhere than the areas", "does not cover the region"):
        assert word in said
