"""What plant beside the plan costs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlantCost:
    """Real money for one of something: paid once, every year, and present cost if built in year 1 (rule 3)."""

    capex: float
    opex_per_year: float
    present: float

    def __add__(self, other: PlantCost) -> PlantCost:
        return PlantCost(
            self.capex + other.capex, self.opex_per_year + other.opex_per_year, self.present + other.present
        )
