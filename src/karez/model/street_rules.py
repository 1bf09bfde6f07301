"""The rules of a street-level design: what ``rules.toml`` says.

Every group has defaults, so that a map file alone is enough. Unit costs that are not from a source are marked
``assumption`` and listed as such in the report.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from karez.model.settings import NonNegative, Positive, Settings, Share, setting

Surface = Literal["carriageway", "paved", "soft"]
"""What a trench is dug in: a street, a paved footway or cycleway, unpaved ground."""

SURFACES: tuple[str, ...] = get_args(Surface)

StreetMethod = Literal["trench", "micro_trench", "aerial", "facade", "duct"]
"""How a cable runs along a street. ``duct`` is one that is there already and has room."""

FREE: tuple[StreetMethod, ...] = ("trench", "micro_trench")
"""Methods that need nothing that stands there."""

PonClass = Literal["GPON B+", "GPON C+", "XGS-PON N1", "XGS-PON N2", "XGS-PON E1"]

BUDGET_DB: dict[PonClass, float] = {
    "GPON B+": 28.0,
    "GPON C+": 32.0,
    "XGS-PON N1": 29.0,
    "XGS-PON N2": 31.0,
    "XGS-PON E1": 33.0,
}
"""Greatest loss between office and home by class (ITU-T G.984.2 with amendments 1 and 2; G.9807.1), in dB."""

SPLIT_DB: dict[int, float] = {2: 3.6, 4: 7.3, 8: 10.7, 16: 14.1, 32: 17.5, 64: 21.0, 128: 24.5}
"""Greatest insertion loss of a planar splitter by its ratio (Telcordia GR-1209-CORE: 0.8 + 3.4 log2 N, rounded), dB."""


class Network(Settings):
    """What is built: technology, splitting, sizes."""

    technology: PonClass = setting("GPON B+", meaning="Passive optical network and its class of optics")
    split: tuple[int, ...] = setting(
        (32,), unit="outputs", meaning="Split ratio of each stage, first at the cabinet; one stage or two"
    )
    spare: Share = setting(
        0.1, unit="share", meaning="Ports and fibres beyond the dwellings, at every cabinet", assumption=True
    )
    cabinet_ports: tuple[int, ...] = setting(
        (96, 192, 288), unit="ports", meaning="Sizes of cabinet there are, by the ports they hold", assumption=True
    )
    cable_fibres: tuple[int, ...] = setting(
        (12, 24, 48, 96, 144, 288), unit="fibres", meaning="Sizes of cable there are", assumption=True
    )
    closure_dwellings: Annotated[int, Field(ge=1, le=1000)] = setting(
        12,
        unit="dwellings",
        meaning="Most drops out of one closure, where splitters stand in the cabinet alone",
        assumption=True,
    )
    office_ports: Annotated[int, Field(ge=1)] = setting(
        20_000,
        unit="dwellings",
        meaning="Most dwellings of a central office that is sited; one that is given serves what hangs on it",
        assumption=True,
    )

    take_up: Annotated[float, Field(gt=0, le=1)] = setting(
        1.0,
        unit="share",
        meaning="Homes passed that are connected: cost per home connected counts drops and terminals of these alone. "
        "Ports and cables are for all",
        assumption=True,
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        known = ", ".join(str(ratio) for ratio in SPLIT_DB)
        if not 1 <= len(self.split) <= 2 or any(ratio not in SPLIT_DB for ratio in self.split):
            raise ValueError(f"split must be one or two ratios out of {known}")
        for name, sizes in (("cabinet_ports", self.cabinet_ports), ("cable_fibres", self.cable_fibres)):
            if not sizes or list(sizes) != sorted(set(sizes)) or sizes[0] < 1:
                raise ValueError(f"{name} must be whole numbers above 0 in ascending order")
        if self.cabinet_ports[-1] < self.split[0]:
            raise ValueError("the largest cabinet must hold the outputs of one of its splitters")
        return self

    @property
    def outputs(self) -> int:
        """Dwellings behind one port of the office."""
        whole = 1
        for ratio in self.split:
            whole *= ratio
        return whole


class Reach(Settings):
    """How far light and people may go."""

    drop_max_m: Positive = setting(
        150.0, unit="m", meaning="Longest drop from the street to a premises", assumption=True
    )
    distribution_max_m: Positive = setting(
        1_200.0, unit="m", meaning="Longest way along the trench from a cabinet to a premises", assumption=True
    )
    optical_max_m: Positive = setting(
        20_000.0, unit="m", meaning="Longest way from office to premises (G.984.2: 20 km of logical reach)"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.distribution_max_m > self.optical_max_m:
            raise ValueError("distribution_max_m cannot be above optical_max_m")
        return self


class Losses(Settings):
    """What light loses on its way (ITU-T G.652.D, G.671, L.12)."""

    fibre_db_per_km: NonNegative = setting(0.40, unit="dB/km", meaning="Loss of fibre at 1310 nm, worst case (G.652.D)")
    splice_db: NonNegative = setting(0.1, unit="dB", meaning="Loss of a fusion splice", assumption=True)
    splice_every_m: Positive = setting(
        2_000.0, unit="m", meaning="Length of cable on a drum: a splice each", assumption=True
    )
    connector_db: NonNegative = setting(0.5, unit="dB", meaning="Loss of a pair of connectors, worst case (G.671)")
    connectors: Annotated[int, Field(ge=0)] = setting(
        4, unit="pairs", meaning="Pairs of connectors on the way: office, cabinet in and out, home", assumption=True
    )
    margin_db: NonNegative = setting(1.0, unit="dB", meaning="Kept free for repairs and ageing", assumption=True)


class Premises(Settings):
    """What counts as premises, and how many dwellings it holds."""

    least_area_m2: NonNegative = setting(
        40.0, unit="m²", meaning="Buildings that say nothing of their use and are smaller are sheds", assumption=True
    )
    dwelling_area_m2: Positive = setting(
        90.0, unit="m²", meaning="Floor area of a dwelling in a block of flats, stairs included", assumption=True
    )
    excluded: tuple[str, ...] = setting(
        (
            "barn", "boathouse", "bunker", "carport", "collapsed", "construction", "cowshed", "farm_auxiliary",
            "garage", "garages", "glasshouse", "greenhouse", "greenhouse_horticulture", "hangar", "hut", "kiosk", "no",
            "parking", "pavilion", "roof", "ruins", "service", "shed", "ship", "silo", "stable", "storage_tank", "sty",
            "tent", "toilets", "tower", "transformer_tower", "underpass_entrance", "utility", "water_tower",
        ),
        meaning="Values of the tag `building` that are no premises",
    )  # fmt: skip
    flats: tuple[str, ...] = setting(
        ("apartments", "block", "dormitory"), meaning="Values of the tag `building` that hold several dwellings"
    )


class Streets(Settings):
    """Along which lines a trench may run."""

    carriageway: tuple[str, ...] = setting(
        (
            "trunk", "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link",
            "unclassified", "residential", "living_street", "service", "road",
        ),
        meaning="Values of the tag `highway` that are streets",
    )  # fmt: skip
    paved: tuple[str, ...] = setting(
        ("pedestrian", "footway", "cycleway"), meaning="Values of the tag `highway` that are paved ways"
    )
    soft: tuple[str, ...] = setting(
        ("track", "path", "bridleway"), meaning="Values of the tag `highway` that are unpaved ways"
    )
    both_sides: tuple[str, ...] = setting(
        ("trunk", "primary", "secondary", "tertiary"),
        meaning="Streets that a drop may not cross: a trench runs on either side, and crossings are priced",
        assumption=True,
    )
    width_m: Positive = setting(9.0, unit="m", meaning="Width of such a street, from trench to trench", assumption=True)
    forbidden: tuple[str, ...] = setting((), meaning="Kinds of street along which nothing may run; they may be crossed")
    ways_in: Annotated[int, Field(ge=1, le=4)] = setting(
        2, unit="streets", meaning="Streets a drop may lead to, the nearest ones; the design chooses"
    )


class Methods(Settings):
    """How cable runs: of the methods allowed that can be had there, the cheapest with its upkeep."""

    carriageway: tuple[StreetMethod, ...] = setting(
        ("trench", "aerial", "duct"), meaning="Methods allowed along streets; aerial where poles are, duct where one is"
    )
    paved: tuple[StreetMethod, ...] = setting(
        ("trench", "aerial", "duct"), meaning="Methods allowed along paved ways (micro-trench and façade if added)"
    )
    soft: tuple[StreetMethod, ...] = setting(
        ("trench", "aerial", "duct"), meaning="Methods allowed along unpaved ways; micro-trench needs a hard surface"
    )
    drop: tuple[Literal["trench", "aerial"], ...] = setting(
        ("trench", "aerial"), meaning="Methods allowed for drops; aerial where poles stand at its foot"
    )
    pole_span_m: Positive = setting(
        60.0, unit="m", meaning="Poles further apart than this carry no cable between them", assumption=True
    )
    facade_within_m: Positive = setting(
        12.0, unit="m", meaning="Front of a building this near to the middle of a street can carry cable",
        assumption=True,
    )  # fmt: skip
    facade_share: Share = setting(
        0.8, unit="share", meaning="Share of a street that such fronts must line for cable along them", assumption=True
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for name in ("carriageway", "paved", "soft"):
            if not set(getattr(self, name)) & set(FREE):
                raise ValueError(
                    f"{name} must allow trench or micro_trench: ducts fill up, and poles are not everywhere"
                )
        if "micro_trench" in self.soft or "facade" in self.soft:
            raise ValueError("soft cannot have micro_trench or facade: they need a hard surface, or fronts")
        if "trench" not in self.drop:
            raise ValueError("drop must allow trench: poles are not everywhere")
        return self


class Locks(Settings):
    """How the planner's word (``--lock``) is taken."""

    within_m: Positive = setting(
        12.0, unit="m", meaning="A line of the planner's belongs to a street this near that runs along it",
        assumption=True,
    )  # fmt: skip
    preferred_factor: Annotated[float, Field(gt=0, le=1)] = setting(
        0.7,
        unit="factor",
        meaning="Price of a preferred span as the choice sees it, where its row says nothing; it is paid in full",
        assumption=True,
    )


