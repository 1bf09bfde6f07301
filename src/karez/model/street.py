"""The nouns of a design at street level: what is read, the graph, the design."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.certificate import Certificate
from karez.model.note import Note
from karez.model.street_rules import StreetRules

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


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
        Points of cabinets that are given: ``id``; may be empty.
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
        ``drop``), ``surface``, ``method``, ``crossings`` (barriers passed), ``way`` (id of the way).
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
        ``loss_db``, ``budget_db``, ``port`` (number of the office's port), ``reason`` (why unreached; else empty).
    cabinets : DataFrame
        ``place``, ``office``, ``ports`` (size), ``dwellings``, ``splitters``, ``feeder_fibres``.
    closures : DataFrame
        ``place``, ``cabinet``, ``dwellings``; splitters of the second stage where there are two, else branches.
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
        Node that these moats never reach; one beyond the graph's where offices are given.
    moat_sources : tuple[int, ...]
        Nodes of given offices, which hang on that root at no cost.
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
    notes: tuple[Note, ...] = ()
