"""A finished run or solved problem is proven again from its files, by independent, slow, simple code."""

from karez.verifying.run import Run, read_run
from karez.verifying.tree_certificate import read_certificate, verify_tree
from karez.verifying.verdict import Check, Verdict
from karez.verifying.verify import verify

__all__ = ["Check", "Run", "Verdict", "read_certificate", "read_run", "verify", "verify_tree"]
