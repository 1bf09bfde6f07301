"""Settings of computing: where data centres and edge sites may stand, what they serve, what they cost and draw."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from karez.model.cost_line import CostLine
from karez.model.settings import Identifier, NonNegative, Positive, Settings, setting

USUAL_CANDIDATES = ("computing", "county_seat")
"""Categories that are candidates where the settings name none: the first that the programme has."""


class ComputingRules(Settings):
    """Where computing goes: `karez computing`."""

    candidates: tuple[Identifier, ...] = setting(
        (),
        meaning="Categories of sites at whose place a centre may stand; none named: computing, else county_seat, "
        "else every category",
    )
    served: tuple[Identifier, ...] = setting((), meaning="Categories of sites that are served; none named: all")
    centres: Annotated[int, Field(ge=0, le=10_000)] = setting(
        3,
        meaning="Most centres, placed for the least round trip by traffic (p-median); 0: as many as cost least "
        "together with their traffic's delay (fixed charge)",
        assumption=True,
    )
    limits_ms: dict[Identifier, Positive] = setting(
        {}, unit="ms", meaning="Greatest round trip by category of site; a site that no candidate can serve so is told"
    )
    capacity_mbps: Positive | None = setting(
        None, unit="Mbit/s", meaning="Most busy-hour traffic of one centre; empty: any"
    )
    costs: tuple[CostLine, ...] = setting(
        (),
        meaning="Cost lines of a centre, per unit or mbps; none: those of fibre at a site of the category computing",
    )
    delay_per_mbps_ms_year: NonNegative = setting(
        0.0,
        unit="currency, real, per Mbit/s, ms and year",
        meaning="What a Mbit/s costs a year for each ms of its round trip: transport, and delay itself",
        assumption=True,
    )
    fibre_us_per_km: Positive = setting(
        4.9, unit="µs/km", meaning="One-way delay of fibre: group index 1.468 of ITU-T G.652 fibre over light's speed"
    )
    hop_us: NonNegative = setting(
        20.0, unit="µs", meaning="One-way delay of the equipment at a place that is passed", assumption=True
    )
    access_ms: NonNegative = setting(
        1.0,
        unit="ms",
        meaning="Round trip of fibre's own access equipment at a site; other technologies have their own",
        assumption=True,
    )
    centre_kw: NonNegative = setting(
        10.0, unit="kW", meaning="What a centre draws without traffic: room, switches", assumption=True
    )
    kw_per_gbps: NonNegative = setting(
        0.1, unit="kW per Gbit/s", meaning="What servers draw for the traffic they serve", assumption=True
    )
    overhead: Annotated[float, Field(ge=1.0, le=5.0)] = setting(
        1.5,
        unit="factor",
        meaning="Power drawn over power of the equipment (power usage effectiveness)",
        assumption=True,
    )
    energy_per_kwh: NonNegative = setting(
        0.0, unit="currency, real, per kWh", meaning="Price of electricity; 0: power is counted, not priced"
    )
    rounds: Annotated[int, Field(ge=1, le=1_000_000)] = setting(
        1_000, unit="rounds", meaning="How often the search tears down and builds up"
    )
    cases: Annotated[int, Field(ge=1, le=100_000)] = setting(
        120, unit="cases", meaning="Most cases looked into to raise the bound"
    )
    stop_gap: NonNegative = setting(0.0, unit="share", meaning="Stop once proven this close")
