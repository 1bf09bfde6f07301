"""``karez plan`` and ``karez verify`` on a network with hops, from folder to folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from karez.flow.plan import plan
from karez.verifying.design_bound import bound, value
from karez.verifying.hop_layers import layers
from karez.verifying.power import supplies
from karez.verifying.radio import loads, pieces
from karez.verifying.rain import rain
from karez.verifying.rings import ways
from karez.verifying.run import Run, read_run
from karez.verifying.shared_capacity import capacity
from karez.verifying.sights import profiles, sights
from karez.verifying.verdict import Check
from karez.verifying.verify import verify

EXAMPLE = Path(__file__).parents[2] / "examples" / "archipelago"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plan(EXAMPLE, out=tmp_path_factory.mktemp("islands") / "run").folder


def test_a_plan_with_hops_is_proven_again(run: Path, karez) -> None:
    done = karez("verify", run)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(check in done.stdout for check in ("loads of hops", "backbone ways", "shared capacity"))


def test_layers_report_and_summary_tell_of_hops(run: Path) -> None:
    hops, towers = (gpd.read_file(run / "plan.gpkg", layer=layer) for layer in ("hops", "towers"))
    assert len(hops) and (hops["load_mbps"] <= hops["capacity_mbps"]).all()
    assert set(hops["start_tower"]) | set(hops["end_tower"]) == set(towers["id"])
    told = json.loads((run / "summary.json").read_text(encoding="utf-8"))["radio"]
    assert (told["hops"], told["towers"], told["hops_assumed"]) == (len(hops), len(towers), 0)
    report = (run / "report.html").read_text(encoding="utf-8")
    assert 'id="radio"' in report and "Hops by what they carry" in report
    assert report.count('aria-label="Path profile ') == len(hops)
    assert (hops["clearance_at_km"] <= hops["length_km"]).all()
    bill = pd.read_parquet(run / "finance" / "bill.parquet")
    assert {"link_18ghz", "solar_power"} & set(bill["item"])


@pytest.mark.parametrize(
    ("column", "change", "check"),
    [
        ("mbps", lambda values: values * 0.1, "loads of hops"),
        ("bound", lambda values: values & (np.arange(len(values)) % 2 > 0), "radio prices"),
    ],
)
def test_tampering_with_hops_is_found(run: Path, tmp_path: Path, column: str, change, check: str) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    path = copy / "proof" / "radio.parquet"
    frame = pd.read_parquet(path)
    frame[column] = change(frame[column])
    frame.to_parquet(path)
    assert check in [one.name for one in verify(copy).checks if not one.passed]


def test_room_sold_twice_and_costs_that_are_not_those_of_the_service_are_found(run: Path) -> None:
    of = read_run(run)
    assert capacity(of).passed and value(of).passed
    services = dict(of.programme.satellites)
    services["leo"] = services["leo"].model_copy(update={"cell_mbps": 100.0})
    assert not capacity(replace(of, programme=of.programme.model_copy(update={"satellites": services}))).passed
    options = of.proof.options.copy()
    crowded = of.sites.loc[of.sites["reason"].str.contains("no room left"), "id"]
    assert len(crowded), "the example's low orbit is too small for all who want it"
    options.loc[options["site_id"].isin(crowded), "present_1"] -= 1000.0
    assert not value(replace(of, proof=replace(of.proof, options=options))).passed


def test_a_ring_over_radio_and_cuts_that_would_cross_it_are_found(read: Run) -> None:
    assert ways(read).passed and bound(read).passed
    tables = dict(read.proof.backbone)
    graph = tables["backbone_graph"]
    by_radio = graph["tail"] == graph["head"]
    assert set(read.proof.graph.loc[by_radio, "id"]) == set(read.proof.radio["id"])
    ends = read.proof.graph[["start", "end"]]
    wired = graph.assign(tail=ends["start"].to_numpy(), head=ends["end"].to_numpy())
    chosen = graph.assign(chosen=graph["chosen"] | by_radio)
    for claimed, said in ((wired, "not the same span"), (chosen, "runs over fibre")):
        other = replace(read, proof=replace(read.proof, backbone={**tables, "backbone_graph": claimed}))
        assert said in bound(other).detail


def test_institutions_behind_a_hop_count_though_they_are_not_built(run: Path) -> None:
    of = read_run(run)
    hops = gpd.read_file(run / "plan.gpkg", layer="hops")
    widest = hops.loc[hops["load_mbps"].idxmax()]
    radio = of.proof.radio.copy()
    radio.loc[radio["id"] == widest["id"], "mbps"] = widest["load_mbps"] - 1.0
    nobody = {**of.finance, "customers": of.finance["customers"].iloc[:0]}
    assert loads(of).passed
    assert not loads(replace(of, proof=replace(of.proof, radio=radio), finance=nobody)).passed


@pytest.fixture(scope="module")
def read(run: Path) -> Run:
    return read_run(run)


OVER_THE_BAY = "hop:3feaabbbb87b"
"""A hop from the harbour to the west of the great isle, 16 km, with 7 m of room."""


def with_rows(read: Run, table: str, change: Callable[[pd.DataFrame], None]) -> Run:
    frame = getattr(read.proof, table).copy()
    change(frame)
    return replace(read, proof=replace(read.proof, **{table: frame}))


def hop_profile(read: Run) -> np.ndarray:
    """Rows of the profile of that hop."""
    sights = read.proof.radio_sights
    row = sights.index[(sights["one"] == "t-great-west") & (sights["other"] == "t-harbour")][0]
    return np.flatnonzero(read.proof.radio_profiles["sight"] == row)


def of_hop(column: str, value: object) -> Callable[[Run], Run]:
    return lambda read: with_rows(read, "radio", lambda rows: _set(rows, rows["id"] == OVER_THE_BAY, column, value))


def _set(rows: pd.DataFrame, which: object, column: str, value: object) -> None:
    rows.loc[which, column] = value


def with_hill(read: Run) -> Run:
    """A hill of 100 m in the middle of the bay."""
    middle = np.array_split(hop_profile(read), 3)[1]
    return with_rows(read, "radio_profiles", lambda rows: _set(rows, rows.index[middle], "elevation_m", 100.0))


def with_shorter_profile(read: Run) -> Run:
    keep = np.setdiff1d(np.arange(len(read.proof.radio_profiles)), hop_profile(read)[40:80])
    return replace(read, proof=replace(read.proof, radio_profiles=read.proof.radio_profiles.iloc[keep]))


def told(layer: str, column: str, value: object) -> Callable[[Run], Run]:
    return lambda read: replace(read, **{layer: getattr(read, layer).assign(**{column: value})})


FALSIFIED: dict[str, tuple[Callable[[Run], Run], Callable[[Run], Check], str]] = {
    "a clearance": (of_hop("clearance_m", 17.28), sights, OVER_THE_BAY),
    "the place of a clearance": (of_hop("clearance_at_km", 8.0), sights, OVER_THE_BAY),
    "a clear hop called assumed": (of_hop("state", "assumed"), sights, OVER_THE_BAY),
    "a hop across a hill": (with_hill, sights, OVER_THE_BAY),
    "a lower mast": (
        lambda read: with_rows(
            read, "radio_masts", lambda rows: _set(rows, rows["id"] == "t-great-west", "height_m", 5.0)
        ),
        sights,
        OVER_THE_BAY,
    ),
    "a free hop called blocked": (
        lambda read: with_rows(read, "radio_sights", lambda rows: _set(rows, rows.index[0], "state", "blocked")),
        sights,
        "t-great – t-great-west",
    ),
    "a profile with a hole": (with_shorter_profile, profiles, "t-great-west – t-harbour"),
    "a mast elsewhere": (
        lambda read: with_rows(read, "radio_masts", lambda rows: _set(rows, rows["id"] == "t-harbour", "lon", 20.4)),
        profiles,
        "t-great-west – t-harbour",
    ),
    "an availability": (of_hop("availability", 0.9997), rain, OVER_THE_BAY),
    "a rain rate": (
        lambda read: replace(
            read, summary={**read.summary, "radio": {**read.summary["radio"], "rain_mm_per_hour": 13.0}}
        ),
        rain,
        "rain_mm_per_hour",
    ),
    "a mast with power": (
        lambda read: with_rows(read, "radio_masts", lambda rows: _set(rows, rows["id"] == "t-skerry", "power", "grid")),
        pieces,
        "hop:484b37bb440b",
    ),
    "a supply left out of the bill": (
        lambda read: replace(
            read,
            finance={**read.finance, "bill": read.finance["bill"][read.finance["bill"]["item"] != "solar_power"]},
            proof=replace(read.proof, radio_parts=read.proof.radio_parts.assign(item="solar_power")),
        ),
        supplies,
        "solar_power",
    ),
    "the power of a tower": (told("towers", "power", "solar"), supplies, "t-harbour"),
    "a load in the layer": (told("hops", "load_mbps", 1.0), layers, "hop:1015e57fccad"),
    "a height in the layer": (told("towers", "height_m", 99.0), layers, "t-harbour"),
}


@pytest.mark.parametrize("case", FALSIFIED)
def test_a_falsified_hop_is_found(read: Run, case: str) -> None:
    change, check, offender = FALSIFIED[case]
    assert check(read).passed
    found = check(change(read))
    assert not found.passed
    assert offender in found.ids


def test_a_profile_that_is_not_of_the_relief_is_found_where_the_relief_is_there(read: Run, tmp_path: Path) -> None:
    (tmp_path / "runs" / "x").mkdir(parents=True)
    shutil.copytree(EXAMPLE / "layers", tmp_path / "layers")
    shutil.copy(read.folder / "run.toml", tmp_path / "runs" / "x")
    beside = replace(read, folder=tmp_path / "runs" / "x")
    assert "the very relief" in profiles(beside).detail
    assert "as they were kept" in profiles(read).detail
    assert profiles(with_hill(read)).passed
    assert "t-great-west – t-harbour" in profiles(with_hill(beside)).ids
    with (tmp_path / "layers" / "relief.tif").open("ab") as relief:
        relief.write(b"another file")
    assert "as they were kept" in profiles(with_hill(beside)).detail
