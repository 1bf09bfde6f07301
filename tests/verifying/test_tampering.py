from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from run_copy import RunCopy

from karez.flow.verify import verify

Tamper = Callable[[RunCopy], None]


def _sql(statement: str) -> Tamper:
    return lambda run: run.sql(statement)


def _cell(table: str, key: str, column: str, change: Callable[[Any], Any]) -> Tamper:
    return lambda run: run.cell(table, key, column, change)


def _summary(change: Callable[[dict[str, Any]], object]) -> Tamper:
    return lambda run: run.json("summary.json", change)


def _certificate(scope: str, **changes: Any) -> Tamper:
    def change(summary: dict[str, Any]) -> None:
        entry = next(entry for entry in summary["certificates"] if entry["scope"] == scope)
        entry.update({key: value(entry[key]) if callable(value) else value for key, value in changes.items()})
        if entry["bound"] is not None:
            entry["gap"] = abs(entry["value"] - entry["bound"]) / abs(entry["value"])

    return _summary(change)


def _multiplier(scope: str, name: str, factor: float) -> Tamper:
    def change(multipliers: dict[str, float]) -> None:
        multipliers[name] = factor * (multipliers[name] or 1.0)

    def in_case(case: dict[str, Any]) -> None:
        for half in (case[key] for key in ("by", "after") if key in case):
            in_case(half)
        if "multipliers" in case:
            change(case["multipliers"])

    def tamper(run: RunCopy) -> None:
        run.json("proof/multipliers.json", lambda prices: change(prices[scope]))
        run.json("proof/cases.json", lambda cases: in_case(cases.get(scope, {})))

    return tamper


def _first_year_for_all_homes(run: RunCopy) -> None:
    run.sql("UPDATE sites SET year = 2026 WHERE category = 'home' AND year IS NOT NULL")


def _longest_moat(run: RunCopy) -> None:
    def change(ascent: pd.DataFrame) -> None:
        ascent.loc[ascent["radius_minor"].idxmax(), "radius_minor"] *= 2

    run.table("ascent", change)


def _longest(table: str, column: str) -> Tamper:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[frame[column].idxmax(), column] *= 2

    return lambda run: run.table(table, change)


def _first_row(table: str, column: str, factor: float) -> Tamper:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[frame.index[0], column] *= factor

    return lambda run: run.table(table, change)


def _all_rows(table: str, column: str, factor: float) -> Tamper:
    def change(frame: pd.DataFrame) -> None:
        frame[column] = (frame[column] * factor).astype(frame[column].dtype)

    return lambda run: run.table(table, change)


def _without_ways(site: str) -> Tamper:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["site_id"] != site]

    return lambda run: run.table("plan_options", change)


TRUNK = "span:451e0bd3f659"
BRANCH = "span:54cb6ec1927f"
LAST = "span:400f818460ae"
"""Spans of the small project: next to the source, to ``south``, and designed to ``north`` but not built."""

