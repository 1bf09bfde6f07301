"""Areas of offices designed side by side: in this process, in others, on a cluster; the same design."""

from __future__ import annotations

import json

import numpy as np
import pytest
from distributed import LocalCluster
from street_maps import grid_of_streets

from karez.designing.street import draft_street, finish_street, work_on
from karez.designing.street.parts import nearest_owner
from karez.flow import street as flow
from karez.flow.verify import verify
from karez.reading.street import read_street
from karez.routing.street import route_streets


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """So few dwellings for an office that there are several."""
    path = tmp_path_factory.mktemp("rules") / "rules.toml"
    path.write_text("[network]\noffice_ports = 30\n")
    return path


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A grid of 100 houses."""
    return grid_of_streets(5).write(tmp_path_factory.mktemp("town") / "town.osm")


@pytest.fixture(scope="module")
def alone(town, rules, tmp_path_factory):
    """Designed in this process."""
    return flow.street(town, rules=rules, out=tmp_path_factory.mktemp("alone") / "run", workers=1)


def figures(folder):
    summary = json.loads((folder / "summary.json").read_text())
    for one in summary["certificates"]:
        del one["seconds"]
    return summary


def same(one, other):
    assert figures(one) == figures(other)
    for name in ("plan.gpkg", "boq.xlsx", "field.kmz"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_areas_of_several_offices_make_one_network_that_verifies(alone):
    assert len(alone.design.offices) >= 3
    assert alone.design.offices["dwellings"].max() <= 30
    assert (alone.design.premises["place"] >= 0).all()
    verdict = verify(alone.folder)
    assert verdict.passed, verdict.failures


def test_two_threads_make_the_same_design(alone, town, rules, tmp_path, monkeypatch):
    monkeypatch.setattr("karez.designing.street.draft.SMALL_RUNS", 0)
    monkeypatch.setattr("karez.flow.street.workers_here", lambda: 2)
    made = flow.street(town, rules=rules, out=tmp_path / "run")
    same(alone.folder, made.folder)


def test_two_processes_make_the_same_design(alone, town, rules, tmp_path, monkeypatch):
    monkeypatch.setattr("karez.designing.street.draft.SMALL_RUNS", 0)
    made = flow.street(town, rules=rules, out=tmp_path / "run", workers=2)
    same(alone.folder, made.folder)


def test_a_cluster_makes_the_same_design(alone, town, rules, tmp_path):
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
    ) as cluster:
        made = flow.street(town, rules=rules, out=tmp_path / "run", cluster=cluster.scheduler_address)
    same(alone.folder, made.folder)


def test_tasks_are_independent_of_their_order(alone, town, rules):
    inputs = read_street(town, rules=rules)
    graph = route_streets(inputs)
    draft = draft_street(inputs, graph)
    assert draft.tasks[0] == -1
    assert len(draft.tasks) == len(draft.offices) + 1
    backwards = [work_on(draft, task) for task in reversed(draft.tasks)][::-1]
    made = finish_street(inputs, graph, draft, backwards)
    assert np.array_equal(made.trench.run, alone.design.trench.run)
    assert made.bill.equals(alone.design.bill)


def test_every_node_belongs_to_the_nearest_area(town):
    inputs = read_street(town)
    graph = route_streets(inputs)
    owner = np.full(len(graph.nodes), -1, np.int32)
    owner[[0, len(owner) // 2]] = [0, 1]
    assert set(nearest_owner(graph, owner)) == {0, 1}
