"""``karez backbone``: two ways from every hub to a source, over the candidate routes, with a bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from karez.appraising.busy_hour import busy_hour_mbps
from karez.appraising.converting import convert
from karez.appraising.optics_bill import priced, unit_rates
from karez.appraising.pricing import price
from karez.designing.backbone import design_backbone
from karez.designing.noise import uses_gnpy
from karez.flow.progress import Progress, Stages, silent
from karez.flow.record import record, study_folder
from karez.flow.settlements import design_settlements
from karez.model.backbone import Backbone
from karez.reading import read
from karez.reading.finished import built_spans
from karez.reporting import refuse_existing
from karez.reporting.backbone import write_backbone
from karez.routing.route import route


@dataclass(frozen=True)
class Joined:
    """A finished backbone and the folder it was written to."""

    backbone: Backbone
    folder: Path


def backbone(
    folder: Path,
    *,
    upon: Path | None = None,
    out: Path | None = None,
    seed: int = 0,
    force: bool = False,
    progress: Progress = silent,
) -> Joined:
    """Design the backbone of a project and write it.

    Parameters
    ----------
    folder : Path
        Project folder.
    upon : Path, optional
        Run folder whose built spans cost nothing: the answer is what joins the plan's hubs a second way.
    out : Path, optional
        Folder to write; by default ``studies/backbone-<hash of inputs and seed>`` inside the project folder.
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
        If the folder exists and `force` is not given, `upon` is no run folder, or the settings ask for GNPy and it is
        not installed.
    Infeasible
        If no source is joined to a line.
    """
    stages = Stages(progress)
    with stages.stage("reading") as share:
        inputs = read(folder, progress=share).by_cable()
    uses_gnpy(inputs.programme.backbone.optics)  # refuses before hours of work what cannot be done after them
    made = record(inputs, seed)
    target = out or study_folder(folder, "backbone", made.key, upon)
    refuse_existing(target, force=force)
    inputs = design_settlements(inputs, seed=seed, stages=stages)
    with stages.stage("routing") as share:
        graph = route(inputs, share, for_backbone=True)
    with stages.stage("pricing"):
        catalogue = convert(inputs.catalogue, inputs.programme)
        prices = price(inputs, graph, catalogue)
        mbps = busy_hour_mbps(inputs, graph)
    built = None if upon is None else graph.spans["id"].isin(built_spans(upon)).to_numpy()
    with stages.stage("joining") as share:
        found = design_backbone(
            inputs, graph, prices, mbps, unit_rates(catalogue), made, built=built, seed=seed, progress=share
        )
        found = replace(found, optics=priced(found.optics, catalogue, inputs.programme))
    with stages.stage("reporting") as share:
        write_backbone(found, inputs.areas, target, force=force, progress=share)
    return Joined(found, target)
