"""Why a site gets what it gets, in words (rule 5)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.inputs import Inputs
from karez.model.route_graph import RouteGraph
from karez.units import from_minor


def reasons(
    inputs: Inputs,
    graph: RouteGraph,
    choice: pd.DataFrame,
    technology: npt.NDArray[np.object_],
    join_minor: npt.NDArray[np.float64],
) -> npt.NDArray[np.object_]:
    """Write the reason of every site's designed technology.

    Parameters
    ----------
    inputs : Inputs
        For the currency.
    graph : RouteGraph
        For refused lead-ins.
    choice : DataFrame
        Fibre and best alternative of every site, with present costs.
    technology : object[sites]
        What was decided.
    join_minor : float64[nodes + 1]
        What joining each node to the network would cost, in minor units.
    """
    currency, networked = inputs.programme.agreement.currency, inputs.programme.networked
    saved = choice["other_minor"].to_numpy() - choice["fibre_minor"].to_numpy()
    to_join = np.where(graph.site_node >= 0, join_minor[graph.site_node], np.inf)
    refusal = graph.site_refusal
    words = np.empty(len(technology), dtype=object)
    for i, (answer, must, has_fibre) in enumerate(zip(technology, choice["must"], choice["fibre"] >= 0, strict=True)):
        if answer in networked:
            words[i] = (
                "fibre is required: nothing else may serve it"
                if must
                else f"fibre costs {_money(saved[i], currency)} less here than the next best, spans apart"
            )
        elif answer == "unserved":
            words[i] = f"no route: {refusal[i]}" if refusal[i] else "excluded: no technology may serve it"
        elif not has_fibre:
            words[i] = "fibre may not serve it; cheapest of the rest"
        elif refusal[i]:
            words[i] = f"no route for fibre: {refusal[i]}"
        elif saved[i] <= 0:
            words[i] = f"{_money(-saved[i], currency)} cheaper than fibre's local network alone"
        else:
            words[i] = f"{_money(max(to_join[i] - saved[i], 0.0), currency)} cheaper than joining it to fibre alone"
    return words


def _money(minor: float, currency: str) -> str:
    """Money for a sentence, in present cost.

    >>> _money(123456789.0, "CNY")
    '1.23 M CNY'
    >>> _money(4567800.0, "CNY")
    '45.7 k CNY'
    """
    money = float(from_minor(round(minor)))
    for size, symbol in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(money) >= size:
            return f"{money / size:.3g} {symbol} {currency}"
    return f"{money:.0f} {currency}"
