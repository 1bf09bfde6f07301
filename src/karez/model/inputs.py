"""What ``reading`` hands on: a project folder, whole and without a fault."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from karez.model.catalogue import Catalogue
from karez.model.note import Note
from karez.model.programme import Programme
from karez.model.radio_rules import RadioRules
from karez.model.settlements import SettlementDesign, SettlementMap
from karez.units import METRES_PER_DEGREE


@dataclass(frozen=True)
class Relief:
    """An elevation raster in WGS 84, row 0 in the north.

    Parameters
    ----------
    elevation_m : float32[rows, columns]
        Metres above sea; NaN where there is none.
    west, north : float
        Longitude and latitude of the outer corner of the first cell, in degrees.
    step_lon, step_lat : float
        Size of a cell in degrees, both positive.
    """

    elevation_m: npt.NDArray[np.float32]
    west: float
    north: float
    step_lon: float
    step_lat: float

    @property
    def cell_m(self) -> tuple[float, float]:
        """Shorter and longer side of a cell in the middle of the raster, in metres."""
        middle = np.radians(self.north - self.elevation_m.shape[0] * self.step_lat / 2)
        sides = (METRES_PER_DEGREE * self.step_lat, METRES_PER_DEGREE * self.step_lon * float(np.cos(middle)))
        return min(sides), max(sides)

    @property
    def sample_m(self) -> float:
        """How far apart a profile over it is sampled, in metres: twice a cell."""
        return self.cell_m[0] / 2.0


@dataclass(frozen=True)
class Inputs:
    """A project folder as nouns. All geometry is WGS 84 (EPSG:4326), tables have a RangeIndex.

    Columns are those of :mod:`karez.model.attributes`; rows are sorted by ``id``, so that results do not hang
    on the order of a file.

    Parameters
    ----------
    programme : Programme
        The settings.
    catalogue : Catalogue
        Unit costs as read.
    sites : GeoDataFrame
        Points, see ``attributes.SITES``.
    areas : GeoDataFrame
        Polygons, see ``attributes.AREAS``.
    sources : GeoDataFrame
        Points, see ``attributes.SOURCES``; lit existing nodes are among them.
    routes : GeoDataFrame
        Simple LineStrings, see ``attributes.ROUTES``; existing spans are among them with method ``existing``.
    relief : Relief | None
        Elevation, where the project has it.
    towers : GeoDataFrame | None
        Points, see ``attributes.TOWERS``, where the project has them.
    notes : tuple[Note, ...]
        What was mended while reading.
    hashes : dict[str, str]
        SHA-256 of every file read, by its path inside the folder.
    attributions : str
        Text of ``SOURCES.md``.
    maps : tuple[SettlementMap, ...]
        Settlements that are still to be designed street by street, sorted by place; nothing is priced before that.
    settlements : tuple[SettlementDesign, ...]
        Those that are designed; the catalogue has their items.
    """

    programme: Programme
    catalogue: Catalogue
    sites: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    sources: gpd.GeoDataFrame
    routes: gpd.GeoDataFrame
    relief: Relief | None = None
    towers: gpd.GeoDataFrame | None = None
    notes: tuple[Note, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)
    attributions: str = ""
    maps: tuple[SettlementMap, ...] = ()
    settlements: tuple[SettlementDesign, ...] = ()

    def by_cable(self) -> Inputs:
        """The same without hops, for what is about cables alone."""
        return replace(self, programme=self.programme.model_copy(update={"radio": RadioRules()}))

    def by_density(self) -> Inputs:
        """The same without maps that are still to be designed, for what prices no homes."""
        return replace(self, maps=())
