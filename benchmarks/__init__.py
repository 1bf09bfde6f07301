"""Benchmarks of karez: one file each, run by name. See README.md."""
