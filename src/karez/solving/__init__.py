"""Certified optimisation on index arrays; every answer comes with its bound."""

from karez.solving.ascending import ascended
from karez.solving.budgets import Frontier, Multiplier
from karez.solving.certified import Case, Certified
from karez.solving.conditions import FORCED, Conditioned, Conditions, conditioned
from karez.solving.frontier import frontier
from karez.solving.graph import Disconnected, Graph, Overflow
from karez.solving.joining import cost_to_join
from karez.solving.menus import MenuFrontier, Menus, Price, menu_frontier
from karez.solving.prize import prize
from karez.solving.replayable import strengthen
from karez.solving.steiner import steiner
from karez.solving.survivability import Survivable, survivable
from karez.solving.warming import is_compiled, warm_up

__all__ = [
    "FORCED",
    "Case",
    "Certified",
    "Conditioned",
    "Conditions",
    "Disconnected",
    "Frontier",
    "Graph",
    "MenuFrontier",
    "Menus",
    "Multiplier",
    "Overflow",
    "Price",
    "Survivable",
    "ascended",
    "conditioned",
    "cost_to_join",
    "frontier",
    "is_compiled",
    "menu_frontier",
    "prize",
    "steiner",
    "strengthen",
    "survivable",
    "warm_up",
]
