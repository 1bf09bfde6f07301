"""Settlements with a map are designed street by street before anything of the region is priced."""

from __future__ import annotations

from collections.abc import Sequence

from karez.appraising.settlements import with_settlements
from karez.designing.street import design_street, sum_up
from karez.errors import DataFault, Fault
from karez.flow.progress import Stages
from karez.flow.spreading import spread, workers_here
from karez.model.inputs import Inputs
from karez.model.settlements import SettlementDesign, SettlementMap
from karez.routing.street import route_streets

SMALL_PREMISES = 500
"""Maps with fewer premises in all are designed before other processes would have started."""


def design_settlements(inputs: Inputs, *, seed: int, stages: Stages, workers: int | None = None) -> Inputs:
    """Design every settlement that has a map, and let its cost take the place of the density model.

    Parameters
    ----------
    inputs : Inputs
        As read; those without maps, or with all settlements designed, are given back as they are.
    seed : int
        Seed of every search.
    stages : Stages
        Told the step and its share.
    workers : int, optional
        Processes; by default one for two processors. The answer does not depend on them.

    Raises
    ------
    DataFault
        With every fault that only the streets show, of all settlements.
    """
    if not inputs.maps:
        return inputs
    with stages.stage("streets") as share:
        made = spread(design_settlement, seed, inputs.maps, workers=workers or _processes(inputs.maps), progress=share)
    refuse(made)
    return with_settlements(inputs, [one for one in made if isinstance(one, SettlementDesign)])


def check_settlements(inputs: Inputs, *, stages: Stages) -> None:
    """Find what only the streets of the maps show, without a design.

    Raises
    ------
    DataFault
        With every fault of all settlements.
    """
    if inputs.maps:
        with stages.stage("streets") as share:
            refuse(spread(check_settlement, None, inputs.maps, progress=share))


def refuse(made: Sequence[SettlementDesign | tuple[Fault, ...]]) -> None:
    """Refuse settlements of which some have faults, with all of them (DataFault)."""
    faults = [fault for one in made if not isinstance(one, SettlementDesign) for fault in one]
    if faults:
        raise DataFault(faults)


def check_settlement(_: None, settlement: SettlementMap) -> tuple[Fault, ...]:
    """Faults that the streets of a settlement show."""
    try:
        route_streets(settlement.streets)
    except DataFault as found:
        return found.faults
    return ()


def design_settlement(seed: int, settlement: SettlementMap) -> SettlementDesign | tuple[Fault, ...]:
    """Design one settlement; the faults of its streets where it cannot be."""
    try:
        graph = route_streets(settlement.streets)
    except DataFault as found:
        return found.faults
    return sum_up(settlement, design_street(settlement.streets, graph, seed=seed))


def _processes(maps: Sequence[SettlementMap]) -> int:
    """One for two processors where that is worth starting them: the solver keeps two busy much of the time."""
    many = sum(len(one.streets.premises) for one in maps) >= SMALL_PREMISES
    return max(1, workers_here() // 2) if many else 1
