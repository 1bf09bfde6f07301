"""What a centre of computing costs."""

from __future__ import annotations

from karez.appraising.plant import cost_of, yearly
from karez.model.catalogue import Catalogue
from karez.model.computing import CentrePrice
from karez.model.programme import Programme

HOURS = 8_760.0
CATEGORY = "computing"
"""Its lines of fibre price a centre where the settings have none."""


def centre_price(programme: Programme, catalogue: Catalogue) -> CentrePrice:
    """Price a centre by itself, each Mbit/s it serves, and a ms of delay of a Mbit/s; electricity if it has a price."""
    rules = programme.computing
    usual = programme.categories[CATEGORY].costs.get("fibre", ()) if CATEGORY in programme.categories else ()
    lines = rules.costs or usual
    hour = rules.energy_per_kwh * rules.overhead * HOURS
    one = cost_of(lines, "unit", programme, catalogue) + yearly(hour * rules.centre_kw, programme)
    mbps = cost_of(lines, "mbps", programme, catalogue) + yearly(hour * rules.kw_per_gbps / 1e3, programme)
    return CentrePrice(
        capex=one.capex,
        opex=one.opex_per_year,
        present=one.present,
        capex_per_mbps=mbps.capex,
        opex_per_mbps=mbps.opex_per_year,
        present_per_mbps=mbps.present,
        delay_present=yearly(rules.delay_per_mbps_ms_year, programme).present,
    )
