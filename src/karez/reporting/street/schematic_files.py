"""``schematic.svg``, and a sheet for each office in ``schematic/`` where there are several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from markupsafe import Markup

from karez.model.street import StreetInputs
from karez.reporting.figures import number
from karez.reporting.street.offices_sheet import draw_offices
from karez.reporting.street.schematic import draw_office
from karez.reporting.street.scheme import OfficeScheme

MOST_CABINETS = 60
"""Offices are drawn on the report's page until so many cabinets are; the first one is in any case."""


def write_schematic(offices: Sequence[OfficeScheme], inputs: StreetInputs, path: Path) -> None:
    """Write the drawing of the only office, or the list of all."""
    title = _title(inputs)
    if len(offices) == 1:
        _write(draw_office(offices[0], title, inputs.attribution), path)
    else:
        _write(draw_offices(offices, title, inputs.attribution, [sheet_of(one) for one in offices]), path)


def write_sheets(offices: Sequence[OfficeScheme], inputs: StreetInputs, folder: Path) -> None:
    """Write a sheet for each office."""
    folder.mkdir()
    for one in offices:
        _write(draw_office(one, _title(inputs), inputs.attribution), folder.parent / sheet_of(one))


def sheet_of(office: OfficeScheme) -> str:
    """Where an office's sheet lies, seen from the run folder, if there are several."""
    return f"schematic/office-{office.number}.svg"


def schematic_section(offices: Sequence[OfficeScheme], inputs: StreetInputs) -> Markup:
    """The first offices on the report's page, and the way to the sheets of all."""
    drawn: list[Markup] = []
    cabinets = 0
    for one in offices:
        cabinets += len(one.cabinets)
        if drawn and cabinets > MOST_CABINETS:
            break
        drawn.append(_markup(draw_office(one, inputs.name, inputs.attribution)))
    frames = Markup("").join(Markup('<div class="schematic">{}</div>').format(one) for one in drawn)
    if len(offices) == 1:
        link = Markup('<a href="schematic.svg">schematic.svg</a>, a sheet for print and for drawing programs.')
        return Markup('<div class="wide">{}<p class="small">Also in {}</p></div>').format(frames, link)
    sheets = Markup(" · ").join(
        Markup('<a href="{}">office {}</a> ({} cabinets)').format(sheet_of(one), one.number, number(len(one.cabinets)))
        for one in offices
    )
    words = Markup('<p class="small">All in <a href="schematic.svg">schematic.svg</a>; sheets: {}</p>').format(sheets)
    return Markup('<div class="wide">{}{}</div>').format(frames, words)


def _title(inputs: StreetInputs) -> str:
    return f"Fibre to every door: {inputs.name}"


def _write(svg: ET.Element, path: Path) -> None:
    path.write_bytes(ET.tostring(svg, encoding="utf-8", xml_declaration=True))


def _markup(svg: ET.Element) -> Markup:
    """The drawing as a part of a page; ElementTree has escaped what it holds."""
    return Markup(ET.tostring(svg, encoding="unicode"))
