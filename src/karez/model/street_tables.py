"""Tables that a planner may give of streets: the layers of a file of one's own, and those of ``--lock``."""

from __future__ import annotations

from karez.model.attributes import REQUIRED, Attribute, Table
from karez.model.street_rules import SURFACES

ID = Attribute("id", "text", "Name of the row; by default made from the layer and its number", unique=True)
NAME = Attribute("name", "text", "Name for people", default="")
PRICE = Attribute(
    "price_per_m", "number", "Price of pulling cable along it, in place of the rules'", "currency/m", least=0.0
)
FREE_CABLES = Attribute("free_cables", "integer", "Cables that it still takes; empty: any number", "cables", least=0.0)
FREE_FIBRES = Attribute("free_fibres", "integer", "Fibres that it still takes; empty: any number", "fibres", least=0.0)

OFFICES = Table("offices", "a central office that is given", "Point", (ID, NAME))
CABINETS = Table(
    "cabinets",
    "a cabinet that is given; the design uses it where anything can hang on it",
    "Point",
    (ID, NAME, Attribute("ports", "integer", "Ports that it holds; empty: any size there is", "ports", least=1.0)),
)
PREFERRED = Table(
    "preferred",
    "a stretch of street that the trench shall rather take; it is paid in full",
    "LineString",
    (
        ID,
        Attribute(
            "factor", "number", "Its price as the choice sees it; by default that of the rules", "factor",
            least=0.01, greatest=1.0,
        ),
    ),
)  # fmt: skip
FORBIDDEN = Table(
    "forbidden",
    "a stretch of street along which nothing runs, no trench, duct or pole line; it may be crossed",
    "LineString",
    (ID,),
)
GROUND = Table("forbidden_ground", "ground on which nothing runs along streets and no plant stands", "Polygon", (ID,))
BUILT = Table(
    "built",
    "a stretch that is built already: it costs what pulling the cable through does",
    "LineString",
    (ID, PRICE, FREE_CABLES, FREE_FIBRES),
)
DUCTS = Table("ducts", "a duct of somebody's with room for cables", "LineString", (ID, PRICE, FREE_CABLES, FREE_FIBRES))
POLES = Table(
    "poles",
    "a pole (Point) or a pole line (LineString) that can carry cables",
    "LineString",
    (ID, PRICE, FREE_CABLES, FREE_FIBRES),
)

LOCKS = (OFFICES, CABINETS, PREFERRED, FORBIDDEN, GROUND, BUILT, DUCTS, POLES)
"""Layers of ``--lock``, all of them optional; ``ducts``, ``poles``, ``offices`` and ``cabinets`` may lie among one's
own layers as well."""

STREETS = Table(
    "streets",
    "a street or way along which cable may run; streets meet at common vertices and where one ends on another",
    "LineString",
    (
        ID,
        NAME,
        Attribute("kind", "text", "What it is, as `highway` of OpenStreetMap; any word will do", default="street"),
        Attribute("surface", "text", "What is dug in", default="carriageway", one_of=SURFACES),
        Attribute("sides", "integer", "1: one trench serves both sides; 2: one on either side, crossings are priced",
                  least=1.0, greatest=2.0),
    ),
)  # fmt: skip
PREMISES = Table(
    "premises",
    "a building (Polygon), or the point where its drop enters (Point)",
    "Polygon",
    (
        ID,
        Attribute("kind", "text", "What it is", default="premises"),
        Attribute(
            "dwellings", "integer", "Terminals that it needs", "dwellings", default=1, least=1.0, greatest=9999.0
        ),
    ),
)
PARCELS = Table("parcels", "a plot; a drop runs over its own plot and public ground, not over others", "Polygon", (ID,))
BARRIERS = Table(
    "barriers",
    "a line that costs a passage to run under",
    "LineString",
    (ID, Attribute("kind", "text", "What it is", default=REQUIRED, one_of=("motorway", "railway", "water"))),
)

OWN = (STREETS, PREMISES, OFFICES, CABINETS, DUCTS, POLES, PARCELS, BARRIERS)
"""Layers of one's own file; ``streets`` and ``premises`` must be there."""
