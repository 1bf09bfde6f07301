"""Homes of settlements that are designed street by street: their cost follows from the stored table of the designs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pandas as pd

from karez.errors import DataFault, Fault
from karez.model.words import LOCAL_COSTS
from karez.verifying.money import CENT, built
from karez.verifying.run import REMEDY, Run
from karez.verifying.verdict import Check, Finding, conclude

CLOSE = 1e-7
"""Share by which figures may differ in the last digits."""

COLUMNS = {
    "settlements": (
        *("place", "homes_served", "households", "connected", "currency", "price_year", "to_real", "passed_real"),
        *("connecting_real", "capex_real", "cost", "value", "bound", "gap"),
    ),
    "settlement_items": ("place", "kind", "item", "part", "unit", "quantity", "amount", "homes", "per_home"),
}
"""Columns that the tables must have, see :class:`karez.model.settlements.Settlements`."""


def is_there(run: Run) -> bool:
    """Whether a run has settlements that are designed street by street, or says so anywhere."""
    files = [run.folder / "finance" / f"{name}.parquet" for name in COLUMNS]
    said = bool(run.programme.street.settlements) or "settlements" in run.summary
    return said or any(file.exists() for file in files)


def settlements(run: Run) -> Check:
    """Unit costs, quantities and money of street-level designs, from their stored costs and the households."""
    table, items = _table(run, "settlements"), _table(run, "settlement_items")
    proven = f"{len(items)} unit costs and the rows of the bill follow from {len(table)} street-level designs"
    return conclude("settlements", proven, _findings(run, table, items))


def _table(run: Run, name: str) -> pd.DataFrame:
    path = run.folder / "finance" / f"{name}.parquet"
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataFault(
            [Fault(f"finance/{name}.parquet", problem=f"cannot be read ({error})", remedy=REMEDY)]
        ) from None
    missing = [column for column in COLUMNS[name] if column not in table]
    if missing:
        raise KeyError(f"finance/{name}.parquet has no {', '.join(missing)}")
    return table


def _findings(run: Run, table: pd.DataFrame, items: pd.DataFrame) -> Iterator[Finding]:
    asked = {one.place for one in run.programme.street.settlements}
    for place in sorted(asked ^ set(table["place"])):
        yield Finding("settlement of the settings without a design, or a design without a setting", place)
    yield from _source_findings(run, set(table["place"]))
    yield from _item_findings(run, table, items)
    yield from _table_findings(run, table, items)
    yield from _bill_findings(run, items)
    told = {str(row["place"]): row for row in run.summary.get("settlements", ())}
    for row in table.to_dict("records"):
        said = told.pop(str(row["place"]), {})
        differ = [name for name, value in row.items() if name in said and not _same(said[name], value)]
        if not said or differ:
            yield Finding(
                f"summary.json says otherwise{': ' if differ else ''}{', '.join(map(str, differ))}", row["place"]
            )
    for place in told:
        yield Finding("summary.json has a settlement that the table has not", place)


def _same(one: Any, other: Any) -> bool:
    return abs(one - other) <= CLOSE * max(1.0, abs(other)) if isinstance(one, float) else bool(one == other)


def _source_findings(run: Run, places: set[str]) -> Iterator[Finding]:
    """Homes say what prices their fibre."""
    street, density = LOCAL_COSTS
    homes = _households(run)
    for row in run.sites.to_dict("records"):
        priced = (street if str(row["place_id"]) in places else density) if str(row["id"]) in homes else ""
        said = row["local_cost"] if isinstance(row["local_cost"], str) else ""
        if said != priced:
            yield Finding("local_cost is not what prices its homes", row["id"])


def _item_findings(run: Run, table: pd.DataFrame, items: pd.DataFrame) -> Iterator[Finding]:
    """Unit costs are the design's cost over its quantity, with the range, life and upkeep of the settings."""
    rules = run.programme.street
    about = table.set_index("place").to_dict("index")
    for row in items.to_dict("records"):
        if row["item"] not in run.catalogue.index:
            yield Finding("item of a street-level design is not in the catalogue", row["item"])
            continue
        price, of = run.catalogue.loc[row["item"]], about[row["place"]]
        rate = row["amount"] / row["quantity"]
        wanted = {"low": rate * rules.low_factor, "rate": rate, "high": rate * rules.high_factor}
        if any(not abs(price[name] - value) <= CLOSE * value for name, value in wanted.items()):
            yield Finding("unit cost is not the design's cost over its quantity", row["item"])
        if (price["currency"], price["price_year"]) != (of["currency"], of["price_year"]):
            yield Finding("unit cost is in other money than the design", row["item"])
        if not abs(price["rate_real"] - rate * of["to_real"]) <= CLOSE * rate * of["to_real"]:
            yield Finding("unit cost is not converted at the rate that is stated", row["item"])
        if row["homes"] != of["homes_served"] or not _same(row["per_home"], row["quantity"] / of["homes_served"]):
            yield Finding("quantity of a home is not that of the design over its homes", row["item"])


