"""The commands of karez."""

from __future__ import annotations

import gc
import logging
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from karez import __version__
from karez.cli import track
from karez.cli.breaking import break_
from karez.cli.replan import replan
from karez.cli.risk import risk
from karez.errors import KarezError, UsageFault

if TYPE_CHECKING:
    from karez.verifying import Verdict

app = typer.Typer(
    name="karez",
    help="Plan the networks that bring people online, with a proven bound on every answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
    epilog="Exit codes: 0 done, 1 fault in the data (or a run that does not prove), 2 wrong usage, 3 infeasible.",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say more on standard error.")]
Workers = Annotated[int | None, typer.Option(help="Processes side by side; the answer does not depend on them.", min=1)]
Force = Annotated[bool, typer.Option("--force", help="Keep an existing folder aside and write anew.")]
Seed = Annotated[int, typer.Option(help="Seed of every search; equal input and seed give equal output.", min=0)]

app.add_typer(track.app)


NEW_OBJECTS = 100_000
"""The collector of cycles looks through new objects after so many: modules being read make many, and none in vain."""


def main() -> None:
    """Run the command line; every refusal becomes a clear message and an exit code."""
    gc.set_threshold(NEW_OBJECTS)
    try:
        app(standalone_mode=True)
    except KarezError as error:
        from karez.cli.screen import print_error

        print_error(error, as_json="--json" in sys.argv[1:])
        raise SystemExit(error.exit_code) from None


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"karez {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


@app.command()
def new(
    name: Annotated[Path, typer.Argument(help="Folder to make.")],
    example: Annotated[str | None, typer.Option("--from", help="Example to copy: xinjiang or kyrgyzstan.")] = None,
    country: Annotated[
        str | None, typer.Option(help="Country to start from open data, as ISO code (KG) or English name.")
    ] = None,
) -> None:
    """Make a project folder: a copy of an example, or a start for any country of the world."""
    if example and country:
        raise UsageFault("Give either --from or --country, not both.")
    from karez.cli.screen import err, out
    from karez.flow.new import new as make_new

    with err.status("making the project folder"):
        made = make_new(name, example=example or (None if country else "xinjiang"), country=country)
    out.print(f"Made {made}. Next: karez check {made}, then karez plan {made}", highlight=False, soft_wrap=True)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Project folder.", metavar="DIR")], as_json: AsJson = False
) -> None:
    """Find every fault of a project, all at once, each with file, layer, row and remedy."""
    from karez.cli.screen import out, print_json, progress_bar, table
    from karez.flow.check import check as run_check

    with progress_bar(quiet=as_json, steps=("reading", "streets")) as progress:
        checked = run_check(folder, progress=progress)
    if as_json:
        notes = [{"stage": note.stage, "text": note.text, "count": note.count} for note in checked.notes]
        print_json({"name": checked.name, "rows": checked.rows, "notes": notes, "hashes": checked.hashes})
        return
    out.print(f"{folder}: no fault", style="bold", markup=False, highlight=False, soft_wrap=True)
    rows = table("", "table", "rows", right=("rows",))
    for layer, count in checked.rows.items():
        rows.add_row(layer, f"{count:,}")
    out.print(rows)
    for note in checked.notes:
        out.print(f"- {note.text}", highlight=False, soft_wrap=True)


