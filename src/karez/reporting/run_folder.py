"""The run folder: it appears whole or not at all (rule 11)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from karez.errors import UsageFault
from karez.model.plan import Plan
from karez.reporting.finance import write_finance
from karez.reporting.geopackage import write_geopackage
from karez.reporting.ofds import write_plan_ofds
from karez.reporting.proof import write_proof
from karez.reporting.record import write_record
from karez.reporting.replan import write_replan
from karez.reporting.report import write_report
from karez.reporting.risk_tables import write_risk
from karez.reporting.summary import write_summary
from karez.reporting.workbook import write_workbook

Progress = Callable[[float], None]
Writer = Callable[[Path], None]

_STEPS: tuple[tuple[str, Callable[[Plan, Path], None]], ...] = (
    ("summary.json", write_summary),
    ("run.toml", write_record),
    ("proof", lambda plan, folder: write_proof(plan.proof, plan.catalogue, folder)),
    ("finance", write_finance),
    ("plan.gpkg", write_geopackage),
    ("plan.ofds.json", write_plan_ofds),
    ("boq.xlsx", write_workbook),
    ("report.html", write_report),
    ("risk", lambda plan, folder: write_risk(plan.risk, folder)),
    ("replan", lambda plan, folder: write_replan(plan.replan, folder)),
)
"""What a run folder holds, and who writes it."""


def write_run(plan: Plan, folder: Path, *, force: bool = False, progress: Progress | None = None) -> Path:
    """Write everything a run leaves behind into the new folder `folder`.

    The files are written to a temporary folder beside it, brought safely to disk, and renamed: whatever happens on
    the way, `folder` is either whole or not there (rule 11).

    Parameters
    ----------
    plan : Plan
        The finished plan.
    folder : Path
        Where the run is to lie; folders above it are made.
    force : bool
        Whether an existing folder is moved aside, to the first free of ``<name>.old-1``, ``<name>.old-2`` …
    progress : callable, optional
        Called with the share done, 0 to 1, after each file.

    Returns
    -------
    Path
        `folder`.

    Raises
    ------
    UsageFault
        If `folder` is there and `force` is not set, or if something else than a folder is there.
    """
    writers = {name: partial(write, plan) for name, write in _STEPS}
    return write_whole(writers, folder, force=force, progress=progress)


def write_whole(
    writers: Mapping[str, Callable[[Path], None]],
    folder: Path,
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write files into the new folder `folder`, which appears whole or not at all (rule 11).

    Parameters
    ----------
    writers : Mapping[str, Writer]
        Name of each file or folder, and what writes it at the path it is given.
    folder, force, progress
        See :func:`write_run`.
    """
    refuse_existing(folder, force=force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        for done, (name, write) in enumerate(writers.items(), start=1):
            write(aside / name)
            if progress is not None:
                progress(done / len(writers))
        _open_to_others(aside)
        _sync(aside)
        _put_in_place(aside, folder, force=force)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return folder


def rewrite_run(plan: Plan, folder: Path, *, progress: Progress | None = None) -> Path:
    """Write a run anew, with more in it, in place of the run of the same inputs that may be there.

    As :func:`write_run`, but what was there is taken away once the new folder lies in its place.
    """
    old = _free_name(folder) if folder.exists() else None
    write_run(plan, folder, force=True, progress=progress)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def refuse_existing(folder: Path, *, force: bool) -> None:
    """Refuse a run folder that is there already (UsageFault), unless it may be moved aside."""
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise UsageFault(f"{folder} is there and is not a folder. Choose another place with --out.")
    if not force:
        raise UsageFault(
            f"{folder} is there already. Choose another place with --out, or use --force: the old run is then kept "
            f"aside as {_free_name(folder).name}."
        )


def _put_in_place(aside: Path, folder: Path, *, force: bool) -> None:
    """Rename, with the old run, if any, out of the way and back again should that fail."""
    refuse_existing(folder, force=force)
    old = _free_name(folder) if folder.exists() else None
    if old is not None:
        folder.rename(old)
    try:
        aside.rename(folder)
    except OSError:
        if old is not None:
            old.rename(folder)
        raise
    _sync_entry(folder.parent)


def _free_name(folder: Path) -> Path:
    """First of ``<name>.old-1``, ``<name>.old-2`` … that is not taken."""
    number = 1
    while os.path.lexists(folder.with_name(f"{folder.name}.old-{number}")):
        number += 1
    return folder.with_name(f"{folder.name}.old-{number}")


def _open_to_others(folder: Path) -> None:
    """A temporary folder is private; a run folder has the rights any new folder has."""
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)


def _sync(folder: Path) -> None:
    """Bring every file below `folder`, and the folders themselves, to disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    for path in [*sorted(path for path in folder.rglob("*") if path.is_dir()), folder]:
        _sync_entry(path)


def _sync_entry(folder: Path) -> None:
    """Bring a folder's list of names to disk, where the system lets a folder be opened."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
