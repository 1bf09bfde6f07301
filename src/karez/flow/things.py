"""``karez things``: least gateways of a low-power wide-area network for farmland and pasture, with a bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from karez.appraising.converting import convert
from karez.appraising.gateway_price import gateway_price
from karez.appraising.pricing import price
from karez.designing.things import design_things
from karez.flow.progress import Progress, Stages, silent
from karez.flow.record import record, study_folder
from karez.model.things import Things
from karez.reading import read
from karez.reading.finished import read_upon
from karez.reading.things import read_land
from karez.reporting import refuse_existing
from karez.reporting.things import write_things
from karez.routing.route import route


@dataclass(frozen=True)
class Covered:
    """Finished gateways and the folder they were written to."""

    things: Things
    folder: Path


def things(
    folder: Path,
    *,
    upon: Path | None = None,
    out: Path | None = None,
    seed: int = 0,
    force: bool = False,
    progress: Progress = silent,
) -> Covered:
    """Place the gateways of a project and write them.

    Parameters
    ----------
    folder : Path
        Project folder.
    upon : Path, optional
        Run folder: gateways are joined as it serves the places they stand at.
    out : Path, optional
        Folder to write; by default ``studies/things-<hash of inputs and seed>`` inside the project folder.
    seed : int
        Seed of the search.
    force : bool
        Keep an existing folder aside instead of refusing it.
    progress : Progress
        Told the step and its share.

    Raises
    ------
    DataFault
        With every fault of the input.
    UsageFault
        If the folder exists and `force` is not given, or `upon` is no run folder.
    Infeasible
        If the masts cannot cover the share of devices that is asked for.
    """
    stages = Stages(progress)
    with stages.stage("reading") as share:
        inputs = read(folder, progress=share).by_cable().by_density()
        land = read_land(folder, inputs)
        if land is not None:
            inputs = replace(inputs, hashes={**inputs.hashes, **land.hashes})
    made = record(inputs, seed)
    target = out or study_folder(folder, "things", made.key, upon)
    refuse_existing(target, force=force)
    with stages.stage("routing") as share:
        graph = route(inputs, share)
    with stages.stage("pricing"):
        catalogue = convert(inputs.catalogue, inputs.programme)
        prices = price(inputs, graph, catalogue)
        gateway, satellite = gateway_price(inputs.programme, catalogue)
    beneath = None if upon is None else read_upon(upon, graph.spans["id"], inputs.sites["id"])
    with stages.stage("covering") as share:
        found = design_things(
            inputs, graph, prices, gateway, satellite, made, land=land, upon=beneath, seed=seed,
            progress=share,
        )  # fmt: skip
    with stages.stage("reporting") as share:
        write_things(found, inputs.areas, target, force=force, progress=share)
    return Covered(found, target)
