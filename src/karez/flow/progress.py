"""How long work tells where it stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Shows the present step; the command line draws a bar, a library user passes what they like."""

    def __call__(self, step: str, share: float) -> None:
        """Tell that `share` (0 to 1) of a step, named as a person reads it, is done."""


def silent(step: str, share: float) -> None:
    """Show nothing."""


class Stages:
    """Times the stages of a flow and hands each a callback for its share.

    Attributes
    ----------
    seconds : dict[str, float]
        Time of every finished stage.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[float], None]]:
        """Time a stage; yields what tells its share."""
        started = time.perf_counter()
        self._progress(name, 0.0)
        yield lambda share: self._progress(name, min(max(share, 0.0), 1.0))
        self.seconds[name] = round(time.perf_counter() - started, 3)
        self._progress(name, 1.0)
