"""Write the figures of a finished reference run into README.md and docs/guide.md.

``python docs/make_figures.py RUN`` replaces what stands between ``<!-- figures: NAME -->`` and ``<!-- end -->`` in both
pages by tables made from ``RUN/summary.json``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
PAGES = (DOCS / "guide.md", DOCS / "risk.md", DOCS.parent / "README.md")
BLOCK = re.compile(r"(<!-- figures: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
WORDS = {
    "design": "the network: least present cost of routes and technologies",
    "schedule": "the years: most service for the money",
    "schedule_cost": "the cost: least for that service",
    "plan": "network and years together",
}

Summary = dict[str, Any]
Row = tuple[str, ...]


def outcome(summary: Summary) -> str:
    """What the money reaches."""
    totals, currency = summary["totals"], summary["currency"]
    rows = [
        ("households in service", f"{totals['households_served']:,.0f} of {totals['households']:,.0f}"),
        ("coverage of homes to standard", f"{totals['coverage']:.1%}"),
        ("sites served", f"{totals['sites_served']:,.0f} of {totals['sites']:,.0f}"),
        ("route built", f"{totals['route_km_built']:,.0f} km"),
        ("budget", f"{totals['budget_nominal'] / 1e9:,.2f} bn {currency}, nominal"),
        ("capex", f"{totals['capex_nominal'] / 1e9:,.2f} bn {currency}, nominal"),
        ("capex", f"{totals['capex_real'] / 1e9:,.2f} bn {currency}, prices of {summary['price_year']}"),
        (
            "to serve every site",
            f"{totals['unconstrained_capex_real'] / totals['budget_real']:.2f} times the real budget",
        ),
    ]
    return _table(("", "reference run"), rows)


def years(summary: Summary) -> str:
    """Money and homes year by year."""
    capex, coverage = summary["capex_real_per_year"], summary["total_coverage_per_year"]
    head = ("by the end of", f"capex of the year, bn {summary['currency']} real", "homes in service to standard")
    return _table(head, [(year, f"{capex[year] / 1e9:,.2f}", f"{coverage[year]:.1%}") for year in capex])


def targets(summary: Summary) -> str:
    """Promised and reached."""
    rows = [
        (
            one["project"],
            str(one["year"]),
            f"{one['target']:.0%}",
            f"{one['achieved']:.1%}",
            "yes" if one["met"] else "no",
        )
        for one in summary["targets"]
    ]
    return _table(("project", "by the end of", "target", "achieved", "met"), rows)


def certificates(summary: Summary) -> str:
    """Value, bound and gap by scope."""
    rows = [
        (WORDS[one["scope"]], f"`{one['scope']}`", *_bound(one["value"], one["bound"], one["gap"]))
        for one in summary["certificates"]
    ]
    return _table(("what", "scope", "value", "bound", "gap"), rows)


def business(summary: Summary) -> str:
    """What the network earns and lacks."""
    found, currency = summary["finance"]["indicators"], summary["currency"]
    rate = found["irr_real"]
    month = found["levelised_cost_real_per_user_month"]
    rows = [
        ("net present value", f"{found['npv_real'] / 1e9:,.2f} bn {currency}"),
        ("present value of revenue", f"{found['present_revenue_real'] / 1e9:,.2f} bn {currency}"),
        ("present value of all costs", f"{found['present_cost_real'] / 1e9:,.2f} bn {currency}"),
        ("revenue over cost", f"{found['benefit_cost_ratio']:.3f}"),
        ("internal rate of return, real", "none" if rate is None else f"{rate:.2%}"),
        ("present value left to the operator", f"{found['operator_npv_real'] / 1e9:,.2f} bn {currency}"),
        ("capex per home passed", f"{found['capex_per_home_passed_real']:,.0f} {currency}"),
        ("capex per home connected", f"{found['capex_per_home_connected_real']:,.0f} {currency}"),
        ("levelised cost per user and month", f"{month:,.2f} {currency}"),
        ("sites that do not pay for themselves", f"{found['sites_that_need_it']:,.0f}"),
    ]
    return _table(("", "real, prices of " + str(summary["price_year"])), rows)


def equity(summary: Summary) -> str:
    """How evenly areas are covered, year by year."""
    rows = [
        (str(row["year"]), f"{row['coverage']:.1%}", f"{row['gini']:.3f}", f"{row['worst_tenth_coverage']:.1%}")
        for row in summary["equity"]["per_year"]
    ]
    return _table(("by the end of", "coverage of homes", "Gini", "coverage, worst-off tenth"), rows)


def emissions(summary: Summary) -> str:
    """What building and running it emits."""
    found = summary["carbon"]["indicators"]
    rows = [
        ("trenches and terminals", f"{found['embodied_t']:,.0f} t CO₂e"),
        ("electricity", f"{found['electricity_t']:,.0f} t CO₂e"),
        ("a connected home and year", f"{found['kg_per_home_connected_per_year']:,.0f} kg CO₂e"),
    ]
    return _table(("", "to the horizon"), rows)


def _bound(value: float, bound: float | None, gap: float | None) -> tuple[str, str, str]:
    if bound is None or gap is None:
        return f"{value:,.0f}", "none", "not known"
    return f"{value:,.0f}", f"{bound:,.0f}", f"{gap:.2%}"


def risk(summary: Summary) -> str | None:
    """Ranges, and how sure money and targets are; None for a run without."""
    found, currency = summary.get("risk"), summary["currency"]
    if found is None:
        return None
    shown = (("capex_nominal", "capex, nominal"), ("pv_cost_real", "present cost"), ("npv_real", "net present value"))
    rows = [
        (f"{words}, bn {currency}", *(f"{found['bands'][name][at] / 1e9:,.2f}" for at in ("plan", "p10", "p50", "p90")))
        for name, words in shown
    ]
    reached = found["bands"]["coverage"]
    rows.append(("homes in service at the end", *(f"{reached[at]:.1%}" for at in ("plan", "p10", "p50", "p90"))))
    said = f"{found['draws']:,} draws; the budget is enough in every year in {found['budget_holds']:.0%} of them."
    return _table(("figure", "planned", "P10", "P50", "P90"), rows) + said + "\n\n"


def _table(head: Row, rows: Sequence[Row]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n" + "\n".join(lines) + "\n\n"


FIGURES = {
    "outcome": outcome,
    "years": years,
    "targets": targets,
    "certificates": certificates,
    "business": business,
    "equity": equity,
    "emissions": emissions,
    "risk": risk,
}


def filled(page: str, summary: Summary) -> str:
    """The page with every block of figures written anew that the run has."""

    def anew(block: re.Match[str]) -> str:
        made = FIGURES[block["name"]](summary)
        return block[0] if made is None else block[1] + made + block[3]

    return BLOCK.sub(anew, page)


if __name__ == "__main__":
    found = json.loads((Path(sys.argv[1]) / "summary.json").read_text(encoding="utf-8"))
    for path in PAGES:
        path.write_text(filled(path.read_text(encoding="utf-8"), found), encoding="utf-8")
