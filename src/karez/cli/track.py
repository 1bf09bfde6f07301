"""The commands of the ledger: ``karez track …``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from karez.errors import UsageFault

if TYPE_CHECKING:
    from karez.flow.track import Tracked

app = typer.Typer(
    name="track",
    help="Keep the agreement: what was promised, contracted, built and paid, in a ledger that shows tampering.",
    no_args_is_help=True,
)

LINES = (".gpkg", ".geojson", ".json", ".kml", ".gpx", ".fgb")
"""Files of lines as built."""

Folder = Annotated[Path, typer.Argument(help="Project folder.", metavar="DIR")]
Url = Annotated[
    str,
    typer.Option(
        envvar="KAREZ_LEDGER",
        help="URL of the ledger, as postgresql://user@host/name; default: programme.toml, else DIR/ledger.sqlite.",
    ),
]
Today = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day to record on, instead of the calendar's.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else.")]


@app.command()
def init(
    folder: Folder,
    run: Annotated[Path | None, typer.Option(help="Run to approve; default: the only one in DIR/runs.")] = None,
    recorder: Annotated[str, typer.Option(help="Who records it: the role of an organisation.")] = "programme office",
    document: Annotated[str, typer.Option(help="Reference of the document that approves it.")] = "",
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the approval.")] = None,
    ledger: Url = "",
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Make the ledger and approve a plan; later, approve another plan as the next version of the baseline."""
    from dataclasses import asdict

    from karez.cli.screen import out, print_json
    from karez.flow.approve import init as make

    at = _at(folder, ledger, today)
    approval = make(at, run or _only_run(folder), recorder=recorder, document=document, day=day.date() if day else None)
    if as_json:
        print_json({**asdict(approval), "day": approval.day.isoformat()})
        return
    out.print(f"Baseline {approval.version}: run {approval.run_key}, approved on {approval.day}", highlight=False)
    out.print(f"SHA-256: {approval.digest}", highlight=False, soft_wrap=True)
    out.print("Next: karez track record or karez track import, then karez track status", highlight=False)


