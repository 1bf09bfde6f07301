"""The street-level examples: real maps, designed within the proven gaps they are to keep, as last looked at."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from typer.testing import CliRunner

from karez.cli.main import app
from karez.flow.street import street
from karez.flow.verify import verify
from karez.reading.street import read_street
from karez.routing.street import route_streets

EXAMPLES = Path(__file__).parents[2] / "examples"


def settled(value):
    """A summary without seconds."""
    if isinstance(value, dict):
        return {name: settled(inner) for name, inner in value.items() if name != "seconds"}
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-9, abs=1e-9)
    return [settled(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "premises"), [("finland-village", 1651), ("helsinki-centre", 443)])
def test_an_example_is_designed_proven_and_verified(name, premises, tmp_path, request):
    made = street(EXAMPLES / name / "map.osm.pbf", out=tmp_path / "run")
    assert made.inputs.name == name
    assert len(made.design.premises) == premises
    assert (made.design.premises["place"] >= 0).mean() > 0.99
    trench, whole = made.design.certificates
    assert trench.gap <= 0.01
    assert (whole.value + whole.constant) / (whole.bound + whole.constant) - 1 <= 0.05
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures
    golden = Path(__file__).parent / f"golden_{name.replace('-', '_')}.json"
    summary = json.loads((made.folder / "summary.json").read_text(encoding="utf-8"))
    if request.config.getoption("--update-golden"):
        golden.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    last = settled(json.loads(golden.read_text(encoding="utf-8")))
    for one in summary["certificates"]:
        del one["seconds"]
    changed = [part for part in last.keys() | summary.keys() if last.get(part) != summary.get(part)]
    assert not changed, "look at the change; if it is right: pytest tests/examples --update-golden"


def test_the_village_s_locks_do_not_contradict_its_streets():
    village = EXAMPLES / "finland-village"
    graph = route_streets(read_street(village / "map.osm.pbf", lock=village / "lock.gpkg"))
    assert {"existing", "duct", "aerial", "trench"} <= set(graph.runs["method"])
    assert (graph.office_node >= 0).all()
    assert (graph.cabinet_node >= 0).all()


def test_the_planner_s_own_layers_are_designed_from_the_command_line(tmp_path):
    source, run = EXAMPLES / "own-layers-village" / "layers.gpkg", tmp_path / "run"
    done = CliRunner().invoke(app, ["street", str(source), "--out", str(run), "--json"])
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    assert summary["totals"]["premises"] == len(gpd.read_file(source, layer="premises"))
    assert summary["totals"]["premises_served"] >= summary["totals"]["premises"] - 1
    assert {"aerial", "duct", "trench"} <= set(summary["lengths_by_method_m"])
    roles = gpd.read_file(run / "plan.gpkg", layer="locked_points")["role"]
    assert set(roles) == {"office", "poles"}
    verdict = verify(run)
    assert verdict.passed, verdict.failures
