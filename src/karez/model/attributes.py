"""Every attribute of every table, described once, as data.

From here come validation, defaults, and the reference page of the docs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from karez.model.backbone_rules import HUB_WORDS
from karez.model.power import GRID, POWERED_BY, SUPPLIES
from karez.model.words import GROUNDS, LOCAL_COSTS, METHODS, SPAN_METHODS, TECHNOLOGIES

Kind = Literal["text", "number", "integer", "boolean"]
REQUIRED = object()
"""Default of an attribute that must be given."""


@dataclass(frozen=True)
class Attribute:
    """One column of a table.

    Parameters
    ----------
    name : str
        Column name; carries its unit where it has one.
    kind : Kind
        What a cell holds.
    meaning : str
        What it says.
    unit : str
        Unit, empty where there is none.
    default : object
        Taken where the column is missing or a cell is empty; ``REQUIRED`` if it must be given; None: may be empty.
    least, greatest : float | None
        Range of numbers, ends included.
    one_of : tuple[str, ...]
        Closed list of words, empty where any will do.
    unique : bool
        Whether no value may occur twice.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    default: object = None
    least: float | None = None
    greatest: float | None = None
    one_of: tuple[str, ...] = ()
    unique: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its name, what a row is, its geometry and its columns."""

    name: str
    row_is: str
    geometry: Literal["Point", "LineString", "Polygon", "none"]
    attributes: tuple[Attribute, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(attribute.name for attribute in self.attributes)


def _id(meaning: str) -> Attribute:
    return Attribute("id", "text", meaning, default=REQUIRED, unique=True)


SITES = Table(
    "sites",
    "one demand: a project at a place",
    "Point",
    (
        _id("Identifier of the demand"),
        Attribute("place_id", "text", "Rows with the same place share the lead-in; empty: the id"),
        Attribute("name", "text", "Name in the report; empty: the id"),
        Attribute("project", "text", "Project it belongs to", default=REQUIRED),
        Attribute("category", "text", "Category of the settings", default=REQUIRED),
        Attribute("area_id", "text", "Area it is reported in; empty: the area it lies in"),
        Attribute("households", "number", "Households; on home rows only", "households", None, least=0),
        Attribute("urban_households", "number", "Urban ones of them; empty: none", "households", None, least=0),
        Attribute("villages", "number", "Rural villages behind the row", "villages", 0.0, least=0),
        Attribute("units", "number", "Like institutions behind the row", "units", 1.0, least=0),
        Attribute("already_served", "number", "Share that has service today", "share", 0.0, least=0, greatest=1),
        Attribute("earliest_year", "integer", "Calendar year before which it is not served", "year", None),
        Attribute("power", "text", "Whether there is a grid at the site", default=GRID, one_of=SUPPLIES),
        Attribute(
            "hub",
            "text",
            "Ways of its own to a source: one, two that share no span (edge), or neither span nor node (node); no: "
            "it is no hub of the backbone; empty: as the settings say of its category",
            one_of=HUB_WORDS,
        ),
        Attribute("priority", "number", "Factor on the priority of its project", "factor", 1.0, least=0),
        Attribute("tranche", "integer", "Number of the equal tranche of a large place, from 1", "", 1, least=1),
        Attribute("derived", "boolean", "Whether the row is modelled and not surveyed", default=False),
        Attribute("rule", "text", "Rule or source the row comes from", default=""),
    ),
)

AREAS = Table(
    "areas",
    "a planning unit that money and fairness are reported by",
    "Polygon",
    (
        _id("Identifier of the area"),
        Attribute("name", "text", "Name in the report; empty: the id"),
    ),
)

SOURCES = Table(
    "sources",
    "a point where the network is fed from",
    "Point",
    (
        _id("Identifier of the source"),
        Attribute("name", "text", "Name in the report; empty: the id"),
        Attribute(
            "connection_cost", "number", "Paid once when it is first used", "programme currency, real", 0.0, least=0
        ),
        Attribute("from_year", "integer", "Calendar year from which it is there; empty: from the start", "year"),
    ),
)

ROUTES = Table(
    "routes",
    "a line along which fibre can be laid, or lies already",
    "LineString",
    (
        _id("Identifier of the line: layer and row"),
        Attribute("layer", "text", "Layer it comes from, as file:layer", default=REQUIRED),
        Attribute("method", "text", "How fibre is laid along it", default=REQUIRED, one_of=METHODS),
        Attribute("surveyed_m", "number", "Surveyed length; empty: not surveyed", "m", None, least=0),
        Attribute("ground", "text", "Ground class; empty: to be classed", one_of=GROUNDS),
    ),
)

EXISTING_NODES = Table(
    "existing_nodes",
    "plant that is there already",
    "Point",
    (
        _id("Identifier of the node"),
        Attribute("name", "text", "Name in the report; empty: the id"),
        Attribute("lit", "boolean", "Whether it can feed the network", default=False),
    ),
)

TOWERS = Table(
    "towers",
    "a mast that stands or may be built, for hops",
    "Point",
    (
        _id("Identifier of the tower"),
        Attribute("name", "text", "Name in the report; empty: the id"),
        Attribute("height_m", "number", "Antennas above ground", "m", REQUIRED, least=1, greatest=500),
        Attribute("existing", "boolean", "Whether it stands: then it costs nothing", default=False),
        Attribute("power", "text", "Power that is there", default="grid", one_of=("grid", "none")),
    ),
)

CATALOGUE = Table(
    "catalogue",
    "a unit cost",
    "none",
    (
        Attribute("item", "text", "Identifier of the item", default=REQUIRED, unique=True),
        Attribute("unit", "text", "What it is counted in: each, m, km, ft, mbps …", default=REQUIRED),
        Attribute("low", "number", "Low cost; empty: the rate", "currency", None, least=0),
        Attribute("rate", "number", "Cost", "currency", REQUIRED, least=0),
        Attribute("high", "number", "High cost; empty: the rate", "currency", None, least=0),
        Attribute("currency", "text", "ISO 4217 code", default=REQUIRED),
        Attribute("price_year", "integer", "Year of the price", "year", REQUIRED, least=1980, greatest=2100),
        Attribute("source", "text", "Where the figure is from", default=REQUIRED),
        Attribute("confidence", "text", "How sure it is; `assumption` if there is no source", default=REQUIRED),
        Attribute("life_years", "integer", "Years until it is renewed", "years", 25, least=1),
        Attribute("opex_share_per_year", "number", "Yearly upkeep", "share of capex", 0.0, least=0, greatest=1),
    ),
)

PLAN_SITES = Table(
    "sites",
    "the answer for one demand",
    "Point",
    (
        _id("Identifier of the demand"),
        Attribute("place_id", "text", "Place it stands at"),
        Attribute("name", "text", "Name"),
        Attribute("category", "text", "Category"),
        Attribute("area_id", "text", "Area it is reported in"),
        Attribute("project", "text", "Project"),
        Attribute("households", "number", "Households; empty but on home rows", "households"),
        Attribute("weight", "number", "Weight in coverage: households or household-equivalents", "households"),
        Attribute("priority", "number", "Factor on the priority of its project", "factor"),
        Attribute("tranche", "integer", "Number of the tranche of its place"),
        Attribute("technology", "text", "How it is served (rule 5)", one_of=TECHNOLOGIES),
        Attribute("designed_technology", "text", "How it would be served without a budget", one_of=TECHNOLOGIES),
        Attribute("year", "integer", "Calendar year at whose end it is in service; empty: unserved", "year"),
        Attribute("reason", "text", "Why, in words"),
        Attribute("meets_standard", "boolean", "Whether the project's standard is met"),
        Attribute("mbps", "number", "Download speed it gives; empty: unserved", "Mbit/s"),
        Attribute("latency_ms", "number", "Round-trip time it gives; empty: unserved", "ms"),
        Attribute("route_km", "number", "Way over the designed tree to its source; empty: not on the network", "km"),
        Attribute("round_trip_ms", "number", "Round trip with the way to the source counted; empty: unserved", "ms"),
        Attribute("standard_mbps", "number", "Least download speed of the project's standard", "Mbit/s"),
        Attribute("standard_latency_ms", "number", "Greatest round-trip time of the project's standard", "ms"),
        Attribute(
            "chosen_present_real",
            "number",
            "Present cost built in year 1, with the spans this site alone needs; empty: unserved",
            "programme currency, real",
        ),
        Attribute(
            "next_best",
            "text",
            "Cheapest other way, as technology:service; of an unserved site, the cheapest; empty: none",
        ),
        Attribute(
            "next_best_present_real",
            "number",
            "Present cost of that in year 1, with the cheapest spans that would join it; empty: none",
            "programme currency, real",
        ),
        Attribute("capex_real", "number", "Local capex, without spans", "programme currency, real"),
        Attribute("opex_real_per_year", "number", "Local opex", "programme currency, real, per year"),
        Attribute("pv_cost_real", "number", "Present cost (rule 3), without spans", "programme currency, real"),
        Attribute("local_cost", "text", "What prices fibre at its homes; empty: no homes", one_of=LOCAL_COSTS),
        Attribute("already_served", "number", "Share served before the programme", "share"),
        Attribute("node_id", "text", "Node of the network it hangs on; empty: none"),
        Attribute("demand_mbps", "number", "Busy-hour demand of what is not served already", "Mbit/s"),
        Attribute("service", "text", "Satellite service; empty: none, or there are no several"),
        Attribute("cell", "text", "Cell of that service whose capacity it shares; empty: none"),
        Attribute("units", "number", "Like institutions behind the row", "units"),
        Attribute(
            "power",
            "text",
            "What powers it: the grid; solar, a supply the plan pays; none: no grid, and nothing there draws any",
            one_of=POWERED_BY,
        ),
        Attribute("supply_watts", "number", "Installed at that supply; 0: none", "W"),
        Attribute("supply_capex_real", "number", "Capex of it, a part of capex_real", "programme currency, real"),
        Attribute("availability", "number", "Least share of a year in service; empty: unserved", "share"),
        Attribute("minutes_lost_per_year", "number", "Most minutes a year out of service; empty: unserved", "minutes"),
        Attribute("independent_ways", "text", "What two ways to a source need not share: none, spans, nodes"),
        Attribute("derived", "boolean", "Whether the row is modelled"),
        Attribute("rule", "text", "Rule or source the row comes from"),
    ),
)

PLAN_SPANS = Table(
    "spans",
    "a run of the designed network between two nodes",
    "LineString",
    (
        _id("Identifier, made from its ends and method"),
        Attribute("start_node", "text", "Node nearer to the source"),
        Attribute("end_node", "text", "Node further from the source"),
        Attribute("length_m", "number", "Length that is priced: surveyed where surveyed", "m"),
        Attribute("geometry_length_m", "number", "Geodesic length of the drawn line", "m"),
        Attribute("ground", "text", "Ground class", one_of=GROUNDS),
        Attribute("method", "text", "How it is made", one_of=SPAN_METHODS),
        Attribute("tier", "text", "What it is for"),
        Attribute("capex_real", "number", "Capex; 0 if not built", "programme currency, real"),
        Attribute("opex_real_per_year", "number", "Upkeep; 0 if not built", "programme currency, real, per year"),
        Attribute("designed_capex_real", "number", "Capex, built or not", "programme currency, real"),
        Attribute("pv_cost_real", "number", "Present cost in its year (rule 3)", "programme currency, real"),
        Attribute("households_behind", "number", "Households it carries when all is built", "households"),
        Attribute("year", "integer", "Calendar year it is completed in; empty: designed, not built", "year"),
        Attribute("construction_years", "integer", "Years it takes to build, the last of them `year`", "years"),
        Attribute("cut_off_sites", "integer", "Sites without service when it alone is out", "sites"),
        Attribute("cut_off_households", "number", "Households without service when it alone is out", "households"),
        Attribute("worst_partner", "text", "Span with which it cuts off most; empty: with none more than alone"),
        Attribute("with_partner_households", "number", "Households without service when both are out", "households"),
        Attribute("status", "text", "OFDS status: proposed, or operational if it exists"),
    ),
)

PLAN_NODES = Table(
    "nodes",
    "plant of the designed network",
    "Point",
    (
        _id("Identifier, made from its place"),
        Attribute("name", "text", "Name"),
        Attribute("kind", "text", "source, place, junction, join or mast"),
        Attribute("capex_real", "number", "Connection cost of a source", "programme currency, real"),
        Attribute("year", "integer", "Calendar year it is in use from; empty: not built", "year"),
        Attribute("feeds", "boolean", "Whether the network is fed there"),
        Attribute("cut_off_sites", "integer", "Sites without service when it is out", "sites"),
        Attribute("cut_off_households", "number", "Households without service when it is out", "households"),
        Attribute("status", "text", "OFDS status"),
    ),
)

PLAN_AREAS = Table(
    "areas",
    "the outcome in one area",
    "Polygon",
    (
        _id("Identifier of the area"),
        Attribute("name", "text", "Name"),
        Attribute("households", "number", "Households", "households"),
        Attribute("households_served", "number", "In service at the end, any standard", "households"),
        Attribute("coverage", "number", "Weight of homes in service to standard at the end", "share"),
        Attribute("capex_real", "number", "Capex of its sites and of the spans whose middle lies in it", "currency"),
    ),
)

PLAN_TOWERS = Table(
    "towers",
    "a mast that hops of the design hang on",
    "Point",
    (
        _id("Identifier of the tower"),
        Attribute("name", "text", "Name"),
        Attribute("height_m", "number", "Antennas above ground", "m"),
        Attribute("existing", "boolean", "Whether it stands already"),
        Attribute(
            "power",
            "text",
            "What powers it: the grid; solar, a supply the plan pays; none: no grid, and no supply is priced",
            one_of=POWERED_BY,
        ),
        Attribute("derived", "boolean", "Whether it is a candidate by rule at a place, not of a layer"),
        Attribute("hops", "integer", "Hops that hang on it", "hops"),
        Attribute("node_id", "text", "Node of its head"),
        Attribute("year", "integer", "Calendar year of its first hop; empty: designed, not built", "year"),
    ),
)

PLAN_HOPS = Table(
    "hops",
    "a hop of the design between two towers; the span of the same id in other words",
    "LineString",
    (
        _id("Identifier of its span"),
        Attribute("start_tower", "text", "Tower nearer to the source"),
        Attribute("end_tower", "text", "Tower further from the source"),
        Attribute("band", "text", "Frequency band of the settings"),
        Attribute("length_km", "number", "Length", "km"),
        Attribute("state", "text", "Whether the line of sight is proven", one_of=("clear", "assumed")),
        Attribute("clearance_m", "number", "Least room beyond the part of the Fresnel zone; empty: not proven", "m"),
        Attribute("clearance_at_km", "number", "How far from its start tower that is; empty: not proven", "km"),
        Attribute("availability", "number", "Share of a year that rain leaves it in service", "share"),
        Attribute("capacity_mbps", "number", "What it carries", "Mbit/s"),
        Attribute("load_mbps", "number", "Busy-hour demand designed behind it", "Mbit/s"),
        Attribute("sites_behind", "integer", "Sites designed behind it", "sites"),
        Attribute("households_behind", "number", "Households designed behind it", "households"),
        Attribute(
            "capex_real", "number", "Capex, mast at its end included; 0 if not built", "programme currency, real"
        ),
        Attribute("year", "integer", "Calendar year it is completed in; empty: designed, not built", "year"),
    ),
)

TABLES = (SITES, AREAS, SOURCES, ROUTES, EXISTING_NODES, TOWERS, CATALOGUE)
PLAN_TABLES = (PLAN_SITES, PLAN_SPANS, PLAN_NODES, PLAN_AREAS)
RADIO_TABLES = (PLAN_TOWERS, PLAN_HOPS)
"""Layers of a plan whose network has hops for edges."""
