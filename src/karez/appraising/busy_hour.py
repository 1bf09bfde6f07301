"""Traffic of every site in a busy hour some years on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.appraising.facts import gather
from karez.appraising.rates import site_demand
from karez.appraising.uptake import ceiling
from karez.model.inputs import Inputs
from karez.model.route_graph import RouteGraph


def busy_hour_mbps(inputs: Inputs, graph: RouteGraph) -> npt.NDArray[np.float64]:
    """Busy-hour Mbit/s of every site, in the year that ``backbone.traffic_years`` says: float64[sites].

    Households connect up to the ceiling of their take-up curve; institutions all do. What each draws grows by
    ``business.traffic_growth_per_year`` from the first programme year on. Those served already are left out, as
    everywhere in the programme.
    """
    programme = inputs.programme
    facts = gather(inputs, graph)
    curve, take_up = programme.business.uptake, programme.demand.take_up
    urban = facts.urban_household * ceiling(curve.urban, take_up)
    rural = (facts.household - facts.urban_household) * ceiling(curve.rural, take_up)
    growth = (1.0 + programme.business.traffic_growth_per_year) ** programme.backbone.traffic_years
    return site_demand(facts, programme) * np.where(facts.is_home, urban + rural, facts.unit) * growth
