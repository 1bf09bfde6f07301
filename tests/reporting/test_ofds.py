"""Networks in the Open Fibre Data Standard: valid, and out and in again without a loss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from flow_run import run_tiny
from karez.reading.ofds import read_package
from karez.reporting.ofds import write_package
from karez.reporting.ofds_files import write_csv, write_geojson, write_geopackage

SCHEMA = json.loads((Path(__file__).parents[1] / "standards" / "ofds-0.4.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """``plan.ofds.json`` of the small plan."""
    return json.loads((run_tiny(tmp_path_factory.mktemp("ofds")).planned.folder / "plan.ofds.json").read_text())


def faults(package):
    checker = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    return [error.message for error in checker.iter_errors(package)]


def strange(network):
    """A network with fields of its own everywhere, and texts that a spreadsheet would calculate."""
    odd = json.loads(json.dumps(network))
    odd["nodes"][0] |= {"name": "=HYPERLINK(1)", "ourField": "kept", "networkProviders": [{"id": "a", "name": "A; B"}]}
    odd["spans"][0] |= {"ourField": {"deep": "kept"}, "name": "'=1", "countries": ["CN", "KG"]}
    odd["ourField"] = "kept"
    return odd


def ordered(network):
    """The same in one order: formats differ in that of organisations and phases."""
    return {
        name: sorted(value, key=lambda one: one.get("id", "")) if name in ("organisations", "phases") else value
        for name, value in network.items()
    }


def test_a_plan_is_a_valid_package(package):
    assert faults(package) == []


def test_references_lead_somewhere_and_every_node_is_used(package):
    network = package["networks"][0]
    nodes = {node["id"] for node in network["nodes"]}
    ends = {span[end] for span in network["spans"] for end in ("start", "end")}
    phases = {phase["id"]: phase["name"] for phase in network["phases"]}
    assert ends == nodes
    assert all(phases[one["phase"]["id"]] == one["phase"]["name"] for one in [*network["nodes"], *network["spans"]])
    for part in ("nodes", "spans", "phases", "organisations"):
        assert len({one["id"] for one in network[part]}) == len(network[part])


def test_what_the_optimiser_found_is_proposed(package):
    assert {span["status"] for span in package["networks"][0]["spans"]} == {"proposed"}


def test_equal_plans_have_equal_packages(package, tmp_path):
    assert json.loads((run_tiny(tmp_path).planned.folder / "plan.ofds.json").read_text()) == package


@pytest.mark.parametrize("form", ["json", "gpkg", "csv"])
@pytest.mark.parametrize("odd", [False, True])
def test_a_network_goes_out_and_in_again_the_same(package, tmp_path, form, odd):
    network = strange(package["networks"][0]) if odd else package["networks"][0]
    path = tmp_path / f"network.{form}"
    {"json": write_package, "gpkg": write_geopackage, "csv": write_csv}[form](network, path)
    assert read_package(path) == network


@pytest.mark.parametrize("odd", [False, True])
def test_geojson_goes_out_and_in_again_but_for_organisations_that_no_element_names(package, tmp_path, odd):
    network = strange(package["networks"][0]) if odd else package["networks"][0]
    write_geojson(network, tmp_path)
    wanted = {name: value for name, value in ordered(network).items() if name != "organisations"}
    assert ordered(read_package(tmp_path)) == wanted


def test_no_cell_of_the_csv_is_a_formula(package, tmp_path):
    write_csv(strange(package["networks"][0]), tmp_path)
    text = (tmp_path / "nodes.csv").read_text(encoding="utf-8")
    assert "'=HYPERLINK" in text
    assert ",=HYPERLINK" not in text
