"""Copy an example project."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

from karez.errors import UsageFault
from karez.starting.aside import written_aside

LEFT_OUT = shutil.ignore_patterns("runs", ".*", "__pycache__", "*.gpkg-wal", "*.gpkg-shm")
"""What is not part of an example: finished runs and what programs leave behind."""


def copy_example(name: str, target: Path) -> Path:
    """Copy an example into a new folder, without its runs.

    Parameters
    ----------
    name : str
        Name of the example, see :func:`example_names`.
    target : Path
        Folder to be made.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageFault
        If there is no such example, or `target` exists.
    """
    names = example_names()
    if name not in names:
        nearest = difflib.get_close_matches(name, names, 1, 0.0)
        advice = f"Did you mean `{nearest[0]}`? There are: {', '.join(names)}." if nearest else "None is installed."
        raise UsageFault(f"There is no example `{name}`. {advice}")
    with written_aside(target) as aside:
        shutil.copytree(_shelf() / name, aside, ignore=LEFT_OUT, dirs_exist_ok=True)
    return target


def example_names() -> tuple[str, ...]:
    """Names of the examples at hand, sorted."""
    return tuple(sorted(path.parent.name for path in _shelf().glob("*/programme.toml")))


def _shelf() -> Path:
    """Where the examples lie: inside the installed package, or in the checkout it is run from."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "examples"
    return installed if installed.is_dir() else package.parents[1] / "examples"
