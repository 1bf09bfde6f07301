"""Start a project folder."""

from __future__ import annotations

from pathlib import Path

from karez.errors import UsageFault
from karez.starting import copy_example, start_country

DEFAULT_EXAMPLE = "xinjiang"
"""Copied where neither an example nor a country is asked for."""


def new(target: Path, *, example: str | None = None, country: str | None = None) -> Path:
    """Make a project folder: a copy of an example, or a start for a country.

    Parameters
    ----------
    target : Path
        Folder to be made; it must not exist.
    example : str | None
        Name of the example to copy.
    country : str | None
        Country to start instead: ISO 3166 code or English name.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageFault
        If both are asked for, either is unknown, `target` exists, or a package is missing.
    """
    if example is not None and country is not None:
        raise UsageFault("A project starts from an example or from a country. Give `--from` or `--country`, not both.")
    if country is not None:
        return start_country(country, target)
    return copy_example(example or DEFAULT_EXAMPLE, target)
