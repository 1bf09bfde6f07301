"""Value and bound of the schedule, derived again from its multipliers (rule 7).

The coupling constraints – budgets, shares, targets, service kept – are priced by their multipliers. What is left is a
forest: nothing before the element it hangs on, one answer a site. Its best is found by going through the forest from
the leaves, and with the priced limits it bounds every schedule (Lagrangian relaxation).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from karez.verifying.money import price_level
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

AGREE = 1e-8
"""Share of the figures added up by which two sums in floating point may differ."""

NOT_ALLOWED = -math.inf
SCOPES = ("schedule", "schedule_cost")


@dataclass(frozen=True)
class Item:
    """An element of the tree, or a way to serve a site.

    Parameters
    ----------
    capex, opex : float
        Real money, once and per year.
    share : dict[str, float]
        Part of the capex that counts for each project.
    covers : dict[str, float]
        Weight that counts for the targets of each project.
    benefit : float
        Weight that gains service.
    present : list[float]
        Present cost by programme year.
    earliest : int
        Programme year before which it is not there.
    """

    capex: float
    opex: float
    share: dict[str, float]
    covers: dict[str, float]
    benefit: float
    present: list[float]
    earliest: int


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
        projects = [project.id for project in run.programme.projects]
        opex = dict(zip(run.spans["id"], run.spans["opex_real_per_year"], strict=True))
        elements = [
            Item(
                capex=row["capex_real"],
                opex=opex.get(row["id"], 0.0),
                share={project: row[f"share_{project}"] for project in projects},
                covers={},
                benefit=0.0,
                present=[row[f"present_{year}"] for year in years],
                earliest=int(row["earliest_year"]),
            )
            for row in run.proof.elements.to_dict("records")
        ]
        project_of = dict(zip(run.sites["id"], run.sites["project"], strict=True))
        sites: dict[str, list[tuple[int, Item]]] = {}
        for row in run.proof.options.to_dict("records"):
            project = project_of[row["site_id"]]
            item = Item(
                capex=row["capex_real"],
                opex=row["opex_real_per_year"],
                share={project: 1.0},
                covers={project: row["coverage_weight"]},
                benefit=row["benefit"],
                present=[row[f"present_{year}"] for year in years],
                earliest=int(row["earliest_year"]),
            )
            sites.setdefault(row["site_id"], []).append((int(row["element"]), item))
        return cls([int(parent) for parent in run.proof.elements["parent"]], elements, sites)


@dataclass(frozen=True)
class Aim:
    """What a scope maximises, and at what price its constraints are kept.

    Parameters
    ----------
    run : Run
        Settings of the constraints.
    scope : str
        ``schedule`` (service-years) or ``schedule_cost`` (present cost with its sign turned).
    multipliers : dict[str, float]
        By name of the constraint.
    """

    run: Run
    scope: str
    multipliers: dict[str, float]

    def profit(self, item: Item) -> list[float]:
        """Worth less priced use of the constraints, by programme year; −inf before it is there."""
        years = range(1, len(self.run.calendar_years) + 1)
        return [self._profit(item, year) if year >= item.earliest else NOT_ALLOWED for year in years]

    def _profit(self, item: Item, year: int) -> float:
        served = item.benefit * service_years(self.run)[year - 1]
        worth = served if self.scope == "schedule" else -item.present[year - 1]
        for name, price in self.multipliers.items():
            if price:
                worth -= price * use(self.run, name, item, year, served)
        return worth


def use(run: Run, name: str, item: Item, year: int, served: float) -> float:
    """What an item built in a programme year uses of a constraint, all being written as use ≤ limit.

    Parameters
    ----------
    run : Run
        Settings.
    name : str
        ``budget:t``, ``share:<project>``, ``target:<project>:<calendar year>`` or ``service``.
    item : Item
        The item.
    year : int
        Programme year it is built in.
    served : float
        Discounted service-years it gains.
    """
    kind, _, rest = name.partition(":")
    if kind == "budget":
        return _paid(run, item, year, int(rest))
    if kind == "share":
        return run.programme.project(rest).minimum_share * item.capex - item.share.get(rest, 0.0) * item.capex
    if kind == "target":
        project, _, due = rest.rpartition(":")
        return -item.covers.get(project, 0.0) if run.calendar_years[year - 1] <= int(due) else 0.0
    if kind == "service":
        return -served
    raise ValueError(f"no constraint is named {name}")


def _paid(run: Run, item: Item, year: int, until: int) -> float:
    """Nominal money that budgets have paid for an item by the end of a programme year."""
    level = [price_level(run.programme, calendar) for calendar in run.calendar_years]
    pays = run.programme.agreement.budget_pays
    if year > until:
        return 0.0
    capex = item.capex * level[year - 1] if "capex" in pays else 0.0
    return capex + (item.opex * math.fsum(level[year:until]) if "opex" in pays else 0.0)


def service_years(run: Run) -> list[float]:
    """Discounted years of service by the programme year it starts at the end of (rule 2)."""
    rate, horizon = run.programme.rates.discount_rate_real, run.programme.horizon
    return [
        math.fsum((1.0 + rate) ** -later for later in range(year + 1, horizon + 1))
        for year in range(1, len(run.calendar_years) + 1)
    ]


@dataclass
class _Hanging:
    """What hangs on one element: by its year, the best with every thing in that year or later."""

    from_year: list[float]
    just_then: list[float]
    things: int = 0

    def hang(self, from_year: list[float], just_then: list[float]) -> None:
        """Hang one more thing: worth from every year on (never last), and worth in just that year."""
        gain = [then - later for then, later in zip(just_then, from_year, strict=True)]
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
    years = len(aim.run.calendar_years)
    hanging = [_Hanging([0.0] * (years + 1), [0.0] * (years + 1)) for _ in forest.elements]
    total = 0.0
    for options in forest.sites.values():
        anywhere = max((max(aim.profit(item)) for element, item in options if element < 0), default=0.0)
        tied = [(element, aim.profit(item)) for element, item in options if element >= 0]
        if not tied:
            total += max(0.0, anywhere)
        for element, profit in tied:
            just_then = [*profit, NOT_ALLOWED]
            hanging[element].hang(_from_year_on([*profit, max(0.0, anywhere)]), just_then)
    for row in range(len(forest.elements) - 1, -1, -1):
        worth = [*aim.profit(forest.elements[row]), 0.0]
        below = hanging[row]
        worth = [own + rest for own, rest in zip(worth, below.from_year, strict=True)]
        if as_needed:
            worth = [
                own + (extra if below.things else NOT_ALLOWED)
                for own, extra in zip(worth[:-1], below.just_then[:-1], strict=True)
            ] + worth[-1:]
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


def forest_of_one_tie(run: Run) -> Check:
    """Every site hangs on one element at most, so that the forest is all there is to a schedule."""
    tied = run.proof.options.loc[run.proof.options["element"] >= 0, "site_id"]
    findings = [Finding("site hangs on more than one element", str(key)) for key in tied[tied.duplicated()]]
    return conclude("forest", f"{tied.nunique():,} sites hang on one element each", findings)


def bound(run: Run, scope: str) -> Check:
    """The bound of a scope, from its multipliers."""
    name = f"{scope} bound"
    stated = run.certificate(scope)
    multipliers = run.proof.multipliers.get(scope)
    if stated is None or stated["bound"] is None or multipliers is None:
        return conclude(name, "", [Finding("certificate, bound or multipliers missing", scope)])
    limits = dict(zip(run.proof.constraints["name"], run.proof.constraints["limit"], strict=True))
    unknown = [key for key in multipliers if key not in limits]
    negative = [key for key, price in multipliers.items() if not 0.0 <= price < math.inf]
    if unknown or negative:
        findings = [Finding("multiplier of no constraint", key) for key in unknown]
        return conclude(name, "", findings + [Finding("multiplier is negative", key) for key in negative])
    sign = 1.0 if scope == "schedule" else -1.0
    forest, aim = Forest.of(run), Aim(run, scope, multipliers)
    paid = [price * limits[key] for key, price in multipliers.items()]
    gained = [best(forest, aim, as_needed=needed) for needed in (True, False)]
    closest, loosest = (sign * (worth + math.fsum(paid)) - stated["constant"] for worth in gained)
    slack = AGREE * (max(map(abs, gained)) + math.fsum(map(abs, paid)))
    findings = []
    if not min(closest, loosest) - slack <= stated["bound"] <= max(closest, loosest) + slack:
        findings.append(Finding(f"bound is not the {closest:,.2f} that its multipliers prove", scope))
    if sign * (stated["bound"] - stated["value"]) < -slack:
        findings.append(Finding("value is better than the bound", scope))
    return conclude(name, f"{len(multipliers)} multipliers prove {closest:,.2f}", findings)


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


def chosen(run: Run) -> pd.DataFrame:
    """Options that serve a site, with ``year`` of the site as programme year."""
    year = dict(zip(run.sites["id"], run.sites["year"], strict=True))
    options = run.proof.options.loc[run.proof.options["chosen"].astype(bool)]
    programme_year = [year[key] - run.calendar_years[0] + 1 for key in options["site_id"]]
    return options.assign(year=programme_year)


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


def choices(run: Run) -> Check:
    """Options that were chosen are the answers of the sites, at their price."""
    return conclude("choices", "every answer is one of the options, at its price", _choice_findings(run))


def _choice_findings(run: Run) -> Iterator[Finding]:
    options = chosen(run)
    by_site = {row["site_id"]: row for row in options.to_dict("records")}
    for key in options.loc[options["site_id"].duplicated(), "site_id"]:
        yield Finding("more than one option chosen", str(key))
    years = len(run.calendar_years)
    for row in run.sites.to_dict("records"):
        option = by_site.get(row["id"])
        if (option is None) != (row["technology"] == "unserved"):
            yield Finding("served without a chosen option, or unserved with one", row["id"])
        elif option is not None:
            if option["technology"] != row["technology"]:
                yield Finding("chosen option is of another technology", row["id"])
            if abs(option["capex_real"] - row["capex_real"]) > 0.005:
                yield Finding("capex is not that of the chosen option", row["id"])
            year = option["year"]
            if not option["earliest_year"] <= year <= years:
                yield Finding("served before its earliest year", row["id"])
            elif abs(option[f"present_{int(year)}"] - row["pv_cost_real"]) > 0.01:
                yield Finding("present cost is not that of the chosen option in its year", row["id"])