@app.command()
def plan(
    folder: Annotated[Path, typer.Argument(help="Project folder.", metavar="DIR")],
    out: Annotated[Path | None, typer.Option(help="Run folder; default DIR/runs/<hash of inputs and seed>.")] = None,
    seed: Seed = 0,
    force: Annotated[bool, typer.Option("--force", help="Keep an existing run folder aside and write anew.")] = False,
    ledger: track.Url = "",
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="Last day of the ledger that counts; default: its last event's."
        ),
    ] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Plan a project: which places get which technology, over which routes, at what cost, in which year."""
    _log(verbose)
    from karez.cli.closing import print_plan
    from karez.cli.screen import print_json, progress_bar
    from karez.flow.plan import plan as run_plan

    _say_if_compiling("plan")
    with progress_bar(quiet=as_json) as progress:
        day = as_of.date() if as_of else None
        made = run_plan(folder, out=out, seed=seed, force=force, ledger=ledger, as_of=day, progress=progress)
    if as_json:
        print_json({**made.plan.summary(), "run": str(made.folder), "seconds": made.plan.record.seconds})
    else:
        print_plan(made.plan, made.folder, verbose=verbose)


app.command()(risk)
app.command()(replan)
app.command("break")(break_)


@app.command()
def street(
    source: Annotated[
        Path, typer.Argument(help="OpenStreetMap (.osm.pbf), own layers (.gpkg) or Overture's folder.", metavar="MAP")
    ],
    out: Annotated[Path | None, typer.Option(help="Run folder; default runs/<area>-<hash of inputs and seed>.")] = None,
    rules: Annotated[Path | None, typer.Option(help="rules.toml: technology, sizes, reach, prices.")] = None,
    within: Annotated[Path | None, typer.Option(help="Polygons to design in; what lies outside is left out.")] = None,
    lock: Annotated[
        Path | None,
        typer.Option(help="GeoPackage with what is fixed: offices, cabinets, forbidden, preferred, built, ducts …"),
    ] = None,
    seed: Seed = 0,
    force: Annotated[bool, typer.Option("--force", help="Keep an existing run folder aside and write anew.")] = False,
    workers: Workers = None,
    cluster: Annotated[
        str, typer.Option(help="Address of a Dask scheduler that designs instead.", metavar="HOST:PORT")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Design fibre to every door of a town or a country, from a map file, with a bound on its cost."""
    from karez.cli.screen import print_json, progress_bar
    from karez.cli.street import print_street, street_json
    from karez.flow.street import street as run_street

    _say_if_compiling("street")
    with progress_bar(quiet=as_json, steps=("reading", "routing", "designing", "reporting")) as progress:
        made = run_street(
            source,
            out=out,
            rules=rules,
            within=within,
            lock=lock,
            seed=seed,
            force=force,
            workers=workers,
            cluster=cluster,
            progress=progress,
        )
    if as_json:
        print_json(street_json(made))
    else:
        print_street(made)


