"""Every premises hangs on an office; nothing holds more than it can; lines are as long as they are said to be."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np
from pyproj import Geod

from karez.verifying.street.run import StreetRun, rows
from karez.verifying.verdict import Check, Finding, conclude

GEOD = Geod(ellps="WGS84")
OFF_M, OFF_SHARE = 12.0, 0.25
"""By how much a drawn line may differ from its length: the sides of wide streets are drawn beside their middle."""
WHOLE_OFF_SHARE = 0.02
"""By how much all drawn lines together may differ."""


def forest(run: StreetRun) -> Check:
    """The trench is a forest whose roots are the offices, each run once and between its own two nodes."""
    trench = run.tables["trench"]
    return conclude("forest", f"{len(trench):,} places hang on offices, no run twice", _forest(run))


def _forest(run: StreetRun) -> Iterator[Finding]:
    trench, runs, offices = run.tables["trench"], run.tables["runs"], run.tables["offices"]
    roots = set(offices["place"].tolist())
    used: Counter[int] = Counter()
    rows = zip(
        trench["node"].tolist(),
        trench["parent"].tolist(),
        trench["run"].tolist(),
        trench["length_m"].tolist(),
        strict=True,
    )
    ends = list(zip(runs["start"].tolist(), runs["end"].tolist(), strict=True))
    node = trench["node"].tolist()
    for place, (here, parent, edge, length) in enumerate(rows):
        if parent < 0:
            if place not in roots:
                yield Finding("part of the trench without an office", str(place))
            continue
        if parent >= place:
            yield Finding("place that stands before the one it hangs on", str(place))
            continue
        used[edge] += 1
        if set(ends[edge]) != {here, node[parent]}:
            yield Finding("run that does not join the places it is said to", str(runs["id"].iloc[edge]))
        if length != runs["length_m"].iloc[edge]:
            yield Finding("run with another length than in the graph", str(runs["id"].iloc[edge]))
    for edge, count in used.items():
        if count > 1:
            yield Finding("run that is dug twice", str(runs["id"].iloc[edge]))


def tracing(run: StreetRun) -> Check:
    """Every premises served leads to a closure, a cabinet and an office along the trench; its ways are right."""
    served = int((run.tables["premises"]["place"] >= 0).sum())
    return conclude("tracing", f"{served:,} premises traced to an office, metre by metre", _tracing(run))


def _tracing(run: StreetRun) -> Iterator[Finding]:
    premises, trench = run.tables["premises"], run.tables["trench"]
    closures, cabinets, offices = run.tables["closures"], run.tables["cabinets"], run.tables["offices"]
    parent, length = trench["parent"].tolist(), trench["length_m"].tolist()
    node = trench["node"].tolist()
    home = premises["closure"].tolist()
    for row, one in enumerate(rows(premises)):
        if one.place < 0:
            if not one.reason:
                yield Finding("premises unserved without a reason", str(one.id))
            continue
        if node[one.place] != one.node:
            yield Finding("premises at another place than its own", str(one.id))
        closure = closures.iloc[home[row]]
        cabinet = cabinets.iloc[int(closure["cabinet"])]
        office = offices.iloc[int(cabinet["office"])]
        if int(closure["cabinet"]) != one.cabinet or int(cabinet["office"]) != one.office:
            yield Finding("premises whose closure, cabinet and office do not lead to each other", str(one.id))
            continue
        ways = (
            ("drop_m", one.place, int(closure["place"])),
            ("distribution_m", int(closure["place"]), int(cabinet["place"])),
            ("feeder_m", int(cabinet["place"]), int(office["place"])),
        )
        for name, start, end in ways:
            way = _way(parent, length, start, end)
            if way is None or abs(way - getattr(one, name)) > 0.02:
                yield Finding(f"premises whose {name} is not the way along the trench", str(one.id))


def _way(parent: list[int], length: list[float], start: int, end: int) -> float | None:
    """Way between two places of a forest; None if they hang on different roots."""
    if start == end:
        return 0.0
    above: dict[int, float] = {}
    here, way = start, 0.0
    while True:
        above[here] = way
        if parent[here] < 0:
            break
        way += length[here]
        here = parent[here]
    here, way = end, 0.0
    while here not in above:
        if parent[here] < 0:
            return None
        way += length[here]
        here = parent[here]
    return way + above[here]


def capacities(run: StreetRun) -> Check:
    """No closure, cabinet, splitter or office serves more than it holds."""
    return conclude("capacities", "closures, cabinets, splitters and ports hold what they serve", _capacities(run))


def _capacities(run: StreetRun) -> Iterator[Finding]:
    network = run.rules["network"]
    premises, closures, cabinets = run.tables["premises"], run.tables["closures"], run.tables["cabinets"]
    offices = run.tables["offices"]
    two = len(network["split"]) > 1
    most = network["split"][1] if two else network["closure_dwellings"]
    served = premises[premises["place"] >= 0]
    if int(served["dwellings"].sum()) != int(closures["dwellings"].sum()):
        yield Finding("dwellings of premises and of closures do not add up", "closures")
    units = [0] * len(cabinets)
    dwellings = [0] * len(cabinets)
    for row, one in enumerate(rows(closures)):
        if one.dwellings > most:
            yield Finding("closure that serves more than it holds", str(row))
        units[one.cabinet] += 1 if two else int(one.dwellings)
        dwellings[one.cabinet] += int(one.dwellings)
    ports = [0] * len(offices)
    homes = [0] * len(offices)
    for row, one in enumerate(rows(cabinets)):
        needed = math.ceil(units[row] * (1 + network["spare"]) - 1e-9)
        if units[row] != one.units or dwellings[row] != one.dwellings:
            yield Finding("cabinet whose load is not that of its closures", str(row))
        if needed > one.ports or (one.given < 0 and one.ports not in network["cabinet_ports"]):
            yield Finding("cabinet with fewer ports than it needs, or of a size there is none of", str(row))
        if one.splitters != -(-needed // network["split"][0]):
            yield Finding("cabinet with another number of splitters than it needs", str(row))
        ports[one.office] += int(one.splitters)
        homes[one.office] += dwellings[row]
    for row, one in enumerate(rows(offices)):
        if one.ports != ports[row] or one.dwellings != homes[row]:
            yield Finding("office whose ports or dwellings are not those of its cabinets", str(row))


def lengths(run: StreetRun) -> Check:
    """Drawn lines are as long, on the ellipsoid, as they are said to be."""
    return conclude("lengths", "lengths on the WGS 84 ellipsoid agree with the lines as drawn", _lengths(run))


def _lengths(run: StreetRun) -> Iterator[Finding]:
    layer = run.layers["trench"]
    drawn = np.array([GEOD.geometry_length(shape) for shape in layer.geometry])
    said = layer["length_m"].to_numpy()
    street = (layer["kind"] != "drop").to_numpy()
    off = np.abs(drawn - said) > np.maximum(OFF_M, OFF_SHARE * said)
    for row in np.flatnonzero(off & street):
        yield Finding("run that is drawn much longer or shorter than it is said to be", str(layer["id"].iloc[row]))
    if said[street].sum() and abs(drawn[street].sum() / said[street].sum() - 1.0) > WHOLE_OFF_SHARE:
        yield Finding("all lines together are drawn longer or shorter than they are said to be", "trench")
