"""The agreement and every setting of a plan: what ``programme.toml`` says.

Settings are grouped by the stage that reads them. Each field's ``description`` carries its unit and meaning;
the reference page of the docs is made from it. A field marked ``assumption`` is not from a source and is
listed as such in every report. Groups that stand in files of their own build on :mod:`karez.model.settings` too.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from karez.model.backbone_rules import BackboneRules
from karez.model.business import Business, Social
from karez.model.climate import Climate
from karez.model.computing_rules import ComputingRules
from karez.model.cost_line import CostLine
from karez.model.fixed_wireless import BaseStation
from karez.model.joint import Joint
from karez.model.power import Power
from karez.model.radio_rules import RadioRules
from karez.model.resilience import ResilienceRules
from karez.model.risk_rules import RiskRules
from karez.model.satellites import SatelliteService
from karez.model.schedule_rules import Crew, Fixed, Floor
from karez.model.settings import Identifier, NonNegative, Positive, Settings, Share, setting
from karez.model.settlement_rules import Streets
from karez.model.standing import Standing
from karez.model.things_rules import ThingsRules
from karez.model.tracking import Tracking
from karez.model.words import Alternative, Ground, Method, Technology


class Agreement(Settings):
    """The agreement: its parties, its money, its years."""

    name: str = setting(meaning="Name of the programme")
    region: str = setting(meaning="Name of the region that is planned")
    parties: tuple[str, ...] = setting((), meaning="Who signed the agreement")
    terms: str = setting("", meaning="The terms as signed, in words; printed in the report")
    currency: str = setting(meaning="Currency of all money, as ISO 4217 code", pattern=r"^[A-Z]{3}$")
    price_year: int = setting(unit="year", meaning="Year whose prices real money is stated in", ge=1990, le=2100)
    first_year: int = setting(unit="year", meaning="Calendar year of programme year 1", ge=1990, le=2100)
    years: int = setting(unit="years", meaning="Number of programme years T", ge=1, le=50)
    budget: tuple[NonNegative, ...] = setting(
        unit="currency", meaning="Money that becomes available in each programme year, as signed"
    )
    budget_basis: Literal["nominal", "real"] = setting(
        "nominal", meaning="Whether the budget is money of the day (nominal) or of the price year (real)"
    )
    budget_scale: Positive = setting(1.0, unit="factor", meaning="Every budget is multiplied by this")
    budget_pays: tuple[Literal["capex", "opex"], ...] = setting(
        ("capex",), meaning="What the budget pays for until the last programme year"
    )

    @property
    def calendar_years(self) -> tuple[int, ...]:
        """Calendar year of each programme year, first to last."""
        return tuple(range(self.first_year, self.first_year + self.years))


class Rates(Settings):
    """Exchange, inflation, discounting: the only place where money is converted (rule 1)."""

    inflation_per_year: float = setting(
        0.02, unit="1/year", meaning="Rise of all prices per year", assumption=True, gt=-0.5, lt=1.0
    )
    exchange: dict[str, Positive] = setting(
        {}, unit="programme currency per unit", meaning="Exchange rates by ISO 4217 code", assumption=True
    )
    discount_rate_real: float = setting(
        0.05, unit="1/year", meaning="Real discount rate", assumption=True, gt=-0.5, lt=1.0
    )
    horizon_years_after: int = setting(
        15, unit="years", meaning="Years after the last programme year that are appraised (H = T + this)", ge=0, le=100
    )


class RouteLayer(Settings):
    """A layer of lines along which fibre can be laid."""

    source: str = setting(meaning="Where the lines are, as file:layer")
    method: Method = setting("buried", meaning="How fibre is laid along these lines")
    length_field: str = setting("", meaning="Field with the surveyed length; empty: geodesic length is used")
    length_unit: Literal["m", "km", "ft", "mi"] = setting("m", meaning="Unit of the length field")
    ground_field: str = setting("", meaning="Field with the ground class; empty: classed by settlements and relief")


class Layers(Settings):
    """Where the input lies, each as ``file:layer`` (the layer may be left out where the file has one)."""

    sites: str = setting(meaning="Demands: one row per demand (project × place)")
    routes: tuple[RouteLayer, ...] = setting(meaning="Lines along which fibre can be laid", min_length=1)
    sources: str = setting(meaning="Points where the network is fed from")
    areas: str = setting(meaning="Polygons that money and fairness are reported by")
    region: str = setting("", meaning="Outline of the region; empty: the areas together")
    relief: str = setting("", meaning="Elevation raster (GeoTIFF, metres); empty: all ground is plain or urban")
    existing_spans: str = setting("", meaning="Fibre that is there already: no trench cost")
    existing_nodes: str = setting("", meaning="Nodes that are there already; sources where `lit`")
    towers: str = setting("", meaning="Masts that stand or may be built, for hops; empty: candidates at all places")
    catalogue: str = setting("catalogue.csv", meaning="Unit costs")


class GroundRules(Settings):
    """How a metre of route is classed as urban, plain or mountain."""

    urban_households_per_km2: Positive = setting(
        1500.0,
        unit="1/km²",
        meaning="Density that turns households of a place into the radius of its urban ground",
        assumption=True,
    )
    urban_from_households: NonNegative = setting(
        5000.0, unit="households", meaning="Places smaller than this have no urban ground", assumption=True
    )
    mountain_relief_m: Positive = setting(
        300.0, unit="m", meaning="Ground is mountain where highest minus lowest around is above this", assumption=True
    )
    step_km: Positive = setting(2.0, unit="km", meaning="Lines are classed in pieces no longer than this")
    relief_radius_km: Positive = setting(
        10.0, unit="km", meaning="How far around a point its relief is taken", assumption=True
    )


class Routing(Settings):
    """How lines become a measured candidate graph."""

    ground: GroundRules = setting(GroundRules(), meaning="Classes of ground")
    lead_in_max_km: Positive = setting(
        50.0, unit="km", meaning="A place further than this from every line is not joined", assumption=True
    )
    lead_in_method: Method = setting("buried", meaning="How lead-ins are laid")
    node_crossings: Literal["none", "between_layers", "all"] = setting(
        "between_layers", meaning="Where lines that cross without a common vertex are joined: fibre can change there"
    )
    snap_m: NonNegative = setting(
        1.0, unit="m", meaning="Line ends closer than this are one node (counted in the notes)", assumption=True
    )
    rates: dict[Method, dict[Ground, str]] = setting(
        meaning="Catalogue item that prices a metre, by method and ground class"
    )


class DistanceBand(Settings):
    """What a microwave connection costs up to a distance from the nearest fibre-mandatory place or source."""

    up_to_km: Positive = setting(unit="km", meaning="Greatest straight-line distance of this band", assumption=True)
    costs: tuple[CostLine, ...] = setting(meaning="Cost lines of the connection, counted by unit", min_length=1)


class TechnologyRules(Settings):
    """What a technology gives, to hold against a project's standard, and where it can be used."""

    mbps: Positive = setting(unit="Mbit/s", meaning="Download speed it gives a home or institution")
    latency_ms: Positive = setting(unit="ms", meaning="Round-trip time it gives")
    site_mbps_max: Positive | None = setting(
        None, unit="Mbit/s", meaning="Largest busy-hour demand of one site it can carry; empty: any"
    )
    base_station: BaseStation | None = setting(
        None, meaning="Base stations whose range and sectors serve the sites around (fixed_wireless)"
    )
    bands: tuple[DistanceBand, ...] = setting((), meaning="Costs by distance (microwave); nearest band first")
    source: str = setting("", meaning="Where speed and latency are from; empty: assumptions")


