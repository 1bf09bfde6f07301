"""What a run is made from: hashes, seed, versions."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from karez import __version__
from karez.model.inputs import Inputs
from karez.model.plan import RunRecord

SHAPING = ("geopandas", "highspy", "numba", "numpy", "pandas", "pyogrio", "pyproj", "scipy", "shapely")
"""Libraries that shape a result."""


def versions() -> dict[str, str]:
    """Versions of karez, Python and the libraries that shape a result."""
    return {"karez": __version__, "python": platform.python_version()} | {name: version(name) for name in SHAPING}


def record(inputs: Inputs, seed: int) -> RunRecord:
    """Record of a run about to start; its key hashes every input file and the seed."""
    return record_of(inputs.hashes, seed)


def study_folder(folder: Path, verb: str, key: str, upon: Path | None = None) -> Path:
    """Where a study of a project lies if nothing else is said: ``studies/<verb>-<key>``, with the run it is upon.

    >>> study_folder(Path("p"), "things", "0a1b", Path("runs/first")).as_posix()
    'p/studies/things-0a1b-upon-first'
    """
    return folder / "studies" / (f"{verb}-{key}" if upon is None else f"{verb}-{key}-upon-{upon.name}")


def record_of(hashes: Mapping[str, str], seed: int) -> RunRecord:
    """Record of a run about to start, from the SHA-256 of its files by their path, and the seed."""
    digest = hashlib.sha256()
    for path, value in sorted(hashes.items()):
        digest.update(f"{path}\0{value}\n".encode())
    digest.update(f"seed\0{seed}\n".encode())
    return RunRecord(digest.hexdigest()[:12], dict(sorted(hashes.items())), seed, versions())
