"""The command ``karez break``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def break_(
    run: Annotated[Path, typer.Argument(help="Run folder.", metavar="RUN")],
    spans: Annotated[str, typer.Option(help="Ids of spans that are out, separated by commas.", metavar="ID,…")] = "",
    nodes: Annotated[
        str, typer.Option(help="Ids or names of nodes that are out, separated by commas.", metavar="ID,…")
    ] = "",
    hazard: Annotated[
        str,
        typer.Option(
            help="Polygons (file:layer) with a column `probability` a year, or a GeoTIFF of probabilities: expected "
            "loss, what matters, what hardening buys, and who is cut off if everything in it breaks.",
            metavar="FILE",
        ),
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Folder to write; default break-<hash> beside the run.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Keep an existing folder aside and write anew.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else.")
    ] = False,
) -> None:
    """Say what a break does to a finished run: who is cut off, what to repair first, what hardening buys."""
    from karez.cli.screen import out as screen
    from karez.cli.screen import print_json, progress_bar
    from karez.flow.breaking import break_run
    from karez.reporting.breakage import breakage_sentences

    with progress_bar(quiet=as_json, steps=("reading", "breaking", "reporting")) as progress:
        made = break_run(
            run, spans=_ids(spans), nodes=_ids(nodes), hazard=hazard, out=out, force=force, progress=progress
        )
    if as_json:
        print_json({**made.breakage.summary(), "folder": str(made.folder)})
        return
    for line in breakage_sentences(made.breakage):
        screen.print(f"- {line}", markup=False, highlight=False, soft_wrap=True)
    screen.print(f"Results: {made.folder}", highlight=False, soft_wrap=True)
    screen.print(f"Page:    {made.folder / 'break.html'}", highlight=False, soft_wrap=True)


def _ids(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