CASES: dict[str, tuple[Tamper, str, str]] = {
    "a site twice": (_sql("UPDATE sites SET id = 'home-far' WHERE id = 'home-pass'"), "ids", "home-far"),
    "a word that is none": (_sql("UPDATE sites SET technology = 'radio' WHERE id = 'home-far'"), "cells", "home-far"),
    "an empty cell": (_sql("UPDATE sites SET weight = NULL WHERE id = 'home-far'"), "cells", "home-far"),
    "a negative capex": (_sql(f"UPDATE spans SET capex_real = -1 WHERE id = '{TRUNK}'"), "cells", TRUNK),
    "a year before the programme": (_sql(f"UPDATE spans SET year = 2025 WHERE id = '{TRUNK}'"), "years", TRUNK),
    "a span that cuts off nobody": (
        _sql(f"UPDATE spans SET cut_off_households = 0 WHERE id = '{BRANCH}'"),
        "cut off",
        BRANCH,
    ),
    "a site said to have two ways": (
        _sql("UPDATE sites SET independent_ways = 'spans' WHERE id = 'home-south'"),
        "second ways",
        "home-south",
    ),
    "an availability too high": (
        _sql("UPDATE sites SET availability = 0.9999, minutes_lost_per_year = 52.596 WHERE id = 'home-south'"),
        "availability",
        "home-south",
    ),
    "a speed that no technology of the site gives": (
        _sql("UPDATE sites SET mbps = 300 WHERE id = 'home-far'"),
        "speeds",
        "home-far",
    ),
    "a standard that is not the project's": (
        _sql("UPDATE sites SET standard_latency_ms = 900 WHERE id = 'home-far'"),
        "speeds",
        "home-far",
    ),
    "a way to the source that is shorter than its spans": (
        _sql("UPDATE sites SET route_km = route_km - 1 WHERE id = 'home-south'"),
        "round trips",
        "home-south",
    ),
    "a round trip that is quicker than light": (
        _sql("UPDATE sites SET round_trip_ms = latency_ms WHERE id = 'home-south'"),
        "round trips",
        "home-south",
    ),
    "a next best that is not": (
        _sql("UPDATE sites SET next_best = 'satellite' WHERE id = 'home-pass'"),
        "next best",
        "home-pass",
    ),
    "a choice that costs less than it does": (
        _sql("UPDATE sites SET chosen_present_real = chosen_present_real - 1 WHERE id = 'clinic-middle'"),
        "next best",
        "clinic-middle",
    ),
    "a next best that costs more than it does": (
        _sql("UPDATE sites SET next_best_present_real = next_best_present_real + 1 WHERE id = 'home-north'"),
        "next best",
        "home-north",
    ),
    "a way that nobody could have at that cost": (
        _cell("plan_options", "clinic-north", "present_1", lambda cost: cost * 20),
        "costs of ways",
        "clinic-north",
    ),
    "a site at no node": (_sql("UPDATE sites SET node_id = 'N-9' WHERE id = 'home-east-1'"), "keys", "home-east-1"),
    "a span from no node": (_sql(f"UPDATE spans SET start_node = 'N-9' WHERE id = '{TRUNK}'"), "keys", TRUNK),
    "a node left out": (_sql("DELETE FROM nodes WHERE id = 'place:south'"), "keys", "home-south"),
    "a span left out": (_sql(f"DELETE FROM spans WHERE id = '{BRANCH}'"), "keys", BRANCH),
    "an element before its parent": (_cell("elements", TRUNK, "parent", lambda _: 8), "proof", TRUNK),
    "a present cost that is none": (
        _cell("options", "home-far", "present_2", lambda _: float("nan")),
        "proof",
        "home-far",
    ),
    "a served site without a year": (
        _sql("UPDATE sites SET year = NULL WHERE id = 'home-south'"),
        "answers",
        "home-south",
    ),
    "an unserved site with a year": (
        _sql("UPDATE sites SET year = 2027 WHERE id = 'home-middle'"),
        "answers",
        "home-middle",
    ),
    "an answer without a reason": (_sql("UPDATE sites SET reason = ' ' WHERE id = 'home-far'"), "answers", "home-far"),
    "a technology not allowed": (
        _sql("UPDATE sites SET technology = 'satellite' WHERE id = 'county_seat-east'"),
        "standards",
        "county_seat-east",
    ),
    "a standard said to be met": (
        _sql("UPDATE sites SET meets_standard = 1 WHERE id = 'home-north'"),
        "standards",
        "home-north",
    ),
    "a trunk built after its branches": (_sql(f"UPDATE spans SET year = 2027 WHERE id = '{TRUNK}'"), "reach", BRANCH),
    "a span never built": (_sql(f"UPDATE spans SET year = NULL WHERE id = '{BRANCH}'"), "reach", "home-south"),
    "a source before it is there": (
        _cell("elements", "source:source-capital", "earliest_year", lambda _: 2),
        "order",
        "source:source-capital",
    ),
    "a line drawn elsewhere": (
        _sql(f"UPDATE spans SET geom = (SELECT geom FROM spans WHERE id = '{TRUNK}') WHERE id = '{BRANCH}'"),
        "drawing",
        BRANCH,
    ),
    "a shorter drawing": (
        _sql(f"UPDATE spans SET geometry_length_m = geometry_length_m / 2 WHERE id = '{TRUNK}'"),
        "drawing",
        TRUNK,
    ),
    "all in the first year": (_first_year_for_all_homes, "budgets", "2026"),
    "a smaller budget": (
        lambda run: run.text("run.toml", "budget = [20000000.0", "budget = [9000000.0"),
        "budgets",
        "2026",
    ),
    "a share that is not kept": (
        lambda run: run.text("run.toml", "minimum_share = 0.001", "minimum_share = 0.2"),
        "projects",
        "safety",
    ),
    "capex moved to another project": (
        _cell("elements", TRUNK, "share_safety", lambda share: share + 0.1),
        "projects",
        TRUNK,
    ),
    "a site that costs a cent more": (
        _sql("UPDATE sites SET capex_real = capex_real + 0.01 WHERE id = 'home-far'"),
        "totals",
        "capex_real",
    ),
    "a total that is a cent less": (
        _summary(lambda summary: summary["totals"].update(capex_real=summary["totals"]["capex_real"] - 0.01)),
        "totals",
        "capex_real",
    ),
    "capex of a year": (
        _summary(lambda summary: summary["capex_real_per_year"].update({"2027": 1.0})),
        "totals",
        "2027",
    ),
    "a cheaper span": (
        _sql(f"UPDATE spans SET designed_capex_real = designed_capex_real - 1 WHERE id = '{LAST}'"),
        "prices",
        LAST,
    ),
    "a shorter span": (_sql(f"UPDATE spans SET length_m = length_m - 0.1 WHERE id = '{TRUNK}'"), "prices", TRUNK),
    "a dearer catalogue": (_cell("catalogue", "route_plain", "rate_real", lambda rate: rate * 1.01), "prices", TRUNK),
    "a present cost": (
        _sql(f"UPDATE spans SET pv_cost_real = pv_cost_real + 1 WHERE id = '{TRUNK}'"),
        "prices",
        TRUNK,
    ),
    "a node in use later": (_sql("UPDATE nodes SET year = 2028 WHERE id = 'place:south'"), "order", BRANCH),
    "a node that costs something": (
        _sql("UPDATE nodes SET capex_real = 5 WHERE id = 'place:north'"),
        "prices",
        "place:north",
    ),
    "an unserved site that costs something": (
        _sql("UPDATE sites SET opex_real_per_year = 5 WHERE id = 'home-middle'"),
        "choices",
        "home-middle",
    ),
    "another exchange rate": (lambda run: run.text("run.toml", "USD = 7.1", "USD = 7.2"), "catalogue", "route_plain"),
    "a present cost in the proof": (
        _cell("elements", LAST, "present_3", lambda present: present + 1),
        "prices",
        LAST,
    ),
    "a cheaper candidate in the proof": (
        _cell("graph", "span:9634e67588c1", "present_minor", lambda minor: minor - 1000),
        "candidate prices",
        "span:9634e67588c1",
    ),
    "more households behind a span": (
        _sql(f"UPDATE spans SET households_behind = households_behind + 1 WHERE id = '{TRUNK}'"),
        "attribution",
        TRUNK,
    ),
    "a span said to exist": (_sql(f"UPDATE spans SET status = 'operational' WHERE id = '{TRUNK}'"), "prices", TRUNK),
    "capex of an area": (_sql("UPDATE areas SET capex_real = capex_real + 1 WHERE id = 'east'"), "areas", "east"),
    "households of an area": (
        _sql("UPDATE areas SET households_served = households_served + 1 WHERE id = 'west'"),
        "coverage",
        "west",
    ),
    "coverage of a project": (
        _summary(lambda summary: summary["coverage_per_project_and_year"]["safety"].update({"2026": 0.5})),
        "coverage",
        "safety:2026",
    ),
    "coverage of all": (
        _summary(lambda summary: summary["total_coverage_per_year"].update({"2028": 1.0})),
        "coverage",
        "2028",
    ),
    "a target said to be met": (
        _summary(lambda summary: summary["targets"][0].update(achieved=1.0, met=True)),
        "targets",
        "livelihood:2027",
    ),
    "a weight in the proof": (
        _cell("options", "home-far", "benefit", lambda benefit: benefit * 2),
        "options",
        "home-far",
    ),
    "another option chosen": (_cell("options", "home-far", "chosen", lambda _: False), "choices", "home-far"),
    "a larger limit": (_cell("constraints", "budget:1", "limit", lambda limit: limit * 2), "constraints", "budget:1"),
    "more service asked for": (
        _cell("constraints", "service", "limit", lambda limit: limit * 1.1),
        "constraints",
        "service",
    ),
    "a larger prize": (
        _cell("nodes", "place:north", "prize_minor", lambda prize: prize * 2),
        "prizes",
        "place:north",
    ),
    "a worse plan bound": (_certificate("plan", bound=lambda bound: bound * 1.01), "plan bound", "plan"),
    "a better plan bound": (_certificate("plan", bound=lambda bound: bound * (1 - 1e-6)), "plan bound", "plan"),
    "a plan above its bound": (_certificate("plan", value=1e9), "plan bound", "plan"),
    "a plan that is not its schedule": (
        _certificate("plan", value=lambda value: value - 1.0),
        "certificates",
        "plan",
    ),
    "a lower price of money": (_multiplier("plan", "budget:3", 0.9), "plan bound", "2028"),
    "a negative price of money": (_multiplier("plan", "budget:1", -1.0), "plan bound", "budget:1"),
    "a price of something else": (
        lambda run: run.json("proof/multipliers.json", lambda all_prices: all_prices["plan"].update({"share:x": 1.0})),
        "plan bound",
        "share:x",
    ),
    "dearer spans in a year": (_first_row("plan_years", "capex_factor", 1.01), "plan bound", "2026"),
    "a coarser year": (_first_row("plan_years", "scale", 0.5), "plan bound", "2026"),
    "lower prizes in a year": (_all_rows("plan_prizes", "prize", 0.9), "plan bound", "place:east"),
    "a longer moat in a year": (_longest("plan_moats", "radius"), "plan bound", "place:east"),
    "moats in another year": (_first_row("plan_moats", "year", 3), "plan bound", "plan"),
    "a way left out": (_without_ways("home-middle"), "ways", "home-middle"),
    "a way that gives less": (
        _cell("plan_options", "home-far", "benefit", lambda benefit: benefit * 0.9),
        "ways",
        "home-far",
    ),
    "a dearer way": (
        _cell("plan_options", "home-south", "capex_real", lambda capex: capex * 1.1),
        "ways",
        "home-south",
    ),
    "a way to another node": (_cell("plan_options", "home-south", "node", lambda node: node + 1), "ways", "home-south"),
    "dearer upkeep of a candidate": (
        _cell("graph", TRUNK, "opex_real_per_year", lambda upkeep: upkeep + 1.0),
        "candidate upkeep",
        TRUNK,
    ),
    "a candidate there later": (
        _cell("graph", TRUNK, "earliest_year", lambda _: 3),
        "candidate upkeep",
        TRUNK,
    ),
    "a vital site not listed that has one way": (
        _summary(lambda summary: summary["resilience"].update(vital_without_two_ways=[])),
        "emergency reach",
        "emergency_post-pass",
    ),
    "a vital site listed that has two ways": (
        _summary(lambda summary: summary["resilience"]["vital_without_two_ways"].append("home-east-1")),
        "emergency reach",
        "home-east-1",
    ),
    "a smaller gap": (
        _summary(lambda summary: summary["certificates"][0].update(gap=0.5)),
        "certificates",
        "design",
    ),
    "a cheaper candidate": (
        _cell("graph", TRUNK, "capex_real", lambda capex: capex - 1),
        "candidate graph",
        TRUNK,
    ),
    "a cheaper design": (_certificate("design", value=lambda value: value - 1), "design value", "design"),
    "a better design bound": (_certificate("design", bound=lambda bound: bound + 0.01), "design bound", "design"),
    "a longer moat": (_longest_moat, "design bound", "place:east"),
    "more service than chosen": (_certificate("schedule", value=lambda value: value + 1), "schedule value", "schedule"),
    "a better schedule bound": (_certificate("schedule", bound=lambda bound: bound - 1), "schedule bound", "schedule"),
    "another multiplier": (_multiplier("schedule", "budget:3", 1.01), "schedule bound", "schedule"),
    "a negative multiplier": (_multiplier("schedule", "budget:1", -1.0), "schedule bound", "budget:1"),
    "a cheaper schedule": (
        _certificate("schedule_cost", value=lambda value: value - 1),
        "schedule_cost value",
        "schedule_cost",
    ),
    "a better bound on its cost": (
        _certificate("schedule_cost", bound=lambda bound: bound + 10),
        "schedule_cost bound",
        "schedule_cost",
    ),
    "another price of service": (
        _multiplier("schedule_cost", "service", 1.01),
        "schedule_cost bound",
        "schedule_cost",
    ),
}


