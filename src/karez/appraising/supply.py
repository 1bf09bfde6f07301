"""Power of whatever serves a site that has no grid."""

from __future__ import annotations

from karez.model.cost_line import CostLine
from karez.model.programme import Programme


def supply_lines(programme: Programme, technology: str) -> tuple[CostLine, ...]:
    """Cost lines of the supply of a site without a grid: watts of its terminals and of its units."""
    power = programme.power
    drawn = (("terminal", power.terminal_watts), ("unit", power.unit_watts))
    return tuple(
        CostLine(item=power.item, per=per, quantity=watts * power.installed_per_watt)
        for per, by_technology in drawn
        for name, watts in by_technology.items()
        if str(name) == technology and watts > 0
    )
