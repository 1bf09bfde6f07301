"""From streets and premises to the measured graph of a street-level design.

A street is one run between junctions and feet of drops. One that drops may not cross (``both_sides``) is two, one on
either side, with a crossing at every foot; at a junction, each side meets the other streets over half a crossing.
What the planner says of streets is put upon them before: what is forbidden is no run, what is there is priced.
"""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.errors import DataFault, Fault
from karez.model.note import Note
from karez.model.street import StreetGraph, StreetInputs
from karez.model.street_rules import StreetRules
from karez.routing.barriers import count_crossings
from karez.routing.feet import Feet, find_feet
from karez.routing.lines import Floats, Indices, Lines, Metric
from karez.routing.locking import PLANT_MAX_M, lock_streets, parts_of, plant_faults
from karez.routing.merging import merge_chains
from karez.routing.methods import COLUMNS, upkeep
from karez.routing.noding import Edges, node
from karez.routing.parcels import MORE_WAYS, keep_off, wayleave_note

Progress = Callable[[float], None]
Flags = npt.NDArray[np.bool_]

SNAP_M = 0.5
"""Ends, and feet, closer than this are one."""
BARE = {"other_method": "", "other_per_m": np.nan, "free_cables": np.inf, "free_fibres": np.inf, "lock": ""}
"""Columns of a run of which the planner says nothing."""


def route_streets(inputs: StreetInputs, progress: Progress = lambda _: None) -> StreetGraph:
    """Make the graph of a street-level design.

    Parameters
    ----------
    inputs : StreetInputs
        Streets, premises, barriers, given plant.
    progress : callable
        Told the share of the work that is done.

    Returns
    -------
    StreetGraph
        Of the part of the streets that hangs together and that most of their length belongs to, and of the parts that
        hold a given office.

    Raises
    ------
    DataFault
        If the planner's word contradicts itself or the streets, or no premises is near enough to a street.
    """
    rules = inputs.rules
    lines, metric = _lines(inputs)
    edges, notes = node(lines, metric, SNAP_M, "none")
    edges = merge_chains(edges)
    progress(0.3)
    points = [_plane(inputs.premises, metric), _plane(inputs.offices, metric), _plane(inputs.cabinets, metric)]
    locked = lock_streets(edges, metric, inputs, points[0])
    edges, part_notes = _usable(locked.edges, points[1])
    faults = [*inputs.lock_faults, *locked.faults, *plant_faults(inputs, locked, metric)]
    shapes = edges.lines.shapes(plane=True)
    ways_in, limit_m = rules.streets.ways_in, rules.reach.drop_max_m
    feet, nearest = find_feet(shapes, points[0], ways_in + (MORE_WAYS if len(inputs.parcels) else 0), limit_m)
    faults += _nothing_near(inputs, nearest, limit_m)
    if faults:
        raise DataFault(faults)
    feet, stuck = keep_off(
        feet, shapes, points[0], inputs.parcels, rules.streets.ways_in, rules.reach.drop_max_m, metric
    )
    feet = _in_one_part(feet, edges)
    plant, _ = find_feet(shapes, np.concatenate(points[1:]), 1, PLANT_MAX_M)
    progress(0.6)
    built = _Builder(edges, metric, rules, feet, plant)
    nodes, runs = built.tables(inputs, points[0])
    runs["crossings"] = count_crossings(runs.geometry.to_numpy(), inputs.barriers, metric)
    progress(0.9)
    refusal = _refusals(nearest, limit_m)
    ids = inputs.premises["id"].to_numpy(dtype=object)
    notes += [*locked.notes, *part_notes, *_refused(ids, refusal), *wayleave_note(ids[stuck])]
    count = len(inputs.offices)
    return StreetGraph(
        nodes,
        runs,
        built.premises_node.astype(np.int32),
        refusal,
        built.plant_node[:count].astype(np.int32),
        built.plant_node[count:].astype(np.int32),
        tuple(notes),
    )


