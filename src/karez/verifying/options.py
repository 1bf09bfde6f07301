"""The choices a schedule had, and what it made of them: what its bound rests on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pandas as pd

from karez.model.design import FORCED
from karez.units import MINOR_PER_UNIT
from karez.verifying import shared_capacity
from karez.verifying.answers import allowed, meets_standard
from karez.verifying.coverage import place_rows
from karez.verifying.money import CENT, HALF_CENT, available
from karez.verifying.rules import asked_floors, capacity, homes_of
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

CLOSE = 1e-9
"""Share by which weights that are equal may differ in the last digits."""


def chosen(run: Run) -> pd.DataFrame:
    """Options that serve a site, with ``year`` of the site as programme year."""
    year = dict(zip(run.sites["id"], run.sites["year"], strict=True))
    options = run.proof.options.loc[run.proof.options["chosen"].astype(bool)]
    programme_year = [year[key] - run.calendar_years[0] + 1 for key in options["site_id"]]
    return options.assign(year=programme_year)


def options(run: Run) -> Check:
    """Weights of all options follow from sites and settings."""
    proven = f"{len(run.proof.options):,} options, weights as sites and settings say"
    return conclude("options", proven, _option_findings(run))


def _option_findings(run: Run) -> Iterator[Finding]:
    tied = run.proof.options.loc[run.proof.options["element"] >= 0, "site_id"]
    for key in tied[tied.duplicated()]:
        yield Finding("site hangs on more than one element", str(key))
    sites = run.sites.set_index("id").to_dict("index")
    nodes = run.proof.elements["node_id"].tolist()
    below = run.programme.phasing.below_standard_quality
    for row in run.proof.options.to_dict("records"):
        key, technology, site = row["site_id"], row["technology"], sites[row["site_id"]]
        if (row["element"] >= 0) != (technology in run.programme.networked):
            yield Finding("fibre without an element, or another technology with one", key)
        elif technology in run.programme.networked and nodes[int(row["element"])] != site["node_id"]:
            yield Finding("element of the option does not lead to the node of the site", key)
        if not allowed(run.programme, site["project"], site["category"], technology):
            yield Finding("option of a technology that may not serve the site", key)
        still_open = site["weight"] * (1.0 - site["already_served"])
        meets = meets_standard(run.programme, site["project"], technology, row["service"])
        priority = run.programme.project(site["project"]).priority * site["priority"]
        if not _close(row["benefit"], still_open * priority * (1.0 if meets else below)):
            yield Finding("benefit is not weight times priority times quality", key)
        if not _close(row["coverage_weight"], still_open if meets else 0.0):
            yield Finding("weight for targets is not what is open, to standard", key)


def _close(stated: float, derived: float) -> bool:
    return abs(stated - derived) <= CLOSE * max(1.0, abs(derived))


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
        if option is None:
            if row["capex_real"] or row["opex_real_per_year"] or row["pv_cost_real"]:
                yield Finding("unserved, but costs something", row["id"])
        else:
            if option["technology"] != row["technology"]:
                yield Finding("chosen option is of another technology", row["id"])
            if option["service"] != (row["service"] or ""):
                yield Finding("chosen option is of another service", row["id"])
            if abs(option["capex_real"] - row["capex_real"]) > HALF_CENT:
                yield Finding("capex is not that of the chosen option", row["id"])
            if abs(option["opex_real_per_year"] - row["opex_real_per_year"]) > HALF_CENT:
                yield Finding("opex is not that of the chosen option", row["id"])
            year = option["year"]
            if not option["earliest_year"] <= year <= years:
                yield Finding("served before its earliest year", row["id"])
            elif abs(option[f"present_{int(year)}"] - row["pv_cost_real"]) > CENT:
                yield Finding("present cost is not that of the chosen option in its year", row["id"])


def prizes(run: Run) -> Check:
    """Prizes of the nodes that the tree reaches, from the ways to serve their sites (rule 6)."""
    proven = f"prizes of {run.proof.elements['node_id'].nunique():,} reached nodes follow from the options"
    return conclude("prizes", proven, _prize_findings(run))


def _prize_findings(run: Run) -> Iterator[Finding]:
    stated = dict(zip(run.proof.nodes["id"], run.proof.nodes["prize_minor"].tolist(), strict=True))
    names, forced = run.proof.nodes["id"].tolist(), mandatory(run)
    derived = dict.fromkeys(run.proof.elements["node_id"], 0.0)
    for key, (tied, others, node) in ways_of(run).items():
        if tied and names[node] in derived:
            gain = min(others.values()) - min(tied.values()) if others and key not in forced else math.inf
            derived[names[node]] += max(0.0, gain)
    for node, prize in derived.items():
        if stated.get(node) != (FORCED if prize == math.inf else prize):
            yield Finding("prize is not what fibre saves at its sites", node)


Ways = tuple[dict[str, int], dict[str, int], int]


def ways_of(run: Run) -> dict[str, Ways]:
    """Every site's ways over the network, and its others, by technology; and its node, −1 if none.

    Present costs in minor units; of several services the cheapest.
    """
    found: dict[str, Ways] = {key: ({}, {}, -1) for key in run.sites["id"]}
    for row in run.proof.plan_options.to_dict("records"):
        tied, others, node = found[row["site_id"]]
        ways, cost = tied if row["node"] >= 0 else others, round(row["present_1"] * MINOR_PER_UNIT)
        ways[row["technology"]] = min(cost, ways.get(row["technology"], cost))
        found[row["site_id"]] = (tied, others, max(node, int(row["node"])))
    return found


def mandatory(run: Run) -> set[str]:
    """Sites that must have fibre."""
    rows = zip(run.sites["id"], run.sites["project"], run.sites["category"], strict=True)
    only = {project.id: project.fibre_mandatory for project in run.programme.projects}
    return {key for key, project, category in rows if category in only[project]}


def constraints(run: Run) -> Check:
    """Right-hand sides of all constraints follow from settings and sites."""
    limits = dict(zip(run.proof.constraints["name"], run.proof.constraints["limit"], strict=True))
    proven = f"limits of {len(limits)} constraints follow from the settings"
    return conclude("constraints", proven, _constraint_findings(run, limits))


def _constraint_findings(run: Run, limits: dict[str, float]) -> Iterator[Finding]:
    first = run.certificate("schedule")
    for name, stated in limits.items():
        if name == "service":
            if first is None or stated < -first["value"] * (1.0 + CLOSE):
                yield Finding("more service is asked for than was reached", name)
            continue
        derived = limit(run, name)
        if derived is None or not _close(stated, derived):
            yield Finding("limit is not what settings and sites say", name)


def limit(run: Run, name: str) -> float | None:
    """Right-hand side of a constraint written as use ≤ limit; None if there is no such constraint."""
    kind, _, rest = name.partition(":")
    of, _, at = rest.rpartition(":")
    if kind in ("share", "maximum_share"):
        return _share_limit(run, kind, rest)
    if kind == "shared":
        return shared_capacity.limit_of(run, rest)
    return LIMITS[kind](run, of, int(at)) if kind in LIMITS else None


def _share_limit(run: Run, kind: str, project: str) -> float | None:
    """What was paid for the project before, less its share of all that was paid before; turned for a greatest share."""
    paid = run.programme.standing.spent_real
    whole, mine = math.fsum(paid.values()), paid.get(project, 0.0)
    asked = next((one for one in run.programme.projects if one.id == project), None)
    if asked is None:
        return None
    return mine - asked.minimum_share * whole if kind == "share" else asked.maximum_share * whole - mine


def _budget_limit(run: Run, _: str, year: int) -> float:
    return math.fsum(list(available(run.programme).values())[:year])


def _crew_limit(run: Run, method: str, year: int) -> float | None:
    crews = {str(name): crew for name, crew in run.programme.crews.items()}
    return capacity(crews[method], year - 1) if method in crews else None


def _floor_limit(run: Run, area: str, year: int) -> float | None:
    homes = homes_of(run, area)
    return _still_asked(homes["weight"], homes["already_served"], asked_floors(run).get((area, year)))


def _target_limit(run: Run, project: str, year: int) -> float | None:
    members = run.sites.loc[run.sites["project"] == project]
    return _still_asked(members["weight"], members["already_served"], _required(run, project, "weight").get(year))


def _places_limit(run: Run, project: str, year: int) -> float | None:
    places = place_rows(run, project).assign(weight=1.0)
    return _still_asked(places["weight"], places["already_served"], _required(run, project, "place").get(year))


def _still_asked(weight: pd.Series, served: pd.Series, least: float | None) -> float | None:
    """What is served already less what is asked for; None if nothing is."""
    return None if least is None else math.fsum(weight * served) - least * math.fsum(weight)


LIMITS: dict[str, Callable[[Run, str, int], float | None]] = {
    "budget": _budget_limit,
    "crew": _crew_limit,
    "floor": _floor_limit,
    "target": _target_limit,
    "places": _places_limit,
}
"""Right-hand sides by kind of constraint."""


def _required(run: Run, project: str, counted_by: str) -> dict[int, float]:
    """Required targets of a project by calendar year, the highest of each."""
    shares: dict[int, float] = {}
    for target in run.programme.project(project).targets:
        if target.required and target.counted_by == counted_by:
            shares[target.year] = max(target.coverage, shares.get(target.year, 0.0))
    return shares
