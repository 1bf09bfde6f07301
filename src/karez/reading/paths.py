"""Where an input lies: inside the project folder, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path, PurePosixPath, PureWindowsPath

from karez.reading.findings import Findings, Where, suggestion

SETTINGS = "programme.toml"


@dataclass(frozen=True)
class Place:
    """A file of the project and the layer that is wanted of it.

    Parameters
    ----------
    path : Path
        Resolved path on disk.
    file : str
        Path inside the project folder, with forward slashes.
    layer : str
        Layer that is asked for; empty if it was left out.
    setting : str
        Setting of ``programme.toml`` that names it.
    """

    path: Path
    file: str
    layer: str
    setting: str


def locate(folder: Path, reference: str, setting: str, findings: Findings) -> Place | None:
    """Find the file behind ``file:layer``; None, with a fault, if it is missing or lies outside the folder.

    Parameters
    ----------
    folder : Path
        The project folder.
    reference : str
        ``file`` or ``file:layer``, relative to the folder.
    setting : str
        Setting that holds the reference, for faults.
    findings : Findings
        Where a fault goes.
    """
    named = Where(SETTINGS, setting.rpartition(".")[0])
    column = setting.rpartition(".")[2]
    file, _, layer = reference.partition(":")
    if not file.strip():
        findings.fault(named, "no file is named", "Name the layer as `file:layer`", column=column)
        return None
    path = (folder / file).resolve()
    if _leaves(reference, file) or not path.is_relative_to(folder.resolve()):
        problem = f"`{reference}` leads out of the project folder"
        findings.fault(named, problem, "Copy the file into the project folder and name it from there", column=column)
        return None
    if not path.is_file():
        problem = f"the file is {'a folder' if path.is_dir() else 'missing'}; {SETTINGS} names it at {setting}"
        beside = sorted(other.name for other in path.parent.glob("*") if other.is_file())
        findings.fault(Where(file, layer), problem, f"Put it there or correct {setting}{suggestion(path.name, beside)}")
        return None
    return Place(path, PurePosixPath(file).as_posix(), layer.strip(), setting)


def sha256(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _leaves(reference: str, file: str) -> bool:
    """Whether a reference is absolute on any system or climbs out with ``..``."""
    windows = PureWindowsPath(reference)
    absolute = windows.drive or windows.root or PurePosixPath(file).is_absolute()
    return bool(absolute) or ".." in windows.parts
