"""Settings that must agree with one another, with the catalogue and with the sites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import pandas as pd

from karez.model.cost_line import CostLine
from karez.model.programme import Project
from karez.reading.computing import check_computing
from karez.reading.findings import Findings, nearest, suggestion
from karez.reading.radio import check_radio, check_radio_items, radio_items
from karez.reading.schedule_rules import check_rules
from karez.reading.settings import Location, Settled, setting_fault
from karez.reading.things import check_things
from karez.units import METRES_PER

SHARE_SLACK = 1e-9
"""Rounding that the sum of minimum shares may have."""


def currencies(settled: Settled) -> frozenset[str] | None:
    """Currencies that can be turned into the programme's; None if the settings do not say."""
    own, exchange = settled.agreement.get("currency"), settled.rates.get("exchange")
    if own is None or exchange is None:
        return None
    return frozenset(exchange) | {own}


def check_settings(settled: Settled, findings: Findings) -> None:
    """What settings must agree on among themselves."""
    _check_agreement(settled, findings)
    _check_projects(settled, findings)
    _check_technologies(settled, findings)
    _check_business(settled, findings)
    _check_backbone(settled, findings)
    check_computing(settled, findings)
    check_things(settled, findings)
    _check_discounting(settled, findings)
    check_rules(settled, findings)
    check_radio(settled, findings)


def check_items(settled: Settled, catalogue: pd.DataFrame, findings: Findings) -> None:
    """Every catalogue item that settings name is there; items that price a route are counted in lengths."""
    items = sorted(catalogue.index)
    for location, item in _items(settled):
        if item not in catalogue.index:
            near = nearest(item, items)
            remedy = f"Add it, or name another{f'; the nearest is `{near}`' if near else ''}"
            setting_fault(findings, location, f"the catalogue has no item `{item}`", remedy)
    check_radio_items(settled, catalogue, findings)
    units = catalogue["unit"].to_dict()
    for location, item in _optics_items(settled):
        if units.get(item) in METRES_PER:
            problem = f"`{item}` is counted in `{units[item]}`, optics one by one"
            setting_fault(findings, location, problem, "Name an item whose unit is no length")
    for method, by_ground in settled.routing.get("rates", {}).items():
        for ground, item in by_ground.items():
            if units.get(item, "m") not in METRES_PER:
                problem = f"`{item}` is counted in `{units[item]}`, a route in lengths"
                remedy = f"Name an item in {', '.join(METRES_PER)}"
                setting_fault(findings, ("routing", "rates", method, ground), problem, remedy)


def check_demands(settled: Settled, demands: pd.DataFrame, findings: Findings) -> None:
    """Every project has sites, and every category of its sites a technology that may serve it and has a cost.

    Parameters
    ----------
    settled : Settled
        The settings.
    demands : DataFrame
        ``project`` and ``category`` of every site.
    findings : Findings
        Where faults go.
    """
    pairs = demands[["project", "category"]].drop_duplicates().sort_values(["project", "category"])
    chosen = set(demands["project"])
    for place, project in settled.projects.items():
        if project.id not in chosen:
            problem = f"the project `{project.id}` selects nothing: no site names it"
            remedy = f"Name it in the column `project` of the sites, or remove it{_used(chosen, settled)}"
            setting_fault(findings, ("projects", place, "id"), problem, remedy)
        for category in pairs.loc[pairs["project"] == project.id, "category"]:
            _check_costs(settled, place, project, category, findings)


def _used(chosen: Iterable[str], settled: Settled) -> str:
    """Projects that sites name and the settings do not have."""
    strays = sorted(set(chosen) - settled.named["projects"] - {""})
    return suggestion("", strays) + " in the sites" if strays else ""


def _check_costs(settled: Settled, place: int, project: Project, category: str, findings: Findings) -> None:
    about = settled.categories.get(category)
    if about is None:
        return  # unknown or faulty: said elsewhere
    usable = {str(technology) for technology in about.costs if about.costs[technology] or _priced(settled, technology)}
    if not usable & set(project.technologies):
        problem = f"category `{category}` has no cost line for any technology that project `{project.id}` allows"
        remedy = f"Add costs for one of {', '.join(project.technologies)}, or allow another technology in the project"
        setting_fault(findings, ("categories", category, "costs"), problem, remedy)
    elif category in project.fibre_mandatory and "fibre" not in usable:
        problem = f"project `{project.id}` demands fibre for `{category}`, which has no cost line for fibre"
        setting_fault(findings, ("categories", category, "costs"), problem, "Add costs for fibre")


def _priced(settled: Settled, technology: str) -> bool:
    """Whether a technology is priced by distance bands, by hops, or by its satellite services."""
    rules = settled.technologies.get(technology)
    if technology == "satellite" and settled.satellites:
        return True
    by_hops = technology == "microwave" and bool(settled.radio.get("bands"))
    return rules is not None and (bool(rules.bands) or rules.base_station is not None or by_hops)


