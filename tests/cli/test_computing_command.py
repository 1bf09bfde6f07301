"""`karez computing`: printed output, files, proof, and what is wrong with its settings."""

import json
from itertools import combinations

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest


@pytest.fixture
def placed(karez, tiny, tmp_path):
    """Two centres of the small project at any place, and the document."""
    _set(tiny, 'candidates = ["home"]\ncentres = 2\n')
    folder = tmp_path / "computing"
    done = karez("computing", tiny, "--out", folder, "--json")
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def _set(project, text):
    settings = project / "programme.toml"
    settings.write_text(settings.read_text() + "\n[computing]\n" + text)


def test_help_says_what_the_command_is_for(karez):
    done = karez("computing", "--help")
    assert done.returncode == 0
    for word in ("--upon", "--out", "--json", "--seed", "round trip"):
        assert word in done.stdout


def test_two_centres_are_the_best_two_and_every_site_says_what_it_sees(placed):
    folder, document = placed
    assert document["certificate"]["gap"] == 0
    assert {path.name for path in folder.iterdir()} == {
        "computing.html", "computing.json", "computing.gpkg", "computing.xlsx", "tables", "proof",
    }  # fmt: skip
    sites = gpd.read_file(folder / "computing.gpkg", layer="sites").set_index("id")
    # No other two are better.
    pairs = pd.read_parquet(folder / "proof" / "pairs.parquet").pivot_table(
        index="customer", columns="place", values="cost", fill_value=1 << 60
    )
    best = min(pairs[list(two)].min(axis=1).sum() for two in combinations(pairs.columns, 2))
    assert document["certificate"]["value"] * 1000 == pytest.approx(best)
    assert document["centres"] == 2
    beside = sites[sites["way_km"] == 0.0]
    assert set(beside["round_trip_ms"]) >= {1.0}
    # Nobody's road leads there: by satellite to a source, and on from where that is.
    far = sites[sites["technology"] == "satellite"]
    assert len(far) == 2
    assert (far["round_trip_ms"] >= 600.0).all()
    fibre = sites[sites["technology"] == "fibre"]
    told = 2 * (4.9 * fibre["way_km"] + 20 * fibre["hops"]) / 1000 + 1
    np.testing.assert_allclose(fibre["round_trip_ms"], told, atol=1e-5)
    assert document["mean_ms"] == pytest.approx(np.average(sites["round_trip_ms"], weights=sites["mbps"]))
    curve = pd.read_csv(folder / "tables" / "curve.csv")
    assert curve["mean_ms"].is_monotonic_decreasing
    assert (curve["bound_ms"] <= curve["mean_ms"]).all()
    book = openpyxl.load_workbook(folder / "computing.xlsx")
    assert book.sheetnames == ["Centres", "Round trips"]
    assert book["Round trips"].max_row == 4 + len(sites)


def test_it_is_proven_again_and_tampering_shows(karez, placed):
    folder, _ = placed
    done = karez("verify", folder)
    assert done.returncode == 0, done.stdout
    assert "no choice of these candidates" in done.stdout.replace("\n", " ")
    proof = folder / "proof"
    for table, column, change, said in (
        ("graph", "km", 0.5, "priced wrongly"),
        ("cases", "bound", 2.0, "higher than its multipliers"),
        ("limits", "value", 0.5, "differs from the sum"),
    ):
        whole = pd.read_parquet(proof / f"{table}.parquet")
        tampered = whole.copy()
        tampered[column] = (whole[column] * change).astype(whole[column].dtype)
        tampered.to_parquet(proof / f"{table}.parquet")
        assert said in _refused(karez, folder)
        whole.to_parquet(proof / f"{table}.parquet")
    (proof / "pairs.parquet").unlink()
    assert karez("verify", folder).returncode == 1


def _refused(karez, folder):
    done = karez("verify", folder)
    assert done.returncode == 1
    return " ".join(done.stdout.replace("│", " ").split())


def test_by_cost_limits_and_capacities_decide_how_many(karez, tiny, tmp_path):
    _set(
        tiny,
        'candidates = ["home", "county_seat"]\ncentres = 0\ncapacity_mbps = 50000.0\ndelay_per_mbps_ms_year = 5.0\n'
        'costs = [{ item = "institution", per = "unit" }, { item = "dish", per = "mbps", quantity = 0.001 }]\n'
        "limits_ms = { county_seat = 1.4 }\n",
    )
    done = karez("computing", tiny, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    sites = gpd.read_file(tmp_path / "out" / "computing.gpkg", layer="sites")
    centres = gpd.read_file(tmp_path / "out" / "computing.gpkg", layer="centres")
    assert document["variant"] == "fixed_charge"
    assert sites.loc[sites["category"] == "county_seat", "round_trip_ms"].max() <= 1.4
    assert centres["mbps"].max() <= 50000.0
    assert document["present_real"] == pytest.approx(centres["present_real"].sum())
    assert karez("verify", tmp_path / "out").returncode == 0
    settings = tiny / "programme.toml"
    settings.write_text(settings.read_text().replace("centres = 0", "centres = 1"))
    done = karez("computing", tiny, "--out", tmp_path / "none")
    assert done.returncode == 3
    assert "it is proven that fewer than" in " ".join(done.stderr.split())


def test_every_fault_of_the_settings_is_named_at_once(karez, tiny):
    _set(
        tiny,
        'candidates = ["hom"]\nserved = ["clinc"]\nlimits_ms = { county_saet = 3.0 }\ncapacity_mbps = -1.0\n'
        'overhead = 0.5\ncosts = [{ item = "institutoin", per = "household" }]\n',
    )
    done = karez("check", tiny)
    assert done.returncode == 1
    for word in ("hom", "clinic", "county_seat", "capacity_mbps", "overhead", "institution", "household"):
        assert word in done.stderr