def _lines(inputs: StreetInputs) -> tuple[Lines, Metric]:
    """Streets as lines, geodesic lengths."""
    ways = inputs.ways
    lonlat, line = shapely.get_coordinates(ways.geometry.to_numpy(), return_index=True)
    metric = Metric(lonlat)
    first = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(ways)))])
    both = ways["kind"].isin(inputs.rules.streets.both_sides).to_numpy()
    if "sides" in ways:
        sides = ways["sides"].to_numpy(np.float64)
        both = np.where(np.isnan(sides), both, sides == 2)
    barred = ways["kind"].isin(inputs.rules.streets.forbidden).to_numpy()
    table = pd.DataFrame(
        {
            "length_m": 0.0,
            "method": "trench",
            "layer": np.select([barred, both], ["barred", "both"], "one").astype(object),
            "ground": ways["surface"].to_numpy(dtype=object),
            "way": ways["id"].to_numpy(dtype=object),
        }
    )
    lines = Lines(lonlat, metric.plane(lonlat), first, table)
    table["length_m"] = lines.geodesic_length()
    return lines, metric


def _plane(table: gpd.GeoDataFrame, metric: Metric) -> npt.NDArray[np.object_]:
    """Shapes in the plane."""
    return np.asarray(shapely.transform(table.geometry.to_numpy(), metric.plane), dtype=object)


def _usable(edges: Edges, offices: npt.NDArray[np.object_]) -> tuple[Edges, list[Note]]:
    """Return the longest part of the streets and those that hold a given office; a note on the rest."""
    if not len(edges.lines):
        return edges, []
    part, main, office_part = parts_of(edges, offices)
    kept = {main, *office_part.tolist()}
    keep = np.isin(part, sorted(kept))
    if keep.all():
        return edges, []
    lost = len(np.unique(part[~keep]))
    km = edges.lines.table["length_m"].to_numpy()[~keep].sum() / 1_000
    text = f"{lost} parts of the streets, {km:.1f} km in all, do not hang together with the others and were left out."
    return Edges(edges.lines.select(keep), edges.start[keep], edges.end[keep], edges.nodes), [
        Note("routing", text, lost)
    ]


def _in_one_part(feet: Feet, edges: Edges) -> Feet:
    """Leave out drops to another part of the streets than the nearest: no trench joins two parts through a building."""
    if not len(feet):
        return feet
    part = edges.parts()[edges.start][feet.line]
    nearest = np.searchsorted(feet.point, feet.point)
    return feet.select(part == part[nearest])


def _refusals(nearest: Floats, limit_m: float) -> npt.NDArray[np.object_]:
    """Why premises were refused; empty where they were not."""
    why = np.full(len(nearest), "", dtype=object)
    for row in np.flatnonzero(nearest > limit_m):
        why[row] = (
            f"the nearest street that can be used is {nearest[row]:.0f} m away, further than {limit_m:g} m"
            if np.isfinite(nearest[row])
            else "there is no street that can be used"
        )
    return why


def _refused(ids: npt.NDArray[np.object_], refusal: npt.NDArray[np.object_]) -> list[Note]:
    far = ids[refusal != ""]
    text = f"{len(far)} premises are too far from every street that can be used and get no drop."
    return [Note("routing", text, len(far), tuple(far))] if len(far) else []


def _nothing_near(inputs: StreetInputs, nearest: Floats, limit_m: float) -> list[Fault]:
    """A fault where no premises at all is near enough to a street."""
    if (nearest <= limit_m).any():
        return []
    if not np.isfinite(nearest).any():
        return [Fault(inputs.name, problem="every street is forbidden", remedy="Allow some of them")]
    problem = (
        f"no premises is within {limit_m:g} m (reach.drop_max_m) of a street; the nearest is {nearest.min():.1f} m"
    )
    return [Fault(inputs.name, problem=problem, remedy="Allow longer drops, or give the streets that lead there")]


