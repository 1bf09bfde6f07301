"""How kernels of the solver are compiled: cached, beside others, and without what nobody calls."""

from __future__ import annotations

from typing import Any

KERNEL: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
"""Options of ``numba.njit``. Nothing calls kernels from C, and none divides by what may be 0; both save compiling."""
