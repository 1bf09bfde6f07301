"""Which run a folder holds."""

from __future__ import annotations

import tomllib
from pathlib import Path

from karez.errors import DataFault, Fault, UsageFault

RECORD = "run.toml"


def is_run(folder: Path) -> bool:
    """Whether a folder holds a finished run."""
    return (folder / RECORD).is_file()


def read_key_and_seed(run: Path) -> tuple[str, int]:
    """Key and seed of a run folder.

    Raises
    ------
    DataFault
        If its record cannot be read.
    """
    try:
        record = tomllib.loads((run / RECORD).read_text(encoding="utf-8"))
        return str(record["key"]), int(record["seed"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"file cannot be read ({error})"
        raise DataFault([Fault(RECORD, problem=problem, remedy="Plan again, or restore it from a copy")]) from None


def project_of(run: Path) -> Path:
    """The project folder that a run lies in, as ``karez plan`` puts it there.

    Raises
    ------
    UsageFault
        If it lies somewhere else.
    """
    project = run.resolve().parent.parent
    if (project / "programme.toml").is_file():
        return project
    raise UsageFault(f"{run} lies in no project folder. Name both: karez risk PROJECT --out {run}")


def refuse_another_run(target: Path, key: str) -> None:
    """Refuse a folder that is there and is not the run of that key (UsageFault)."""
    if not target.exists():
        return
    if not is_run(target):
        raise UsageFault(f"{target} is there and is no run folder. Choose another place with --out.")
    if read_key_and_seed(target)[0] != key:
        raise UsageFault(
            f"{target} holds a run of other inputs: the project has changed since, or the seed is another. "
            "Plan it again, or choose another place with --out."
        )
