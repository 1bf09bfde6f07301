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


def ringed(inputs: Inputs, hubs: dict[str, Any]) -> Inputs:
    """The same with other hubs; without any, with no backbone in its plan."""
    rules = inputs.programme.backbone.model_copy(update={"hubs": hubs, "in_plan": bool(hubs)})
    return replace(inputs, programme=inputs.programme.model_copy(update={"backbone": rules}))


def selling(inputs: Inputs, mbps: float) -> Inputs:
    """The same with so many Mbit/s in a cell of the low-orbit service."""
    services = dict(inputs.programme.satellites)
    services["leo"] = services["leo"].model_copy(update={"cell_mbps": mbps})
    return replace(inputs, programme=inputs.programme.model_copy(update={"satellites": services}))
