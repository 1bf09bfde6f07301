"""What does not know hops says so, and answers nothing wrong."""

from __future__ import annotations

from karez.errors import UsageFault
from karez.model.inputs import Inputs


def refuse_hops(inputs: Inputs, what: str) -> None:
    """Refuse a project whose network has hops for edges.

    Raises
    ------
    UsageFault
        If it has.
    """
    if inputs.programme.radio.on:
        raise UsageFault(
            f"{what} does not know what hops can carry: take radio.bands out of programme.toml and price microwave by "
            "distance there (technologies.microwave.bands), or leave it out."
        )
