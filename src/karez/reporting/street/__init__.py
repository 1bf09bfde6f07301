"""The run folder of a street-level design."""

from karez.reporting.street.folder import write_street

__all__ = ["write_street"]
