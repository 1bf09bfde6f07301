"""A finished run is proven again from its tables."""

from __future__ import annotations

from pathlib import Path

from karez import verifying
from karez.flow.progress import Progress, Stages, silent
from karez.verifying import Verdict


def verify(run: Path, *, progress: Progress = silent) -> Verdict:
    """Prove a finished run again, from its folder alone.

    Parameters
    ----------
    run : Path
        Run folder.
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
        return verifying.verify(run, progress=share)
