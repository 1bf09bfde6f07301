"""Certified optimisation on index arrays; every answer comes with its bound."""

from karez.solving.certified import Case, Certified
from karez.solving.exact import warm_up
from karez.solving.graph import Disconnected, Graph, Overflow
from karez.solving.prize import FORCED, prize
from karez.solving.replayable import strengthen
from karez.solving.steiner import steiner

__all__ = [
    "FORCED",
    "Case",
    "Certified",
    "Disconnected",
    "Graph",
    "Overflow",
    "prize",
    "steiner",
    "strengthen",
    "warm_up",
]
