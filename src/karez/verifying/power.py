"""Power where there is no grid: what is installed for every site and mast, and what it costs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Any

from karez.model.power import GRID, NO_GRID, SOLAR
from karez.verifying.money import CENT, HALF_CENT
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

Row = dict[Hashable, Any]
Key = tuple[Any, ...]

CLOSE = 1e-9
"""Share by which quantities that are equal may differ in the last digits."""
GROUPS = ("year", "area_id", "project", "category", "technology")
"""Columns of the bill by which the supplies of sites are summed."""


def supplies(run: Run) -> Check:
    """Watts and money of the supplies of all sites and masts, and the rows of the bill that they are."""
    masts = int((run.towers["power"] == SOLAR).sum()) if len(run.towers) else 0
    sites, watts = int((run.sites["power"] == SOLAR).sum()), float(run.sites["supply_watts"].sum())
    proven = f"{sites:,} sites without a grid get {watts / 1e3:,.1f} kW, {masts} masts a supply"
    return conclude("power", proven, _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    rate = run.catalogue["rate_real"].astype(float).to_dict()
    billed: dict[Key, float] = defaultdict(float)
    for row in run.sites.to_dict("records"):
        parts = [] if row["power"] == GRID else _needed(run, row)
        whole = sum(parts)
        if (row["power"] == SOLAR) != (whole > 0.0):
            yield Finding("power is not what the site and its technology make it", row["id"])
        if abs(row["supply_watts"] - whole) > CLOSE * max(1.0, whole):
            yield Finding("watts are not those that its technology draws, times what is installed for each", row["id"])
        money = sum(round(part * rate[run.programme.power.item], 2) for part in parts)
        if abs(row["supply_capex_real"] - money) > CENT * len(parts):
            yield Finding("capex of the supply is not watts times their price", row["id"])
        if row["supply_capex_real"] > row["capex_real"] + HALF_CENT:
            yield Finding("supply costs more than all of the site", row["id"])
        if whole > 0.0:
            billed[_key(row)] += whole
    yield from _bill_findings(run, billed)
    yield from _mast_findings(run)


def _key(row: Row) -> Key:
    """Row of the bill that a site belongs to, or that a row of it is; empty cells as empty words."""
    return tuple("" if row[name] is None or row[name] != row[name] else row[name] for name in GROUPS)


def _needed(run: Run, site: Row) -> list[float]:
    """Watts to install for the terminals and for the units of a site without a grid, those that are any."""
    power, technology = run.programme.power, site["technology"]
    drawn = ({str(name): watts for name, watts in table.items()} for table in (power.terminal_watts, power.unit_watts))
    still_open = 1.0 - site["already_served"]
    units = site["units"] * still_open
    is_home = not math.isnan(site["households"])
    terminals = site["households"] * still_open * run.programme.demand.take_up if is_home else units
    counts = zip((terminals, units), drawn, strict=True)
    return [
        count * watts[technology] * power.installed_per_watt
        for count, watts in counts
        if watts.get(technology, 0.0) > 0.0 and count > 0.0
    ]


def _bill_findings(run: Run, billed: dict[Key, float]) -> Iterator[Finding]:
    """The bill holds the supplies of sites, and no others: where nothing else is bought of the same item."""
    item = run.programme.power.item
    others = (
        line.item
        for category in run.programme.categories.values()
        for lines in category.costs.values()
        for line in lines
    )
    if not item or item in set(others) | _of_technologies(run):
        return
    bill = run.finance["bill"]
    for row in bill[(bill["item"] == item) & (bill["group"] == "local")].to_dict("records"):
        wanted = billed.pop(_key(row), 0.0)
        if not abs(row["quantity"] - wanted) <= 1e-6 * max(1.0, wanted):
            yield Finding("watts of the bill are not those of its sites", f"{row['year']:g}:{row['area_id']}")
    for key in billed:
        yield Finding("supplies are not in the bill", f"{key[0]:g}:{key[1]}")


def _of_technologies(run: Run) -> set[str]:
    """Items that technologies are priced with."""
    found: set[str] = set()
    for rules in run.programme.technologies.values():
        bands = (line for band in rules.bands for line in band.costs)
        station = rules.base_station.costs if rules.base_station else ()
        found |= {line.item for line in (*bands, *station)}
    return found | {line.item for service in run.programme.satellites.values() for line in service.costs}


def _mast_findings(run: Run) -> Iterator[Finding]:
    """The bill holds the supply of every mast that is built, once, at its price."""
    item = run.programme.radio.power_item
    if not item or not run.programme.radio.on:
        return
    none = set(run.proof.radio_masts.loc[run.proof.radio_masts["power"] == NO_GRID, "id"])
    for row in run.towers.to_dict("records"):
        if row["power"] != (SOLAR if row["id"] in none else GRID):
            yield Finding("power is not that of its mast", row["id"])
    built = set(run.spans.loc[run.spans["year"].notna(), "id"])
    parts = run.proof.radio_parts
    wanted = float(parts.loc[(parts["item"] == item) & parts["id"].isin(built), "quantity"].sum())
    bill = run.finance["bill"]
    rows = bill[(bill["item"] == item) & (bill["group"] == "spans")]
    if abs(rows["quantity"].sum() - wanted) > 1e-6:
        yield Finding(f"{rows['quantity'].sum():g} in the bill, {wanted:g} on masts that are built", item)
    elif abs(rows["capex_real"].sum() - wanted * float(run.catalogue["rate_real"].to_dict()[item])) > CENT * (
        len(rows) + wanted
    ):
        yield Finding("supplies of masts do not cost what the bill says", item)
