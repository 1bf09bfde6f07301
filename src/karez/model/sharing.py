"""Capacity that many sites share: which ways to serve a site draw on which cell of which service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SHARED = "shared"
"""Kind of the constraints ``shared:<service>:<cell>``."""


@dataclass(frozen=True)
class Sharing:
    """Cells that could overflow: all sites of one together demand more than its service can sell there.

    Parameters
    ----------
    cells : tuple[str, ...]
        ``<service>:<cell>``, sorted.
    limit_mbps : float64[cells]
        What can be sold.
    option_cell : int32[options]
        Cell that each row of ``Prices.options`` draws on; −1 if none, or one that cannot overflow.
    """

    cells: tuple[str, ...]
    limit_mbps: npt.NDArray[np.float64]
    option_cell: npt.NDArray[np.int32]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the constraints, by cell."""
        return tuple(f"{SHARED}:{cell}" for cell in self.cells)
