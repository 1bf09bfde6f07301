"""What was mended, assumed or left out on the way (rule 9)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One sentence for the run's notes.

    Parameters
    ----------
    stage : str
        Room that noticed it: ``reading``, ``routing`` …
    text : str
        A whole sentence, figures with units.
    count : int
        How many things it speaks of; 0 where counting makes no sense.
    ids : tuple[str, ...]
        Ids of those things, all of them.
    """

    stage: str
    text: str
    count: int = 0
    ids: tuple[str, ...] = ()
