"""The nouns of a design at street level: what is read, the graph, the design."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.errors import Fault
from karez.model.certificate import Certificate
from karez.model.note import Note
from karez.model.street_rules import StreetRules

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


SPAN_COLUMNS = ("id", "role", "factor", "price_per_m", "free_cables", "free_fibres", "file", "layer", "row")
"""Columns of what the planner says of stretches of street."""
THROUGH = ("duct", "existing")
"""Methods whose passage under a railway, a motorway or a river is there already."""


def no_rows(columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return a table without rows, in WGS 84."""
    return gpd.GeoDataFrame({name: np.empty(0, object) for name in columns}, geometry=[], crs=4326)


@dataclass(frozen=True)
class StreetInputs:
    """What a map says of an area. All geometry is WGS 84, rows are sorted by ``id``.

    Parameters
    ----------
    name : str
        Name of the area: that of the map file.
    rules : StreetRules
        The settings.
    ways : GeoDataFrame
        LineStrings along which cable may run: ``id``, ``kind`` (value of `highway`, or of the planner's layer),
        ``surface``, ``method``, ``name``.
    premises : GeoDataFrame
        Polygons or points: ``id``, ``kind``, ``dwellings`` (≥ 1), ``rule`` (how they were counted).
    barriers : GeoDataFrame
        LineStrings that cost a crossing: ``id``, ``kind`` (``railway``, ``motorway``, ``water``).
    offices : GeoDataFrame
        Points of central offices that are given: ``id``, ``name``; may be empty, then they are sited.
    cabinets : GeoDataFrame
        Points of cabinets that are given: ``id``, ``ports`` (0: of any size there is); may be empty.
    spans : GeoDataFrame
        What the planner says of stretches of street, LineStrings, of ``forbidden`` ground Polygons, of ``poles``
        LineStrings or Points: ``id``, ``role`` (``preferred``, ``forbidden``, ``built``, ``ducts``, ``poles``),
        ``factor`` (of preferred ones), ``price_per_m``, ``free_cables``, ``free_fibres`` (what it still takes; NaN
        where nothing is said, which is any number), ``file``, ``layer``, ``row`` (for faults).
    parcels : GeoDataFrame
        Polygons of plots: ``id``; may be empty.
    lock_faults : tuple[Fault, ...]
        Faults of the planner's word that reading found; ``routing`` raises them with those that only the streets show.
    notes : tuple[Note, ...]
        What was left out or mended (rule 9).
    hashes : dict[str, str]
        SHA-256 of every file read.
    attribution : str
        Whose data it is, as it must be shown.
    """

    name: str
    rules: StreetRules
    ways: gpd.GeoDataFrame
    premises: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    offices: gpd.GeoDataFrame
    cabinets: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame = field(default_factory=lambda: no_rows(SPAN_COLUMNS))
    parcels: gpd.GeoDataFrame = field(default_factory=lambda: no_rows(("id",)))
    lock_faults: tuple[Fault, ...] = ()
    notes: tuple[Note, ...] = ()
    hashes: dict[str, str] = field(default_factory=dict)
    attribution: str = ""


@dataclass(frozen=True)
class StreetGraph:
    """Where a trench may run, measured; node and run numbers are rows of the tables.

    Parameters
    ----------
    nodes : GeoDataFrame
        Points: ``id``, ``kind`` (``junction``, ``foot`` of a drop, ``side`` of a street, ``premises``), ``may_hold``
        (whether plant may stand there).
    runs : GeoDataFrame
        LineStrings from ``start`` to ``end`` (int32): ``id``, ``length_m``, ``kind`` (``street``, ``crossing``,
        ``drop``), ``surface``, ``method`` (as in the rules, or ``existing``), ``per_m`` (its price, cable apart),
        ``other_method``, ``other_per_m`` (what is dug instead once it is full; empty and NaN where it has room for
        all), ``free_cables``, ``free_fibres`` (that it takes; infinite where it takes all), ``factor`` (on its price
        where trenches are compared, below 1 where it is preferred), ``lock`` (id of the planner's span that the method
        is from), ``crossings`` (barriers passed), ``way`` (id of the way).
    premises_node : int32[premises]
        Node of every premises; −1 where it was refused.
    refusal : object[premises]
        Why a premises was refused; empty where it was not.
    office_node, cabinet_node : int32
        Nodes of given offices and cabinets; −1 where they are too far from every street.
    notes : tuple[Note, ...]
        What was mended or left out.
    """

    nodes: gpd.GeoDataFrame
    runs: gpd.GeoDataFrame
    premises_node: Ints
    refusal: npt.NDArray[np.object_]
    office_node: Ints
    cabinet_node: Ints
    notes: tuple[Note, ...] = ()

    @property
    def given_offices(self) -> Ints:
        """Nodes of the given offices that a street leads to, each once, ascending."""
        return np.unique(self.office_node[self.office_node >= 0]).astype(np.int32)


