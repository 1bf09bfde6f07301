"""Places: where sites stand together. A place is counted by one of its rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd


def stands_for_place(sites: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether a row stands for its place in its project: its first row, homes before others, tranche 1 first.

    Parameters
    ----------
    sites : DataFrame
        ``place_id``, ``project``, ``households``, ``tranche``, in the order of ids.

    Examples
    --------
    >>> sites = pd.DataFrame({"place_id": ["a", "a", "a", "b"], "project": "p", "tranche": [1, 2, 1, 1]})
    >>> sites["households"] = [None, 9, 9, None]
    >>> stands_for_place(sites).tolist()
    [False, False, True, True]
    """
    order = pd.DataFrame({"place": sites["place_id"], "project": sites["project"], "tranche": sites["tranche"]})
    order["other"] = sites["households"].isna()
    first = order.sort_values(["other", "tranche"], kind="stable").drop_duplicates(["place", "project"]).index
    return np.asarray(order.index.isin(first))
