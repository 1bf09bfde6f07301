"""``karez replan``: the rest of an agreement planned again, and what that changes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from karez.model.replan import Replan

MOST_ROWS = 12


def replan(
    folder: Annotated[Path, typer.Argument(help="Project folder.", metavar="DIR")],
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Last day that counts; default: today.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Run folder; default DIR/runs/<hash of inputs, ledger, day and seed>.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every search; equal input and seed give equal output.", min=0)] = 0,
    force: Annotated[bool, typer.Option("--force", help="Keep an existing run folder aside and write anew.")] = False,
    ledger: Annotated[
        str,
        typer.Option(
            envvar="KAREZ_LEDGER",
            help="URL of the ledger, as postgresql://user@host/name; default: programme.toml, else DIR/ledger.sqlite.",
        ),
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else.")
    ] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say more on standard error.")] = False,
) -> None:
    """Plan the rest again: what is built is fixed, the rest gets the money and time that remain; explain every change.

    The run is a plan like any other, and proves like one. Approve it as the next baseline: karez track init.
    """
    from karez.cli.closing import print_plan
    from karez.cli.screen import print_json, progress_bar
    from karez.flow.replan import replan as run_replan
    from karez.flow.track import tracked

    at = tracked(folder, ledger=ledger)
    with progress_bar(quiet=as_json) as progress:
        made = run_replan(at, as_of=as_of.date() if as_of else None, out=out, seed=seed, force=force, progress=progress)
    assert made.plan.replan is not None
    if as_json:
        print_json({**made.plan.summary(), "run": str(made.folder), "seconds": made.plan.record.seconds})
        return
    print_plan(made.plan, made.folder, verbose=verbose)
    print_replan(made.plan.replan, made.plan.programme.agreement.currency)


def print_replan(replan: Replan, currency: str) -> None:
    """Show what money is left, what moved to which year, and why."""
    import pandas as pd

    from karez.cli.screen import out, table
    from karez.reporting.replan import MONEY, replan_findings

    for sentence in replan_findings(replan, currency):
        out.print(f"- {sentence}", highlight=False, soft_wrap=True)
    shown = [name for name in MONEY if replan.money[name].any()]
    heads = [MONEY[name] for name in shown]
    rows = table(f"Money and time that remain, nominal M {currency}", "year", *heads, right=tuple(heads))
    for row in replan.money.to_dict("records"):
        rows.add_row(str(row["year"]), *(f"{row[name] / 1e6:,.1f}" for name in shown))
    out.print(rows)
    money = (f"from, M {currency}", f"to, M {currency}")
    rows = table("What changes, and why", "element", "from", "to", *money, "why", right=money)
    for row in replan.changes.head(MOST_ROWS).to_dict("records"):
        years = ("–" if pd.isna(row[name]) else str(row[name]) for name in ("from_year", "to_year"))
        amounts = (f"{row[name] / 1e6:,.2f}" for name in ("from_nominal", "to_nominal"))
        rows.add_row(str(row["name"] or row["id"]), *years, *amounts, str(row["reason"]))
    if len(replan.changes) > MOST_ROWS:
        rows.add_row(f"and {len(replan.changes) - MOST_ROWS:,} more", "", "", "", "", "replan/changes.csv, boq.xlsx")
    out.print(rows)
