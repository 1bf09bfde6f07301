"""The command line: parse, call one function of ``flow``, show."""

from karez.cli.main import app, main

__all__ = ["app", "main"]
