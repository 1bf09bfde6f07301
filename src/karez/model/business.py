"""Settings of the business case: demand, fees, running costs, tax, and the social return.

What the programme sells, to whom, for how much. Defaults assume no revenue: a fee that nobody stated is not earned.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from karez.model.settings import Identifier, NonNegative, Positive, Settings, Share, setting
from karez.model.words import Technology

Segment = Literal["homes", "anchors", "business", "wholesale"]
"""Whom a service is sold to. ``anchors`` are institutions: schools, clinics, posts."""

Payer = Literal["public", "operator", "user"]
"""Whose money it is."""

PAYERS: tuple[str, ...] = get_args(Payer)
SEGMENTS: tuple[str, ...] = get_args(Segment)

Growth = Annotated[float, Field(gt=-0.5, lt=1.0, allow_inf_nan=False)]


class UptakeCurve(Settings):
    """Households that connect, of those passed: ceiling / (1 + exp(−steepness × (years in service − midpoint))).

    The logistic curve of diffusion, fitted to broadband by Czernich et al. (2011), The Economic Journal 121(552),
    505–532, doi:10.1111/j.1468-0297.2011.02420.x.
    """

    ceiling: Share | None = setting(
        None, unit="share", meaning="Share that connects in the end; empty: demand.take_up", assumption=True
    )
    midpoint_years: NonNegative = setting(
        2.0, unit="years", meaning="Years in service until half of the ceiling is reached", assumption=True
    )
    steepness_per_year: Positive = setting(
        1.0, unit="1/year", meaning="How steep the curve is at its midpoint", assumption=True
    )


class Uptake(Settings):
    """Take-up curves by area class."""

    urban: UptakeCurve = setting(UptakeCurve(), meaning="Urban households")
    rural: UptakeCurve = setting(UptakeCurve(midpoint_years=3.0), meaning="All other households")


class YearlyRate(Settings):
    """So much money a year for each … of the sites it is for."""

    name: str = setting(meaning="Name in the report")
    per: Literal["connected_household", "unit", "mbps", "route_km"] = setting(
        meaning="What it is counted by: connected households by the take-up curve, institutions, busy-hour Mbit/s with "
        "its growth, or kilometres of new route"
    )
    projects: tuple[Identifier, ...] = setting((), meaning="Projects it is for; empty: all")
    categories: tuple[Identifier, ...] = setting((), meaning="Categories it is for; empty: all")
    technologies: tuple[Technology, ...] = setting((), meaning="Technologies it is for; empty: all")
    amount_per_year: NonNegative = setting(unit="currency per year", meaning="Money a year for each", assumption=True)
    currency: str = setting(
        "", meaning="Its currency, as ISO 4217 code; empty: the programme's", pattern=r"^([A-Z]{3})?$"
    )
    price_year: int | None = setting(
        None, unit="year", meaning="Year whose prices it is stated in; empty: the programme's", ge=1990, le=2100
    )
    growth_real_per_year: Growth = setting(
        0.0, unit="1/year", meaning="Real change per year from the price year of the programme on", assumption=True
    )
    source: str = setting("", meaning="Where the amount is from; empty: it is an assumption")


class Tariff(YearlyRate):
    """A service and what it earns."""

    segment: Segment = setting(meaning="Whom it is sold to")
    payer: Payer = setting("user", meaning="Who pays it")


class Business(Settings):
    """The business case."""

    uptake: Uptake = setting(Uptake(), meaning="Take-up curves")
    traffic_growth_per_year: Growth = setting(
        0.1,
        unit="1/year",
        meaning="Growth of busy-hour traffic per user from the first programme year",
        assumption=True,
    )
    public_share_capex: Share = setting(
        1.0, unit="share", meaning="Part of capex that the public budget pays; the operator pays the rest"
    )
    tax_rate: Share = setting(
        0.0, unit="share", meaning="Tax on the operator's profit, losses carried forward; 0: tax is left out"
    )
    tariffs: tuple[Tariff, ...] = setting((), meaning="Services sold; none: no revenue is assumed")
    running_costs: tuple[YearlyRate, ...] = setting(
        (), meaning="Yearly costs of selling and carrying traffic, beyond the upkeep of the plant"
    )


class Social(Settings):
    """Income that broadband brings, by a published elasticity; an option, kept out of every total.

    Income rises by (penetration / penetration before)^elasticity − 1. Katz & Callorda (2018), *The economic
    contribution of broadband, digitization and ICT regulation*, ITU, ISBN 978-92-61-27711-6: 1 % more fixed
    broadband penetration comes with 0.08 % more GDP.
    """

    enabled: bool = setting(False, meaning="Whether the social return is shown")
    income_per_household_per_year: NonNegative = setting(
        0.0,
        unit="currency, real, per year",
        meaning="Income (GDP) per household without the programme",
        assumption=True,
    )
    elasticity: NonNegative = setting(
        0.08, unit="", meaning="Rise of income in % for 1 % more penetration (Katz & Callorda 2018, ITU: 0.08)"
    )
    penetration_before: Annotated[float, Field(gt=0.0, le=1.0)] = setting(
        0.1, unit="share", meaning="Households connected by anything before the programme", assumption=True
    )
