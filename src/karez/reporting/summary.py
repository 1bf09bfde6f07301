"""``summary.json``: the plan for other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from karez.model.plan import Plan


def write_summary(plan: Plan, path: Path) -> None:
    """Write ``plan.summary()`` as UTF-8 JSON in the order it is said.

    Raises
    ------
    ValueError
        If a figure is NaN or infinite: JSON has no word for it, and a summary must not be silent about it.
    """
    text = json.dumps(plan.summary(), ensure_ascii=False, allow_nan=False, indent=2, default=as_json)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def as_json(value: Any) -> Any:
    """Turn numpy's scalars and arrays into Python's; for ``json.dumps(default=…)``."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
