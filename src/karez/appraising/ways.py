"""Every way to serve every site, and the cost lines it adds up from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.appraising.facts import Facts, Floats, Indices, quantities
from karez.appraising.settlements import replaced
from karez.appraising.supply import supply_lines
from karez.model.catalogue import Catalogue
from karez.model.cost_line import CostLine
from karez.model.programme import Programme, Project, TechnologyRules
from karez.model.satellites import SatelliteService
from karez.model.words import TECHNOLOGIES
from karez.units import round_money


@dataclass(frozen=True)
class Ways:
    """Ways to serve sites, sorted by site, fibre first.

    Parameters
    ----------
    site : int64[ways]
        Site served.
    technology : int64[ways]
        Number of the technology in ``TECHNOLOGIES``.
    service : object[ways]
        Name of the satellite service; empty where there are no several.
    meets : bool[ways]
        Whether the project's standard is met.
    capex, opex : float64[ways]
        Local capex, and opex per year with the upkeep of what capex buys.
    """

    site: Indices
    technology: Indices
    service: npt.NDArray[np.object_]
    meets: npt.NDArray[np.bool_]
    capex: Floats
    opex: Floats


@dataclass(frozen=True)
class Lines:
    """Cost lines of ways, sorted by way and item.

    Parameters
    ----------
    way : int64[lines]
        Row of the way.
    item : int64[lines]
        Row of the catalogue.
    is_capex : bool[lines]
        Paid once, else every year.
    quantity : float64[lines]
        Units of the item.
    amount : float64[lines]
        Real money, two decimals.
    """

    way: Indices
    item: Indices
    is_capex: npt.NDArray[np.bool_]
    quantity: Floats
    amount: Floats


def find_ways(facts: Facts, programme: Programme, catalogue: Catalogue) -> tuple[Ways, Lines]:
    """Find every way to serve every site and price it."""
    counted = quantities(facts, programme)
    item_row = {str(item): row for row, item in enumerate(catalogue.table.index)}
    way: list[tuple[Indices, int, str, bool]] = []
    line: list[tuple[Indices, int, bool, Floats]] = []
    count = 0
    for rows, technology, service, meets, costs in services(facts, programme, counted):
        numbers = np.arange(count, count + len(rows))
        way.append((rows, TECHNOLOGIES.index(technology), service, meets))
        line += [
            (numbers, item_row[cost.item], cost.kind == "capex", counted[cost.per][rows] * cost.quantity)
            for cost in costs
        ]
        count += len(rows)
    site, size = _joined([rows for rows, *_ in way], np.int64), [len(rows) for rows, *_ in way]
    technology_of = np.repeat([number for _, number, _, _ in way], size).astype(np.int64)
    service_of = np.repeat(np.array([service for _, _, service, _ in way], dtype=object), size)
    meets_of = np.repeat([meets for *_, meets in way], size).astype(bool)
    order = {name: place for place, name in enumerate(["", *programme.satellites])}
    rank = np.lexsort((np.array([order[name] for name in service_of], np.int64), technology_of, site))
    row = np.empty(count, dtype=np.int64)
    row[rank] = np.arange(count)
    lines = _lines(line, row, catalogue)
    share = catalogue.table["opex_share_per_year"].to_numpy(dtype=np.float64)[lines.item]
    capex = np.where(lines.is_capex, lines.amount, 0.0)
    opex = np.where(lines.is_capex, lines.amount * share, lines.amount)
    return (
        Ways(
            site[rank],
            technology_of[rank],
            service_of[rank],
            meets_of[rank],
            round_money(np.bincount(lines.way, weights=capex, minlength=count)),
            round_money(np.bincount(lines.way, weights=opex, minlength=count)),
        ),
        lines,
    )


def _lines(line: list[tuple[Indices, int, bool, Floats]], row: Indices, catalogue: Catalogue) -> Lines:
    """Cost lines that count something, at the catalogue's rates."""
    size = [len(numbers) for numbers, _, _, _ in line]
    quantity = _joined([amount for _, _, _, amount in line], np.float64)
    real = quantity > 0
    way = row[_joined([numbers for numbers, _, _, _ in line], np.int64)[real]]
    item = np.repeat([item for _, item, _, _ in line], size).astype(np.int64)[real]
    is_capex = np.repeat([is_capex for _, _, is_capex, _ in line], size).astype(bool)[real]
    order = np.lexsort((is_capex, item, way))
    quantity = quantity[real][order]
    rate = catalogue.table["rate_real"].to_numpy(dtype=np.float64)[item[order]]
    return Lines(way[order], item[order], is_capex[order], quantity, round_money(quantity * rate))


