"""Inside a settlement: trench, central offices, cabinets, closures and cables to every premises."""

from karez.designing.street.design import design_street, finish_street
from karez.designing.street.draft import draft_street, work_on
from karez.designing.street.summing import sum_up

__all__ = ["design_street", "draft_street", "finish_street", "sum_up", "work_on"]
