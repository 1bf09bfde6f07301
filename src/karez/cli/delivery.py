"""Where the agreement stands, as a person reads it in a terminal."""

from __future__ import annotations

from math import isnan

from karez.cli.screen import out, table
from karez.model.delivery import Delivery

MOST_ROWS = 12


def print_delivery(delivery: Delivery) -> None:
    """Show totals, groupings, promises and what lies behind."""
    about, totals = delivery.baseline.about, delivery.totals
    currency = about["currency"]
    money = f"M {currency}"
    out.print(
        f"{about['name']} as of {delivery.as_of}, against baseline {delivery.approvals[-1].version} "
        f"(run {delivery.approvals[-1].run_key}); money nominal",
        style="bold", markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
    rows = table("", "", "planned by now", "so far", "in all", right=("planned by now", "so far", "in all"))
    rows.add_row(f"value, {money}", *(_m(totals[f"{n}_nominal"]) for n in ("planned", "earned", "budget")))
    rows.add_row(f"paid, {money}", "", _m(totals["paid_nominal"]), f"{_m(totals['estimate_nominal'])} expected")
    rows.add_row(f"contracted, {money}", "", _m(totals["contracted_nominal"]), "")
    rows.add_row("route, km", "", f"{totals['built_km']:,.1f}", f"{totals['route_km']:,.1f}")
    rows.add_row("sites", "", f"{totals['sites_served']:,.0f}", f"{totals['sites']:,.0f}")
    rows.add_row("homes", "", f"{totals['homes_connected']:,.0f}", f"{totals['homes_planned']:,.0f}")
    out.print(rows)
    out.print(
        f"Schedule performance {_ratio(totals['spi'])}, cost performance {_ratio(totals['cpi'])}", highlight=False
    )
    low, middle, high = delivery.outlook.at_completion_nominal
    if not isnan(middle):
        first, likely, last = delivery.outlook.finish
        out.print(
            f"If it goes on as it went: {_m(middle)} {money} in the end ({_m(low)} to {_m(high)}, P10 to P90), "
            f"built by {likely} ({first} to {last})",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    for title, frame in (
        ("By project", delivery.by_project), ("By year", delivery.by_year), ("By contract", delivery.by_contract),
    ):  # fmt: skip
        _grouping(title, frame, money)
    _promises(delivery)


def _grouping(title: str, frame: object, money: str) -> None:
    names = ("planned", "earned", "paid", "in all", "expected", "SPI", "CPI")
    rows = table(f"{title}, {money}", "", *names, right=names)
    for row in frame.head(MOST_ROWS).itertuples():
        figures = (row.planned_nominal, row.earned_nominal, row.paid_nominal, row.budget_nominal, row.estimate_nominal)
        rows.add_row(str(row.name), *map(_m, figures), _ratio(row.spi), _ratio(row.cpi))
    if len(frame) > MOST_ROWS:
        rows.add_row(f"and {len(frame) - MOST_ROWS} more", *[""] * len(names))
    out.print(rows)


def _promises(delivery: Delivery) -> None:
    if len(delivery.commitments):
        rows = table("Promises", "by", "for", "promised", "done", "", "due", "state", right=("promised", "done"))
        for row in delivery.commitments.head(MOST_ROWS).itertuples():
            rows.add_row(row.party, row.scope, f"{row.promised:,.0f}", f"{row.done:,.0f}", row.unit, row.due, row.state)
        out.print(rows)
    if len(delivery.targets):
        rows = table("Targets", "project", "by the end of", "target", "today", "planned today", "state")
        for row in delivery.targets.itertuples():
            rows.add_row(
                row.name, str(row.year), f"{row.target:.0%}", f"{row.coverage:.1%}", f"{row.planned:.1%}", row.state
            )
        out.print(rows)
    behind = delivery.areas[delivery.areas["behind"] > 0].head(MOST_ROWS)
    if len(behind):
        rows = table("Left behind first", "area", "homes planned by now", "connected", right=("connected",))
        for row in behind.itertuples():
            rows.add_row(row.name, f"{row.homes_planned:,.0f}", f"{row.homes_connected:,.0f}")
        out.print(rows)
    if len(delivery.payers):
        rows = table("Money by payer", "payer", "promised", "paid", right=("promised", "paid"))
        for row in delivery.payers.itertuples():
            rows.add_row(row.party, _m(row.committed_nominal), _m(row.paid_nominal))
        out.print(rows)


def _m(value: float) -> str:
    return f"{value / 1e6:,.1f}"


def _ratio(value: float) -> str:
    return f"{value:.2f}" if not isnan(value) else "–"
