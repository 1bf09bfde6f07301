"""Names of the items of a street-level bill: what writes it and what sorts it speak of the same."""

from __future__ import annotations

PASSAGE = "passage under railway, motorway or river"
OFFICE = "central office"
PORT = "port of a line terminal"
DROP = "drop, cable and installation"
TERMINAL = "terminal of a dwelling"

RUN = "trench "
"""What the name of all that is done along a run begins with; surface (or ``drop``) and method follow."""
CABLE = " cable, "
"""Between the tier of a cable and its size."""


def run_of(item: str) -> tuple[str, str] | None:
    """Surface (``drop`` for a drop) and method of what is done along a run; None for any other item.

    >>> run_of("trench paved, aerial"), run_of("trench drop, trench"), run_of("closure")
    (('paved', 'aerial'), ('drop', 'trench'), None)
    """
    surface, _, method = item.removeprefix(RUN).partition(", ")
    return (surface, method) if item.startswith(RUN) else None
