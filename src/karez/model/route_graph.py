"""The measured candidate graph: every place fibre could run, before any money is put on it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from karez.model.note import Note
from karez.model.radio import RadioGraph

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class RouteGraph:
    """Nodes and candidate spans; node and span numbers are row numbers of the tables.

    Parameters
    ----------
    nodes : GeoDataFrame
        Points (EPSG:4326), columns ``id`` (text, made from the coordinates), ``name``, ``kind``
        (``source``, ``place``, ``junction``, ``join``, ``mast``).
    spans : GeoDataFrame
        LineStrings (EPSG:4326) from ``start`` to ``end``; columns ``id``, ``start``, ``end`` (int32 node
        numbers), ``length_m``, ``geometry_length_m``, ``ground``, ``method``, ``tier`` (``access`` or
        ``lead_in``), ``layer``.
    site_node : int32[sites]
        Node of each site; −1 where it was refused.
    site_refusal : object[sites]
        Why a site was refused, in words; empty where it was not.
    source_node : int32[sources]
        Node of each source.
    notes : tuple[Note, ...]
        What was mended: contracted edges, snapped ends, refused lead-ins, parts that reach no source.
    radio : RadioGraph | None
        What its spans of the methods ``microwave`` and ``mast`` are; None where hops are no edges.
    """

    nodes: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    site_node: Ints
    site_refusal: npt.NDArray[np.object_]
    source_node: Ints
    notes: tuple[Note, ...] = ()
    radio: RadioGraph | None = None

    @property
    def unbound(self) -> npt.NDArray[np.int64]:
        """Spans that designs may use and that are not in the graph of bounds, by number; see :class:`RadioGraph`."""
        if self.radio is None:
            return np.empty(0, np.int64)
        links = self.radio.links
        return np.asarray(links["span"].to_numpy(np.int64)[~links["bound"].to_numpy(bool)])