class _Builder:
    """Numbers nodes and runs: junctions, then places along streets (twice where both sides count), then premises."""

    def __init__(self, edges: Edges, metric: Metric, rules: StreetRules, feet: Feet, plant: Feet) -> None:
        self.metric, self.rules = metric, rules
        self.both = (edges.lines.table["layer"] == "both").to_numpy()
        self.poles = edges.lines.table["poles"].to_numpy() & ("aerial" in rules.methods.drop)
        pieces, parent = edges.lines.cut(
            np.concatenate([feet.line, plant.line]), np.concatenate([feet.at_m, plant.at_m]), metric, SNAP_M
        )
        self.pieces, self.parent = pieces, parent
        count = np.bincount(parent, minlength=len(edges.lines))
        self.piece_first = np.concatenate([[0], np.cumsum(count)])
        # Stations of a street: its start, its cuts, its end.
        self.station_first = np.concatenate([[0], np.cumsum(count + 1)])
        stations = int(self.station_first[-1])
        self.street = np.repeat(np.arange(len(count)), count + 1)
        self.is_start = np.zeros(stations, bool)
        self.is_start[self.station_first[:-1]] = True
        self.is_end = np.zeros(stations, bool)
        self.is_end[self.station_first[1:] - 1] = True
        self.at = self._positions(pieces, parent)
        self._number(edges)
        self.feet, self.plant = feet, plant
        self.premises_node: Indices = np.zeros(0, np.int64)
        self.foot_node = self._node_at(feet)
        plant_node = self._node_at(plant)
        self.plant_node = np.full(int(plant.point.max(initial=-1)) + 1, -1, np.int64)
        self.plant_node[plant.point] = plant_node

    def _positions(self, pieces: Lines, parent: Indices) -> Floats:
        """Distance of every station from the start of its street."""
        length = pieces.plane_length
        total = np.concatenate([[0.0], np.cumsum(length)])
        at = np.empty(int(self.station_first[-1]))
        at[self.is_start] = 0.0
        after = total[1:] - np.repeat(total[self.piece_first[:-1]], np.diff(self.piece_first))
        at[~self.is_start] = after
        return at

    def _number(self, edges: Edges) -> None:
        """Number of the node of every station on the left and on the right; the same where one side counts."""
        both = self.both[self.street]
        inner = ~self.is_start & ~self.is_end
        number = np.full(len(self.street), -1, np.int64)
        number[self.is_start] = edges.start
        number[self.is_end] = edges.end
        self.junction = number.copy()
        fresh = edges.nodes
        single = inner & ~both
        number[single] = fresh + np.arange(single.sum())
        fresh += int(single.sum())
        self.left, self.right = number.copy(), number.copy()
        sides = int(both.sum())
        self.left[both] = fresh + np.arange(sides)
        self.right[both] = fresh + sides + np.arange(sides)
        self.count = fresh + 2 * sides

    def _node_at(self, feet: Feet) -> Indices:
        """Node of every foot: that of the nearest station of its street, on the side of the premises."""
        spread = 2.0 * (float(self.at.max(initial=0.0)) + 1.0)
        key = self.at + self.street * spread
        wanted = feet.at_m + feet.line * spread
        after = np.clip(
            np.searchsorted(key, wanted), self.station_first[feet.line] + 1, self.station_first[feet.line + 1] - 1
        )
        station = np.where(wanted - key[after - 1] <= key[after] - wanted, after - 1, after)
        return np.where(feet.left, self.left[station], self.right[station])

    def tables(
        self, inputs: StreetInputs, outlines: npt.NDArray[np.object_]
    ) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        """Nodes and runs as :class:`karez.model.street.StreetGraph` has them, unused nodes left out."""
        parts = [self._along(), self._crossings(), self._drops(inputs, outlines)]
        table = pd.concat([table for table, _ in parts], ignore_index=True)
        shapes = np.concatenate([shapes for _, shapes in parts])
        straight = (table["start"] != table["end"]).to_numpy()
        table, shapes = table[straight].reset_index(drop=True), shapes[straight]
        used, again = np.unique(np.concatenate([table["start"], table["end"]]), return_inverse=True)
        number = np.full(self.count, -1, np.int64)
        number[used] = np.arange(len(used))
        again = again.ravel()
        table["start"], table["end"] = (half.astype(np.int32) for half in np.split(again, 2))
        self.premises_node = np.where(self.premises_node >= 0, number[self.premises_node], -1)
        self.plant_node = np.where(self.plant_node >= 0, number[self.plant_node], -1)
        lonlat = self.metric.globe(shapely.get_coordinates(shapes))
        globe = shapely.linestrings(lonlat, indices=shapely.get_coordinates(shapes, return_index=True)[1])
        runs = gpd.GeoDataFrame(table, geometry=globe, crs=4326)
        runs.insert(0, "id", runs["way"] + "." + (runs.groupby("way").cumcount() + 1).astype(str))
        return self._node_table(runs, inputs), runs

    def _along(self) -> tuple[pd.DataFrame, npt.NDArray[np.object_]]:
        """Runs along streets, and along the other side where both count."""
        first = np.flatnonzero(~self.is_end)
        both = self.both[self.parent]
        table = self.pieces.table
        lines = self.pieces.shapes(plane=True)
        half = self.rules.streets.width_m / 2
        left = shifted(self.pieces, half)
        other_side = shifted(self.pieces, -half)
        made = pd.DataFrame(
            {
                "start": self.left[first],
                "end": self.left[first + 1],
                "length_m": table["length_m"].to_numpy().round(3),
                "kind": "street",
                "surface": table["ground"].to_numpy(),
                **{name: table[name].to_numpy() for name in (*COLUMNS, "factor", "way")},
            }
        )
        right = {name: table[f"{name}_right"].to_numpy()[both] for name in COLUMNS}
        other = made[both].assign(start=self.right[first][both], end=self.right[first + 1][both], **right)
        shapes = np.where(both, left, lines)
        return pd.concat([made, other], ignore_index=True), np.concatenate([shapes, other_side[both]])

    def _crossings(self) -> tuple[pd.DataFrame, npt.NDArray[np.object_]]:
        """Runs from side to side at every foot, and from either side to the junction at both ends."""
        width = self.rules.streets.width_m
        both = self.both[self.street]
        end = both & (self.is_start | self.is_end)
        inner = both & ~(self.is_start | self.is_end)
        self.position = self._node_positions()
        start = np.concatenate([self.left[end], self.right[end], self.left[inner]])
        stop = np.concatenate([self.junction[end], self.junction[end], self.right[inner]])
        ends = 2 * int(end.sum())
        street = np.concatenate([self.street[end], self.street[end], self.street[inner]])
        way = self.pieces.table["way"].to_numpy()[self.piece_first[:-1]]
        made = pd.DataFrame(
            {
                "start": start,
                "end": stop,
                "length_m": np.where(np.arange(len(start)) < ends, width / 2, width),
                "kind": "crossing",
                "surface": "carriageway",
                "method": "trench",
                "per_m": self.rules.prices.trench_per_m["carriageway"],
                "factor": 1.0,
                **BARE,
                "way": way[street] if len(street) else np.empty(0, object),
            }
        )
        return made, np.asarray(shapely.linestrings(np.stack([self.position[start], self.position[stop]], axis=1)))

    def _drops(
        self, inputs: StreetInputs, outlines: npt.NDArray[np.object_]
    ) -> tuple[pd.DataFrame, npt.NDArray[np.object_]]:
        """Runs from streets to premises; the half of the street that a drop does not cross is taken off."""
        feet = self.feet
        joined = np.unique(feet.point)
        self.premises_node = np.full(len(outlines), -1, np.int64)
        self.premises_node[joined] = self.count + np.arange(len(joined))
        self.count += len(joined)
        self.position = np.concatenate([self.position, shapely.get_coordinates(shapely.centroid(outlines[joined]))])
        off = np.where(self.both[feet.line], self.rules.streets.width_m / 2, 0.0)
        prices = self.rules.prices
        saved = prices.drop_per_m + upkeep(self.rules, "trench") - prices.aerial_per_m - upkeep(self.rules, "aerial")
        aerial = self.poles[feet.line] & (saved > 0)
        made = pd.DataFrame(
            {
                "start": self.foot_node,
                "end": self.premises_node[feet.point],
                "length_m": np.maximum(feet.distance_m - off, 1.0).round(3),
                "kind": "drop",
                "surface": "soft",
                "method": np.where(aerial, "aerial", "trench").astype(object),
                "per_m": np.where(aerial, prices.aerial_per_m, prices.drop_per_m),
                "factor": 1.0,
                **BARE,
                "way": inputs.premises["id"].to_numpy()[feet.point],
            }
        )
        ends = np.stack([self.position[self.foot_node], feet.from_plane], axis=1)
        return made, np.asarray(shapely.linestrings(ends))

    def _node_positions(self) -> Floats:
        """Easting and northing of every node but premises."""
        plane = self.pieces.plane
        first, last = plane[self.pieces.first[:-1]], plane[self.pieces.first[1:] - 1]
        position = np.full((self.count, 2), np.nan)
        opening = np.flatnonzero(~self.is_end)
        middle = np.empty((len(self.street), 2))
        middle[opening] = first
        middle[opening + 1] = last
        position[self.junction[self.junction >= 0]] = middle[self.junction >= 0]
        half = self.rules.streets.width_m / 2
        normal = np.empty((len(self.street), 2))
        ahead = _normals(self.pieces)
        normal[opening + 1] = ahead[self.pieces.first[1:] - 1]
        normal[opening] = ahead[self.pieces.first[:-1]]
        both = self.both[self.street]
        position[self.left] = np.where(both[:, None], middle + half * normal, middle)
        position[self.right[both]] = (middle - half * normal)[both]
        return position

    def _node_table(self, runs: gpd.GeoDataFrame, inputs: StreetInputs) -> gpd.GeoDataFrame:
        """Nodes in use, as a table."""
        count = int(max(runs["start"].max(), runs["end"].max())) + 1
        lonlat = np.full((count, 2), np.nan)
        ends = shapely.get_coordinates(shapely.get_point(runs.geometry.to_numpy(), 0))
        lonlat[runs["start"]] = ends
        lonlat[runs["end"]] = shapely.get_coordinates(shapely.get_point(runs.geometry.to_numpy(), -1))
        kind = np.full(count, "street", dtype=object)
        kind[self.premises_node[self.premises_node >= 0]] = "premises"
        name = np.array([f"node:{lon},{lat}" for lon, lat in (lonlat.round(6) + 0.0).tolist()], dtype=object)
        at = self.premises_node >= 0
        name[self.premises_node[at]] = inputs.premises["id"].to_numpy()[at]
        doubled = pd.Series(name).groupby(name).cumcount().to_numpy()
        name = np.where(doubled > 0, name + "/" + (doubled + 1).astype(str).astype(object), name)
        table = pd.DataFrame({"id": name, "kind": kind, "may_hold": kind == "street"})
        return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(*lonlat.T), crs=4326)


def _normals(lines: Lines) -> Floats:
    """Unit vector to the left of a line at each of its vertices; of inner ones, that between the two steps."""
    step = np.diff(lines.plane, axis=0, append=lines.plane[-1:])
    last = np.zeros(len(lines.plane), bool)
    last[lines.first[1:] - 1] = True
    length = np.maximum(np.hypot(*step.T), 1e-9)[:, None]
    ahead = np.where(last[:, None], 0.0, step / length)
    before = np.roll(ahead, 1, axis=0)
    before[lines.first[:-1]] = 0.0
    along = ahead + before
    size = np.hypot(*along.T)
    along = np.where((size > 1e-6)[:, None], along / np.maximum(size, 1e-6)[:, None], ahead)
    return np.column_stack([-along[:, 1], along[:, 0]])


def shifted(lines: Lines, aside_m: float) -> npt.NDArray[np.object_]:
    """Lines moved to their left (or right, if negative), as shapes in the plane."""
    moved = lines.plane + aside_m * _normals(lines)
    return np.asarray(shapely.linestrings(moved, indices=lines.line_of_vertex))