def test_the_finished_run_proves(finished: Path) -> None:
    verdict = verify(finished)
    assert verdict.failures == ()
    assert verdict.passed
    assert len(verdict.checks) == 60


@pytest.mark.parametrize("case", CASES)
def test_what_was_tampered_with_is_named(case: str, run: RunCopy) -> None:
    tamper, check, offender = CASES[case]
    tamper(run)
    verdict = verify(run.folder)
    failed = {each.name: each.ids for each in verdict.checks if not each.passed}
    assert check in failed
    assert offender in failed[check]
    assert any(offender in failure for failure in verdict.failures)


def test_figures_of_a_kind_nobody_foresaw_are_a_failure_of_the_run(run: RunCopy) -> None:
    run.json("proof/multipliers.json", lambda multipliers: multipliers["schedule"].update({"budget:1": "much"}))
    run.json("summary.json", lambda summary: summary["totals"].update(capex_real=None))
    failed = {check.name for check in verify(run.folder).checks if not check.passed}
    assert {"schedule bound", "totals"} <= failed


def test_progress_is_told_from_none_to_all(finished: Path) -> None:
    told: list[tuple[str, float]] = []
    verify(finished, progress=lambda step, share: told.append((step, share)))
    assert {step for step, _ in told} == {"verifying"}
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert (told[0][1], told[-1][1]) == (0.0, 1.0)