def _check_agreement(settled: Settled, findings: Findings) -> None:
    budget, years = settled.agreement.get("budget"), settled.agreement.get("years")
    if budget is not None and years is not None and len(budget) != years:
        problem = f"there are {len(budget)} budgets for {years} years"
        setting_fault(findings, ("agreement", "budget"), problem, "Give one budget a year, or correct agreement.years")
    own = settled.agreement.get("currency", "")
    if settled.rates.get("exchange", {}).get(own, 1.0) != 1.0:
        problem = f"the programme's own currency {own} has an exchange rate"
        setting_fault(findings, ("rates", "exchange", own), problem, "Remove it")


def _check_projects(settled: Settled, findings: Findings) -> None:
    counts = Counter(project.id for project in settled.projects.values())
    seen: set[str] = set()
    for place, project in settled.projects.items():
        if project.id in seen:
            problem = f"the id `{project.id}` is used {counts[project.id]} times"
            setting_fault(findings, ("projects", place, "id"), problem, "Give every project its own id")
        seen.add(project.id)
        _check_mandatory(settled, place, project, findings)
        _check_targets(settled, place, project, findings)
    total = sum(project.minimum_share for project in settled.projects.values())
    if total > 1 + SHARE_SLACK:
        problem = f"the minimum shares of the projects add up to {total:.6g}, more than 1"
        setting_fault(findings, ("projects", "minimum_share"), problem, "Lower them")


def _check_mandatory(settled: Settled, place: int, project: Project, findings: Findings) -> None:
    """Categories that must have fibre exist, and the project allows fibre."""
    names = sorted(settled.named["categories"])
    for number, category in enumerate(project.fibre_mandatory):
        if names and category not in names:
            remedy = f"Name a category{suggestion(category, names)}"
            location: Location = ("projects", place, "fibre_mandatory", number)
            setting_fault(findings, location, f"`{category}` is not a category", remedy)
    if project.fibre_mandatory and "fibre" not in project.technologies:
        problem = "fibre is mandatory for some sites, but the project does not allow it"
        setting_fault(findings, ("projects", place, "technologies"), problem, "Add `fibre`, or demand it nowhere")


def _check_targets(settled: Settled, place: int, project: Project, findings: Findings) -> None:
    years = settled.calendar_years
    if years is None:
        return
    counts = Counter((target.year, target.counted_by) for target in project.targets)
    for number, target in enumerate(project.targets):
        location: Location = ("projects", place, "targets", number, "year")
        if target.year not in years:
            problem = f"the target's year {target.year} is not one of the programme"
            setting_fault(findings, location, problem, f"Give a year from {years[0]} to {years[-1]}")
        elif counts[target.year, target.counted_by] > 1:
            problem = f"there are {counts[target.year, target.counted_by]} targets for {target.year}"
            setting_fault(findings, location, problem, "Keep one a year")


SOLD = ("tariffs", "running_costs")
"""Lists of yearly rates in the group ``business``."""


def _check_business(settled: Settled, findings: Findings) -> None:
    """Fees and running costs are for what there is, in money that can be changed; nobody connects unpaid."""
    known = currencies(settled)
    counts = Counter(rate.name for group in SOLD for rate in settled.business.get(group, ()))
    for group in SOLD:
        for number, rate in enumerate(settled.business.get(group, ())):
            place: Location = ("business", group, number)
            if rate.currency and known is not None and rate.currency not in known:
                problem = f"there is no exchange rate for {rate.currency}"
                setting_fault(findings, (*place, "currency"), problem, f"Add {rate.currency} to rates.exchange")
            if counts[rate.name] > 1:
                problem = f"the name `{rate.name}` is used {counts[rate.name]} times"
                setting_fault(findings, (*place, "name"), problem, "Give every fee and running cost its own name")
            for kind in ("projects", "categories"):
                _check_names(findings, (*place, kind), getattr(rate, kind), settled.named[kind])
    take_up, uptake = settled.demand.get("take_up"), settled.business.get("uptake")
    for area_class in ("urban", "rural") if take_up is not None and uptake is not None else ():
        highest = getattr(uptake, area_class).ceiling
        if highest is not None and highest > take_up:
            problem = f"the take-up of {highest:g} is above demand.take_up {take_up:g}, which connections are paid for"
            location: Location = ("business", "uptake", area_class, "ceiling")
            setting_fault(findings, location, problem, "Lower it, or raise demand.take_up")


def _check_backbone(settled: Settled, findings: Findings) -> None:
    """Hubs are categories that there are."""
    known = settled.named["categories"]
    for name in settled.backbone.get("hubs", {}):
        if known and name not in known:
            remedy = f"Name one that is there{suggestion(name, sorted(known))}"
            setting_fault(findings, ("backbone", "hubs", name), f"`{name}` is none of the categories", remedy)
    years, by = settled.calendar_years, settled.backbone.get("closed_by")
    if years is not None and by is not None and by not in years:
        problem = f"{by} is not a year of the programme"
        setting_fault(findings, ("backbone", "closed_by"), problem, f"Give a year from {years[0]} to {years[-1]}")


