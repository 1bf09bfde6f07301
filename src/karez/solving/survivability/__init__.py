"""Networks of least cost in which nodes have two ways, with a bound."""

from karez.kernels.two_ways import NONE, ONE, TWO_BY_EDGE, TWO_BY_NODE
from karez.solving.survivability.relax import APART, ENTERING, FREE, IN, LEAVING, OUT, Cut, Dual
from karez.solving.survivability.solve import Survivable, survivable
from karez.solving.survivability.unfold import Proof

__all__ = [
    "APART",
    "ENTERING",
    "FREE",
    "IN",
    "LEAVING",
    "NONE",
    "ONE",
    "OUT",
    "TWO_BY_EDGE",
    "TWO_BY_NODE",
    "Cut",
    "Dual",
    "Proof",
    "Survivable",
    "survivable",
]
