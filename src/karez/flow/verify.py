"""A finished run is proven again from its tables, a solved problem from its certificate."""

from __future__ import annotations

from pathlib import Path

from karez import verifying
from karez.errors import DataFault, Fault
from karez.flow.progress import Progress, Stages, silent
from karez.model.tree_certificate import TreeCertificate
from karez.reading.instance import read_instance
from karez.verifying import Verdict
from karez.verifying.backbone import verify_backbone
from karez.verifying.computing import verify_computing
from karez.verifying.frontier import verify_frontier
from karez.verifying.street import is_street, verify_street
from karez.verifying.things import verify_things


def verify(run: Path, *, progress: Progress = silent) -> Verdict:
    """Prove a finished run or a study beside it again, from its folder alone.

    Parameters
    ----------
    run : Path
        Run folder, or folder that ``karez frontier``, ``backbone``, ``computing`` or ``things`` wrote.
    progress : Progress
        Told the step and its share.

    Returns
    -------
    Verdict
        Every check; ``passed`` says whether all hold, ``failures`` names the offending ids.

    Raises
    ------
    DataFault
        If files or columns of the folder are missing or cannot be read.
    """
    with Stages(progress).stage("verifying") as share:
        if (run / "frontier.json").is_file():
            return verify_frontier(run, progress=share)
        if (run / "backbone.json").is_file():
            return verify_backbone(run, progress=share)
        if (run / "computing.json").is_file():
            return verify_computing(run, progress=share)
        if (run / "things.json").is_file():
            return verify_things(run, progress=share)
        check = verify_street if is_street(run) else verifying.verify
        return check(run, progress=share)


def verify_certificate(certificate: Path, file: Path | None = None, *, progress: Progress = silent) -> Verdict:
    """Prove the certificate of a solved Steiner problem again, on the original graph.

    Parameters
    ----------
    certificate : Path
        What ``karez solve --certificate`` wrote, gzipped or not.
    file : Path | None
        The problem. None: where the certificate says that it lies, else beside the certificate.
    progress : Progress
        Told the step and its share.

    Returns
    -------
    Verdict
        Every check; ``passed`` says whether all hold.

    Raises
    ------
    DataFault
        If certificate or problem are missing or cannot be read.
    """
    with Stages(progress).stage("verifying") as share:
        claimed = verifying.read_certificate(certificate)
        problem = read_instance(file or _problem_file(certificate, claimed))
        return verifying.verify_tree(claimed, problem, progress=share)


def _problem_file(certificate: Path, claimed: TreeCertificate) -> Path:
    """The problem's file, sought at the place the certificate names and beside it."""
    named = Path(claimed.file)
    places = (certificate.parent / named, certificate.parent / named.name)
    for place in places:
        if place.is_file():
            return place
    problem = f"its problem is neither at `{places[0]}` nor beside it"
    raise DataFault([Fault(certificate.name, column="file", problem=problem, remedy="Name the problem's file as well")])
