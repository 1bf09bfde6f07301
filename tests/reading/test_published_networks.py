"""Networks as they were published in the Open Fibre Data Standard come in as existing fibre, whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from karez.reading.findings import Findings, Where
from karez.reading.ofds import existing_nodes, existing_spans, read_package
from karez.reporting.ofds import write_package

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "standards"
NETWORKS = sorted(FOLDER.glob("ofds-*.json"))
beside = pytest.mark.skipif(not NETWORKS, reason="the published networks do not lie beside the repository")


@beside
@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_a_published_network_becomes_existing_fibre(path):
    published = json.loads(path.read_text(encoding="utf-8"))["networks"][0]
    findings = Findings()
    spans, lines = existing_spans(read_package(path), Where(path.name, "spans"), findings)
    nodes, points = existing_nodes(read_package(path), Where(path.name, "nodes"), findings)
    findings.raise_faults()
    assert len(spans) == len(published["spans"]) and len(nodes) == len(published["nodes"])
    assert set(shapely.get_type_id(lines)) <= {shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING}
    assert set(shapely.get_type_id(points)) == {shapely.GeometryType.POINT}
    assert shapely.length(lines).min() > 0


@beside
@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_a_published_network_goes_out_and_in_again_with_all_its_fields(path, tmp_path):
    network = read_package(path) | {"x_unknown": {"kept": [1, "two"]}}
    write_package(network, tmp_path / "again.json")
    assert read_package(tmp_path / "again.json") == network
