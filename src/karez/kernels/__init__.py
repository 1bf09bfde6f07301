"""Array-only algorithms in numba: no telecoms, no files, no tables."""
