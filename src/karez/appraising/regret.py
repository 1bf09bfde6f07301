"""Regret: what a plan loses against the best plan that is known for a draw, and the choice that loses least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.exposure import Exposure
from karez.appraising.following import Followed, follow
from karez.model.draws import Draws
from karez.model.risk import Regret, Robust

Floats = npt.NDArray[np.float64]
OWN = "own"
"""Name of the plan that was made for a draw, in the table of draws."""

CRITERIA: dict[Robust, tuple[str, str]] = {
    "expected": ("mean_regret", "regret on average"),
    "worst": ("max_regret", "regret at worst"),
    "p90": ("p90_regret", "regret in nine draws of ten (P90)"),
}
"""Column that a criterion looks at, and what it is in words."""


def find_regret(
    candidates: Mapping[str, tuple[str, Exposure]],
    own: Mapping[int, Exposure],
    drawn: Draws,
    planned: Followed,
    criterion: Robust | None,
) -> Regret:
    """Compare candidate plans draw by draw, all at the same draws.

    What is compared is service: the discounted, weighted years of it that a plan brings within the budgets when its
    order is followed. The best known plan of a draw is the best of the candidates and, where one was made, of the
    plan made for this very draw; so regret is never negative, and it is no bound: a better plan may exist.

    Parameters
    ----------
    candidates : mapping
        Name, what it is in words with how to make it, and exposure; the first is the plan itself.
    own : mapping
        Exposure of the plan made for a draw, by the draw's row. If there are any, only these draws are compared.
    drawn : Draws
        All draws.
    planned : Followed
        What came of the first candidate at all draws.
    criterion : Robust | None
        By what a robust plan is chosen, if one is.
    """
    names = list(candidates)
    budget = candidates[names[0]][1].budget
    everywhere = {names[0]: planned}
    for name in names[1:]:
        everywhere[name] = follow(replace(candidates[name][1], budget=budget), drawn)
    rows = np.array(sorted(own) if own else range(len(drawn)))
    service = {name: everywhere[name].service[rows] for name in names}
    if own:
        service[OWN] = np.array(
            [
                follow(replace(own[row], budget=budget), drawn.part(slice(row, row + 1))).service[0]
                for row in rows.tolist()
            ]
        )
    coverage = {name: everywhere[name].coverage[rows, -1] for name in names}
    about = {name: candidates[name][0] for name in names}
    return weigh(rows + 1, service, coverage, about, len(own), criterion)


def weigh(
    draws: npt.NDArray[np.int64],
    service: Mapping[str, Floats],
    coverage: Mapping[str, Floats],
    about: Mapping[str, str],
    reoptimised: int,
    criterion: Robust | None,
) -> Regret:
    """Regret of plans whose service in every draw is known.

    Parameters
    ----------
    draws : int64[draws]
        Numbers of the draws.
    service : mapping
        Service of every plan in every draw; also of the plan made for the draw (``own``), which is no candidate.
    coverage : mapping
        Coverage at the end of every candidate in every draw.
    about : mapping
        The candidates in words; the first is the plan itself.
    reoptimised : int
        For how many draws a plan was made anew.
    criterion : Robust | None
        By what a robust plan is chosen, if one is.
    """
    best = np.max(list(service.values()), axis=0)
    matrix = pd.DataFrame({"draw": draws, "best": _best(service, best), "best_service": best})
    for name, values in service.items():
        matrix[f"service:{name}"] = values
    plans = pd.DataFrame(
        [
            {
                "plan": name,
                "about": about[name],
                "service": float(service[name].mean()),
                "coverage": float(coverage[name].mean()),
                **_losses(best - service[name], best),
            }
            for name in about
        ]
    )
    found = Regret(plans, matrix, reoptimised)
    return found if criterion is None else _chosen(found, criterion)


def _best(service: Mapping[str, Floats], best: Floats) -> list[str]:
    """The first plan that is best in each draw."""
    return [next(name for name in service if service[name][row] == best[row]) for row in range(len(best))]


def _losses(regret: Floats, best: Floats) -> dict[str, float]:
    share = regret / np.maximum(best, 1e-300)
    return {
        "mean_regret": float(regret.mean()),
        "max_regret": float(regret.max()),
        "p90_regret": float(np.quantile(regret, 0.9)),
        "mean_share": float(share.mean()),
        "max_share": float(share.max()),
    }


def _chosen(found: Regret, criterion: Robust) -> Regret:
    """The candidate with the least of what the criterion looks at; the plan itself where nothing is better."""
    column, words = CRITERIA[criterion]
    plans = found.plans
    least = plans.iloc[int(plans[column].to_numpy().argmin())]
    plan = plans.iloc[0]
    against = (
        f"plans made anew for {found.reoptimised:,} draws and the other candidates"
        if found.reoptimised
        else f"the other candidates in {len(found.matrix):,} draws"
    )
    if least["plan"] == plan["plan"]:
        reason = (
            f"Of {len(plans)} candidates the plan itself has the least {words}: {plan[column]:,.0f} household-years "
            f"of service against {against}."
        )
    else:
        reason = (
            f"Of {len(plans)} candidates this one has the least {words}: {least[column]:,.0f} household-years of "
            f"service against {against}; the plan itself has {plan[column]:,.0f}. {least['about']}."
        )
    reason += " Not proven: a plan that was not tried may regret less."
    return replace(found, criterion=criterion, chosen=str(least["plan"]), reason=reason)
