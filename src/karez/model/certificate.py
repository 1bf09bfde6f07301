"""How good an answer is proven to be (rule 7)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Scope = Literal["design", "schedule", "schedule_cost", "plan", "backbone", "computing", "things"]
Sense = Literal["minimise", "maximise"]


@dataclass(frozen=True)
class Certificate:
    """Value, bound and how the bound was had.

    Parameters
    ----------
    name : str
        What was optimised, in words, with its unit.
    scope : Scope
        ``design``: least present cost, no budget. ``schedule``: best years for this design, in discounted
        weighted service-years. ``schedule_cost``: least present cost at that service. ``plan``: best over
        all designs and years. ``backbone``: least present cost of ways for hubs, no budget. ``computing``: least
        round trip of so many centres, or least present cost. ``things``: least cost of gateways for a share.
    sense : Sense
        Whether less or more is better.
    value : float
        What the answer reaches, without `constant`.
    bound : float | None
        No answer can be better than this; None where none was had, and `proof` says why.
    constant : float
        What no decision changes, left out of value and bound.
    proof : str
        How the bound was had and how to derive it again.
    seconds : float
        Time spent; the only figure that differs between equal runs.
    """

    name: str
    scope: Scope
    sense: Sense
    value: float
    bound: float | None
    constant: float
    proof: str
    seconds: float

    @property
    def gap(self) -> float | None:
        """Distance of value and bound over value; 0 if they are equal, None without a bound or where the value is 0.

        >>> Certificate("x", "design", "minimise", 102.0, 100.0, 0.0, "", 0.0).gap
        0.0196078431372549
        """
        if self.bound is None:
            return None
        if self.bound == self.value:
            return 0.0
        return abs(self.value - self.bound) / abs(self.value) if self.value else None

    def as_dict(self) -> dict[str, Any]:
        """For ``summary.json``: the fields and the gap."""
        return {**asdict(self), "gap": self.gap}