def _table_findings(run: Run, table: pd.DataFrame, items: pd.DataFrame) -> Iterator[Finding]:
    """Households, cost per home and cost of all follow from the rows of the programme and the items."""
    households = _households(run)
    take_up = run.programme.demand.take_up
    for row in table.to_dict("records"):
        here = run.sites.loc[run.sites["place_id"].astype(str) == row["place"], "id"].astype(str)
        homes = math.fsum(households.get(site, 0.0) for site in here)
        counts = {"households": homes, "connected": homes * take_up}
        for name, count in counts.items():
            if not abs(row[name] - count) <= CLOSE * max(1.0, count):
                yield Finding(f"{name} is not that of its rows", row["place"])
        own = items[items["place"] == row["place"]]
        if abs(row["cost"] - math.fsum(own["amount"])) > CENT:
            yield Finding("cost is not the sum of its items", row["place"])
        each = {
            part: math.fsum(own.loc[own["part"] == part, "amount"]) / row["homes_served"] * row["to_real"]
            for part in ("passing", "connecting")
        }
        for name, part, count in (
            ("passed_real", "passing", counts["households"]),
            ("connecting_real", "connecting", counts["connected"]),
        ):
            if abs(row[name] - (each[part] if count > 0 else 0.0)) > CENT:
                yield Finding(f"{name} is not the design's cost over its homes", row["place"])
        whole = each["passing"] * counts["households"] + each["connecting"] * counts["connected"]
        if abs(row["capex_real"] - whole) > CENT + CLOSE * whole:
            yield Finding("capex is not cost per home times homes", row["place"])
        gap = abs(row["value"] - row["bound"]) / row["value"] if row["value"] else 0.0
        if row["bound"] > row["value"] + CENT or not abs(row["gap"] - gap) <= CLOSE:
            yield Finding("gap is not that of value and bound", row["place"])


def _households(run: Run) -> dict[str, float]:
    """Households still to be served of every site that has any."""
    rows = run.sites[run.sites["households"].notna()].to_dict("records")
    return {str(row["id"]): row["households"] * (1.0 - row["already_served"]) for row in rows}


def _bill_findings(run: Run, items: pd.DataFrame) -> Iterator[Finding]:
    """Quantities and money in the bill are those of a home times the homes that are built."""
    households, take_up = _households(run), run.programme.demand.take_up
    parts = {
        item: (part, per_home)
        for item, part, per_home in zip(items["item"], items["part"], items["per_home"], strict=True)
    }
    homes: dict[tuple[Any, ...], list[float]] = defaultdict(list)
    places = dict(zip(items["item"], items["place"], strict=True))
    sites = built(run.sites)
    for row in sites.to_dict("records"):
        if str(row["id"]) in households:
            key = (int(row["year"]), row["area_id"], row["project"], row["technology"], str(row["place_id"]))
            homes[key].append(households[str(row["id"])])
    stated: set[tuple[Any, ...]] = set()
    bill = run.finance["bill"]
    for row in bill[bill["item"].isin(parts)].to_dict("records"):
        key = (int(row["year"]), row["area_id"], row["project"], row["technology"], places[row["item"]])
        part, per_home = parts[row["item"]]
        count = math.fsum(homes.get(key, [])) * (1.0 if part == "passing" else take_up)
        rate = run.catalogue.loc[row["item"], "rate_real"]
        if not abs(row["quantity"] - count * per_home) <= CLOSE * max(1.0, count * per_home):
            yield Finding("quantity in the bill is not that of its homes", f"{row['item']}:{row['year']}")
        elif abs(row["capex_real"] - count * per_home * rate) > CENT * (len(homes.get(key, [])) + 1):
            yield Finding("capex in the bill is not quantity times unit cost", f"{row['item']}:{row['year']}")
        stated.add((*key, row["item"]))
    for key, counts in homes.items():
        asked = key[3] == "fibre" and math.fsum(counts) > 0
        for item in [item for item, place in places.items() if asked and place == key[4]]:
            paid = parts[item][0] == "passing" or take_up > 0
            if paid and (*key, item) not in stated:
                yield Finding("homes with fibre whose street-level design is not in the bill", f"{item}:{key[0]}")
