"""``run.toml``: what a run was made with, enough to run it again."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from karez.model.plan import Plan
from karez.model.words import RECORD_END

_HEADER = "# What this run was made with. Settings are as resolved: defaults are filled in.\n\n"


def write_record(plan: Plan, path: Path) -> None:
    """Write the run's record and its settings, defaults filled in, as TOML."""
    record = plan.record
    content = {
        "format": 1,
        "key": record.key,
        "seed": record.seed,
        "versions": record.versions,
        "hashes": record.hashes,
        "seconds": {stage: round(seconds, 3) for stage, seconds in record.seconds.items()},
        "settings": plan.programme.model_dump(mode="json", exclude_none=True),
    }
    path.write_text(f"{_HEADER}{to_toml(content)}\n{RECORD_END}\n", encoding="utf-8", newline="\n")


def to_toml(content: Mapping[str, Any]) -> str:
    r"""Write nested dicts, lists and scalars as a TOML 1.0 document; keys whose value is None are left out.

    Parameters
    ----------
    content : Mapping
        Keys are strings; values are strings, booleans, integers, floats, lists and mappings of those.

    Examples
    --------
    >>> print(to_toml({"a": 1, "b": {"c d": [1.5, "x"]}, "e": [{"f": True}]}), end="")
    a = 1
    <BLANKLINE>
    [b]
    "c d" = [1.5, "x"]
    <BLANKLINE>
    [[e]]
    f = true
    """
    return "\n".join(_table(content, ())) + "\n"


def _table(content: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    """Lines of one table: its own values first, then the tables below it."""
    values = {key: value for key, value in content.items() if value is not None}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in values.items() if not _is_table(value)]
    for key, value in values.items():
        if _is_table(value):
            below = (*path, key)
            name = ".".join(_key(part) for part in below)
            for entry in [value] if isinstance(value, Mapping) else value:
                head = f"[{name}]" if isinstance(value, Mapping) else f"[[{name}]]"
                lines += [*([""] if lines else []), head, *_table(entry, below)]
    return lines


def _is_table(value: Any) -> bool:
    """Whether a value is written below its own header: a mapping, or a list of nothing but mappings."""
    if isinstance(value, Mapping):
        return True
    return _is_list(value) and bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None) + "}"
    return "[" + ", ".join(_value(entry) for entry in value) + "]"


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(float(value))
    return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")


def _key(key: str) -> str:
    bare = key.isascii() and bool(key) and all(letter.isalnum() or letter in "-_" for letter in key)
    return key if bare else _text(key)


def _text(text: str) -> str:
    """JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
