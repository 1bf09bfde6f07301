"""The schematic: office → cabinet → splitter → ports as a drawing."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from street_maps import grid_of_streets

from karez.flow.street import street
from karez.flow.verify import verify
from karez.reporting.street.layers import street_layers
from karez.reporting.street.scheme import Branch, schemes

SVG = "{http://www.w3.org/2000/svg}"


def texts(path):
    """All that is written on a sheet."""
    return [one.text for one in ET.parse(path).iter(f"{SVG}text")]


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """A town of several offices with two stages of splitters."""
    folder = tmp_path_factory.mktemp("several")
    rules = folder / "rules.toml"
    rules.write_text("[network]\noffice_ports = 14\nsplit = [2, 4]\ncabinet_ports = [4]\n")
    town = grid_of_streets().write(folder / "town.osm")
    return street(town, rules=rules, out=folder / "run")


def test_the_only_office_is_drawn_on_one_sheet_that_stands_for_itself(run):
    sheet = run.folder / "schematic.svg"
    written = texts(sheet)
    assert "OLT" in written
    assert run.folder.joinpath("schematic").exists() is False
    for one in run.design.cabinets.itertuples():
        assert f"{one.splitters} × 1:32" in written
        assert f"{one.units} in use" in written
        assert f"{one.splitters * 32 - one.units} free" in written
    assert not any(node.get("class") or node.get("style") for node in ET.parse(sheet).iter())
    assert "https:" not in sheet.read_text().replace("http://www.w3.org/2000/svg", "")


def test_the_report_holds_the_drawing_and_the_way_to_its_file(run):
    page = (run.folder / "report.html").read_text()
    assert 'href="schematic.svg"' in page
    assert page.count(">OLT</text>") == 1


def test_every_office_has_a_sheet_and_the_first_one_leads_to_all(several):
    offices = len(several.design.offices)
    assert offices >= 3
    sheets = sorted(path.name for path in (several.folder / "schematic").iterdir())
    assert sheets == [f"office-{number}.svg" for number in range(1, offices + 1)]
    links = [one.get("href") for one in ET.parse(several.folder / "schematic.svg").iter(f"{SVG}a")]
    assert links == [f"schematic/{name}" for name in sheets]
    page = (several.folder / "report.html").read_text()
    assert all(f'href="schematic/{name}"' in page for name in sheets)
    assert any("1:4" in text for text in texts(several.folder / "schematic" / "office-1.svg"))


def test_ports_of_offices_and_outputs_of_cabinets_are_given_once(several):
    verdict = verify(several.folder)
    assert verdict.passed, verdict.failures
    assert {"ports"} <= {check.name for check in verdict.checks}
    served = several.design.premises
    assert (served["port"] >= 1).all()


def test_every_cabinet_is_a_step_once_and_feeders_thin_out(several):
    layers = street_layers(several.inputs, several.graph, several.design)
    made = schemes(several.inputs, several.design, layers)
    drawn = [one.id for office in made for one in office.cabinets]
    assert sorted(drawn) == sorted(layers["cabinets"]["id"])
    for office in made:
        assert sum(one.splitters for one in office.cabinets) == office.ports
        level = 0
        for step in office.steps:
            if isinstance(step, Branch):
                assert step.level <= level
                level = step.level + 1
            else:
                assert step.level <= level
                level = step.level
                assert step.cable is None or step.cable.fibres >= step.splitters