def _check_names(findings: Findings, location: Location, names: Iterable[str], known: frozenset[str]) -> None:
    for number, name in enumerate(names):
        if known and name not in known:
            remedy = f"Name one that is there{suggestion(name, sorted(known))}"
            setting_fault(findings, (*location, number), f"`{name}` is none of the {location[-1]}", remedy)


MOST_GROWTH = 1000.0
"""By how much more than one of today a unit of money of the last year may count under a negative discount rate."""


def _check_discounting(settled: Settled, findings: Findings) -> None:
    """Discounted sums stay finite and money can be counted in them."""
    rate, after = settled.rates.get("discount_rate_real"), settled.rates.get("horizon_years_after")
    years = settled.agreement.get("years")
    if rate is None or after is None or years is None or rate <= -1 or (1 + rate) ** -(years + after) <= MOST_GROWTH:
        return
    problem = f"with a discount rate of {rate:g} over {years + after} years discounted sums diverge"
    setting_fault(findings, ("rates", "discount_rate_real"), problem, "Raise it, or lower rates.horizon_years_after")


def _check_technologies(settled: Settled, findings: Findings) -> None:
    """Technologies that projects allow or categories price have rules; bands go outward."""
    known = settled.named["technologies"]
    for place, project in settled.projects.items():
        for number, technology in enumerate(project.technologies):
            _check_technology(("projects", place, "technologies", number), technology, known, findings)
    for name, category in settled.categories.items():
        for technology in category.costs:
            _check_technology(("categories", name, "costs", technology), technology, known, findings)
    if settled.named["satellites"] and known and "satellite" not in known:
        problem = "there are satellite services, but nothing is said of the technology `satellite`"
        setting_fault(findings, ("satellites",), problem, "Add [technologies.satellite], or remove the services")
    for named, rules in settled.technologies.items():
        if rules.base_station is not None and named != "fixed_wireless":
            problem = f"base stations serve by fixed wireless, not by {named}"
            setting_fault(findings, ("technologies", named, "base_station"), problem, "Move it to fixed_wireless")
        reach = [band.up_to_km for band in rules.bands]
        if sorted(set(reach)) != reach:
            problem = "the bands do not go outward, each further than the one before"
            setting_fault(findings, ("technologies", named, "bands"), problem, "Sort them by up_to_km, each once")


def _check_technology(location: Location, technology: str, known: frozenset[str], findings: Findings) -> None:
    if technology == "unserved":
        setting_fault(findings, location, "`unserved` is an answer, not a technology", "Remove it")
    elif known and technology not in known:
        problem = f"nothing is said of the technology `{technology}`"
        setting_fault(findings, location, problem, f"Add [technologies.{technology}], or remove it here")


def _items(settled: Settled) -> Iterator[tuple[Location, str]]:
    """Every catalogue item that settings name, with its place."""
    for method, by_ground in settled.routing.get("rates", {}).items():
        yield from ((("routing", "rates", method, ground), item) for ground, item in by_ground.items())
    for technology, rules in settled.technologies.items():
        for number, band in enumerate(rules.bands):
            yield from _of_lines(("technologies", technology, "bands", number, "costs"), band.costs)
    for technology, rules in settled.technologies.items():
        if rules.base_station is not None:
            yield from _of_lines(("technologies", technology, "base_station", "costs"), rules.base_station.costs)
    if settled.power.get("item"):
        yield ("power", "item"), settled.power["item"]
    for name, service in settled.satellites.items():
        yield from _of_lines(("satellites", name, "costs"), service.costs)
    for name, category in settled.categories.items():
        for technology, lines in category.costs.items():
            yield from _of_lines(("categories", name, "costs", technology), lines)
    yield from _of_lines(("computing", "costs"), settled.computing.get("costs", ()))
    for group in ("costs", "backhaul"):
        yield from _of_lines(("things", group), settled.things.get(group, ()))
    yield from _optics_items(settled)
    yield from radio_items(settled)


def _optics_items(settled: Settled) -> Iterator[tuple[Location, str]]:
    """Catalogue items of the backbone's optics, those that are named."""
    optics = settled.backbone.get("optics")
    if optics is not None:
        place: Location = ("backbone", "optics")
        named = optics.items.model_dump().items()
        yield from (((*place, "items", part), item) for part, item in named if item)
        modes = enumerate(optics.modes)
        yield from (((*place, "modes", number, "item"), mode.item) for number, mode in modes if mode.item)


def _of_lines(location: Location, lines: Iterable[CostLine]) -> Iterator[tuple[Location, str]]:
    yield from (((*location, number, "item"), line.item) for number, line in enumerate(lines))
