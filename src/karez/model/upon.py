"""What a finished run makes of the candidates: for studies beside the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Upon:
    """Spans that are built and how sites are served.

    Parameters
    ----------
    built : bool[spans]
        Candidate spans that the run builds in any year.
    technology : object[sites]
        How it serves each site; ``unserved`` also where it does not have it.
    latency_ms : float64[sites]
        Round trip that the service of each site has of itself; NaN where there is none.
    year : float64[sites]
        Calendar year from whose end it serves each site; NaN where it does not.
    """

    built: npt.NDArray[np.bool_]
    technology: npt.NDArray[np.object_]
    latency_ms: npt.NDArray[np.float64]
    year: npt.NDArray[np.float64]
