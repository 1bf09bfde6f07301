"""What numba loads when its first kernel is called, without the half of it that no kernel here uses."""

from __future__ import annotations

import sys
from importlib.util import find_spec


def start_without_blas() -> None:
    """Let numba load what it needs, but not SciPy's linear algebra: a quarter of the time that cached kernels take.

    numba looks for it when it begins, just to see whether it is there, and again when a kernel wants it. The first is
    answered here without loading it; so kernels of others that multiply matrices work as ever. Where numba has begun
    already, or is of another make, nothing is done.
    """
    if "numba.np.arraymath" in sys.modules or find_spec("scipy.linalg") is None:
        return
    from numba.np import linalg  # noqa: PLC0415  # loaded by numba at its first kernel, not before

    look = getattr(linalg, "ensure_blas", None)
    if look is None:
        return
    linalg.ensure_blas = _there
    try:
        from numba.np import arraymath  # noqa: PLC0415
    finally:
        linalg.ensure_blas = look
    arraymath.ensure_blas = look  # type: ignore[attr-defined]


def _there() -> None:
    """SciPy is installed."""
