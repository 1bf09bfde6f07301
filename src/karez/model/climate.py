"""Settings of emissions: per metre by method, per terminal, per kilowatt-hour; and the price of a tonne."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from karez.model.settings import NonNegative, Settings, setting
from karez.model.words import Method

ENDRAVA = "Endrava for IKT-Norge (2023), Klimafotavtrykk fra utrulling av fiber"


class TrenchEmissions(Settings):
    """Embodied emissions of a metre of route, works and materials, by method."""

    buried: NonNegative = setting(
        9.2, unit="kg CO₂e/m", meaning=f"Dug and reinstated trench ({ENDRAVA}: 920 kg per 100 m)"
    )
    micro_trench: NonNegative = setting(0.5, unit="kg CO₂e/m", meaning=f"Micro-trench ({ENDRAVA}: 50 kg per 100 m)")
    aerial: NonNegative = setting(1.0, unit="kg CO₂e/m", meaning="Cable on poles", assumption=True)
    along_rail: NonNegative = setting(
        9.2, unit="kg CO₂e/m", meaning="Trench along a railway, as buried", assumption=True
    )
    existing_duct: NonNegative = setting(0.3, unit="kg CO₂e/m", meaning="Cable alone, in a duct", assumption=True)
    submarine: NonNegative = setting(2.0, unit="kg CO₂e/m", meaning="Cable at sea with its laying", assumption=True)


class TerminalEmissions(Settings):
    """What the equipment at a user embodies and draws."""

    home_embodied_kg: NonNegative = setting(
        40.0, unit="kg CO₂e", meaning="Equipment of a connected home", assumption=True
    )
    home_kwh_per_year: NonNegative = setting(
        100.0, unit="kWh/year", meaning="Drawn for a connected home, its part of the network included", assumption=True
    )
    institution_embodied_kg: NonNegative = setting(
        150.0, unit="kg CO₂e", meaning="Equipment of an institution", assumption=True
    )
    institution_kwh_per_year: NonNegative = setting(
        500.0, unit="kWh/year", meaning="Drawn for an institution, its part of the network included", assumption=True
    )
    life_years: Annotated[int, Field(ge=1, le=100)] = setting(
        8, unit="years", meaning="Years after which the equipment is replaced", assumption=True
    )


class Terminals(Settings):
    """Equipment by technology."""

    fibre: TerminalEmissions = setting(TerminalEmissions(), meaning="Optical terminal and router")
    microwave: TerminalEmissions = setting(
        TerminalEmissions(institution_embodied_kg=6000.0, institution_kwh_per_year=1750.0),
        meaning="As fibre at home; at an institution with masts and radios",
    )
    fixed_wireless: TerminalEmissions = setting(
        TerminalEmissions(home_kwh_per_year=130.0), meaning="Outdoor receiver and router"
    )
    satellite: TerminalEmissions = setting(
        TerminalEmissions(
            home_embodied_kg=120.0,
            home_kwh_per_year=547.5,
            institution_embodied_kg=250.0,
            institution_kwh_per_year=547.5,
            life_years=5,
        ),
        meaning="Dish and router; 547.5 kWh is 62.5 W all year, the middle of the 50–75 W its maker states",
    )


class Climate(Settings):
    """Emissions of building and running the network."""

    trench: TrenchEmissions = setting(TrenchEmissions(), meaning="By method, per metre")
    local_method: Method = setting(
        "buried",
        meaning="Method of local distribution: catalogue items of a site that are counted in metres",
        assumption=True,
    )
    terminals: Terminals = setting(Terminals(), meaning="By technology, per user")
    grid_kg_per_kwh: NonNegative = setting(
        0.473,
        unit="kg CO₂e/kWh",
        meaning="Emissions of electricity (world 2024: Ember, Global Electricity Review 2025)",
    )
    grid_decline_per_year: Annotated[float, Field(ge=0.0, lt=1.0)] = setting(
        0.0, unit="1/year", meaning="By how much that falls per year from the first programme year", assumption=True
    )
    price_per_tonne: NonNegative = setting(
        0.0,
        unit="currency, real, per t CO₂e",
        meaning="Price of emissions; it enters present cost, never capex or budgets",
    )
    price_growth_per_year: Annotated[float, Field(gt=-0.5, lt=1.0)] = setting(
        0.0, unit="1/year", meaning="Real rise of that price per year from the first programme year"
    )
