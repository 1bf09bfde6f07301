"""`karez backbone`: printed output, files, proof, and what is wrong with hubs."""

import json

import geopandas as gpd
import pandas as pd
import pytest


@pytest.fixture
def joined(karez, tiny, tmp_path):
    """A backbone of the small project, and its document."""
    folder = tmp_path / "backbone"
    done = karez("backbone", tiny, "--out", folder, "--json")
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


def test_help_says_what_the_command_is_for(karez):
    done = karez("backbone", "--help")
    assert done.returncode == 0
    for word in ("--upon", "--out", "--json", "--seed", "two ways"):
        assert word in done.stdout


def test_county_seats_get_two_ways_and_what_nothing_doubles_is_listed(joined):
    folder, document = joined
    certificate = document["certificate"]
    assert certificate["bound"] <= certificate["value"]
    assert certificate["gap"] <= 0.02
    assert document["one_way"]["value"] <= certificate["value"]
    assert {path.name for path in folder.iterdir()} == {
        "backbone.html", "backbone.json", "backbone.gpkg", "only_roads.csv", "proof", "traffic.csv",
    }  # fmt: skip
    hubs = gpd.read_file(folder / "backbone.gpkg", layer="hubs").set_index("id")
    # The east lies on the round trip by the pass; the south hangs on its branch alone.
    assert set(hubs["has"]) == {"node"}
    assert hubs.loc["county_seat-east", "stretches"] == ""
    assert hubs.loc["county_seat-south", "stretches"] == "road-1"
    roads = pd.read_csv(folder / "only_roads.csv")
    assert roads["hubs"].tolist() == [1]
    assert roads["households"].tolist() == [900]
    assert roads[["alongside_real", "cross_country_real"]].gt(0).all(axis=None)
    spans = gpd.read_file(folder / "backbone.gpkg", layer="spans")
    assert spans["capex_real"].sum() == pytest.approx(document["capex_real"])
    assert set(spans["role"]) == {"ring", "only_road"}


def test_it_is_proven_again_and_tampering_shows(karez, joined):
    folder, _ = joined
    done = karez("verify", folder)
    assert done.returncode == 0, done.stdout
    assert "no network with these ways is cheaper" in done.stdout.replace("\n", " ")
    document = json.loads((folder / "backbone.json").read_text())
    document["certificate"]["bound"] += 1.0
    (folder / "backbone.json").write_text(json.dumps(document))
    assert "higher than its cuts prove" in _refused(karez, folder)
    ways = pd.read_parquet(folder / "proof" / "ways.parquet")
    south = ways.index[(ways["hub"] == "county_seat-south") & (ways["way"] == "working")][0]
    east = ways.index[(ways["hub"] == "county_seat-east") & (ways["way"] == "protection")][0]
    edges = ways["edges"].tolist()
    edges[east] = edges[ways.index[ways["hub"] == "county_seat-east"][0]]
    told = ways.assign(edges=edges)
    told.loc[south, "mbps"] += 5.0
    told.to_parquet(folder / "proof" / "ways.parquet")
    refused = _refused(karez, folder)
    assert "has a span on both its ways that can be doubled: county_seat-east" in refused
    assert "has shorter ways, or more: county_seat-east" in refused
    assert "carries other working traffic than its ways bring" in refused
    ways.to_parquet(folder / "proof" / "ways.parquet")
    graph = pd.read_parquet(folder / "proof" / "graph.parquet")
    ring = graph.index[graph["chosen"] & (graph["chain"] >= 0)][0]
    graph.loc[ring, "chosen"] = False
    graph.to_parquet(folder / "proof" / "graph.parquet")
    assert "is cut off by" in _refused(karez, folder)
    (folder / "proof" / "cuts.parquet").unlink()
    assert karez("verify", folder).returncode == 1


def _refused(karez, folder):
    done = karez("verify", folder)
    assert done.returncode == 1
    return " ".join(done.stdout.replace("│", " ").split())


def test_upon_a_plan_its_spans_come_for_nothing(karez, tiny, tmp_path, joined):
    _, document = joined
    assert karez("plan", tiny, "--out", tmp_path / "run", "--json").returncode == 0
    done = karez("backbone", tiny, "--upon", tmp_path / "run", "--out", tmp_path / "upon", "--json")
    assert done.returncode == 0, done.stderr
    upon = json.loads(done.stdout)
    assert upon["upon_plan"]
    assert upon["certificate"]["value"] < document["certificate"]["value"]
    spans = gpd.read_file(tmp_path / "upon" / "backbone.gpkg", layer="spans")
    assert spans.loc[spans["in_plan"], "present_real"].eq(0).all()
    assert karez("verify", tmp_path / "upon").returncode == 0
    refused = karez("backbone", tiny, "--upon", tmp_path / "nowhere", "--out", tmp_path / "other")
    assert refused.returncode in {1, 2}


def test_a_hub_that_is_no_category_is_named_with_the_nearest(karez, tiny):
    settings = tiny / "programme.toml"
    settings.write_text(settings.read_text() + '\n[backbone.hubs]\ncounty_saet = "node"\n')
    done = karez("check", tiny)
    assert done.returncode == 1
    assert "county_saet" in done.stderr
    assert "county_seat" in done.stderr
