"""From the relaxation's fractions to whole years."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice

import numpy as np

from karez.kernels.closure import closure_losses
from karez.solving.schedule.found import Bench, Found, measure
from karez.solving.schedule.master import Frame
from karez.solving.schedule.problem import Floats, Ints
from karez.solving.schedule.relax import Relaxation, priced
from karez.solving.side_by_side import side_by_side, threads

THRESHOLDS = (0.5, 1.0, 0.75, 0.25)
"""An item has the first year by which its relaxed variable reaches this."""
MOST_SITES = 20_000
"""Most sites that are moved; those whose next best year costs least."""
NEAR = 1e-6
"""Fractions this near to a threshold count as there."""


def losses(frame: Frame, multipliers: Floats) -> Floats:
    """What each year of each item costs at given multipliers against the best; (items, T + 1), column T is never."""
    problem, profit = frame.problem, priced(frame.problem, frame.rows, frame.aim, multipliers)
    of_elements, of_options = closure_losses(
        problem.parent,
        profit[: problem.elements],
        problem.owner,
        problem.rival,
        profit[problem.elements :],
        problem.must,
    )
    return np.asarray(np.maximum(np.concatenate([of_elements, of_options]), 0.0))


def round_off(
    frame: Frame,
    relaxation: Relaxation,
    starts: tuple[Ints, ...] = (),
    gap: float = 0.0,
    thresholds: tuple[float, ...] = THRESHOLDS,
) -> Found:
    """Round at several thresholds, mend and improve, and keep the best.

    Every set of variables at or above a threshold is a closure, so precedence holds from the start; what budgets or
    other rows do not allow is mended by moving sites, dearest errors first; what is left is filled with what gains
    most at the relaxation's prices, then with what gains at all.

    Parameters
    ----------
    frame : Frame
        Problem, rows and aim.
    relaxation : Relaxation
        Its linear relaxation.
    starts : tuple[int32[options], ...]
        Schedules to improve as well, after the thresholds.
    gap : float
        Enough once all rows are kept and the worth is within this share of the relaxation's bound.
    thresholds : tuple[float, ...]
        Thresholds to round at.

    Returns
    -------
    Found
        The best; it keeps all rows if one was found that does.
    """
    problem, bench = frame.problem, Bench.of(frame)
    loss = losses(frame, relaxation.multipliers)[problem.elements :]
    named = problem.rival[problem.rival >= 0]
    first_choice = np.setdiff1d(np.arange(len(problem.owner)), named).astype(np.int32)
    first_choice = first_choice[np.argsort(_next_best(loss)[first_choice], kind="stable")[:MOST_SITES]]
    nothing = np.zeros_like(relaxation.multipliers)
    tried: dict[int, list[Found]] = {}

    def enough(found: Found) -> bool:
        return found.kept and relaxation.bound - found.worth <= gap * abs(found.worth)

    def improve(number: int, years: Ints) -> None:
        regret = loss[np.arange(len(years)), years][first_choice]
        order, moved = first_choice[np.argsort(-regret, kind="stable")], years
        tried[number] = []
        for prices in (relaxation.multipliers, nothing):
            moved = bench.improved(moved, prices, order)
            tried[number].append(measure(frame, moved))
            if enough(tried[number][-1]):
                return

    best: Found | None = None
    at_once = threads()
    for some in _batched(enumerate(_starts(frame, relaxation, thresholds, starts)), at_once):
        side_by_side([partial(improve, *one) for one in some], at_once)
        for found in (found for number, _ in some for found in tried[number]):
            best = found if found.beats(best) else best
            if best is found and enough(found):
                return found
    assert best is not None
    return best


def _batched(starts: Iterator[tuple[int, Ints]], most: int) -> Iterator[list[tuple[int, Ints]]]:
    """Some at a time."""
    while some := list(islice(starts, most)):
        yield some


def _starts(
    frame: Frame, relaxation: Relaxation, thresholds: tuple[float, ...], starts: tuple[Ints, ...]
) -> Iterator[Ints]:
    """Years of options to begin with, one after the other."""
    for threshold in thresholds:
        yield _at_threshold(frame, relaxation, threshold)
    yield from starts


def _next_best(loss: Floats) -> Floats:
    """Loss of the second best year of each option."""
    return np.asarray(np.partition(loss, 1, axis=1)[:, 1])


def _at_threshold(frame: Frame, relaxation: Relaxation, threshold: float) -> Ints:
    """Years of options at a threshold."""
    years = frame.years(relaxation.at_least(threshold - NEAR))
    return years[frame.problem.elements :]
