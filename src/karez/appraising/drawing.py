"""Draws of prices, take-up and delay, and the same set one at a time to low and to high."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

import numpy as np

from karez.appraising.distributing import places, quantile
from karez.model.catalogue import Catalogue
from karez.model.draws import Draws, Factor
from karez.model.programme import Programme
from karez.units import METRES_PER

TAKE_UP, DELAY = "take_up", "delay"
LENGTHS, OTHERS = "lengths", "others"
"""Names of the classes of items that no class of the settings names."""


def draw(programme: Programme, catalogue: Catalogue, draws: int, seed: int) -> Draws:
    """Draw prices, take-up and delay.

    Parameters
    ----------
    programme : Programme
        ``risk`` says how far, ``demand`` and ``agreement`` what is planned.
    catalogue : Catalogue
        Converted.
    draws : int
        How many.
    seed : int
        Equal seeds give equal draws.
    """
    found = factors(programme, catalogue)
    place = np.empty((draws, len(found)))
    rules, table = programme.risk, catalogue.table
    low, mode, high = (table[f"{name}_real"].to_numpy(dtype=np.float64) for name in ("low", "rate", "high"))
    rate = np.tile(mode, (draws, 1))
    take_up, delay = np.ones(draws), np.full((draws, programme.agreement.years), rules.delay.likely)
    for number, factor in enumerate(found):
        here = place[:, number] = places(factor.name, draws, seed)
        if factor.kind == "prices":
            for item in factor.items:
                rate[:, item] = quantile(here, low[item], mode[item], high[item], rules.shape)
            continue
        values = quantile(here, factor.low, factor.mode, factor.high, rules.shape)
        if factor.kind == "take_up":
            take_up = values
        else:
            delay[:, factor.items] = values[:, None]
    return Draws(found, place, rate, take_up, delay)


def one_at_a_time(programme: Programme, catalogue: Catalogue) -> Draws:
    """Everything as most likely, then every factor alone at its low and at its high: 1 + 2 · factors rows."""
    found = factors(programme, catalogue)
    rows = 1 + 2 * len(found)
    table = catalogue.table
    ends = [table[f"{name}_real"].to_numpy(dtype=np.float64) for name in ("low", "high")]
    rate = np.tile(table["rate_real"].to_numpy(dtype=np.float64), (rows, 1))
    likely = programme.risk.delay.likely
    take_up, delay = np.ones(rows), np.full((rows, programme.agreement.years), likely)
    for number, factor in enumerate(found):
        for side, value in enumerate((factor.low, factor.high)):
            row = 1 + 2 * number + side
            if factor.kind == "prices":
                rate[row, factor.items] = ends[side][list(factor.items)]
            elif factor.kind == "take_up":
                take_up[row] = value
            else:
                delay[row, factor.items] = value
    return Draws(found, np.full((rows, len(found)), np.nan), rate, take_up, delay)


def factors(programme: Programme, catalogue: Catalogue) -> tuple[Factor, ...]:
    """What is drawn, in order: classes of prices, single prices, take-up, delay; nothing that has no range."""
    return (*_prices(programme, catalogue), *_take_up(programme), *_delay(programme))


def classes(programme: Programme, catalogue: Catalogue) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Items of every class by its name, and whether they go together; each item is in exactly one."""
    rules, table = programme.risk, catalogue.table
    left = dict.fromkeys(str(item) for item in table.index)
    found: dict[str, tuple[tuple[str, ...], bool]] = {}
    for name, group in rules.classes.items():
        items = tuple(item for item in left if any(fnmatchcase(item, pattern) for pattern in group.items))
        found[name] = items, group.dependence == "full"
        left = {item: None for item in left if item not in items}
    units = dict(zip(table.index.astype(str), table["unit"].astype(str), strict=True))
    lengths = tuple(item for item in left if units[item] in METRES_PER)
    found[LENGTHS] = lengths, rules.lengths == "full"
    found[OTHERS] = tuple(item for item in left if item not in lengths), rules.others == "full"
    return found


def _prices(programme: Programme, catalogue: Catalogue) -> Iterator[Factor]:
    table = catalogue.table
    row = {str(item): number for number, item in enumerate(table.index)}
    low, mode, high = (table[f"{name}_real"].to_numpy(dtype=np.float64) for name in ("low", "rate", "high"))
    for name, (items, together) in classes(programme, catalogue).items():
        moving = [row[item] for item in items if high[row[item]] > low[row[item]]]
        if together and len(moving) > 1:
            yield Factor(name, "prices", tuple(moving), 0.0, 0.0, 1.0)
        else:
            for item in moving:
                yield Factor(str(table.index[item]), "prices", (item,), low[item], mode[item], high[item])


def _take_up(programme: Programme) -> Iterator[Factor]:
    """Take-up as a factor on what is planned; nobody connects more than all homes."""
    rules, planned = programme.risk.take_up, programme.demand.take_up
    high = min(rules.high, 1.0 / planned) if planned > 0 else 1.0
    if planned > 0 and high > rules.low:
        yield Factor(TAKE_UP, "take_up", (), rules.low, min(1.0, high), high)


def _delay(programme: Programme) -> Iterator[Factor]:
    rules, years = programme.risk.delay, programme.agreement.calendar_years
    if rules.high <= rules.low:
        return
    if rules.years == "full":
        yield Factor(DELAY, "delay", tuple(range(len(years))), rules.low, rules.likely, rules.high)
    else:
        for number, year in enumerate(years):
            yield Factor(f"{DELAY}:{year}", "delay", (number,), rules.low, rules.likely, rules.high)
