"""Phasing: what is built in which year, under budget."""

from karez.phasing.problem import Problem, contract, pose
from karez.phasing.schedule import schedule

__all__ = ["Problem", "contract", "pose", "schedule"]
