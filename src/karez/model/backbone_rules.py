"""Settings of the survivable backbone: which hubs need two ways."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.optics_rules import OpticsRules
from karez.model.settings import Identifier, NonNegative, Positive, Settings, setting

Survivability = Literal["none", "edge", "node"]
"""One way; two that share no span; two that share neither a span nor a node."""

NO_HUB, ONE_WAY = "no", "one"
"""Words of the sites' column ``hub`` beside ``edge`` and ``node``: no hub, and a hub with one way (``none``)."""

HUB_WORDS = (NO_HUB, ONE_WAY, "edge", "node")

USUAL_HUBS: dict[str, Survivability] = {"county_seat": "node", "gateway": "node", "computing": "node"}
"""Categories that are hubs where the settings name none, as far as the programme has them."""


class BackboneRules(Settings):
    """Which sites are hubs, and what their ways to a source must survive."""

    hubs: dict[Identifier, Survivability] = setting(
        {},
        meaning="Categories of sites that are hubs: one way (none), two that share no span (edge), or neither a span "
        "nor a node (node); none named: county_seat, gateway and computing, by node",
    )
    in_plan: bool = setting(
        False,
        meaning="Whether the plan builds the backbone, within its years and budget; else it is a study of its own",
    )
    closed_by: int | None = setting(
        None, unit="year", meaning="Calendar year by which the plan has built the backbone; none: the last one"
    )
    dual_entry: bool = setting(
        True,
        meaning="Whether sources, and hubs that need two ways, are led in twice: a second cable in a trench "
        "apart, from a join of its own, at the same rate",
    )
    dual_entry_max_m: NonNegative = setting(
        5000.0, unit="m", meaning="Lead-ins longer than this are roads of their own, and stay single", assumption=True
    )
    distinct_sources: bool = setting(False, meaning="Whether the two ways of a hub must end at two sources")
    new_route_per_m: NonNegative = setting(
        0.0, unit="money/m", meaning="Price of a new cross-country route; 0: the dearest rate of the candidates"
    )
    new_route_detour: Positive = setting(
        1.3, unit="factor", meaning="Length of a new cross-country route over its beeline", assumption=True
    )
    traffic_years: int = setting(
        10,
        unit="years",
        meaning="Years from the first programme year on after which the backbone's busy-hour traffic is counted",
        assumption=True,
        ge=0,
        le=50,
    )
    optics: OpticsRules = setting(OpticsRules(), meaning="Wavelengths on the backbone, and what carries them")
    shares: int = setting(
        18, unit="rounds", meaning="In a plan: times that costs are shared out anew between backbone and tree", ge=1
    )
    stop_gap: NonNegative = setting(0.015, unit="share", meaning="Stop once a part is proven this close")
    rounds: int = setting(400, unit="rounds", meaning="Pieces of the network torn up and mended", ge=1)
    effort: int = setting(150_000, unit="iterations", meaning="Simplex iterations for the bound of a part", ge=1)


def hub_words(rules: BackboneRules, sites: pd.DataFrame) -> npt.NDArray[np.object_]:
    """What the ways of every site must survive (``Survivability``), empty where it is no hub: object[sites].

    A site's own word, column ``hub``, goes before that of its category.
    """
    of_category: dict[str, str] = {**(rules.hubs or USUAL_HUBS)}
    own = {"edge": "edge", "node": "node", ONE_WAY: "none", NO_HUB: ""}
    told = zip(sites["category"], sites["hub"], strict=True)
    return np.array([own.get(word, of_category.get(category, "")) for category, word in told], dtype=object)
