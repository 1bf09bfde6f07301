"""Traffic of the hubs, on its working and protection ways over a backbone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

LOAD_COLUMNS = ("hub", "name", "sites", "households", "mbps", "ways")
WAY_COLUMNS = ("id", "hub", "name", "way", "source", "mbps", "length_km", "shared_km")


@dataclass(frozen=True)
class Traffic:
    """Busy-hour traffic of every hub, and the ways it takes to a source.

    Parameters
    ----------
    year : int
        Calendar year whose busy hour it is.
    hubs : DataFrame
        ``LOAD_COLUMNS``: a row for every node with hubs; `hub` is the id of the first of them, `sites` and
        `households` are those counted there, itself included; `ways` is 0 at a source, else 1 or 2.
    ways : GeoDataFrame
        ``WAY_COLUMNS``: `way` is ``working`` or ``protection``; `shared_km` is what it has in common with the other
        one, on roads that nothing doubles.
    edges : tuple[int32[…], ...]
        Edges of every way in the candidate network, from the hub on; those beyond the spans are connections of sources.
    start : int32[ways]
        Node of the hub of every way.
    working_mbps, protection_mbps : float64[edges]
        Load of every edge of the candidate network.
    at_sources_mbps : float
        Traffic of sites that are nearer to a source than to any hub: it loads no span here.
    unreached_mbps : float
        Traffic of sites that no route joins to a hub or a source.
    """

    year: int
    hubs: pd.DataFrame
    ways: gpd.GeoDataFrame
    edges: tuple[Ints, ...]
    start: Ints
    working_mbps: Floats
    protection_mbps: Floats
    at_sources_mbps: float
    unreached_mbps: float

    def summary(self) -> dict[str, Any]:
        """For ``backbone.json``."""
        ways = self.hubs["ways"]
        return {
            "year": self.year,
            "mbps": round(float(self.hubs["mbps"].sum()), 3),
            "at_sources_mbps": round(self.at_sources_mbps, 3),
            "unreached_mbps": round(self.unreached_mbps, 3),
            "hubs_by_ways": {str(count): int((ways == count).sum()) for count in (0, 1, 2)},
            "busiest_span_working_mbps": round(float(self.working_mbps.max(initial=0.0)), 3),
            "busiest_span_mbps": round(float((self.working_mbps + self.protection_mbps).max(initial=0.0)), 3),
        }
