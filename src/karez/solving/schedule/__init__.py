"""Years of a forest's elements and options under coupling rows, with a bound."""

from karez.solving.schedule.found import Found, amounts, measure
from karez.solving.schedule.master import Frame
from karez.solving.schedule.problem import Aim, Problem, Rows, contract
from karez.solving.schedule.relax import bound
from karez.solving.schedule.solve import STEPS, Limits, Solved, Unkept, solve

__all__ = [
    "STEPS",
    "Aim",
    "Found",
    "Frame",
    "Limits",
    "Problem",
    "Rows",
    "Solved",
    "Unkept",
    "amounts",
    "bound",
    "contract",
    "measure",
    "solve",
]
