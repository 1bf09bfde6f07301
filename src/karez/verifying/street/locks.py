"""The planner's word is kept: methods, room in what is there, given plant, what is forbidden."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import shapely

from karez.verifying.street.cost import method_of
from karez.verifying.street.run import StreetRun, rows
from karez.verifying.verdict import Check, Finding, conclude

ROLE_OF = {"existing": "built", "duct": "ducts", "aerial": "poles"}
"""Role of the planner's span that a method needs."""
DEGREE_M = 111_320.0
STEP_M = 4.0
CLEARLY = 0.75
"""Share of a run that lies along a forbidden line, well within the distance at which one counts."""
LEAST_M = 15.0


def methods(run: StreetRun) -> Check:
    """Every run has a method that the rules allow on its surface, or that a span of the planner's gives it."""
    return conclude("methods", "every run has a method that is allowed there", _methods(run))


def _methods(run: StreetRun) -> Iterator[Finding]:
    rules, runs = run.rules["methods"], run.tables["runs"]
    locks = run.tables["locks"]
    role = dict(zip(locks["id"].tolist(), locks["role"].tolist(), strict=True))
    for one in rows(runs.iloc[[edge for edge in run.tables["trench"]["run"].tolist() if edge >= 0]]):
        method = method_of(one)
        if one.kind == "crossing":
            allowed: Any = ("trench",)
        elif one.kind == "drop":
            allowed = rules["drop"]
        else:
            allowed = (*rules[one.surface], "existing")
        if method not in allowed:
            yield Finding(f"run made by {method or 'nothing'}, which is not allowed there", str(one.id))
        if one.kind == "street" and method in ROLE_OF and role.get(one.lock) != ROLE_OF[method]:
            yield Finding(f"run made by {method} where the planner gives none", str(one.id))


def room(run: StreetRun) -> Check:
    """What is there takes the cables that are put in it; it is called full only where it does not."""
    return conclude("room", "ducts, poles and built spans take the cables that run in them", _room(run))


def _room(run: StreetRun) -> Iterator[Finding]:
    trench, locks = run.tables["trench"]["run"].tolist(), run.tables["locks"]
    spans = {one.id: one for one in rows(locks[~locks["role"].isin(("office", "cabinet"))])}
    cables: dict[int, int] = defaultdict(int)
    fibres: dict[int, int] = defaultdict(int)
    # Columns called `count` cannot be had as attributes of a row: that is a method of tuples.
    for one in rows(run.tables["cables"].rename(columns={"count": "number"})):
        cables[trench[one.place]] += int(one.number)
        fibres[trench[one.place]] += int(one.size) * int(one.number)
    for number, one in enumerate(rows(run.tables["runs"])):
        if not one.lock:
            continue
        span = spans[one.lock]
        over = cables[number] > _most(span.free_cables) or fibres[number] > _most(span.free_fibres)
        if over and not one.full:
            yield Finding("run with more cables than its duct, poles or built trench take", str(one.id))
        if one.full and not over:
            yield Finding("run that is called full and is not", str(one.id))


def _most(free: float) -> float:
    return math.inf if math.isnan(free) else free


def plant(run: StreetRun) -> Check:
    """Given offices and cabinets stand at their nodes, within what they hold; those not used are said to be."""
    locks = run.tables["locks"]
    count = int(locks["role"].isin(("office", "cabinet")).sum())
    return conclude("given plant", f"{count} given offices and cabinets stand where they are given", _plant(run))


def _plant(run: StreetRun) -> Iterator[Finding]:
    node = run.tables["trench"]["node"].tolist()
    locks, cabinets = run.tables["locks"], run.tables["cabinets"]
    offices = {node[place] for place in run.tables["offices"]["place"].tolist()}
    given = locks[locks["role"] == "cabinet"]
    told = " ".join(note["text"] for note in run.summary["notes"])
    for one in rows(locks[locks["role"] == "office"]):
        if one.node not in offices:
            yield Finding("given office that is not in the design", str(one.id))
    if len(locks[locks["role"] == "office"]) and len(offices) != len(set(locks.loc[locks["role"] == "office", "node"])):
        yield Finding("offices beside those that are given", "offices")
    standing = {one.given: one for one in rows(cabinets) if one.given >= 0}
    for number, one in enumerate(rows(given)):
        here = standing.get(number)
        if one.unused:
            if here is not None or str(one.id) not in told:
                yield Finding("given cabinet that is not used without being named", str(one.id))
        elif here is None or node[here.place] != one.node:
            yield Finding("given cabinet that does not stand where it is given", str(one.id))
        elif one.ports and here.ports != one.ports:
            yield Finding("given cabinet of another size", str(one.id))


def forbidden(run: StreetRun) -> Check:
    """No run of the trench, as drawn, lies along a forbidden line or in forbidden ground."""
    locks = run.tables["locks"]
    count = int((locks["role"] == "forbidden").sum())
    return conclude("forbidden", f"nothing runs along {count} forbidden spans or grounds", _forbidden(run))


def _forbidden(run: StreetRun) -> Iterator[Finding]:
    locks, layer = run.tables["locks"], run.layers["trench"]
    near_m = run.rules["locks"]["within_m"] / 2
    barred = [(one.id, shapely.from_wkb(one.wkb)) for one in rows(locks[locks["role"] == "forbidden"])]
    streets = layer[layer["kind"] == "street"]
    tree = shapely.STRtree(streets.geometry.to_numpy())
    for name, shape in barred:
        for row in tree.query(shape.buffer(near_m / DEGREE_M * 3)).tolist():
            line = streets.geometry.iloc[row]
            length = float(streets["length_m"].iloc[row])
            if length >= LEAST_M and _along(line, shape, length, near_m) >= CLEARLY:
                yield Finding(f"run along what `{name}` forbids", str(streets["id"].iloc[row]))


def _along(line: Any, shape: Any, length_m: float, near_m: float) -> float:
    """Share of a line that lies in a polygon, or along a line the same way."""
    squeeze = math.cos(math.radians(line.centroid.y))
    here, there = _metric(line, squeeze), _metric(shape, squeeze)
    if there.geom_type in ("Polygon", "MultiPolygon"):
        return float(here.intersection(there.buffer(-near_m)).length / max(here.length, 1e-9))
    count = max(int(length_m / STEP_M), 3)
    hits = 0
    for number in range(count):
        at = (number + 0.5) / count * here.length
        spot = here.interpolate(at)
        if there.distance(spot) > near_m:
            continue
        parts = there.geoms if hasattr(there, "geoms") else [there]
        nearest = min(parts, key=spot.distance)
        on = nearest.project(spot)
        hits += _angle(here, at, nearest, on) <= 30.0
    return hits / count


def _metric(shape: Any, squeeze: float) -> Any:
    return shapely.transform(shape, lambda points: points * [squeeze * DEGREE_M, DEGREE_M])


def _angle(one: Any, at: float, other: Any, on: float) -> float:
    """Angle between two lines at places along them, 0 to 90 degrees."""
    turn = math.degrees(_bearing(one, at) - _bearing(other, on)) % 180.0
    return min(turn, 180.0 - turn)


def _bearing(line: Any, at: float) -> float:
    before, after = line.interpolate(max(at - 2.0, 0.0)), line.interpolate(min(at + 2.0, line.length))
    return math.atan2(after.y - before.y, after.x - before.x)
