"""Whether kernels have been compiled on this machine before."""

from __future__ import annotations

from typing import Any


def is_warm(*kernels: Any) -> bool:
    """Whether numba's cache holds all of these kernels as they are now, so that their first calls do not compile.

    The cache's own index is asked: it knows whether a kernel's source or numba has changed since.
    """
    return all(bool(kernel._cache._cache_file._load_index()) for kernel in kernels)
