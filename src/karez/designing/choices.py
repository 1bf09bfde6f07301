"""What serves each site: over the network, or at best without it, and what that makes its node worth (rule 6)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.design import FORCED
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.units import to_minor

Longs = npt.NDArray[np.int64]


def choices(
    prices: Prices, sites: int, networked: tuple[str, ...] = ("fibre",), toll_minor: Longs | None = None
) -> pd.DataFrame:
    """For every site its fibre option and its best alternative, with present costs in minor units.

    Where microwave hangs on the network too, ``fibre`` is the cheaper of the two. `toll_minor` (int64[options]) is what
    options cost on top, as a price of capacity that sites share.

    Columns ``fibre``, ``other`` (rows of the options, −1 for none), ``fibre_minor``, ``other_minor`` (0 for none),
    ``must`` (fibre has to serve it: its project says so, or nothing else may).
    """
    options = prices.options[["site", "technology"]].copy()
    options["minor"] = to_minor(prices.option_present_by_year[:, 0])
    if toll_minor is not None:
        options["minor"] += toll_minor
    options["row"] = np.arange(len(options))
    is_fibre = options["technology"].isin(networked)
    fibre = options[is_fibre].sort_values(["site", "minor", "row"]).drop_duplicates("site").set_index("site")
    other = options[~is_fibre].sort_values(["site", "minor", "row"]).drop_duplicates("site").set_index("site")
    every = pd.RangeIndex(sites)
    choice = pd.DataFrame(
        {
            "fibre": fibre["row"].reindex(every, fill_value=-1),
            "other": other["row"].reindex(every, fill_value=-1),
            "fibre_minor": fibre["minor"].reindex(every, fill_value=0),
            "other_minor": other["minor"].reindex(every, fill_value=0),
        }
    )
    choice["must"] = prices.site_fibre_mandatory | ((choice["fibre"] >= 0) & (choice["other"] < 0))
    return choice


def node_prizes(graph: RouteGraph, choice: pd.DataFrame) -> Longs:
    """Prize of every node: the gains of fibre at its sites, together; FORCED where one must have it."""
    gain = np.where(choice["fibre"] >= 0, np.maximum(choice["other_minor"] - choice["fibre_minor"], 0), 0)
    joined = graph.site_node >= 0
    prizes = np.zeros(len(graph.nodes), dtype=np.int64)
    np.add.at(prizes, graph.site_node[joined], gain[joined])
    prizes[graph.site_node[joined & choice["must"].to_numpy()]] = FORCED
    return prizes
