"""``karez frontier`` where hops are edges and satellites sell little: its networks keep to both, as proven again."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from islands import EXAMPLE

from karez.flow.frontier import frontier
from karez.verifying.frontier import verify_frontier


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return frontier(EXAMPLE, out=tmp_path_factory.mktemp("islands") / "frontier", with_plan=False, workers=1).folder


def failed(folder: Path) -> set[str]:
    return {check.name for check in verify_frontier(folder).checks if not check.passed}


def test_networks_of_every_level_use_hops_within_their_rooms_and_are_proven(folder: Path) -> None:
    assert not failed(folder)
    graph, offers, networks, designs = (
        pd.read_parquet(folder / "proof" / f"{name}.parquet") for name in ("graph", "offers", "networks", "designs")
    )
    assert graph["hop"].to_numpy()[networks["edge"]].any()
    taken = offers.iloc[designs["offer"]].reset_index(drop=True)
    assert {"fibre", "microwave", "satellite"} <= set(taken["technology"])
    crowded = taken[taken["cell"] >= 0].assign(level=designs["level"], measure=designs["measure"])
    sold = crowded.groupby(["measure", "level", "cell"])["mbps"].sum()
    assert sold.max() <= 150.0, "no cell sells more than it can"
    assert (taken.loc[taken["cell"] < 0, "service"] == "geo").any(), "who finds no room there takes the next best"


def test_no_hop_counts_as_kilometres_of_route(folder: Path) -> None:
    levels = pd.read_parquet(folder / "proof" / "levels.parquet")
    assert levels["route_km"].max() < 30.0


@pytest.mark.parametrize(
    ("table", "column", "change", "check"),
    [
        ("graph", "mbps", lambda values: values * 0.01, "hops and cells"),
        ("graph", "child", lambda values: np.where(values >= 0, values + 1, values), "hops and cells"),
        ("graph", "hop", np.zeros_like, "hops and cells"),
        ("graph", "bound", lambda values: values & (np.arange(len(values)) % 2 > 0), "hops and cells"),
        ("cells", "limit_mbps", lambda values: values * 0.1, "hops and cells"),
        ("graph", "capex_minor", lambda values: values - (values > 0), "networks"),
    ],
)
def test_tampering_with_hops_or_cells_is_found(folder: Path, tmp_path: Path, table, column, change, check) -> None:
    copy = tmp_path / "frontier"
    shutil.copytree(folder, copy)
    path = copy / "proof" / f"{table}.parquet"
    frame = pd.read_parquet(path)
    frame[column] = change(frame[column].to_numpy())
    frame.to_parquet(path)
    assert check in failed(copy)