class LabourShares(Settings):
    """Part of a unit cost that is labour; the rest is material."""

    civil: Share = setting(0.75, meaning="Of trenches, strands, ducts pulled through and passages", assumption=True)
    cable: Share = setting(0.4, meaning="Of cable, laid", assumption=True)
    splice: Share = setting(0.9, meaning="Of splices", assumption=True)
    drop: Share = setting(0.65, meaning="Of drops, cable and installation", assumption=True)
    plant: Share = setting(
        0.25, meaning="Of offices, ports, cabinets, splitters, closures and terminals", assumption=True
    )


class Prices(Settings):
    """Unit costs, material and labour together, in the currency and price year named here."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = setting("USD", meaning="Currency, as ISO 4217 code")
    price_year: int = setting(2023, unit="year", meaning="Year of the prices", ge=1990, le=2100)
    labour: LabourShares = setting(LabourShares(), meaning="How much of the unit costs is labour")
    trench_per_m: dict[Surface, NonNegative] = setting(
        {"carriageway": 76.3, "paved": 53.3, "soft": 32.8},
        unit="currency/m",
        meaning="Trench with duct. Cartesian/FBA 2023 medians: urban 23.25, all 16.25, soft earth 10 USD/ft",
    )
    micro_trench_factor: NonNegative = setting(
        0.65, unit="factor", meaning="Micro-trench against trench (Fibre Options, 35 % less)"
    )
    aerial_per_m: NonNegative = setting(
        21.3, unit="currency/m", meaning="Strand on poles, cable apart. Cartesian/FBA 2023 median 6.49 USD/ft"
    )
    duct_per_m: NonNegative = setting(
        1.5, unit="currency/m", meaning="Blowing cable into a duct that is there", assumption=True
    )
    facade_per_m: NonNegative = setting(
        16.0, unit="currency/m", meaning="Fixing cable along the fronts of buildings, cable apart", assumption=True
    )
    built_per_m: NonNegative = setting(
        0.0, unit="currency/m", meaning="Pulling cable through what is built already, where its row says nothing"
    )
    upkeep_per_m: dict[Literal["trench", "micro_trench", "aerial", "facade", "duct", "existing"], NonNegative] = (
        setting(
            {"trench": 2.0, "micro_trench": 5.0, "aerial": 11.0, "facade": 8.0, "duct": 2.0, "existing": 2.0},
            unit="currency/m",
            meaning="Present worth of upkeep over its life; it counts where a method is chosen, not in the bill",
            assumption=True,
        )
    )
    crossing_each: NonNegative = setting(
        4_000.0, unit="currency", meaning="Passing under a railway, a motorway or a river", assumption=True
    )
    drop_per_m: NonNegative = setting(
        32.8, unit="currency/m", meaning="Trench of a drop. Cartesian/FBA 2023, soft earth 10 USD/ft"
    )
    drop_each: NonNegative = setting(
        275.0, unit="currency", meaning="Drop cable and installation at a premises (eyby.com, middle of 150–400)"
    )
    home_each: NonNegative = setting(
        105.0, unit="currency", meaning="Terminal of a dwelling (eyby.com, middle of 60–150)"
    )
    cable_per_m: NonNegative = setting(
        0.9, unit="currency/m", meaning="Cable of any size, before its fibres", assumption=True
    )
    fibre_per_m: NonNegative = setting(0.018, unit="currency/m", meaning="Each fibre of a cable", assumption=True)
    cabinet_each: NonNegative = setting(
        640.0, unit="currency", meaning="Cabinet with base (nismod digital_comms: 500 GBP of 2019)"
    )
    cabinet_port: NonNegative = setting(
        6.0, unit="currency", meaning="Each port that a cabinet can hold", assumption=True
    )
    splitter_each: NonNegative = setting(60.0, unit="currency", meaning="Splitter (eyby.com, middle of 20–100)")
    closure_each: NonNegative = setting(
        180.0, unit="currency", meaning="Closure where cables branch or drops leave", assumption=True
    )
    splice_each: NonNegative = setting(12.0, unit="currency", meaning="Fusion splice of one fibre", assumption=True)
    port_each: NonNegative = setting(
        2_000.0, unit="currency", meaning="Port of an optical line terminal (eyby.com, middle of 1000–3000)"
    )
    office_each: NonNegative = setting(
        90_000.0, unit="currency", meaning="Central office (nismod digital_comms: 70,000 GBP of 2019)"
    )


class Searching(Settings):
    """How hard the design is worked on. Counted effort only (rule 10)."""

    rounds: Annotated[int, Field(ge=1)] = setting(4, unit="rounds", meaning="Most rounds of improvement of the trench")
    stop_gap: Share = setting(0.005, unit="share", meaning="Stop once the trench is proven this close")
    trees: Annotated[int, Field(ge=1)] = setting(
        2, unit="trees", meaning="Trenches tried in each office's area, each with what the cables of the last one cost"
    )


class StreetRules(Settings):
    """Everything ``rules.toml`` says."""

    network: Network = setting(Network(), meaning="Technology, splitting, sizes")
    reach: Reach = setting(Reach(), meaning="How far light and drops may go")
    losses: Losses = setting(Losses(), meaning="What light loses on its way")
    premises: Premises = setting(Premises(), meaning="What counts as premises")
    streets: Streets = setting(Streets(), meaning="Along which lines a trench may run")
    methods: Methods = setting(Methods(), meaning="How cable runs along streets")
    locks: Locks = setting(Locks(), meaning="How the planner's word is taken")
    prices: Prices = setting(Prices(), meaning="Unit costs")
    searching: Searching = setting(Searching(), meaning="How hard the design is worked on")

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.losses.margin_db + self.fixed_db() >= BUDGET_DB[self.network.technology]:
            raise ValueError(
                f"{self.network.technology} carries {BUDGET_DB[self.network.technology]:g} dB; splitters, connectors "
                f"and margin alone take {self.losses.margin_db + self.fixed_db():.1f} dB: lower the split or take a "
                "better class"
            )
        if self.reach.drop_max_m > self.reach.distribution_max_m:
            raise ValueError("reach.distribution_max_m is shorter than the longest drop allowed")
        return self

    def fixed_db(self) -> float:
        """Loss of splitters and connectors, which every premises has, in dB."""
        return sum(SPLIT_DB[ratio] for ratio in self.network.split) + self.losses.connectors * self.losses.connector_db
