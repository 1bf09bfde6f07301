"""Value and bound of the schedule, derived again from its multipliers (rule 7).

The coupling constraints – budgets, shares, targets, service kept – are priced by their multipliers. What is left is a
forest: nothing before the element it hangs on, one answer a site. Its best is found by going through the forest from
the leaves, and with the priced limits it bounds every schedule (Lagrangian relaxation). A bound may be split into
cases, each with multipliers of its own: an item is there by a year, or it is not. They leave nothing out, being split
in two again and again, and the worst of them bounds every schedule.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from karez.units import METRES_PER_KM
from karez.verifying.constraint_use import service_years, use
from karez.verifying.coverage import place_rows
from karez.verifying.options import chosen
from karez.verifying.rules import asked_floors
from karez.verifying.run import Run
from karez.verifying.shared_capacity import name_of
from karez.verifying.verdict import Check, Finding, conclude
from karez.verifying.works import early_payment

AGREE = 1e-11
"""Share of the figures added up by which two sums in floating point may differ."""
ROUNDED = 2e-9
"""Share of the figures added up by which a bound may be rounded outward, to be safe."""

NOT_ALLOWED = -math.inf
LAST = 10**6
"""Later than any year."""
SCOPES = ("schedule", "schedule_cost")


@dataclass(frozen=True)
class Item:
    """An element of the tree, or a way to serve a site.

    Parameters
    ----------
    features : dict[str, float]
        What it brings: ``capex`` and yearly ``opex`` in real money, ``benefit`` as weight, ``capex:<project>``,
        ``covers:<project>`` and ``places:<project>`` as far as they count for a project, ``homes:<area>`` as weight,
        ``km:<method>``, ``shared:<service>:<cell>`` in Mbit/s; ``early:j`` and ``early km:<method>:j`` are what of
        capex and km comes j years before.
    present : list[float]
        Present cost by programme year.
    earliest, latest : int
        Programme years before and after which it is not completed.
    must : bool
        Whether never is not allowed; of options of one site, that one of them must be.
    """

    features: dict[str, float]
    present: list[float]
    earliest: int
    latest: int = LAST
    must: bool = False


@dataclass(frozen=True)
class Forest:
    """Elements, parents first, and the sites that hang on them.

    Parameters
    ----------
    parent : list[int]
        Row of the element before; −1 for none.
    elements : list[Item]
        The tree.
    sites : dict[str, list[tuple[int, Item]]]
        By site, its options with the element each hangs on, −1 if none.
    """

    parent: list[int]
    elements: list[Item]
    sites: dict[str, list[tuple[int, Item]]]

    @classmethod
    def of(cls, run: Run) -> Forest:
        """The forest of a run."""
        years = range(1, len(run.calendar_years) + 1)

        def item(row: dict[Hashable, Any], **more: float) -> Item:
            features = {"capex": row["capex_real"], "opex": row["opex_real_per_year"], **more}
            window = int(row["earliest_year"]), int(row["latest_year"]), bool(row["must"])
            return Item(features, [row[f"present_{year}"] for year in years], *window)

        shares = {f"capex:{project.id}": f"share_{project.id}" for project in run.programme.projects}
        spans = run.spans.set_index("id").to_dict("index")
        elements = [
            item(
                row,
                **{name: row["capex_real"] * row[share] for name, share in shares.items()},
                **_works(row, spans.get(row["id"])),
            )
            for row in run.proof.elements.to_dict("records")
        ]
        area_of = dict(zip(run.sites["id"], run.sites["area_id"].astype(str), strict=True))
        home = dict(zip(run.sites["id"], run.sites["households"].notna(), strict=True))
        stands = {
            key: 1.0 - served
            for project in run.programme.projects
            for rows in [place_rows(run, project.id)]
            for key, served in zip(rows["id"], rows["already_served"], strict=True)
        }
        project_of = dict(zip(run.sites["id"], run.sites["project"], strict=True))
        place = dict(zip(run.sites["id"], run.sites["geometry"], strict=True))
        sites: dict[str, list[tuple[int, Item]]] = {}
        for row in run.proof.options.to_dict("records"):
            project = project_of[row["site_id"]]
            counts = {f"capex:{project}": row["capex_real"], f"covers:{project}": row["coverage_weight"]}
            counts[f"places:{project}"] = stands.get(row["site_id"], 0.0) if row["coverage_weight"] else 0.0
            if home[row["site_id"]]:
                counts[f"homes:{area_of[row['site_id']]}"] = row["coverage_weight"]
            name = name_of(run, row["service"], place[row["site_id"]].x, place[row["site_id"]].y)
            counts |= {name: row["demand_mbps"]} if name else {}
            option = item(row, benefit=row["benefit"], **counts)
            sites.setdefault(row["site_id"], []).append((int(row["element"]), option))
        return cls([int(parent) for parent in run.proof.elements["parent"]], elements, sites)

    def with_element(self, row: int, year: int, *, by: bool) -> Forest:
        """The same with one element there by a year, or not by then."""
        elements = list(self.elements)
        elements[row] = _narrowed(elements[row], year, by=by)
        return replace(self, elements=elements)

    def with_option(self, row: int, year: int, *, by: bool) -> Forest:
        """The same with one option there by a year and no other of its site, or not there by then.

        Rows of options go site by site, as in the proof's table.
        """
        sites = dict(self.sites)
        for key, options in self.sites.items():
            if row < len(options):
                sites[key] = [
                    (
                        element,
                        _narrowed(item, year, by=by) if at == row else replace(item, earliest=LAST) if by else item,
                    )
                    for at, (element, item) in enumerate(options)
                ]
                break
            row -= len(options)
        return replace(self, sites=sites)


def _narrowed(item: Item, year: int, *, by: bool) -> Item:
    """An item that is there by a year, or is not."""
    if by:
        return replace(item, latest=min(item.latest, year), must=True)
    return replace(item, earliest=max(item.earliest, year + 1))


def _works(row: dict[Hashable, Any], span: dict[Hashable, Any] | None) -> dict[str, float]:
    """Kilometres of an element, and what of money and kilometres comes before it is completed."""
    if span is None:
        return {}
    km, took = span["length_m"] / METRES_PER_KM, int(row["construction_years"])
    works = {f"km:{span['method']}": km}
    for before in range(1, took):
        works[f"early:{before}"] = early_payment(row["capex_real"], took)
        works[f"early km:{span['method']}:{before}"] = km / took
    return works


class Aim:
    """What a scope maximises, its constraints priced.

    Parameters
    ----------
    run : Run
        Settings of the constraints.
    scope : str
        ``schedule`` (service-years) or ``schedule_cost`` (present cost with its sign turned).
    multipliers : dict[str, float]
        Price of one unit of each constraint, by its name.
    """

    def __init__(self, run: Run, scope: str, multipliers: dict[str, float]) -> None:
        self.years = range(1, len(run.calendar_years) + 1)
        self.present = 0.0 if scope == "schedule" else -1.0
        names = ["capex", "opex", "benefit", *features_of(run)]
        gained = service_years(run) if scope == "schedule" else [0.0] * len(self.years)
        others = {row: price for row, price in multipliers.items() if not _is_shared(row)}
        self.worth = {
            name: [
                (gained[year - 1] if name == "benefit" else 0.0)
                - math.fsum(price * use(run, row, name, year) for row, price in others.items())
                for year in self.years
            ]
            for name in names
        }
        self.worth |= {row: [-price] * len(self.years) for row, price in multipliers.items() if _is_shared(row)}

    def profit(self, item: Item) -> list[float]:
        """Worth less priced use of the constraints, by programme year; −inf before it is there."""
        return [
            self._profit(item, year - 1) if item.earliest <= year <= item.latest else NOT_ALLOWED for year in self.years
        ]

    def _profit(self, item: Item, at: int) -> float:
        counted = ((amount, self.worth.get(name)) for name, amount in item.features.items() if amount)
        gained = math.fsum(amount * worth[at] for amount, worth in counted if worth is not None)
        return gained + self.present * item.present[at]


def _is_shared(constraint: str) -> bool:
    """Whether a constraint is of shared capacity: a unit of it is used in whatever year, and by nothing else."""
    return constraint.startswith("shared:")


def features_of(run: Run) -> list[str]:
    """Features beside capex, opex and benefit that constraints can count."""
    longest = int(run.proof.elements["construction_years"].max()) if len(run.proof.elements) else 1
    methods = [str(method) for method in run.programme.crews]
    names = [f"{kind}:{p.id}" for kind in ("capex", "covers", "places") for p in run.programme.projects]
    names += [f"homes:{area}" for area, _ in asked_floors(run)] + [f"km:{method}" for method in methods]
    for before in range(1, longest):
        names += [f"early:{before}"] + [f"early km:{method}:{before}" for method in methods]
    return names


@dataclass
class _Hanging:
    """What hangs on one element: by its year, the best with every thing in that year or later."""

    from_year: list[float]
    just_then: list[float]
    things: int = 0

    def hang(self, from_year: list[float], just_then: list[float]) -> None:
        """Hang one more thing: worth from every year on (never last), and worth in just that year."""
        gain = [
            then - later if then > NOT_ALLOWED else NOT_ALLOWED
            for then, later in zip(just_then, from_year, strict=True)
        ]
        self.just_then = [max(a, b) for a, b in zip(self.just_then, gain, strict=True)] if self.things else gain
        self.from_year = [a + b for a, b in zip(self.from_year, from_year, strict=True)]
        self.things += 1


def best(forest: Forest, aim: Aim, *, as_needed: bool) -> float:
    """Most profit any schedule on the forest can have, its constraints priced.

    Parameters
    ----------
    forest : Forest
        Elements and sites.
    aim : Aim
        Worth and prices.
    as_needed : bool
        Whether an element is built in the first year in which something hangs on it, and not before. Without that
        more schedules are allowed, so the figure is the same or larger.
    """
    years = len(aim.years)
    hanging = [_Hanging([0.0] * (years + 1), [0.0] * (years + 1)) for _ in forest.elements]
    total = 0.0
    for options in forest.sites.values():
        nothing = NOT_ALLOWED if any(item.must for _, item in options) else 0.0
        anywhere = max((max(aim.profit(item)) for element, item in options if element < 0), default=NOT_ALLOWED)
        tied = [(element, aim.profit(item)) for element, item in options if element >= 0]
        if not tied:
            total += max(nothing, anywhere)
        for element, profit in tied:
            just_then = [*profit, NOT_ALLOWED]
            hanging[element].hang(_from_year_on([*profit, max(nothing, anywhere)]), just_then)
    for row in range(len(forest.elements) - 1, -1, -1):
        own_item = forest.elements[row]
        worth = [*aim.profit(own_item), NOT_ALLOWED if own_item.must else 0.0]
        below = hanging[row]
        worth = [own + rest for own, rest in zip(worth, below.from_year, strict=True)]
        if as_needed:
            needed = [extra if below.things else NOT_ALLOWED for extra in below.just_then[:-1]]
            if own_item.must and own_item.latest <= years:
                needed[own_item.latest - 1] = 0.0
            worth = [own + extra for own, extra in zip(worth[:-1], needed, strict=True)] + worth[-1:]
        if forest.parent[row] < 0:
            total += max(worth)
        else:
            hanging[forest.parent[row]].hang(_from_year_on(worth), worth)
    return total


def _from_year_on(worth: list[float]) -> list[float]:
    """Best worth from every year on."""
    out = list(worth)
    for year in range(len(out) - 2, -1, -1):
        out[year] = max(out[year], out[year + 1])
    return out


def bound(run: Run, scope: str) -> Check:
    """The bound of a scope, from its multipliers."""
    name = f"{scope} bound"
    stated = run.certificate(scope)
    multipliers = run.proof.multipliers.get(scope)
    if stated is None or stated["bound"] is None or multipliers is None:
        return conclude(name, "", [Finding("certificate, bound or multipliers missing", scope)])
    limits = dict(zip(run.proof.constraints["name"], run.proof.constraints["limit"], strict=True))
    try:
        leaves = list(split_up(Forest.of(run), run.proof.cases.get(scope, {"multipliers": multipliers})))
    except UnreadableCase as unreadable:
        return conclude(name, "", [Finding(f"a case is none: {unreadable}", scope)])
    used = [pair for prices in (multipliers, *(prices for _, prices in leaves)) for pair in prices.items()]
    unknown = dict.fromkeys(key for key, _ in used if key not in limits)
    negative = dict.fromkeys(key for key, price in used if not 0.0 <= price < math.inf)
    if unknown or negative:
        findings = [Finding("multiplier of no constraint", key) for key in unknown]
        return conclude(name, "", findings + [Finding("multiplier is negative", key) for key in negative])
    sign = 1.0 if scope == "schedule" else -1.0
    gained = [(*_gained(run, scope, forest, prices, limits),) for forest, prices in leaves]
    closest = sign * max(one[0] for one in gained) - stated["constant"]
    low = max(min(one[:2]) - ROUNDED * one[2] for one in gained)
    high = max(max(one[:2]) + ROUNDED * one[2] for one in gained)
    slack = ROUNDED * max(gained)[2]
    findings = []
    if not low <= sign * (stated["bound"] + stated["constant"]) <= high:
        findings.append(Finding(f"bound is not the {closest:,.2f} that its multipliers prove", scope))
    if sign * (stated["bound"] - stated["value"]) < -slack:
        findings.append(Finding("value is better than the bound", scope))
    told = f"{len(multipliers)} multipliers" + (f" in each of {len(leaves)} cases" if len(leaves) > 1 else "")
    return conclude(name, f"{told} prove {closest:,.2f}", findings)


def _gained(
    run: Run, scope: str, forest: Forest, prices: dict[str, float], limits: dict[str, float]
) -> tuple[float, float, float]:
    """Bound of one case with elements as needed and without, and the size of the figures added up."""
    aim = Aim(run, scope, prices)
    paid = [price * limits[key] for key, price in prices.items()]
    closest, loosest = (best(forest, aim, as_needed=needed) for needed in (True, False))
    size = max((abs(worth) for worth in (closest, loosest) if worth > NOT_ALLOWED), default=0.0)
    return closest + math.fsum(paid), loosest + math.fsum(paid), size + math.fsum(map(abs, paid))


class UnreadableCase(Exception):
    """A case that is none."""


def split_up(forest: Forest, tree: dict[str, Any]) -> Iterator[tuple[Forest, dict[str, float]]]:
    """Forests of all cases, years narrowed, with the multipliers of each.

    Raises
    ------
    UnreadableCase
        If a case names no item, or has no halves and no multipliers.
    """
    stack = [(forest, tree)]
    while stack:
        here, case = stack.pop()
        if set(case) == {"multipliers"}:
            yield here, case["multipliers"]
            continue
        kind = "option" if "option" in case else "element"
        if set(case) != {kind, "year", "by", "after"}:
            raise UnreadableCase(", ".join(sorted(map(str, case))))
        row, year = case[kind], case["year"]
        known = len(here.elements) if kind == "element" else sum(map(len, here.sites.values()))
        if not (isinstance(row, int) and isinstance(year, int) and 0 <= row < known):
            raise UnreadableCase(f"{kind} {row}, year {year}")
        narrowed = here.with_element if kind == "element" else here.with_option
        stack += [(narrowed(row, year, by=False), case["after"]), (narrowed(row, year, by=True), case["by"])]


def value(run: Run, scope: str) -> Check:
    """The value of a scope, from what was chosen."""
    name = f"{scope} value"
    stated = run.certificate(scope)
    if stated is None:
        return conclude(name, "", [Finding("certificate missing", scope)])
    figures = _service(run) if scope == "schedule" else _present(run)
    total = math.fsum(figures) - stated["constant"]
    wrong = abs(stated["value"] - total) > AGREE * (math.fsum(map(abs, figures)) + abs(stated["constant"])) + 0.005
    findings = [Finding(f"value is not the {total:,.2f} of what was chosen", scope)] if wrong else []
    return conclude(name, f"{len(figures):,} choices add up to {total:,.2f}", findings)


def _service(run: Run) -> list[float]:
    gained = service_years(run)
    options = chosen(run).dropna(subset="year")
    return [benefit * gained[int(year) - 1] for benefit, year in zip(options["benefit"], options["year"], strict=True)]


def _present(run: Run) -> list[float]:
    elements = run.proof.elements.assign(year=run.proof.elements["year"] - run.calendar_years[0] + 1)
    return [
        row[f"present_{int(row['year'])}"]
        for frame in (elements, chosen(run))
        for row in frame.dropna(subset="year").to_dict("records")
    ]
