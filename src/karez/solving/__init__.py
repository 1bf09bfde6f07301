"""Certified optimisation on index arrays; every answer comes with its bound."""

from karez.solving.ascending import ascended
from karez.solving.budgets import Frontier, Multiplier
from karez.solving.certified import Case, Certified
from karez.solving.conditions import FORCED, Conditioned, Conditions, conditioned
from karez.solving.cover import cover_most, cover_share
from karez.solving.frontier import frontier
from karez.solving.graph import Disconnected, Graph, Overflow
from karez.solving.joining import cost_to_join
from karez.solving.locate import locate, median
from karez.solving.menu_answers import MenuFrontier, Price
from karez.solving.menus import menu_frontier
from karez.solving.offers import Menus
from karez.solving.prize import prize
from karez.solving.replayable import strengthen
from karez.solving.ringed import Effort, Ringed, ringed, together
from karez.solving.rooms import ANYWHERE, BEFORE, BEHIND, Rooms
from karez.solving.side_by_side import side_by_side, threads
from karez.solving.siting import Sited, Siting, SitingProof, Unservable, site
from karez.solving.steiner import steiner
from karez.solving.survivability import Survivable, survivable
from karez.solving.warming import is_compiled, warm_up

__all__ = [
    "ANYWHERE",
    "BEFORE",
    "BEHIND",
    "FORCED",
    "Case",
    "Certified",
    "Conditioned",
    "Conditions",
    "Disconnected",
    "Effort",
    "Frontier",
    "Graph",
    "MenuFrontier",
    "Menus",
    "Multiplier",
    "Overflow",
    "Price",
    "Ringed",
    "Rooms",
    "Sited",
    "Siting",
    "SitingProof",
    "Survivable",
    "Unservable",
    "ascended",
    "conditioned",
    "cost_to_join",
    "cover_most",
    "cover_share",
    "frontier",
    "is_compiled",
    "locate",
    "median",
    "menu_frontier",
    "prize",
    "ringed",
    "side_by_side",
    "site",
    "steiner",
    "strengthen",
    "survivable",
    "threads",
    "together",
    "warm_up",
]