def _joined(parts: list[npt.NDArray[np.generic]] | list[Indices] | list[Floats], kind: type[np.generic]) -> npt.NDArray:  # type: ignore[type-arg]
    return np.concatenate([np.zeros(0, kind), *parts]).astype(kind)


def services(
    facts: Facts, programme: Programme, counted: dict[str, Floats]
) -> Iterator[tuple[Indices, str, str, bool, tuple[CostLine, ...]]]:
    """Sites, technology, satellite service, whether to standard, and cost lines, by groups that share them."""
    rules = {str(name): rule for name, rule in programme.technologies.items()}
    for project_id, category, members in facts.groups:
        project = programme.project(project_id)
        local = {str(name): costs for name, costs in programme.categories[category].costs.items()}
        for technology in _technologies(project, category, set(local) & set(rules)):
            for service, rule in _offered(programme, technology, rules[technology]):
                meets = rule.mbps >= project.standard.mbps and rule.latency_ms <= project.standard.latency_ms
                fit = members
                if service in facts.room_mbps:
                    fit = members[counted["mbps"][members] <= facts.room_mbps[service][members]]
                for rows, costs in _bands(rule, fit, facts, counted):
                    for some, lines in _by_settlement(rows, local[technology], technology, facts, programme):
                        for part, supply in _by_power(some, technology, facts, programme):
                            yield part, technology, service, meets, (*lines, *costs, *supply)


def _by_power(
    rows: Indices, technology: str, facts: Facts, programme: Programme
) -> Iterator[tuple[Indices, tuple[CostLine, ...]]]:
    """Rows with a grid, and those without, with the cost lines of their supply."""
    off_grid = facts.off_grid[rows]
    if not off_grid.all() or not len(rows):
        yield rows[~off_grid], ()
    if off_grid.any():
        yield rows[off_grid], supply_lines(programme, technology)


def _by_settlement(
    rows: Indices, lines: tuple[CostLine, ...], technology: str, facts: Facts, programme: Programme
) -> Iterator[tuple[Indices, tuple[CostLine, ...]]]:
    """Rows with their local cost lines: those of a density model, or of the street-level design of their place."""
    number = facts.settlement[rows]
    designed = np.unique(number[number >= 0])
    if len(designed) == 0 or (number < 0).any():
        yield rows[number < 0], lines
    for one in designed.tolist():
        yield rows[number == one], replaced(lines, technology, facts.settlement_lines[one], programme)


def _offered(
    programme: Programme, technology: str, rule: TechnologyRules
) -> Iterator[tuple[str, TechnologyRules | SatelliteService]]:
    """What is offered of a technology: its services by name, or itself."""
    if technology == "satellite" and programme.satellites:
        yield from programme.satellites.items()
    else:
        yield "", rule


def _technologies(project: Project, category: str, possible: set[str]) -> list[str]:
    """Technologies that may serve a category of a project, fibre first."""
    allowed: set[str] = {"fibre"} if category in project.fibre_mandatory else set(project.technologies)
    return [name for name in TECHNOLOGIES if name in allowed & possible]


def _bands(
    rule: TechnologyRules | SatelliteService, rows: Indices, facts: Facts, counted: dict[str, Floats]
) -> Iterator[tuple[Indices, tuple[CostLine, ...]]]:
    """Rows a technology can serve, with the cost lines of their distance band."""
    if rule.site_mbps_max is not None:
        unit = np.maximum(facts.unit[rows], 1e-9)
        rows = rows[counted["mbps"][rows] / unit <= rule.site_mbps_max]
    if isinstance(rule, SatelliteService):
        yield rows, rule.costs
        return
    station: tuple[CostLine, ...] = ()
    if rule.base_station is not None:
        reach = {str(name): km for name, km in rule.base_station.range_km.items()}
        reach[""] = min(reach.values(), default=-1.0)
        rows = rows[facts.anchor_km[rows] <= np.array([reach.get(name, -1.0) for name in facts.ground[rows]])]
        station = rule.base_station.costs
    if not rule.bands:
        yield rows, station
    nearer = -1.0
    for band in rule.bands:
        distance = facts.anchor_km[rows]
        yield rows[(distance > nearer) & (distance <= band.up_to_km)], (*station, *band.costs)
        nearer = band.up_to_km
