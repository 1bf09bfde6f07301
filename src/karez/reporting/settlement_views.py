"""What the report shows of settlements that are designed street by street."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from karez.model.plan import Plan
from karez.model.words import LOCAL_COSTS
from karez.reporting.figures import money, number, percent


@dataclass(frozen=True)
class SettlementViews:
    """Sentences, and the settlements by what their homes are priced by.

    Parameters
    ----------
    sentences : list[str]
        What stands out.
    table : DataFrame
        ``Settlements.table``, and ``above``: by how much the design's cost can be above the least possible.
    rates : list[str]
        How money of the designs became the programme's.
    """

    sentences: list[str]
    table: pd.DataFrame
    rates: list[str]


def settlement_views(plan: Plan) -> SettlementViews | None:
    """What the report says of settlements with a map; None where there are none."""
    if plan.settlements is None:
        return None
    table, currency = plan.settlements.table, plan.programme.agreement.currency
    homes = plan.sites[plan.sites["households"].notna()]
    count = homes.groupby("local_cost")["place_id"].nunique()
    households = homes.groupby("local_cost")["households"].sum()
    told = [
        f"{_many(int(count.get(word, 0)))} ({number(households.get(word, 0.0))} households)" for word in LOCAL_COSTS
    ]
    first = f"Homes of {told[0]} are priced by a street-level design, those of {told[1]} by the density model."
    above = (table["cost"] / (table["bound"] + table["constant"]) - 1.0).clip(lower=0.0)
    return SettlementViews([first, *_compared(table, currency)], table.assign(above=above), _rates(plan))


def _many(places: int) -> str:
    return f"{number(places)} place{'' if places == 1 else 's'}"


def _compared(table: pd.DataFrame, currency: str) -> list[str]:
    """What the streets change, in words."""
    own, modelled = float(table["capex_real"].sum()), float(table["density_capex_real"].sum())
    if modelled <= 0:
        return []
    word = "more" if own > modelled else "less"
    return [
        f"Fibre to all homes with a design costs {money(own, currency)} locally. The density model says "
        f"{money(modelled, currency)}: the streets make it {percent(abs(own / modelled - 1.0))} {word}."
    ]


def _rates(plan: Plan) -> list[str]:
    """Exchange and price level between the designs' money and the programme's (rule 1)."""
    agreement = plan.programme.agreement
    assert plan.settlements is not None
    table = plan.settlements.table.drop_duplicates(["currency", "price_year"])
    return [
        f"1 {row.currency} of {row.price_year} is {row.to_real:.4f} {agreement.currency} of {agreement.price_year}: "
        f"the exchange rate and the inflation of the settings"
        for row in table.itertuples()
        if (row.currency, row.price_year) != (agreement.currency, agreement.price_year)
    ]
