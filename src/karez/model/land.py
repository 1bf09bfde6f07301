"""Land with devices on it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class DeviceLand:
    """Polygons with a density of devices.

    Parameters
    ----------
    name : object[k]
        What each is called.
    shapes : object[k]
        Polygons in WGS 84.
    devices_per_km2 : float64[k]
        Density.
    rule : str
        How the land was derived; empty where polygons were given.
    hashes : dict[str, str]
        SHA-256 of the file it is from.
    """

    name: npt.NDArray[np.object_]
    shapes: npt.NDArray[np.object_]
    devices_per_km2: npt.NDArray[np.float64]
    rule: str = ""
    hashes: dict[str, str] = field(default_factory=dict)
