"""A danger that lies over a region, as a layer says it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karez.model.inputs import Relief


@dataclass(frozen=True)
class HazardLayer:
    """Polygons of events, or a raster of probabilities.

    Parameters
    ----------
    name : str
        File and layer it is from.
    polygons : object[k]
        Polygons in WGS 84; none for a raster.
    event : object[k]
        Event of each polygon: polygons of one event come together.
    probability : float64[k]
        Probability a year of the event.
    words : object[k]
        What the polygon says of itself, such as ``modelled``.
    raster : Relief | None
        Probability a year, cell by cell, each cell by itself.
    """

    name: str
    polygons: npt.NDArray[np.object_]
    event: npt.NDArray[np.object_]
    probability: npt.NDArray[np.float64]
    words: npt.NDArray[np.object_]
    raster: Relief | None = None

    @property
    def is_modelled(self) -> bool:
        """Whether the layer says of itself that it is modelled, not surveyed."""
        return any("model" in str(word).lower() for word in self.words)
