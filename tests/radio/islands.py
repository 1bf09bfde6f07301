"""The example with other settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from karez.model.inputs import Inputs

EXAMPLE = Path(__file__).parents[2] / "examples" / "archipelago"


def changed(inputs: Inputs, **radio: Any) -> Inputs:
    """The same with other settings of radio."""
    rules = inputs.programme.radio.model_copy(update=radio)
    return replace(inputs, programme=inputs.programme.model_copy(update={"radio": rules}))


def selling(inputs: Inputs, mbps: float) -> Inputs:
    """The same with so many Mbit/s in a cell of the low-orbit service."""
    services = dict(inputs.programme.satellites)
    services["leo"] = services["leo"].model_copy(update={"cell_mbps": mbps})
    return replace(inputs, programme=inputs.programme.model_copy(update={"satellites": services}))
