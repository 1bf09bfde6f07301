"""Project folders and outside formats become nouns; every fault of the input is found in one pass.

``read`` is imported when it is first asked for: readers of a single instance need no maps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from karez.reading.project import read

__all__ = ["read"]


def __getattr__(name: str) -> Any:
    if name == "read":
        from karez.reading.project import read  # noqa: PLC0415

        return read
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
