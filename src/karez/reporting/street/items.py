"""Items of the bill as a planner reads them."""

from __future__ import annotations

import pandas as pd

METHODS = {
    "trench": "trench",
    "micro_trench": "micro-trench",
    "aerial": "strand on poles",
    "facade": "cable along fronts",
    "duct": "pulling into an existing duct",
    "existing": "pulling through what is built",
}
"""What is done along a run, by its method."""


def item_words(item: str) -> str:
    """An item of the bill in the trade's words.

    >>> item_words("trench carriageway, trench"), item_words("trench drop, aerial"), item_words("closure")
    ('trench, carriageway', 'strand on poles, drop', 'closure')
    """
    run, _, method = item.partition(", ")
    if not run.startswith("trench ") or method not in METHODS:
        return item
    return f"{METHODS[method]}, {run.removeprefix('trench ')}"


def in_words(bill: pd.DataFrame) -> pd.DataFrame:
    """A bill with its items in words."""
    return bill.assign(item=[item_words(str(item)) for item in bill["item"]])
