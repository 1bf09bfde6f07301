"""Which cables run in the trench: feeder, distribution and drops, in the sizes there are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.designing.street.areas import Areas, ports_for
from karez.kernels.forest import sum_up
from karez.model.street import Floats, Trench
from karez.model.street_rules import Network, Prices

Longs = npt.NDArray[np.int64]
COLUMNS = ["place", "tier", "cabinet", "fibres", "size", "count", "length_m"]


def feeder_fibres(trench: Trench, cabinets: Areas, feeds: Longs) -> Longs:
    """Fibres of the feeder on the run from every place to its parent."""
    amount = np.zeros(len(trench.node))
    np.add.at(amount, cabinets.place, feeds)
    return np.rint(sum_up(trench.parent, amount)).astype(np.int64)


def lay_cables(trench: Trench, network: Network, closures: Areas, cabinets: Areas, feeds: Longs) -> pd.DataFrame:
    """Cables on every run, see ``StreetDesign.cables``.

    A feeder is one cable for all cabinets behind it; every cabinet has distribution cables of its own, spare fibres
    included; every dwelling has a drop cable of one fibre.
    """
    run = trench.run >= 0
    feeder = feeder_fibres(trench, cabinets, feeds)
    parts = [
        _tier("feeder", np.flatnonzero(run & (feeder > 0)), feeder, np.full(len(feeder), -1, np.int32), network),
        _tier(
            "distribution",
            np.flatnonzero(run & (cabinets.units > 0)),
            ports_for(network, cabinets.units),
            cabinets.unit_holder,
            network,
        ),
        _drops(np.flatnonzero(run & (closures.units > 0)), closures),
    ]
    table = pd.concat(parts, ignore_index=True)
    table["length_m"] = trench.length_m[table["place"].to_numpy()]
    return table[COLUMNS]


def _tier(
    name: str, place: npt.NDArray[np.intp], fibres: Longs, cabinet: npt.NDArray[np.int32], network: Network
) -> pd.DataFrame:
    size, count = fit(fibres[place], network)
    return pd.DataFrame(
        {"place": place, "tier": name, "cabinet": cabinet[place], "fibres": fibres[place], "size": size, "count": count}
    )


def _drops(place: npt.NDArray[np.intp], closures: Areas) -> pd.DataFrame:
    units = closures.units[place]
    return pd.DataFrame({"place": place, "tier": "drop", "cabinet": -1, "fibres": units, "size": 1, "count": units})


def fit(fibres: Longs, network: Network) -> tuple[Longs, Longs]:
    """Smallest cable that holds so many fibres; where the largest does not, as many of it as do.

    >>> fit(np.array([1, 24, 25, 600]), Network())
    (array([ 12,  24,  48, 288]), array([1, 1, 1, 3]))
    """
    sizes = np.array(network.cable_fibres, np.int64)
    count = np.maximum(-(-fibres // sizes[-1]), 1)
    size = np.where(count > 1, sizes[-1], sizes[np.minimum(np.searchsorted(sizes, fibres), len(sizes) - 1)])
    return size, count


def cable_price(table: pd.DataFrame, prices: Prices) -> Floats:
    """Price of every row of cables, currency."""
    per_m = prices.cable_per_m + prices.fibre_per_m * table["size"].to_numpy(np.float64)
    return np.asarray(per_m * table["count"].to_numpy() * table["length_m"].to_numpy())