@app.command()
def record(
    folder: Folder,
    fields: Annotated[list[str], typer.Argument(help="What happened, as FIELD=VALUE.", metavar="FIELD=VALUE…")],
    ledger: Url = "",
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Record one event, as kind=progress day=2026-05-31 element=span:… quantity=1200 recorder='site office'."""
    from karez.flow.track import add
    from karez.model.event import FIELDS

    given = _pairs(fields, "a field")
    strange = [name for name in given if name not in FIELDS]
    if strange:
        raise UsageFault(f"There is no field {', '.join(strange)}. Fields are: {', '.join(FIELDS)}.")
    _show_recorded(add(_at(folder, ledger, today), given), as_json=as_json)


@app.command(name="import")
def take(
    folder: Folder,
    file: Annotated[
        Path,
        typer.Argument(help="Events (CSV, XLSX) or lines as built (GPKG, GeoJSON, KML, GPX, OFDS).", metavar="FILE"),
    ],
    mapping: Annotated[
        list[str],
        typer.Option("--map", help="Column of a field, as quantity=Length or quantity=Length:km; remembered."),
    ] = [],  # noqa: B006  typer wants a list
    constant: Annotated[
        list[str], typer.Option("--set", help="What a field holds where a row leaves it empty; remembered.")
    ] = [],  # noqa: B006
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook, layer of lines; default: the first.")] = "",
    ledger: Url = "",
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Import events or lines as built: all or, with every bad row listed, nothing. The same file twice adds nothing."""
    from karez.flow.survey import survey
    from karez.flow.track import take as run_import

    if file.suffix.lower() in LINES:
        _show_recorded(
            survey(_at(folder, ledger, today), file, constants=_pairs(constant, "--set"), layer=sheet), as_json=as_json
        )
        return
    done = run_import(
        _at(folder, ledger, today),
        file,
        fields=_pairs(mapping, "--map"),
        constants=_pairs(constant, "--set"),
        sheet=sheet,
    )
    _show_recorded(done, as_json=as_json)


@app.command()
def status(
    folder: Folder,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Last day that counts; default: today.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the outlook.", min=0)] = 0,
    ledger: Url = "",
    today: Today = None,
    as_json: AsJson = False,
) -> None:
    """Say where the agreement stands: planned, earned, paid, how it will end, what was promised and kept."""
    from karez.cli.delivery import print_delivery
    from karez.cli.screen import print_json
    from karez.flow.track import status as run_status

    delivery = run_status(_at(folder, ledger, today), as_of=as_of.date() if as_of else None, seed=seed)
    if as_json:
        print_json(delivery.summary())
    else:
        print_delivery(delivery)


@app.command()
def verify(
    folder: Folder,
    head: Annotated[str, typer.Option(help="A hash noted once, which must be in the chain still.")] = "",
    ledger: Url = "",
    as_json: AsJson = False,
) -> None:
    """Prove the ledger again from its events: hashes, sums, approved plans."""
    from dataclasses import asdict

    from karez.cli.screen import out, print_json, table
    from karez.flow.track import verify as run_verify

    checks = run_verify(_at(folder, ledger, None), head=head)
    passed = all(one.passed for one in checks)
    if as_json:
        print_json({"passed": passed, "checks": [asdict(one) for one in checks]})
    else:
        rows = table(f"The ledger is {'whole' if passed else 'NOT whole'}", "check", "", "found")
        for one in checks:
            rows.add_row(one.name, "[green]holds[/]" if one.passed else "[bold red]fails[/]", one.detail)
        out.print(rows)
    if not passed:
        raise typer.Exit(1)


@app.command()
def export(
    folder: Folder,
    out: Annotated[Path | None, typer.Option(help="Folder to write; default: DIR/delivery/<as-of>.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Last day that counts; default: today.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the outlook.", min=0)] = 0,
    force: Annotated[bool, typer.Option("--force", help="Keep an existing folder aside and write anew.")] = False,
    ledger: Url = "",
    today: Today = None,
) -> None:
    """Write what an office hands on: page, workbook, network (OFDS 0.4), projects (OC4IDS 0.9.5), all events."""
    from karez.cli.screen import out as screen
    from karez.flow.deliver import export as run_export

    at = _at(folder, ledger, today)
    day = as_of.date() if as_of else at.today
    made = run_export(at, out or folder / "delivery" / day.isoformat(), as_of=day, seed=seed, force=force)
    screen.print(f"Written: {made}", highlight=False, soft_wrap=True)


def _at(folder: Path, ledger: str, today: datetime | None) -> Tracked:
    from karez.flow.track import tracked

    return tracked(folder, ledger=ledger, today=today.date() if today else None)


def _pairs(given: list[str], what: str) -> dict[str, str]:
    """``NAME=VALUE`` as names and values."""
    bad = [one for one in given if "=" not in one]
    if bad:
        raise UsageFault(f"`{bad[0]}` is not {what} with its value. Write NAME=VALUE.")
    return dict(one.split("=", 1) for one in given)


def _only_run(folder: Path) -> Path:
    runs = [path for path in sorted((folder / "runs").glob("*")) if (path / "summary.json").is_file()]
    if len(runs) != 1:
        raise UsageFault(f"There are {len(runs) or 'no'} finished runs in {folder / 'runs'}. Name one with --run.")
    return runs[0]


def _show_recorded(done: object, *, as_json: bool) -> None:
    from dataclasses import asdict

    from karez.cli.screen import out, print_json

    if as_json:
        print_json(asdict(done))
        return
    if done.added:
        known = f", {done.known:,} were there already" if done.known else ""
        out.print(f"Recorded: {done.added:,} events{known}", highlight=False)
    else:
        out.print(f"Nothing new: all {done.known:,} events are in the ledger already", highlight=False)
    if len(done.ids) == 1:
        out.print(f"Its id: {done.ids[0]}", highlight=False)
    if done.notes:
        out.print(f"Note: {'; '.join(done.notes)}", highlight=False, soft_wrap=True)
    out.print(
        f"The ledger holds {done.head.count:,} events; note its hash: {done.head.hash}", highlight=False, soft_wrap=True
    )
