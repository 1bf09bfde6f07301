"""Whether the first call of a kernel will have to compile it."""

from __future__ import annotations

from karez.kernels.cache import is_warm


def is_first_run() -> bool:
    """Whether nothing has been compiled on this machine yet."""
    return not is_warm()
