"""What may come otherwise, and how it came in each of many draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FactorKind = Literal["prices", "take_up", "delay"]


@dataclass(frozen=True)
class Factor:
    """One thing that is drawn: a price, prices that go together, take-up, or delay.

    Parameters
    ----------
    name : str
        Item, class, ``take_up``, ``delay`` or ``delay:<calendar year>``.
    kind : FactorKind
        What it moves.
    items : tuple[int, ...]
        Rows of the catalogue whose price it moves; years (0 …) whose delay it is.
    low, mode, high : float
        Least, most likely and greatest value: of a single price in real money, of take-up as a factor, of delay as a
        share. Prices that go together have 0, 0 and 1: each item stands between its own low and high.
    """

    name: str
    kind: FactorKind
    items: tuple[int, ...]
    low: float
    mode: float
    high: float


@dataclass(frozen=True)
class Draws:
    """Values of everything that is drawn, one row a draw. Every plan compared sees the same rows.

    Parameters
    ----------
    factors : tuple[Factor, ...]
        What was drawn.
    place : float64[draws, factors]
        Where each factor stands in its distribution, 0 to 1; NaN in rows that were set and not drawn.
    rate : float64[draws, items]
        Real price of every catalogue item.
    take_up : float64[draws]
        Factor on the planned take-up.
    delay : float64[draws, T]
        Share of each year's work that slips.
    """

    factors: tuple[Factor, ...]
    place: Floats
    rate: Floats
    take_up: Floats
    delay: Floats

    def __len__(self) -> int:
        return len(self.take_up)

    def part(self, rows: slice) -> Draws:
        """Some of the draws."""
        return replace(
            self, place=self.place[rows], rate=self.rate[rows], take_up=self.take_up[rows], delay=self.delay[rows]
        )
