"""The programme otherwise: at other prices, another take-up, with less money."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from karez.appraising.converting import Column, at
from karez.model.catalogue import Catalogue
from karez.model.draws import Draws
from karez.model.inputs import Inputs


@dataclass(frozen=True)
class Variant:
    """What a plan is made for instead.

    Parameters
    ----------
    name : str
        Its name; plans made for a draw are called by the draw's row.
    about : str
        What it is in words, and how to make it.
    catalogue : Catalogue
        Converted; its ``rate_real`` is what is paid.
    take_up : float
        Factor on the planned take-up.
    budget : float
        Factor on every budget.
    """

    name: str
    about: str
    catalogue: Catalogue
    take_up: float = 1.0
    budget: float = 1.0

    def of(self, inputs: Inputs) -> Inputs:
        """Inputs with this take-up and these budgets, designed in fewer rounds."""
        programme = inputs.programme
        demand = programme.demand.model_copy(update={"take_up": programme.demand.take_up * self.take_up})
        scale = programme.agreement.budget_scale * self.budget
        agreement = programme.agreement.model_copy(update={"budget_scale": scale})
        rounds = min(programme.designing.rounds, programme.risk.rounds)
        designing = programme.designing.model_copy(update={"rounds": rounds})
        changed = {"demand": demand, "agreement": agreement, "designing": designing}
        return replace(inputs, programme=programme.model_copy(update=changed))


def candidates(inputs: Inputs, catalogue: Catalogue) -> list[Variant]:
    """Plans that regret compares with the plan itself: at low and at high prices, and with money held back."""
    columns: tuple[Column, ...] = ("low", "high")
    found = [
        Variant(name, f"Made at the {name} prices of the catalogue: set every rate to its {name}", at(catalogue, name))
        for name in columns
    ]
    for margin in sorted(set(inputs.programme.risk.margins) - {0.0}):
        scale = inputs.programme.agreement.budget_scale * (1.0 - margin)
        about = f"Made with {margin:.0%} of every budget held back: set agreement.budget_scale = {scale:g}"
        found.append(Variant(f"margin_{100 * margin:g}", about, catalogue, budget=1.0 - margin))
    return found


def for_draws(drawn: Draws, catalogue: Catalogue, count: int) -> list[Variant]:
    """What the first `count` draws would have been planned for, had they been known."""
    return [
        Variant(str(row), f"Made for draw {row + 1}", _at(catalogue, drawn.rate[row]), float(drawn.take_up[row]))
        for row in range(min(count, len(drawn)))
    ]


def _at(catalogue: Catalogue, rate: npt.NDArray[np.float64]) -> Catalogue:
    return Catalogue(catalogue.table.assign(rate_real=rate))
