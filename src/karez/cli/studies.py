"""What ``frontier``, ``why`` and ``compare`` print when they are done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from karez.cli.screen import err, out, table
from karez.model.backbone import Backbone
from karez.model.comparison import Comparison
from karez.model.computing import Computing
from karez.model.frontier import CoverageFrontier
from karez.model.rule_price import Conflict, RuleStudy
from karez.model.things import Things
from karez.reporting.backbone import findings as told_backbone
from karez.reporting.compare import sentences as told_comparison
from karez.reporting.computing import computing_sentences
from karez.reporting.things import things_sentences
from karez.reporting.why import sentences


def print_frontier(frontier: CoverageFrontier, folder: Path) -> None:
    """Show what each step of money buys, and how well that is proven."""
    currency = frontier.programme.agreement.currency
    for curve in frontier.curves:
        heads = (f"M {currency}", "reached", "share", "at most", "next step adds", "at most ")
        rows = table(f"{curve.label}: proven to {curve.gap_points:.2f} points", *heads, right=heads)
        for level in frontier.at(curve.measure).itertuples():
            more = ("", "") if level.more != level.more else (f"{level.more:,.0f}", f"{level.more_at_most:,.0f}")
            rows.add_row(
                f"{level.capex_real / 1e6:,.0f}",
                f"{level.achieved:,.0f}",
                f"{level.share:.2%}",
                f"{level.share_bound:.2%}",
                *more,
            )
        out.print(rows)
    mark = frontier.mark
    if mark.capex_real is not None:
        homes, best = frontier.curve("homes"), frontier.at_budget("homes")
        out.print(
            f"The plan spends {mark.capex_real / 1e6:,.0f} M {currency} and has {mark.reached['homes']:,.0f} homes "
            f"({mark.reached['homes'] / (homes.whole or 1.0):.1%}) to standard by the end of {mark.year}. "
            f"With the whole budget at once, homes alone could come to {best['share']:.1%}, nothing to more than "
            f"{best['share_bound']:.1%}.",
            highlight=False,
            soft_wrap=True,
        )
    _print_places(folder, "frontier.html")


def print_told(lines: Sequence[str], folder: Path, page: str) -> None:
    """Show what a study says in sentences, and where it lies."""
    for line in lines:
        out.print(f"- {line}", markup=False, highlight=False, soft_wrap=True)
    _print_places(folder, page)


def _print_places(folder: Path, page: str) -> None:
    out.print(f"Results: {folder}", highlight=False, soft_wrap=True)
    out.print(f"Page:    {folder / page}", highlight=False, soft_wrap=True)


def print_backbone(backbone: Backbone, folder: Path) -> None:
    """Show what the rings cost, what they survive, and the roads that nothing doubles."""
    print_told(told_backbone(backbone), folder, "backbone.html")


def print_computing(computing: Computing, folder: Path) -> None:
    """Show where the centres stand and what sites see."""
    print_told(computing_sentences(computing), folder, "computing.html")


def print_things(things: Things, folder: Path) -> None:
    """Show where the gateways stand and what they cover."""
    print_told(things_sentences(things), folder, "things.html")


def print_why(study: RuleStudy | Conflict, folder: Path) -> None:
    """Show what each rule costs, or which conflict."""
    if isinstance(study, Conflict):
        for line in study.sentences():
            err.print(f"- {line}", markup=False, highlight=False, soft_wrap=True)
        err.print(f"Page:    {folder / 'why.html'}", highlight=False, soft_wrap=True)
        return
    heads = ("service lost", "at least", "at most", f"present cost, M {study.programme.agreement.currency}")
    rows = table(f"{study.programme.agreement.name}: what a rule costs", "rule", *heads, right=heads)
    rows.columns[0].overflow = "fold"
    for price in study.prices:
        rows.add_row(
            price.name,
            f"{price.lost:.2%}",
            f"{price.lost_at_least:.2%}",
            f"{price.lost_at_most:.2%}",
            f"{price.saved / 1e6:,.1f}",
        )
    out.print(rows)
    print_told(sentences(study), folder, "why.html")


def print_comparison(comparison: Comparison, folder: Path) -> None:
    """Show the totals side by side, and what differs."""
    totals = comparison.tables["totals"]
    rows = table("Totals", *totals.columns, right=comparison.names)
    for row in totals.itertuples(index=False, name=None):
        rows.add_row(str(row[0]), *("–" if pd.isna(value) else f"{value:,.2f}" for value in row[1:]))
    out.print(rows)
    print_told(told_comparison(comparison), folder, "compare.html")
