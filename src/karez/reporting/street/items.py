"""Items of the bill as a planner reads them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.model.street_items import CABLE, DROP, PASSAGE, run_of
from karez.model.street_rules import LabourShares

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
    run = run_of(item)
    if run is None:
        return item
    surface, method = run
    return f"{METHODS[method]}, {surface}"


def labour_share(item: str, shares: LabourShares) -> float:
    """Part of an item's cost that is labour.

    >>> labour_share("trench paved, aerial", LabourShares()), labour_share("feeder splice", LabourShares())
    (0.75, 0.9)
    """
    if run_of(item) is not None or item == PASSAGE:
        return shares.civil
    if CABLE in item:
        return shares.cable
    if "splice" in item:
        return shares.splice
    return shares.drop if item == DROP else shares.plant


def with_labour(bill: pd.DataFrame, shares: LabourShares) -> pd.DataFrame:
    """A bill with the column ``labour``: how much of each amount is labour."""
    share = np.array([labour_share(str(item), shares) for item in bill["item"]])
    return bill.assign(labour=bill["amount"] * share)


def in_words(bill: pd.DataFrame) -> pd.DataFrame:
    """A bill with its items in words."""
    return bill.assign(item=[item_words(str(item)) for item in bill["item"]])
