"""Published networks in the Open Fibre Data Standard become fibre that exists."""

from __future__ import annotations

import json

import pytest

from karez.errors import DataFault
from karez.flow.check import check
from karez.reading import read


def network(**changes):
    made = {
        "id": "7143e573-7ec2-4b17-b8e9-ac9c8c31d2e7",
        "links": [{"href": "https://standard.ofds.info/en/0__4__0/network-schema.json", "rel": "describedby"}],
        "nodes": [
            {"id": "a", "location": {"type": "Point", "coordinates": [80.1, 40.3]}, "accessPoint": True},
            {"id": "b", "status": "operational", "location": {"type": "Point", "coordinates": [80.3, 40.3]}},
            {"id": "c", "status": "planned", "location": {"type": "Point", "coordinates": [80.5, 40.3]}},
        ],
        "spans": [
            {"id": "1", "start": "a", "end": "b", "status": "operational",
             "route": {"type": "LineString", "coordinates": [[80.1, 40.3], [80.2, 40.31], [80.3, 40.3]]}},
            {"id": "2", "start": "a", "end": "b"},
            {"id": "3", "start": "b", "end": "c", "status": "proposed"},
        ],
    }  # fmt: skip
    return {"networks": [made | changes]}


@pytest.fixture
def with_network(tiny):
    def put(package):
        (tiny / "national.json").write_text(json.dumps(package))
        settings = tiny / "programme.toml"
        said = '[layers]\nexisting_spans = "national.json:spans"\nexisting_nodes = "national.json:nodes"\n'
        settings.write_text(settings.read_text().replace("[layers]\n", said))
        return tiny

    return put


def test_spans_in_use_are_existing_fibre_and_what_is_mended_is_noted(with_network):
    inputs = read(with_network(network()))
    existing = inputs.routes[inputs.routes["method"] == "existing"]
    assert len(existing) == 2
    notes = " ".join(note.text for note in inputs.notes)
    assert "1 spans without a route run straight between their nodes" in notes
    assert "spans that are not in use were left out: 1 proposed" in notes
    assert "1 of 2 nodes can feed the network" in notes
    assert "ofds:a" in set(inputs.sources["id"])


def test_a_span_that_cannot_be_drawn_is_refused_with_its_row(with_network):
    package = network(spans=[{"id": "9", "start": "x", "end": "y"}])
    with pytest.raises(DataFault) as found:
        check(with_network(package))
    assert [(fault.file, fault.layer, fault.row) for fault in found.value.faults if "no route" in fault.problem] == [
        ("national.json", "spans", "1")
    ]


def test_a_file_that_is_torn_is_named(with_network):
    folder = with_network(network())
    (folder / "national.json").write_text('{"networks": [{"id": ')
    with pytest.raises(DataFault, match=r"national\.json"):
        check(folder)


def test_a_package_without_a_network_is_named(with_network):
    with pytest.raises(DataFault, match="no network"):
        check(with_network({"networks": []}))
