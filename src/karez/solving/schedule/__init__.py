"""Years of a forest's elements and options under coupling rows, with a bound."""

from karez.solving.schedule.branch import Case, Split
from karez.solving.schedule.found import Found, amounts, measure
from karez.solving.schedule.master import Frame
from karez.solving.schedule.problem import Aim, Problem, Rows, contract, unfolded
from karez.solving.schedule.relax import bound
from karez.solving.schedule.solve import STEPS, Limits, Solved, Unkept, solve

__all__ = [
    "STEPS",
    "Aim",
    "Case",
    "Found",
    "Frame",
    "Limits",
    "Problem",
    "Rows",
    "Solved",
    "Split",
    "Unkept",
    "amounts",
    "bound",
    "contract",
    "measure",
    "solve",
    "unfolded",
]
