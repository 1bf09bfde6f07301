"""``karez plan`` and ``karez verify`` on a network with hops, from folder to folder."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from karez.flow.plan import plan
from karez.verifying.design_bound import value
from karez.verifying.radio import loads
from karez.verifying.run import read_run
from karez.verifying.shared_capacity import capacity
from karez.verifying.verify import verify

EXAMPLE = Path(__file__).parents[2] / "examples" / "archipelago"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plan(EXAMPLE, out=tmp_path_factory.mktemp("islands") / "run").folder


def test_a_plan_with_hops_is_proven_again(run: Path, karez) -> None:
    done = karez("verify", run)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "loads of hops" in done.stdout


def test_layers_report_and_summary_tell_of_hops(run: Path) -> None:
    hops, towers = (gpd.read_file(run / "plan.gpkg", layer=layer) for layer in ("hops", "towers"))
    assert len(hops) and (hops["load_mbps"] <= hops["capacity_mbps"]).all()
    assert set(hops["start_tower"]) | set(hops["end_tower"]) == set(towers["id"])
    told = json.loads((run / "summary.json").read_text(encoding="utf-8"))["radio"]
    assert (told["hops"], told["towers"], told["hops_assumed"]) == (len(hops), len(towers), 0)
    report = (run / "report.html").read_text(encoding="utf-8")
    assert 'id="radio"' in report and "Hops by what they carry" in report
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


def test_institutions_behind_a_hop_count_though_they_are_not_built(run: Path) -> None:
    of = read_run(run)
    hops = gpd.read_file(run / "plan.gpkg", layer="hops")
    widest = hops.loc[hops["load_mbps"].idxmax()]
    radio = of.proof.radio.copy()
    radio.loc[radio["id"] == widest["id"], "mbps"] = widest["load_mbps"] - 1.0
    nobody = {**of.finance, "customers": of.finance["customers"].iloc[:0]}
    assert loads(of).passed
    assert not loads(replace(of, proof=replace(of.proof, radio=radio), finance=nobody)).passed


def test_what_does_not_know_hops_refuses_them(tmp_path: Path, karez) -> None:
    done = karez("frontier", EXAMPLE, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "radio.bands" in done.stderr
