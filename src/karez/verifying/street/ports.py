"""No port of an office and no output of a cabinet is given twice, and every premises hangs on one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from karez.verifying.street.run import StreetRun, rows
from karez.verifying.verdict import Check, Finding, conclude


def ports(run: StreetRun) -> Check:
    """Every premises served hangs on a port of its office, through outputs of its cabinet that nothing else has."""
    return conclude("ports", f"{_served(run):,} premises hang on ports of their own office", _ports(run))


def _served(run: StreetRun) -> int:
    return int((run.tables["premises"]["place"] >= 0).sum())


def _ports(run: StreetRun) -> Iterator[Finding]:
    network = run.rules["network"]
    outputs, two = network["split"][0], len(network["split"]) > 1
    premises, cabinets, closures = run.tables["premises"], run.tables["cabinets"], run.tables["closures"]
    held = run.tables["offices"]["ports"].tolist()
    taken: dict[int, set[int]] = defaultdict(set)
    for row, one in enumerate(rows(cabinets)):
        mine = set(range(one.first_port, one.first_port + one.splitters))
        if mine & taken[one.office] or min(mine, default=1) < 1 or max(mine, default=1) > held[one.office]:
            yield Finding("cabinet on ports that its office does not have, or that another one is on", str(row))
        taken[one.office] |= mine
    given: dict[int, set[int]] = defaultdict(set)
    feeders = cabinets[["first_port", "splitters"]].to_numpy().tolist()
    of_closure = []
    for row, one in enumerate(rows(closures)):
        mine = set(range(one.first_output, one.first_output + (1 if two else one.dwellings)))
        port, splitters = feeders[one.cabinet]
        if mine & given[one.cabinet] or min(mine, default=1) < 1 or max(mine, default=1) > splitters * outputs:
            yield Finding("closure on outputs that its cabinet does not have, or that another one is on", str(row))
        given[one.cabinet] |= mine
        of_closure.append({port + (output - 1) // outputs for output in mine})
    for one in rows(premises):
        if one.place >= 0 and one.port not in of_closure[one.closure]:
            yield Finding("premises on a port that its closure does not lead to", str(one.id))
