"""Which places are opened, and which of them serves each customer: facility location and covering, with a bound."""

from karez.solving.siting.bound import NEVER, bound_of
from karez.solving.siting.problem import MUST, Siting, Unservable
from karez.solving.siting.proof import Case, Fixing, SitingProof
from karez.solving.siting.solve import Sited, site

__all__ = [
    "MUST",
    "NEVER",
    "Case",
    "Fixing",
    "Sited",
    "Siting",
    "SitingProof",
    "Unservable",
    "bound_of",
    "site",
]
