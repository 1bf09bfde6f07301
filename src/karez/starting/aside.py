"""A folder appears whole or not at all (rule 11)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from karez.errors import UsageFault


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Give an empty folder beside `target` that takes its name once the block has ended without an error.

    Parameters
    ----------
    target : Path
        Folder to be made; its parents are made too.

    Yields
    ------
    Path
        Folder to write into.

    Raises
    ------
    UsageFault
        If `target` exists, or its parent cannot be written.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100 - resolve() would follow links of the parents
    refuse_existing(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
    except OSError as error:
        raise UsageFault(f"{target} cannot be made: {error.strerror}. Choose another place.") from error
    try:
        aside.chmod(0o755)
        yield aside
        _sync(aside)
        refuse_existing(target)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def refuse_existing(target: Path) -> None:
    """Refuse a name that is taken, by a file, a folder or a link that leads nowhere."""
    if os.path.lexists(target):
        raise UsageFault(f"{target} exists already. Choose another name, or move it away.")


def _sync(folder: Path) -> None:
    """Have every file of a folder on the disk before it gets its name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
