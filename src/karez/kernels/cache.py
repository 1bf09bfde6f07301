"""Whether the kernels have been compiled on this machine before."""

from __future__ import annotations

from pathlib import Path

from karez.kernels.chains import walk_chains


def is_warm() -> bool:
    """Whether numba's cache holds compiled kernels, so that a first call does not compile."""
    folder = Path(str(walk_chains.stats.cache_path))
    return any(folder.glob("chains.walk_chains-*.nbi"))
