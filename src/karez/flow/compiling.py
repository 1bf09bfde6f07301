"""Whether the first call of a kernel will have to compile it."""

from __future__ import annotations

from karez.kernels.ascent import ascend
from karez.kernels.cache import is_warm
from karez.kernels.chains import walk_chains
from karez.kernels.forest import root_forest
from karez.kernels.keys import exchange_keys
from karez.solving import is_compiled

NEEDED = {
    "plan": (walk_chains, ascend, exchange_keys),
    "street": (ascend, exchange_keys, root_forest),
}
"""Kernels that a command needs in any case; those that take longest to compile are among them."""


def is_first_run(command: str) -> bool:
    """Whether `karez` COMMAND (plan, street, or solve) has not been compiled on this machine yet."""
    return not (is_compiled() if command == "solve" else is_warm(*NEEDED[command]))
