"""Phasing: what is built in which year, under budget."""

from karez.phasing.pose import Posed, pose
from karez.phasing.schedule import schedule

__all__ = ["Posed", "pose", "schedule"]
