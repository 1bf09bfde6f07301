"""What a person sees: progress with the present step and time left, faults, closing tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from karez.errors import DataFault, KarezError
from karez.flow.progress import silent

out = Console()
err = Console(stderr=True)

STEPS = (
    *("reading", "streets", "routing", "pricing", "designing", "phasing", "improving", "bounding", "appraising"),
    "reporting",
)
"""Stages of a plan in order, as progress counts them."""


@contextmanager
def progress_bar(*, quiet: bool, steps: tuple[str, ...] = STEPS) -> Iterator[Any]:
    """Draw a bar on standard error; yields what to hand to a function of ``flow``."""
    if quiet:
        yield silent
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("starting", total=float(len(steps)))

        def show(step: str, share: float) -> None:
            done = steps.index(step) if step in steps else 0
            bar.update(task, description=step, completed=done + share)

        yield show


def print_json(document: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def print_error(error: KarezError, *, as_json: bool) -> None:
    """Show what was refused: on standard error, or as a JSON document on standard output."""
    if as_json:
        document: dict[str, Any] = {"error": type(error).__name__, "message": str(error)}
        if isinstance(error, DataFault):
            document["faults"] = [vars(fault) for fault in error.faults]
        print_json(document)
        return
    err.print(f"[bold red]{_headline(error)}[/]", highlight=False)
    err.print(_body(error), markup=False, highlight=False, soft_wrap=True)


def _headline(error: KarezError) -> str:
    if isinstance(error, DataFault):
        count = len(error.faults)
        return f"{count} fault{'s' if count != 1 else ''} in the input; nothing was written"
    return "Refused" if error.exit_code != 3 else "Infeasible"


def _body(error: KarezError) -> str:
    if isinstance(error, DataFault):
        return "\n".join(f"- {fault}" for fault in error.faults)
    return str(error)


def table(title: str, *columns: str, right: tuple[str, ...] = ()) -> Table:
    """Make an empty table, without a title if it is empty; the columns named in `right` are aligned right."""
    made = Table(title=title or None, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left")
    return made
