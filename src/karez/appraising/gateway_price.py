"""What a gateway for things costs, and what joins it by satellite."""

from __future__ import annotations

from karez.appraising.plant import cost_of
from karez.model.catalogue import Catalogue
from karez.model.plant import PlantCost
from karez.model.programme import Programme

CATEGORY = "iot_gateway"
"""Its lines price a gateway where the settings have none."""


def gateway_price(programme: Programme, catalogue: Catalogue) -> tuple[PlantCost, PlantCost | None]:
    """Price a gateway, and a satellite link of one; None where nothing says what that costs."""
    rules, own = programme.things, programme.categories.get(CATEGORY)
    fibre = own.costs.get("fibre", ()) if own is not None else ()
    sky = own.costs.get("satellite", ()) if own is not None else ()
    gateway = cost_of(rules.costs or fibre, "unit", programme, catalogue)
    if rules.backhaul:
        return gateway, cost_of(rules.backhaul, "unit", programme, catalogue)
    if own is None or not sky:
        return gateway, None
    beyond = [line for line in sky if line.item not in {one.item for one in fibre}]
    link, traffic = (cost_of(beyond, per, programme, catalogue) for per in ("unit", "mbps"))
    mbps = own.demand_mbps
    more = PlantCost(mbps * traffic.capex, mbps * traffic.opex_per_year, mbps * traffic.present)
    return gateway, link + more