@dataclass(frozen=True)
class Trench:
    """The trench as a forest, parents before children.

    Parameters
    ----------
    node : int32[places]
        Node of the graph at each place of the forest.
    parent : int32[places]
        Place towards the office; −1 for an office.
    run : int32[places]
        Run of the graph to the parent; −1 for an office.
    length_m : float64[places]
        Length of that run.
    """

    node: Ints
    parent: Ints
    run: Ints
    length_m: Floats


@dataclass(frozen=True)
class StreetDesign:
    """A network to every premises that can be reached. Tables have a RangeIndex; numbers refer to their rows.

    Parameters
    ----------
    trench : Trench
        Where is dug.
    premises : DataFrame
        One row a premises of the inputs: ``place`` (of the trench; −1 unreached), ``cabinet``, ``closure``, ``office``
        (rows; −1 if none), ``drop_m``, ``distribution_m`` (cabinet to home along the trench), ``feeder_m``,
        ``loss_db``, ``budget_db``, ``reason`` (why unreached; else empty), ``port`` (number of the office's port, from
        1; −1 if none; of a building with more dwellings than a closure takes, that of the last ones).
    cabinets : DataFrame
        ``place``, ``office``, ``ports`` (size), ``dwellings``, ``units`` (that it feeds), ``splitters``, ``feeder_m``,
        ``given`` (row of the given cabinet that it is; −1), ``first_port`` (of the office; its splitters take those
        that follow).
    closures : DataFrame
        ``place``, ``cabinet``, ``dwellings``, ``first_output`` (of the cabinet's splitters, from 1; those that follow
        are the closure's as well); splitters of the second stage where there are two, else branches.
    offices : DataFrame
        ``place``, ``dwellings``, ``ports``.
    cables : DataFrame
        ``place`` (the run to its parent), ``tier`` (``feeder``, ``distribution``, ``drop``), ``cabinet``, ``fibres``
        (that are used), ``size`` (of the cable), ``count`` (cables side by side), ``length_m``.
    bill : DataFrame
        ``item``, ``unit``, ``quantity``, ``price``, ``amount``, ``cabinet``, ``office``: what it adds up from.
    certificates : tuple[Certificate, ...]
        ``trench``: least cost of trench and smallest cable. ``street``: least cost of the whole network.
    moats : DataFrame
        ``node``, ``radius``: dual solution of the trench on the graph of all runs, every drop dearer by a constant so
        that each premises uses one; see ``Certified``.
    moat_root : int
        Node that these moats never reach; one beyond the graph's where there are ``moat_sources``.
    moat_sources : tuple[int, ...]
        Nodes of given offices, which hang on that root at no cost; where one premises is all, the feet of its drops.
    full_runs : tuple[int, ...]
        Runs of the graph whose duct, poles or built trench do not take all cables: the other method is paid there.
    kept : tuple[str, ...]
        For every given cabinet, why it is not used; empty where it is.
    notes : tuple[Note, ...]
        What a reader must know.
    """

    trench: Trench
    premises: pd.DataFrame
    cabinets: pd.DataFrame
    closures: pd.DataFrame
    offices: pd.DataFrame
    cables: pd.DataFrame
    bill: pd.DataFrame
    certificates: tuple[Certificate, ...]
    moats: pd.DataFrame
    moat_root: int
    moat_sources: tuple[int, ...] = ()
    full_runs: tuple[int, ...] = ()
    kept: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
