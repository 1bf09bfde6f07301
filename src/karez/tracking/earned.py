"""Earned value: what is built, in the money it was planned to cost.

An element earns its planned money in step with its metres, and all of it when it is accepted. Everything is counted for
an element's share in a project, in whole hundredths that telescope over time, so that every grouping adds up.
Source: ISO 21508:2018, Earned value management in project and programme management.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.baseline import Baseline
from karez.model.event import KIND_NUMBER
from karez.tracking.grouping import Longs, coded
from karez.tracking.posted import Postings

Floats = npt.NDArray[np.float64]
MONTHS = 12


@dataclass(frozen=True)
class Steps:
    """How elements grew: one row an event, by element, month and contract, in that order of time.

    Parameters
    ----------
    element : int64[steps]
        Row of the baseline's elements.
    contract : int64[steps]
        Word of the contract, 0 for none.
    month, day : int64[steps]
        When.
    before, after : float64[steps]
        Share of the element that stands before and after, 0 to 1.
    built_milli : int64[steps]
        Thousandths reported in this step; a correction is a step of its own.
    place : int64[words]
        Row of the baseline's elements of every word of the ledger; −1 where it is none.
    """

    element: Longs
    contract: Longs
    month: Longs
    day: Longs
    before: Floats
    after: Floats
    built_milli: Longs
    place: Longs


def steps(baseline: Baseline, posted: Postings) -> Steps:
    """Growth of every element of the baseline."""
    names = ("kind", "element", "month", "day", "contract", "quantity_milli")
    rows = posted.of(("progress", "acceptance"), names)
    place = _places(baseline, posted)
    element = place[rows["element"]]
    kept = element >= 0
    accepting = rows["kind"] == KIND_NUMBER["acceptance"]
    code = coded([element, rows["month"], accepting.astype(np.int64), rows["contract"]])
    order = np.flatnonzero(kept)[np.argsort(code[kept], kind="stable")]
    rows = {name: rows[name][order] for name in names[2:]}
    element, accepting = element[order], accepting[order]
    first = np.flatnonzero(np.r_[True, element[1:] != element[:-1]]) if element.size else np.empty(0, np.int64)
    built = np.where(accepting, 0, rows["quantity_milli"])
    planned = baseline.elements["quantity_milli"].to_numpy(dtype=np.float64)[element]
    share = np.clip(_running(built, first) / np.maximum(planned, 1.0), 0.0, 1.0)
    accepted = _running(np.where(accepting, rows["quantity_milli"], 0), first) > 0
    after = np.where(accepted, 1.0, share)
    before = np.r_[0.0, after[:-1]] if after.size else after
    before[first] = 0.0
    return Steps(element, rows["contract"], rows["month"], rows["day"], before, after, built, place)


def earned(baseline: Baseline, growth: Steps) -> pd.DataFrame:
    """Money earned: ``element``, ``part``, ``contract`` (word), ``month``, ``earned_minor``, without empty rows."""
    parts = baseline.parts
    start, count = _part_ranges(parts, len(baseline.elements))
    many = count[growth.element]
    step = np.repeat(np.arange(len(growth.element)), many)
    part = np.repeat(start[growth.element], many) + _within(many)
    planned = parts["planned_minor"].to_numpy(dtype=np.float64)[part]
    gain = np.rint(planned * growth.after[step]) - np.rint(planned * growth.before[step])
    some = gain != 0
    return pd.DataFrame(
        {
            "element": growth.element[step][some],
            "part": part[some],
            "contract": growth.contract[step][some],
            "month": growth.month[step][some],
            "earned_minor": gain[some].astype(np.int64),
        }
    )


def standing(baseline: Baseline, growth: Steps) -> tuple[Floats, Longs]:
    """Share of every element that stands, and the day of its last step; 0 where nothing was done."""
    share, day = np.zeros(len(baseline.elements)), np.zeros(len(baseline.elements), dtype=np.int64)
    share[growth.element] = growth.after  # rows are in order of time: the last one stays
    np.maximum.at(day, growth.element, growth.day)
    return share, day


def split(baseline: Baseline, element: Longs, amount: Longs) -> tuple[Longs, Longs, Longs]:
    """Split amounts over the projects of their elements as the plan's money is, in whole hundredths that add up.

    Returns
    -------
    row, part, share : int64[shares]
        Row of `amount`, row of the baseline's parts (−1 where the element has no money), hundredths.
    """
    planned = baseline.parts["planned_minor"].to_numpy(dtype=np.float64)
    start, count = _part_ranges(baseline.parts, len(baseline.elements))
    many = np.maximum(count[element], 1)
    row, within = np.repeat(np.arange(len(element)), many), _within(many)
    part = np.where(count[element][row] > 0, start[element][row] + within, -1)
    weight = np.where(part >= 0, planned[part] if len(planned) else 0.0, 1.0)
    first = np.cumsum(many) - many
    upto = np.cumsum(weight)
    base = (upto[first] - weight[first])[row] if len(first) else upto
    whole = np.add.reduceat(weight, first)[row] if len(first) else upto
    after = np.rint(amount[row] * (upto - base) / whole).astype(np.int64)
    before = np.where(within == 0, 0, np.r_[0, after[:-1]] if len(after) else after)
    return row, part, after - before


def _places(baseline: Baseline, posted: Postings) -> Longs:
    """Row of the baseline's elements of every word; −1 where it is none."""
    place = np.full(len(posted.words), -1, dtype=np.int64)
    numbers = [posted.number.get(name, -1) for name in baseline.elements["id"].to_numpy(dtype=object)]
    known = np.array(numbers, dtype=np.int64)
    rows = np.flatnonzero(known >= 0)
    place[known[rows]] = rows
    return place


def _running(values: Longs, first: Longs) -> Longs:
    """Running sums that begin anew at each of the rows `first`."""
    total = np.cumsum(values)
    base = total[first] - values[first] if first.size else total
    lengths = np.diff(np.r_[first, len(values)])
    return total - np.repeat(base, lengths) if first.size else total


def _part_ranges(parts: pd.DataFrame, elements: int) -> tuple[Longs, Longs]:
    """First part and number of parts of every element; parts are sorted by element."""
    count = np.bincount(parts["element"].to_numpy(dtype=np.int64), minlength=elements)
    return np.cumsum(count) - count, count


def _within(many: Longs) -> Longs:
    """0, 1, … within each run of the given lengths."""
    return np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
