"""A finished run is proven again from its tables, by independent, slow, simple code."""

from karez.verifying.run import Run, read_run
from karez.verifying.verdict import Check, Verdict
from karez.verifying.verify import verify

__all__ = ["Check", "Run", "Verdict", "read_run", "verify"]