@app.command()
def verify(
    run: Annotated[
        Path | None,
        typer.Argument(
            help="Run folder; with --certificate the problem's file, if it is not where the certificate says.",
            metavar="RUN | FILE",
            show_default=False,
        ),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Certificate that karez solve wrote, to prove instead of a run.", metavar="CERT")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove a finished run or a solved instance again, with independent, slow, simple code."""
    from karez.cli.screen import progress_bar
    from karez.flow.verify import verify as run_verify
    from karez.flow.verify import verify_certificate

    if certificate is None and run is None:
        raise UsageFault("Name a run folder, or a certificate: karez verify RUN, karez verify --certificate CERT.")
    if certificate is None and not run.exists():
        raise UsageFault(f"There is no folder {run}. Name the folder that karez plan or karez street wrote.")
    if certificate is None and run.is_file():
        raise UsageFault(f"{run} is a file, not a run folder. Is it a certificate? karez verify --certificate {run}")
    with progress_bar(quiet=as_json, steps=("verifying",)) as progress:
        if certificate is None:
            verdict = run_verify(run, progress=progress)
        else:
            verdict = verify_certificate(certificate, run, progress=progress)
    _show_verdict(verdict, certificate or run, as_json=as_json)


def _show_verdict(verdict: Verdict, proven: Path, *, as_json: bool) -> None:
    from karez.cli.screen import out, print_json, table

    if as_json:
        said = {"proven": verdict.proven} if verdict.proven else {}
        print_json({"passed": verdict.passed, **said, "checks": [asdict(one) for one in verdict.checks]})
    else:
        outcome = f"proves {verdict.proven}".strip() if verdict.passed else "does NOT prove"
        out.print(f"{proven}: {outcome}", style="bold", markup=False, highlight=False, soft_wrap=True)
        rows = table("", "check", "", "found")
        for one in verdict.checks:
            rows.add_row(one.name, "[green]holds[/]" if one.passed else "[bold red]fails[/]", one.detail)
        out.print(rows)
    if not verdict.passed:
        raise typer.Exit(1)


@app.command()
def solve(
    file: Annotated[Path, typer.Argument(help="Instance: .gr or .stp, gzip too.", metavar="FILE")],
    seconds: Annotated[
        float | None, typer.Option(help="Limit of solving, not of start-up or compilation.", min=0.0)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write edges and nodes of the answer as JSON.")] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            help="Write what karez verify --certificate needs to prove value and bound (zipped if it ends in .gz). "
            "Its moats take a few ascents more, on top of --seconds.",
            metavar="CERT",
        ),
    ] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Solve a Steiner tree or prize-collecting Steiner tree instance, with a bound."""
    from karez.cli.closing import print_solution
    from karez.cli.screen import print_json, progress_bar
    from karez.flow.solve import solve as run_solve
    from karez.flow.solve import write_certificate, write_solution

    for path in filter(None, (out, certificate)):
        _refuse_to_write(path, file)
    _say_if_compiling("solve")
    with progress_bar(quiet=as_json, steps=("solving",)) as progress:
        solved = run_solve(
            file,
            seconds=seconds,
            seed=seed,
            replayable=certificate is not None,
            progress=lambda share: progress("solving", share),
        )
    if out:
        write_solution(solved, out)
    if certificate:
        write_certificate(solved, certificate)
    if as_json:
        print_json(solved.certificate())
    else:
        print_solution(solved, out, certificate)


@app.command()
def frontier(
    folder: Annotated[Path, typer.Argument(help="Project folder.", metavar="DIR")],
    out: Annotated[Path | None, typer.Option(help="Folder to write; default DIR/studies/frontier-<hash>.")] = None,
    with_plan: Annotated[
        bool, typer.Option("--plan/--no-plan", help="Whether the programme's own plan is marked on the chart.")
    ] = True,
    workers: Workers = None,
    seed: Seed = 0,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Say what more money buys: coverage and benefit against money, with a bound at every budget."""
    from karez.cli.screen import print_json, progress_bar
    from karez.cli.studies import print_frontier
    from karez.flow.frontier import frontier as run_frontier

    _say_if_compiling("plan")
    steps = ("reading", "streets", "routing", "pricing", "sweeping", "reporting")
    with progress_bar(quiet=as_json, steps=steps) as progress:
        traced = run_frontier(
            folder, out=out, seed=seed, force=force, with_plan=with_plan, workers=workers, progress=progress
        )
    if as_json:
        print_json({**traced.frontier.summary(), "folder": str(traced.folder)})
    else:
        print_frontier(traced.frontier, traced.folder)


@app.command()
def backbone(
    folder: Annotated[Path, typer.Argument(help="Project folder.", metavar="DIR")],
    upon: Annotated[Path | None, typer.Option(help="Run folder whose built spans cost nothing.", metavar="RUN")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; default DIR/studies/backbone-<hash>.")] = None,
    seed: Seed = 0,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Give every hub two ways to a source: rings at least cost, with a bound, and the roads that nothing doubles."""
    from karez.cli.screen import print_json, progress_bar
    from karez.cli.studies import print_backbone
    from karez.flow.backbone import backbone as run_backbone

    _say_if_compiling("plan")
    steps = ("reading", "streets", "routing", "pricing", "joining", "reporting")
    with progress_bar(quiet=as_json, steps=steps) as progress:
        joined = run_backbone(folder, upon=upon, out=out, seed=seed, force=force, progress=progress)
    if as_json:
        print_json({**joined.backbone.summary(), "folder": str(joined.folder)})
    else:
        print_backbone(joined.backbone, joined.folder)


@app.command()
def computing(
    folder: Annotated[Path, typer.Argument(help="Project folder.", metavar="DIR")],
    upon: Annotated[
        Path | None,
        typer.Option(
            help="Run folder: ways are those of the network it builds, sites served as it says.", metavar="RUN"
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; default DIR/studies/computing-<hash>.")] = None,
    seed: Seed = 0,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Place data centres and edge sites by round trip, traffic and cost, with a bound: what every site sees."""
    from karez.cli.screen import print_json, progress_bar
    from karez.cli.studies import print_computing
    from karez.flow.computing import computing as run_computing

    _say_if_compiling("plan")
    steps = ("reading", "routing", "pricing", "placing", "reporting")
    with progress_bar(quiet=as_json, steps=steps) as progress:
        placed = run_computing(folder, upon=upon, out=out, seed=seed, force=force, progress=progress)
    if as_json:
        print_json({**placed.computing.summary(), "folder": str(placed.folder)})
    else:
        print_computing(placed.computing, placed.folder)


@app.command()
def things(
    folder: Annotated[Path, typer.Argument(help="Project folder.", metavar="DIR")],
    upon: Annotated[
        Path | None,
        typer.Option(help="Run folder: gateways are joined as it serves the places they stand at.", metavar="RUN"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; default DIR/studies/things-<hash>.")] = None,
    seed: Seed = 0,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Place gateways of a low-power network (LoRaWAN) for farmland and pasture: least for a share, with a bound."""
    from karez.cli.screen import print_json, progress_bar
    from karez.cli.studies import print_things
    from karez.flow.things import things as run_things

    _say_if_compiling("plan")
    steps = ("reading", "routing", "pricing", "covering", "reporting")
    with progress_bar(quiet=as_json, steps=steps) as progress:
        covered = run_things(folder, upon=upon, out=out, seed=seed, force=force, progress=progress)
    if as_json:
        print_json({**covered.things.summary(), "folder": str(covered.folder)})
    else:
        print_things(covered.things, covered.folder)


@app.command()
def why(
    folder: Annotated[Path, typer.Argument(help="Project folder.", metavar="DIR")],
    rule: Annotated[
        list[str] | None,
        typer.Option(help="Name of a rule, * for any ending; may be given more than once. All if none."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; default DIR/studies/why-<hash>.")] = None,
    workers: Workers = None,
    seed: Seed = 0,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Say what each rule costs; and where no plan keeps them all, which conflict and what would help (exit code 3)."""
    from karez.cli.screen import print_json, progress_bar
    from karez.cli.studies import print_why
    from karez.flow.why import why as run_why

    _say_if_compiling("plan")
    with progress_bar(quiet=as_json, steps=("reading", "streets", "planning", "solving", "reporting")) as progress:
        explained = run_why(
            folder, only=rule or (), out=out, seed=seed, force=force, workers=workers, progress=progress
        )
    document = explained.study.summary()
    if as_json:
        print_json({**document, "folder": str(explained.folder)})
    else:
        print_why(explained.study, explained.folder)
    if not document["feasible"]:
        raise typer.Exit(3)


@app.command()
def compare(
    runs: Annotated[
        list[Path], typer.Argument(help="Run folders; the others are held against the first.", metavar="RUN RUN…")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Folder to write; default `comparison` beside the first run.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Lay finished runs side by side: figures, settings, and a map of what differs."""
    from karez.cli.screen import print_json, progress_bar
    from karez.cli.studies import print_comparison
    from karez.flow.compare import compare as run_compare

    with progress_bar(quiet=as_json, steps=("reading", "reporting")) as progress:
        compared = run_compare(runs, out=out, force=force, progress=progress)
    if as_json:
        print_json({**compared.comparison.summary(), "folder": str(compared.folder)})
    else:
        print_comparison(compared.comparison, compared.folder)


@app.command()
def versions(as_json: AsJson = False) -> None:
    """Print the versions of karez and of the libraries that shape a result."""
    from karez.cli.screen import out, print_json, table
    from karez.flow.record import versions as all_versions

    found = all_versions()
    if as_json:
        print_json(found)
        return
    rows = table("Versions", "package", "version")
    for name, number in found.items():
        rows.add_row(name, number)
    out.print(rows)


def _log(verbose: bool) -> None:
    """Show the log of karez alone on standard error; other libraries keep theirs."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    logger = logging.getLogger("karez")
    logger.handlers = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.WARNING)


def _refuse_to_write(path: Path, problem: Path) -> None:
    """Refuse what could not be written, or would overwrite the problem, before any time is spent on solving."""
    if not path.parent.is_dir():
        raise UsageFault(f"There is no folder {path.parent} to write {path.name} into. Make it first.")
    if path.exists() and problem.exists() and path.samefile(problem):
        raise UsageFault(f"{path} is the problem itself. Name another file to write.")


def _say_if_compiling(command: str) -> None:
    from karez.cli.screen import err
    from karez.flow.compiling import is_first_run

    if is_first_run(command):
        err.print("First run on this machine: compiling the kernels, this once, takes about half a minute.")
