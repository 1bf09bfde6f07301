"""How far every site's traffic travels to its source, and how long that takes beside the access itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.appraising.tables import Decided
from karez.kernels.trees import sum_above
from karez.units import METRES_PER_KM

US_PER_MS = 1_000.0
BOTH_WAYS = 2.0
RADIO_US_PER_KM = 1.0003 / 0.299792458
"""One-way delay of radio: the refractive index of air over the speed of light."""


def latency(decided: Decided, access_ms: pd.Series[float]) -> pd.DataFrame:
    """Way over the designed tree to the source, and round trip over it, of every site as it is served.

    The round trip is the technology's latency, which counts the access, and the time that light takes along the cables
    and hops to the source and back; of a site without the network it is the technology's alone. Nothing is added for
    equipment on the way or for load. Where the backbone has rings, the way is that of the tree.

    Parameters
    ----------
    decided : Decided
        What was decided.
    access_ms : Series[float]
        Latency of every site's technology (NaN if unserved), see :func:`karez.appraising.next_best.next_best`.

    Returns
    -------
    DataFrame
        One row per site: ``route_km`` (NaN without the network, or unserved), ``round_trip_ms`` (NaN if unserved).
    """
    programme, tree = decided.inputs.programme, decided.design.tree
    spans = decided.graph.spans
    km = np.append(spans["length_m"].to_numpy(np.float64), 0.0) / METRES_PER_KM
    by_radio = np.append((spans["method"] == "microwave").to_numpy(), False)
    us_per_km = np.where(by_radio, RADIO_US_PER_KM, programme.computing.fibre_us_per_km)
    own = np.maximum(tree.span, -1)  # a source's connection, below −1, has no length
    route_km = np.append(sum_above(tree.parent, km[own]), np.nan)
    way_us = np.append(sum_above(tree.parent, (km * us_per_km)[own]), np.nan)
    over = np.isin(decided.technology, programme.networked) & (decided.design.site_element >= 0)
    element = np.where(over, decided.design.site_element, -1)
    way_ms = np.where(over, BOTH_WAYS * way_us[element] / US_PER_MS, 0.0)
    round_trip_ms = access_ms.to_numpy(np.float64) + way_ms
    return pd.DataFrame({"route_km": route_km[element], "round_trip_ms": round_trip_ms}, index=access_ms.index)
