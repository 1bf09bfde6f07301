"""Risk of the small project from end to end: the same however the work is spread, and as last looked at."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from karez.appraising.tables import Decided
from karez.errors import UsageFault
from karez.flow.plan import decide
from karez.flow.progress import Stages, silent
from karez.flow.risk import RiskRequest, find_risk, risk
from karez.flow.spreading import spread
from karez.model.risk import QUANTILES, Risk
from karez.reading import read
from karez.reporting.risk_tables import risk_tables
from projects import tiny_project

GOLDEN = Path(__file__).parent / "golden_tiny_risk.json"
ASKED = RiskRequest(draws=64, seed=5, reoptimise=2, robust="worst", workers=1)


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    """The small project, decided."""
    return decide(read(tiny_project(tmp_path_factory.mktemp("tiny"))), seed=0, stages=Stages(silent))


@pytest.fixture(scope="module")
def found(decided: Decided) -> Risk:
    """Its risk, other plans made in this process."""
    return find_risk(decided, ASKED, seed=0, stages=Stages(silent))


def anew(decided: Decided, **asked: object) -> Risk:
    return find_risk(decided, RiskRequest(**{**vars(ASKED), **asked}), seed=0, stages=Stages(silent))  # type: ignore[arg-type]


def assert_equal(one: Risk, other: Risk) -> None:
    for name, table in risk_tables(one).items():
        pd.testing.assert_frame_equal(table, risk_tables(other)[name], check_exact=True)
    assert one.summary() == other.summary()


def test_new_processes_give_the_same_answer(decided: Decided, found: Risk) -> None:
    assert_equal(anew(decided, workers=2), found)


def test_a_cluster_gives_the_same_answer(decided: Decided, found: Risk) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
        ) as cluster,
    ):
        assert_equal(anew(decided, cluster=cluster.scheduler_address), found)


def test_a_cluster_that_is_not_there_is_said_so() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageFault, match="No Dask scheduler answers at nonsense://here"):
        spread(pow, 2, [1, 2], cluster="nonsense://here")


def test_equal_seeds_find_the_same_risk_and_other_seeds_another(decided: Decided, found: Risk) -> None:
    again = anew(decided, reoptimise=0, robust=None)
    assert_equal(again, anew(decided, reoptimise=0, robust=None))
    pd.testing.assert_frame_equal(again.outcomes, found.outcomes)
    other = anew(decided, reoptimise=0, robust=None, seed=6)
    assert not other.draws.equals(again.draws)
    assert again.regret is None


def test_quantiles_are_in_order_and_those_of_numpy(found: Risk) -> None:
    bands = found.bands.set_index("figure")
    assert np.all(np.diff(bands[["least", "p10", "p50", "p90", "greatest"]].to_numpy(), axis=1) >= 0)
    for name, share in QUANTILES.items():
        assert bands.loc["capex_real", name] == pytest.approx(np.quantile(found.outcomes["capex_real"], share))
    years = found.by_year
    assert np.all(np.diff(years[["coverage_p10", "coverage_p50", "coverage_p90"]].to_numpy(), axis=1) >= 0)
    assert np.all(np.diff(years["holds"]) <= 0)


def test_the_tornado_ranks_by_swing(found: Risk) -> None:
    for _, table in found.tornado.groupby("figure"):
        assert np.all(np.diff(table["swing"]) <= 0)
        assert table["rank_correlation"].abs().max() <= 1.0 + 1e-12
    capex = found.tornado[found.tornado["figure"] == "capex_real"].set_index("factor")
    assert (capex["low"] <= capex["high"] + 1e-6).all()


def test_probabilities_are_shares_of_the_draws(found: Risk) -> None:
    for values in (found.sites["in_time"], found.sites["served"], found.targets["probability"], found.by_year["holds"]):
        assert values.between(0.0, 1.0).all()
    assert (found.sites["in_time"] <= found.sites["served"] + 1e-12).all()


def test_another_number_of_reoptimised_draws_leaves_the_draws_as_they_are(decided: Decided, found: Risk) -> None:
    more = anew(decided, reoptimise=1, robust="expected")
    pd.testing.assert_frame_equal(more.draws, found.draws)
    assert more.regret is not None and found.regret is not None
    one, two = more.regret.matrix, found.regret.matrix
    assert one.iloc[0]["service:plan"] == two.iloc[0]["service:plan"]
    assert one.iloc[0]["service:own"] == two.iloc[0]["service:own"]


def test_a_run_folder_gets_its_risk_and_keeps_its_plan(tmp_path: Path) -> None:
    project = tiny_project(tmp_path / "tiny")
    made = risk(project, RiskRequest(draws=16))
    files = {path.name for path in (made.folder / "risk").iterdir()}
    assert {"draws.csv", "outcomes.csv", "tornado.csv"} <= files and "regret.csv" not in files
    before = json.loads((made.folder / "summary.json").read_text(encoding="utf-8"))
    again = risk(made.folder, RiskRequest(draws=8, seed=1))
    after = json.loads((again.folder / "summary.json").read_text(encoding="utf-8"))
    assert again.folder.resolve() == made.folder.resolve()
    assert after.pop("risk")["draws"] == 8 and before.pop("risk")["draws"] == 16
    assert before["totals"] == after["totals"] and before["key"] == after["key"]
    assert [path.name for path in made.folder.parent.iterdir()] == [made.folder.name]


def test_what_is_no_run_of_the_project_is_not_written_over(tmp_path: Path) -> None:
    project = tiny_project(tmp_path / "tiny")
    (tmp_path / "mine").mkdir()
    with pytest.raises(UsageFault, match="no run folder"):
        risk(project, RiskRequest(draws=4), out=tmp_path / "mine")
    run = tmp_path / "elsewhere" / "runs" / "one"
    run.mkdir(parents=True)
    (run / "run.toml").write_text('key = "abc"\nseed = 0\n', encoding="utf-8")
    with pytest.raises(UsageFault, match="holds a run of other inputs"):
        risk(project, RiskRequest(draws=4), out=run)
    with pytest.raises(UsageFault, match="lies in no project folder"):
        risk(run, RiskRequest(draws=4))
    with pytest.raises(UsageFault, match="leave --out away"):
        risk(run, RiskRequest(draws=4), out=tmp_path / "other")


def test_risk_is_as_last_looked_at(found: Risk, request: pytest.FixtureRequest) -> None:
    summary = json.loads(json.dumps(found.summary()))
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert flat(summary) == pytest.approx(flat(golden), rel=1e-6, abs=1e-6), "if right: --update-golden"


def flat(value: object, path: str = "") -> dict[str, object]:
    """A nested document as numbers by path."""
    if isinstance(value, dict):
        return {key: one for name, inner in value.items() for key, one in flat(inner, f"{path}/{name}").items()}
    if isinstance(value, list):
        return {key: one for place, inner in enumerate(value) for key, one in flat(inner, f"{path}/{place}").items()}
    return {path: value} if isinstance(value, int | float) else {}
