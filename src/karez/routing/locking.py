"""The planner's word upon the streets: what is forbidden, preferred, there already; and where it contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from karez.errors import Fault
from karez.model.note import Note
from karez.model.street import StreetInputs
from karez.routing.alongside import Flags, Stretches, find_stretches, fronts_along
from karez.routing.lines import Floats, Indices, Metric
from karez.routing.methods import choose_methods
from karez.routing.noding import Edges, renumber

Shapes = npt.NDArray[np.object_]

SNAP_M = 0.5
HARDLY_M = 50.0
"""Given plant goes to the longest part of the streets if that is no further than this beyond the nearest street."""
PLANT_MAX_M = 500.0
"""A given office or cabinet further than this from every street stands outside the area."""


@dataclass(frozen=True)
class Locked:
    """Streets that know what the planner says of them.

    Parameters
    ----------
    edges : Edges
        Streets along which cable may run, cut where the planner's spans begin and end. Their table has what
        :func:`karez.routing.methods.choose_methods` adds, and ``factor``.
    before : Edges
        All streets, cut alike, the forbidden ones among them.
    forbidden : bool[streets of before]
        Whether nothing may run there.
    faults : tuple[Fault, ...]
        Contradictions.
    notes : tuple[Note, ...]
        What is not used.
    """

    edges: Edges
    before: Edges
    forbidden: Flags
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]


def lock_streets(edges: Edges, metric: Metric, inputs: StreetInputs, outlines: Shapes) -> Locked:
    """Cut streets at the planner's spans, choose their methods, take out what is forbidden.

    Parameters
    ----------
    edges : Edges
        Streets with ``ground`` (surface), ``layer`` (``both`` where either side counts, ``barred`` where the rules
        forbid them).
    metric : Metric
        The plane.
    inputs : StreetInputs
        Rules and spans.
    outlines : object[premises]
        Premises in the plane.
    """
    spans, rules = inputs.spans, inputs.rules
    shapes = np.asarray(shapely.transform(spans.geometry.to_numpy(), metric.plane), dtype=object)
    found = find_stretches(edges.lines.shapes(plane=True), shapes, rules.locks.within_m, rules.methods.pole_span_m)
    before, stretch, piece = _cut(edges, metric, found)
    role = spans["role"].to_numpy(dtype=object)[found.shape[stretch]]
    table = before.lines.table
    forbidden = (table["layer"] == "barred").to_numpy(dtype=np.bool_, copy=True)
    forbidden[piece[role == "forbidden"]] = True
    factor = np.ones(len(table))
    wanted = role == "preferred"
    given = spans["factor"].to_numpy(np.float64)[found.shape[stretch[wanted]]]
    np.minimum.at(factor, piece[wanted], np.where(np.isnan(given), rules.locks.preferred_factor, given))
    table["factor"] = factor
    fronts = np.zeros(len(table))
    if any("facade" in getattr(rules.methods, surface) for surface in ("carriageway", "paved")):
        fronts = fronts_along(before.lines.shapes(plane=True), outlines, rules.methods.facade_within_m)
    choose_methods(table, rules, spans, found.shape[stretch], piece, found.left[stretch], fronts)
    faults = tuple(_contradictions(spans, found.shape[stretch], piece, forbidden))
    kept = Edges(before.lines.select(~forbidden), before.start[~forbidden], before.end[~forbidden], before.nodes)
    return Locked(kept, before, forbidden, faults, tuple(_notes(spans, found, before, forbidden)))


def _cut(edges: Edges, metric: Metric, found: Stretches) -> tuple[Edges, Indices, Indices]:
    """Streets cut at the ends of stretches; pairs of a stretch and a piece that it covers."""
    line, at = np.concatenate([found.street] * 2), np.concatenate([found.low, found.high])
    pieces, parent = edges.lines.cut(line, at, metric, SNAP_M)
    cut = renumber(pieces, edges) if len(pieces) > len(edges.lines) else edges
    first = np.searchsorted(parent, np.arange(len(edges.lines) + 1))
    length = pieces.plane_length
    end = np.cumsum(length)
    middle = end - length / 2 - np.concatenate([[0.0], end])[first[parent]]
    count = (first[1:] - first[:-1])[found.street]
    stretch = np.repeat(np.arange(len(found.street)), count)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    piece = first[found.street][stretch] + offset
    inside = (middle[piece] >= found.low[stretch]) & (middle[piece] <= found.high[stretch])
    return cut, stretch[inside], piece[inside]


def _contradictions(spans: gpd.GeoDataFrame, shape: Indices, piece: Indices, forbidden: Flags) -> Iterator[Fault]:
    """Stretches that are preferred or built, and forbidden by another row."""
    role = spans["role"].to_numpy(dtype=object)[shape]
    by_piece = dict(zip(piece[role == "forbidden"].tolist(), shape[role == "forbidden"].tolist(), strict=True))
    told = set()
    for name in ("preferred", "built"):
        for row, at in zip(shape[role == name].tolist(), piece[role == name].tolist(), strict=True):
            other = by_piece.get(at)
            if not forbidden[at] or (row, other) in told:
                continue
            told.add((row, other))
            one = spans.iloc[row]
            who = "the rules (streets.forbidden)" if other is None else _named(spans.iloc[other])
            problem = f"the span is {name}, and forbidden by {who}"
            yield _fault(one, problem, "Shorten or remove one of the two")


def _named(row: object) -> str:
    return f"row {row['row']} of layer {row['layer']} (id {row['id']})"  # type: ignore[index]


def _fault(row: object, problem: str, remedy: str) -> Fault:
    """A fault of a row that says where it stands."""
    assert hasattr(row, "__getitem__")
    return Fault(row["file"], row["layer"], str(row["row"]), "", f"{problem} (id {row['id']})", remedy)


def _notes(spans: gpd.GeoDataFrame, found: Stretches, before: Edges, forbidden: Flags) -> Iterator[Note]:
    role = spans["role"].to_numpy(dtype=object)
    lost = np.setdiff1d(np.flatnonzero(role != "poles"), found.shape)
    if len(lost):
        text = f"{len(lost)} of the planner's spans run along no street and are not used."
        yield Note("routing", text, len(lost), tuple(spans["id"].to_numpy()[lost]))
    if forbidden.any():
        km = float(before.lines.table["length_m"].to_numpy()[forbidden].sum()) / 1_000
        yield Note("routing", f"{km:.2f} km of street are forbidden: nothing runs along them, they may be crossed.")


def plant_faults(inputs: StreetInputs, locked: Locked, metric: Metric) -> Iterator[Fault]:
    """Given offices and cabinets that no design can keep.

    Those outside the area, on forbidden ground, at a forbidden street, where streets do not lead to the others, and cut
    off by what is forbidden.
    """
    offices = _spots(inputs.offices, metric)
    parts = _Parts(locked, offices)
    for table, what in ((inputs.offices, "office"), (inputs.cabinets, "cabinet")):
        grounded = dict(_on_ground(inputs, table, what))
        yield from grounded.values()
        spots = _spots(table, metric)
        for row, problem, remedy in parts.judge(spots, inputs.rules.locks.within_m, cabinets=what == "cabinet"):
            if row not in grounded:
                yield _fault(table.iloc[row], f"the {what} {problem}", remedy)


def _on_ground(inputs: StreetInputs, table: gpd.GeoDataFrame, what: str) -> Iterator[tuple[int, Fault]]:
    """Rows of plant on forbidden ground, and their faults."""
    spans = inputs.spans
    grounds = spans[(spans["role"] == "forbidden") & spans.geom_type.isin(("Polygon", "MultiPolygon")).to_numpy()]
    if grounds.empty or table.empty:
        return
    at, ground = shapely.STRtree(grounds.geometry.to_numpy()).query(table.geometry.to_numpy(), predicate="intersects")
    for row, other in zip(at.tolist(), ground.tolist(), strict=True):
        problem = f"the {what} stands on ground forbidden by {_named(grounds.iloc[other])}"
        yield row, _fault(table.iloc[row], problem, "Move it, or draw the ground smaller")


def _spots(table: gpd.GeoDataFrame, metric: Metric) -> Shapes:
    return np.asarray(shapely.transform(table.geometry.to_numpy(), metric.plane), dtype=object)


def parts_of(edges: Edges, spots: Shapes) -> tuple[Indices, int, Indices]:
    """Which part of the streets plant stands at.

    That of the nearest street; but the longest part, where that is hardly further: a yard that hangs on nothing beside
    an office does not make it an island.

    Parameters
    ----------
    edges : Edges
        Streets, one at least.
    spots : object[plant]
        Points in the plane.

    Returns
    -------
    int64[streets]
        Part of every street.
    int
        The longest part.
    int64[plant]
        Part of every point.
    """
    part = edges.parts()[edges.start]
    main = int(np.bincount(part, edges.lines.table["length_m"].to_numpy()).argmax())
    if not len(spots):
        return part, main, np.zeros(0, np.int64)
    shapes = edges.lines.shapes(plane=True)
    (_, line), far = shapely.STRtree(shapes).query_nearest(spots, return_distance=True, all_matches=False)
    _, far_main = shapely.STRtree(shapes[part == main]).query_nearest(spots, return_distance=True, all_matches=False)
    return part, main, np.where(far_main <= far + HARDLY_M, main, part[line])


class _Parts:
    """Which part of the streets given plant stands at, with and without what is forbidden."""

    def __init__(self, locked: Locked, offices: Shapes) -> None:
        self.locked = locked
        self.before = shapely.STRtree(locked.before.lines.shapes(plane=True))
        self.whole = parts_of(locked.before, offices)[1]
        self.after = shapely.STRtree(locked.edges.lines.shapes(plane=True)) if len(locked.edges.lines) else None
        self.main, self.fed = -1, set[int]()
        if self.after is not None:
            _, self.main, office = parts_of(locked.edges, offices)
            self.fed = set(office.tolist()) or {self.main}

    def judge(self, spots: Shapes, within_m: float, *, cabinets: bool) -> Iterator[tuple[int, str, str]]:
        """Row, problem and remedy of plant that cannot be kept."""
        if not len(spots):
            return
        nearest, far = self._nearest(self.before, spots)
        for row in range(len(spots)):
            if far[row] > PLANT_MAX_M:
                problem = f"stands {far[row]:.0f} m from every street, outside the area"
                yield row, problem, f"Move it within {PLANT_MAX_M:g} m of a street"
        if self.after is None:
            return
        _, far_now = self._nearest(self.after, spots)
        now, before = parts_of(self.locked.edges, spots)[2], parts_of(self.locked.before, spots)[2]
        for row in range(len(spots)):
            if far[row] > PLANT_MAX_M:
                continue
            part, whole = int(now[row]), int(before[row])
            if self.locked.forbidden[nearest[row]] and far_now[row] > max(within_m, far[row] + within_m / 2):
                yield row, "stands at a street that is forbidden", "Move it to another street, or allow this one"
            elif cabinets and part not in self.fed:
                reason = "forbidden spans cut it off" if whole == self.whole else "its streets do not lead there"
                remedy = "Allow a span that leads there" if whole == self.whole else "Move it, or give an office there"
                yield row, f"cannot be reached from an office: {reason}", remedy
            elif not cabinets and part != self.main and whole == self.whole:
                yield row, "is cut off from the other streets by forbidden spans", "Allow a span that leads there"

    @staticmethod
    def _nearest(tree: shapely.STRtree, spots: Shapes) -> tuple[Indices, Floats]:
        (_, line), far = tree.query_nearest(spots, return_distance=True, all_matches=False)
        return line, far
