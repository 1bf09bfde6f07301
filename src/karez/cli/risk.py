"""The command ``karez risk``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from karez.errors import UsageFault

STEPS = (
    *("reading", "streets", "routing", "pricing", "designing", "phasing", "drawing", "planning anew", "weighing"),
    *("appraising", "reporting"),
)


class Robust(StrEnum):
    """By what a robust plan is chosen."""

    expected = "expected"
    worst = "worst"
    p90 = "p90"


def risk(
    folder: Annotated[Path, typer.Argument(help="Project folder, or a run folder inside one.", metavar="DIR | RUN")],
    out: Annotated[
        Path | None, typer.Option(help="Run folder of a project; default DIR/runs/<hash of inputs and seed>.")
    ] = None,
    draws: Annotated[int | None, typer.Option(help="Number of draws; default: as the settings say (1000).")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws; that of the plan is 0, or the run's.", min=0)] = 0,
    reoptimise: Annotated[
        int, typer.Option(help="Make a plan anew for the first N draws, and tell what this plan loses to them.", min=0)
    ] = 0,
    robust: Annotated[
        Robust | None,
        typer.Option(
            help="Choose among candidate plans the one with the least regret: expected, worst, or in nine draws of ten."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that make plans; default: one a processor.", min=1)
    ] = None,
    cluster: Annotated[
        str, typer.Option(help="Make plans on a Dask cluster instead: address of its scheduler.", metavar="ADDRESS")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else.")
    ] = False,
) -> None:
    """See what may come of a plan: prices, take-up and delay drawn many times over."""
    from karez.cli.closing import print_risk
    from karez.cli.screen import print_json, progress_bar
    from karez.flow.risk import RiskRequest
    from karez.flow.risk import risk as run_risk

    check_draws(draws)
    asked = RiskRequest(draws, seed, reoptimise, robust.value if robust else None, workers, cluster)
    with progress_bar(quiet=as_json, steps=STEPS) as progress:
        made = run_risk(folder, asked, out=out, progress=progress)
    assert made.plan.risk is not None
    if as_json:
        print_json({**made.plan.risk.summary(), "run": str(made.folder), "seconds": made.plan.record.seconds})
    else:
        print_risk(made.plan, made.folder)


def check_draws(draws: int | None) -> None:
    """Refuse a number of draws that is none."""
    if draws is not None and not 1 <= draws <= 1_000_000:
        raise UsageFault(f"{draws} is not a number of draws. Give one from 1 to 1,000,000.")
