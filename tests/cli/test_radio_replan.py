"""``karez track`` and ``karez replan`` of a network with hops: some stand, the rest is planned again, and proven."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from karez.flow.approve import init
from karez.flow.plan import plan
from karez.flow.replan import replan
from karez.flow.track import Tracked, status, take, tracked
from karez.verifying.verify import verify

EXAMPLE = Path(__file__).parents[2] / "examples" / "archipelago"
LATER = ("holm", "great-isle-west", "great-west")
"""Places and masts that nothing is built at yet."""
AS_OF = date(2026, 12, 31)


def built_in_2026(run: Path) -> str:
    """Progress of all that the plan builds in its first year, but for what is later, as a file of events."""
    spans, sites = (gpd.read_file(run / "plan.gpkg", layer=layer) for layer in ("spans", "sites"))
    lines = ["kind,day,element,quantity,unit,recorder"]
    for row in spans[spans["year"] == 2026].itertuples():
        radio = row.method in {"microwave", "mast"}
        if not any(word in row.start_node + row.end_node for word in LATER):
            quantity = "1,site" if radio else f"{row.length_m},m"
            lines.append(f"progress,2026-06-10,{row.id},{quantity},office")
    wanted = sites[(sites["year"] == 2026) & ~sites["id"].str.endswith(LATER)]
    lines += [f"progress,2026-06-20,{one},1,site,office" for one in wanted["id"]]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Tracked:
    project = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("islands") / "project")
    first = plan(project, out=project / "runs" / "first").folder
    (project / "events.csv").write_text(built_in_2026(first), encoding="utf-8")
    ledger = tracked(project, today=date(2028, 12, 31))
    init(ledger, first, recorder="office", document="Decision 1", day=date(2026, 1, 15))
    take(ledger, project / "events.csv")
    return ledger


@pytest.fixture(scope="module")
def second(at: Tracked) -> Path:
    return replan(at, as_of=AS_OF, out=at.folder / "runs" / "second").folder


def failed(run: Path) -> set[str]:
    return {check.name for check in verify(run).checks if not check.passed}


def test_hops_and_masts_are_kept_in_the_ledger_as_one_each_and_count_in_no_kilometres(at: Tracked) -> None:
    elements = status(at, as_of=AS_OF).elements.set_index("id")
    radio = elements[elements.index.str.startswith(("hop:", "mast:"))]
    assert set(radio["unit"]) == {"site"} and set(radio["quantity_milli"]) == {1000}
    assert 0 < (radio["built_share"] == 1.0).sum() < len(radio)
    km = status(at, as_of=AS_OF).totals["route_km"]
    assert km == pytest.approx(elements.loc[elements["unit"] == "m", "quantity_milli"].sum() / 1e6)


def test_the_rest_hangs_on_hops_that_stand_for_nothing_within_what_they_still_carry(second: Path) -> None:
    assert not failed(second)
    hops = gpd.read_file(second / "plan.gpkg", layer="hops").set_index(["start_tower", "end_tower"])
    spans = gpd.read_file(second / "plan.gpkg", layer="spans").set_index("id")
    stands = hops.loc["t-harbour", "t-great"]
    assert spans.loc[stands["id"], ["status", "capex_real"]].tolist() == ["operational", 0.0]
    assert hops.loc[("t-harbour", "t-holm"), "capex_real"] > 0
    radio = pd.read_parquet(second / "proof" / "radio.parquet").set_index("id")
    taken = radio.loc[stands["id"], "taken_mbps"]
    assert taken == 564.0, "homes and the school of the great isle, in service already"
    assert taken + 147.0 == stands["load_mbps"] <= stands["capacity_mbps"]
    sites = gpd.read_file(second / "plan.gpkg", layer="sites").set_index("id")
    assert sites.loc["homes-great-isle-west", "technology"] == "microwave"


def test_what_a_hop_carries_already_leaves_less_room_on_it(at: Tracked, second: Path, tmp_path: Path) -> None:
    project = shutil.copytree(at.folder, tmp_path / "project", ignore=shutil.ignore_patterns("runs"))
    settings = project / "programme.toml"
    text = settings.read_text(encoding="utf-8")
    assert "mbps = 800.0" in text
    settings.write_text(text.replace("mbps = 800.0", "mbps = 600.0"), encoding="utf-8")
    run = replan(tracked(project, today=date(2028, 12, 31)), as_of=AS_OF, out=project / "third").folder
    assert not failed(run)
    hops = gpd.read_file(run / "plan.gpkg", layer="hops")
    assert (hops["load_mbps"] <= hops["capacity_mbps"]).all()
    radio = pd.read_parquet(run / "proof" / "radio.parquet")
    assert radio.loc[radio["stands"] & (radio["band"] == "18ghz"), "taken_mbps"].max() == 564.0


@pytest.mark.parametrize(
    ("table", "column", "change", "check"),
    [
        ("radio", "taken_mbps", np.zeros_like, "radio prices"),
        ("radio", "taken_mbps", lambda values: values + 300.0 * (values > 0), "loads of hops"),
        ("radio", "stands", np.ones_like, "radio prices"),
        ("radio_masts", "stands", np.ones_like, "radio prices"),
    ],
)
def test_tampering_with_what_stands_of_hops_is_found(
    second: Path, tmp_path: Path, table, column, change, check
) -> None:
    run = shutil.copytree(second, tmp_path / "run")
    path = run / "proof" / f"{table}.parquet"
    frame = pd.read_parquet(path)
    frame[column] = change(frame[column].to_numpy())
    frame.to_parquet(path)
    assert check in failed(run)


def test_the_new_plan_becomes_the_next_baseline_and_planned_again_moves_nothing(
    at: Tracked, second: Path, karez
) -> None:
    done = karez("track", "init", at.folder, "--run", second, "--document", "Decision 2", "--today", "2028-12-31")
    assert done.returncode == 0, done.stderr
    now = status(at, as_of=AS_OF)
    whole = now.elements.set_index("id")["built_share"]
    assert (whole[whole.index.str.startswith(("hop:", "mast:"))] == 1.0).any()
    told = replan(at, as_of=AS_OF, out=at.folder / "runs" / "again").plan.summary()["replan"]
    assert told["sites_later"] == told["sites_earlier"] == told["sites_dropped"] == told["sites_new"] == 0
