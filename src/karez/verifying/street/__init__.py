"""A street-level run, proven again from its tables."""

from karez.verifying.street.verify import is_street, verify_street

__all__ = ["is_street", "verify_street"]
