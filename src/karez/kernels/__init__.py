"""Array-only algorithms in numba: no telecoms, no files, no tables."""

from pathlib import Path

from karez.kernels.cache_folder import ensure_cache_folder

ensure_cache_folder(Path(__file__).parent)
