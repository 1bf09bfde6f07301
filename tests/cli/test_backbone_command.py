"""`karez backbone`: printed output, files, proof, and what is wrong with hubs."""

import json
from pathlib import Path
from shutil import copytree

import geopandas as gpd
import pandas as pd
import pytest

GOLDEN = Path(__file__).parent / "golden_backbone.json"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Where the backbone of the small project is kept, once it is made."""
    return tmp_path_factory.mktemp("kept") / "backbone"


@pytest.fixture
def joined(karez, tiny, tmp_path, kept):
    """A backbone of the small project in a folder of its own, and its document."""
    if not kept.exists():
        done = karez("backbone", tiny, "--out", kept, "--json")
        assert done.returncode == 0, done.stderr
        (kept / "printed.json").write_text(done.stdout)
    folder = tmp_path / "backbone"
    copytree(kept, folder)
    printed = folder / "printed.json"
    document = json.loads(printed.read_text())
    printed.unlink()
    return folder, document


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
        "backbone.html", "backbone.json", "backbone.gpkg", "backbone.xlsx", "only_roads.csv", "optics.csv", "proof",
        "traffic.csv",
    }  # fmt: skip
    hubs = gpd.read_file(folder / "backbone.gpkg", layer="hubs").set_index("id")
    # The east lies on the round trip by the pass; the south hangs on its branch alone.
    assert set(hubs["has"]) == {"node"}
    assert hubs.loc["county_seat-east", "stretches"] == ""
    assert hubs.loc["county_seat-south", "stretches"] == "road-1"
    roads = pd.read_csv(folder / "only_roads.csv")
    assert roads["hubs"].tolist() == [1]
    assert roads["households"].tolist() == [900]
    assert roads[["alongside_real", "cross_country_real", "microwave_real"]].gt(0).all(axis=None)
    beeline_km = roads["cross_country_km"] / 1.3  # the settings' detour
    assert (roads["microwave_hops"] * 60.0 >= beeline_km).all()
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
    pieces = pd.read_parquet(folder / "proof" / "pieces.parquet")
    same = pieces.assign(wavelengths=[pieces["wavelengths"][0]] * len(pieces))
    same.to_parquet(folder / "proof" / "pieces.parquet")
    assert "has a wavelength twice: link-" in _refused(karez, folder)
    pieces.to_parquet(folder / "proof" / "pieces.parquet")
    links = pd.read_parquet(folder / "proof" / "fibre_links.parquet")
    links.assign(noise=links["noise"] / 2, length_m=links["length_m"] * 3).to_parquet(
        folder / "proof" / "fibre_links.parquet"
    )
    refused = _refused(karez, folder)
    for problem in (
        "has fibre longer than amplifiers stand",
        "is not as long as its spans",
        "has other noise than its",
    ):
        assert problem in refused
    links.to_parquet(folder / "proof" / "fibre_links.parquet")
    document = json.loads((folder / "backbone.json").read_text())
    document["optics"]["bill"]["amplifier"] += 1
    (folder / "backbone.json").write_text(json.dumps(document))
    assert "is counted otherwise: amplifier" in _refused(karez, folder)
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


def golden(request, found):
    """Hold traffic and optics against what they were when last looked at; figures but for rounding."""
    plain = json.loads(json.dumps(found), parse_float=lambda text: float(f"{float(text):.9g}"))
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
    assert plain == json.loads(GOLDEN.read_text(encoding="utf-8")), "if it is right: pytest --update-golden"


def test_optics_are_priced_by_named_items_and_every_fault_of_theirs_is_told_at_once(karez, tiny, tmp_path, request):
    settings = tiny / "programme.toml"
    text = settings.read_text()
    settings.write_text(
        f"""{text}
[backbone.optics]
method = "reach_rule"
span_max_km = 12.0
[backbone.optics.items]
hut = "institution"
amplifier = "dish"
"""
    )
    done = karez("backbone", tiny, "--out", tmp_path / "lit", "--json")
    assert done.returncode == 0, done.stderr
    optics = json.loads(done.stdout)["optics"]
    assert optics["method"] == "reach rule"
    assert optics["huts"] > 0
    assert optics["routes_infeasible"] == 0
    golden(request, {"traffic": json.loads(done.stdout)["traffic"], "optics": optics})
    bill = pd.read_csv(tmp_path / "lit" / "optics.csv").set_index("part")
    assert optics["capex_real"] == pytest.approx(bill["capex_real"].sum())
    assert bill.loc["amplifier", "capex_real"] == pytest.approx(
        bill.loc["amplifier", "count"] * bill.loc["amplifier", "rate_real"], abs=0.01
    )
    assert bill["capex_real"].isna().any()
    assert "counted but not priced" in (tmp_path / "lit" / "backbone.html").read_text(encoding="utf-8")
    assert karez("verify", tmp_path / "lit").returncode == 0
    settings.write_text(
        f"""{text}
[backbone.optics]
grid_ghz = 60
noise_figure_db = 1.0
method = "magic"
[backbone.optics.items]
hut = "institutoin"
[[backbone.optics.modes]]
name = "one"
gbps = -5.0
gbaud = 30.0
slot_ghz = 50.0
osnr_db = 12.0
reach_km = 100.0
reach_spans = 0
"""
    )
    done = karez("check", tiny)
    assert done.returncode == 1
    for word in ("grid_ghz", "noise_figure_db", "magic", "gbps", "reach_spans"):
        assert word in done.stderr
    settings.write_text(text + '\n[backbone.optics.items]\nhut = "institutoin"\npower = "route_urban"\n')
    done = karez("check", tiny)
    assert done.returncode == 1
    assert "`institutoin`" in done.stderr
    assert "`institution`" in done.stderr
    assert "counted in `m`" in done.stderr
