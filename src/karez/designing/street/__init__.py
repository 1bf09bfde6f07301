"""Inside a settlement: trench, central offices, cabinets, closures and cables to every premises."""

from karez.designing.street.design import design_street

__all__ = ["design_street"]