class Category(Settings):
    """A kind of site: how it weighs, what it demands, what each technology costs there."""

    name: str = setting(meaning="Name in the report")
    household_equivalents: NonNegative = setting(
        1.0,
        unit="households per unit",
        meaning="Weight of one unit; homes always weigh by households",
        assumption=True,
    )
    demand_mbps: NonNegative = setting(
        2.0, unit="Mbit/s", meaning="Busy-hour demand per connected household, or per unit", assumption=True
    )
    costs: dict[Technology, tuple[CostLine, ...]] = setting(
        meaning="Local cost lines by technology; a technology left out cannot serve this category"
    )


class Standard(Settings):
    """What a site of the project is promised."""

    mbps: Positive = setting(unit="Mbit/s", meaning="Least download speed")
    latency_ms: Positive = setting(unit="ms", meaning="Greatest round-trip time")
    availability: Share | None = setting(
        None, unit="share", meaning="Least share of a year that it is in service, as 0.999; empty: none is promised"
    )


class Target(Settings):
    """Coverage promised by a calendar year."""

    year: int = setting(unit="year", meaning="Calendar year by whose end it is to be met")
    coverage: Share = setting(unit="share", meaning="Weight in service to standard over the weight of all sites")
    required: bool = setting(False, meaning="Whether a plan that misses it is refused (exit code 3)")
    counted_by: Literal["weight", "place"] = setting(
        "weight", meaning="Whether sites count by weight, or every place as one by its first row (homes, tranche 1)"
    )


class Project(Settings):
    """One strand of the programme: which sites it serves, to what standard, with what priority."""

    id: Identifier = setting(meaning="Identifier; the column `project` of the sites")
    name: str = setting(meaning="Name in the report")
    purpose: str = setting("", meaning="What it is for, in a sentence")
    priority: Positive = setting(1.0, unit="factor", meaning="Weight of a household-equivalent", assumption=True)
    technologies: tuple[Technology, ...] = setting(
        ("fibre", "microwave", "satellite"), meaning="Technologies that may serve its sites"
    )
    fibre_mandatory: tuple[Identifier, ...] = setting(
        (), meaning="Categories of its sites for which only fibre will do (rule 6: infinite prize)"
    )
    standard: Standard = setting(meaning="What its sites are promised")
    minimum_share: Share = setting(0.0, unit="share", meaning="Least share of programme capex")
    maximum_share: Share = setting(1.0, unit="share", meaning="Greatest share of programme capex")
    targets: tuple[Target, ...] = setting((), meaning="Coverage promised, by year")


