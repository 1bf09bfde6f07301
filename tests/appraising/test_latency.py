"""Ways to the source and round trips: added up by hand, networkx beside."""

import networkx as nx
import numpy as np
import pytest

from karez.appraising.latency import latency
from karez.appraising.next_best import next_best
from karez.flow.plan import decide
from karez.flow.progress import Stages, silent
from karez.reading import read
from projects import tiny_project


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    return decide(read(tiny_project(tmp_path_factory.mktemp("latency") / "tiny")), seed=0, stages=Stages(silent))


def test_ways_are_those_over_the_designed_tree(decided):
    design, spans = decided.design, decided.graph.spans
    tree = nx.Graph()
    used = design.tree.span[design.tree.span >= 0]
    for row in spans.iloc[used].itertuples():
        tree.add_edge(row.start, row.end, km=row.length_m / 1e3)
    source = int(decided.graph.source_node[0])
    km = nx.single_source_dijkstra_path_length(tree, source, weight="km")
    found = latency(decided, next_best(decided)["latency_ms"])
    fibre = np.flatnonzero(decided.technology == "fibre")
    assert len(fibre)
    for site in fibre.tolist():
        assert found["route_km"].iloc[site] == pytest.approx(km[int(decided.graph.site_node[site])])
    assert found["route_km"].max() > 0


def test_round_trips_are_access_and_twice_the_way(decided):
    found, programme = latency(decided, next_best(decided)["latency_ms"]), decided.inputs.programme
    for site, technology in enumerate(decided.technology):
        row = found.iloc[site]
        if technology == "unserved":
            assert row.isna().all()
            continue
        rules = programme.gives(technology, "")
        way = 0.0 if technology != "fibre" else 2 * row["route_km"] * programme.computing.fibre_us_per_km / 1e3
        assert row["round_trip_ms"] == pytest.approx(rules.latency_ms + way)
        assert np.isnan(row["route_km"]) == (technology != "fibre")
