"""Which port of its office, and which output of its cabinet, everything hangs on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.designing.street.areas import closure_size
from karez.model.street_rules import Network

Longs = npt.NDArray[np.int64]


def with_ports(
    network: Network, premises: pd.DataFrame, cabinets: pd.DataFrame, closures: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Number ports of offices and outputs of cabinets, one after the other.

    The splitters of a cabinet take ports of the office that follow each other, its closures outputs that do: one
    splitter is filled before the next is begun, so that ports stay dark as long as they can.

    Parameters
    ----------
    network : Network
        Split ratios.
    premises, cabinets, closures : DataFrame
        As in :class:`karez.model.street.StreetDesign`, without ports.

    Returns
    -------
    premises, cabinets, closures : DataFrame
        With ``port``, ``first_port`` and ``first_output``.
    """
    outputs = network.split[0]
    two = len(network.split) > 1
    cabinets = cabinets.assign(first_port=_before(cabinets["splitters"], cabinets["office"]) + 1)
    unit = pd.Series(np.ones(len(closures), np.int64)) if two else closures["dwellings"]
    closures = closures.assign(first_output=_before(unit, closures["cabinet"]) + 1)
    served = np.flatnonzero(premises["closure"].to_numpy() >= 0)
    closure = premises["closure"].to_numpy()[served]
    inside = np.zeros(len(served), np.int64)
    if not two:
        # Of a building with whole closures of its own, what is left over hangs on the last one.
        most = closure_size(network)
        last = (premises["dwellings"].to_numpy(np.int64)[served] - 1) % most + 1
        inside = _before(pd.Series(last), pd.Series(closure))
    output = closures["first_output"].to_numpy()[closure] - 1 + inside
    port = np.full(len(premises), -1, np.int64)
    first = cabinets["first_port"].to_numpy()[closures["cabinet"].to_numpy()[closure]]
    port[served] = first + output // outputs
    return premises.assign(port=port), cabinets, closures


def _before(amount: pd.Series, of: pd.Series) -> Longs:
    """Sum of what stands in rows before, of the same holder: int64[rows]."""
    amount = amount.reset_index(drop=True).astype(np.int64)
    return np.asarray(amount.groupby(of.to_numpy()).cumsum() - amount, np.int64)