class Designing(Settings):
    """How hard the design is worked on. Counted effort only, so that equal input gives equal output (rule 10)."""

    stop_gap: NonNegative = setting(0.0, unit="share", meaning="Stop once the design is proven this close")
    rounds: int = setting(300, unit="rounds", meaning="Most rounds of improvement; fewer above 1,300 spans", ge=1)


class Phasing(Settings):
    """How years are chosen."""

    below_standard_quality: Share = setting(
        0.5,
        unit="factor",
        meaning="Benefit of a service below the project's standard, 1 being to standard",
        assumption=True,
    )
    stop_gap: NonNegative = setting(0.002, unit="share", meaning="Stop once the schedule is proven this close")
    node_limit: int = setting(2000, unit="nodes", meaning="Most branch-and-bound nodes", ge=0)


class Demand(Settings):
    """How many connect."""

    take_up: Share = setting(
        0.7,
        unit="share",
        meaning="Households that connect, of those passed; the programme pays for them",
        assumption=True,
    )


class Programme(Settings):
    """Everything ``programme.toml`` says."""

    format: Literal[1] = setting(meaning="Version of this file's format")
    agreement: Agreement = setting(meaning="Parties, money, years")
    rates: Rates = setting(Rates(), meaning="Exchange, inflation, discounting")
    layers: Layers = setting(meaning="Where the input lies")
    routing: Routing = setting(meaning="How lines become a candidate graph")
    demand: Demand = setting(Demand(), meaning="How many connect")
    technologies: dict[Technology, TechnologyRules] = setting(meaning="What each technology gives")
    satellites: dict[Identifier, SatelliteService] = setting(
        {}, meaning="Satellite services, by name; instead of the one of `technologies.satellite`"
    )
    power: Power = setting(Power(), meaning="What supplies a site that has no grid")
    categories: dict[Identifier, Category] = setting(meaning="Kinds of site")
    projects: tuple[Project, ...] = setting(meaning="The strands of the programme", min_length=1)
    designing: Designing = setting(Designing(), meaning="How hard the design is worked on")
    phasing: Phasing = setting(Phasing(), meaning="How years are chosen")
    joint: Joint = setting(Joint(), meaning="How design and years improve each other")
    business: Business = setting(Business(), meaning="Take-up over time, fees, running costs, tax")
    social: Social = setting(Social(), meaning="Income that broadband brings: an option, in no total")
    climate: Climate = setting(Climate(), meaning="Emissions of building and running the network")
    risk: RiskRules = setting(RiskRules(), meaning="What may come otherwise, and how far")
    resilience: ResilienceRules = setting(
        ResilienceRules(), meaning="How often parts fail, what hazards do, who needs two ways"
    )
    street: Streets = setting(Streets(), meaning="Settlements that are designed street by street, from a map")
    radio: RadioRules = setting(RadioRules(), meaning="Hops between masts as edges of the network")
    backbone: BackboneRules = setting(BackboneRules(), meaning="Which hubs need two ways to a source")
    computing: ComputingRules = setting(ComputingRules(), meaning="Where data centres and edge sites go")
    things: ThingsRules = setting(ThingsRules(), meaning="Gateways for things on farmland and pasture")
    tracking: Tracking = setting(Tracking(), meaning="The ledger of what is delivered")
    standing: Standing = setting(Standing(), meaning="What stands where the rest is planned again: `karez replan`")
    crews: dict[Method, Crew] = setting({}, meaning="What crews can build, by deployment method; others have no limit")
    floors: tuple[Floor, ...] = setting((), meaning="Least coverage of homes by area and year")
    fixed: tuple[Fixed, ...] = setting((), meaning="Sites and spans whose year the planner fixes")
    notes: tuple[str, ...] = setting((), meaning="What a reader of the report must know; printed as given")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Faults that need several settings are found in ``reading``, with their place; these are the rest."""
        if "unserved" in self.technologies:
            raise ValueError("technologies: `unserved` is an answer, not a technology")
        return self

    @property
    def horizon(self) -> int:
        """Appraisal horizon H in programme years (rule 2)."""
        return self.agreement.years + self.rates.horizon_years_after

    @property
    def networked(self) -> tuple[Technology, ...]:
        """Technologies that hang on the network: fibre, and microwave where hops are its edges (rule 6)."""
        return ("fibre", "microwave") if self.radio.on else ("fibre",)

    def project(self, project_id: str) -> Project:
        """The project with that id (KeyError if there is none)."""
        return {project.id: project for project in self.projects}[project_id]

    def gives(self, technology: str, service: str = "") -> TechnologyRules | SatelliteService | None:
        """What a technology gives, of satellites the service of that name; None of what there is none."""
        if service:
            return self.satellites.get(service) if technology == "satellite" else None
        return {str(name): rules for name, rules in self.technologies.items()}.get(technology)


ALTERNATIVE_ORDER: tuple[Alternative, ...] = ("microwave", "fixed_wireless", "satellite")
"""Order in which equal-cost alternatives are preferred."""
