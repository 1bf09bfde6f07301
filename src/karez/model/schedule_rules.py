"""Rules of the schedule beside budgets: crews, dates, floors, and what the planner fixes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from karez.model.settings import NonNegative, Positive, Settings, Share, setting
from karez.units import METRES_PER_KM


class Crew(Settings):
    """What the crews of one deployment method can build. What they leave unused in a year is lost."""

    km_per_year: tuple[NonNegative, ...] = setting(
        (), unit="km", meaning="Most km built in each programme year; empty: `start_km` and its growth"
    )
    start_km: NonNegative | None = setting(
        None, unit="km", meaning="Most km built in programme year 1; empty, and no list: no limit"
    )
    growth_per_year: float = setting(
        0.0, unit="1/year", meaning="Growth of that capacity per year (ramp-up)", gt=-1.0, le=10.0
    )
    longest_km_per_year: Positive | None = setting(
        None,
        unit="km",
        meaning="Most km of one span that can be built in a year; longer ones take several years. Empty: one year does",
    )

    def capacity_km(self, years: int) -> npt.NDArray[np.float64]:
        """Most km in each programme year, infinite where there is no limit; float64[T].

        >>> Crew(start_km=100.0, growth_per_year=0.5).capacity_km(3).tolist()
        [100.0, 150.0, 225.0]
        """
        if self.km_per_year:
            return np.array(self.km_per_year, np.float64)
        if self.start_km is None:
            return np.full(years, np.inf)
        return np.asarray(self.start_km * (1.0 + self.growth_per_year) ** np.arange(years), np.float64)

    def construction_years(self, length_m: npt.NDArray[np.float64]) -> npt.NDArray[np.int16]:
        """Years that spans take to build; int16[spans].

        >>> Crew(longest_km_per_year=50.0).construction_years(np.array([0.0, 50e3, 50.1e3, 120e3])).tolist()
        [1, 1, 2, 3]
        """
        if self.longest_km_per_year is None:
            return np.ones(len(length_m), np.int16)
        years = np.ceil(np.round(length_m / METRES_PER_KM / self.longest_km_per_year, 9))
        return np.asarray(np.clip(years, 1, np.iinfo(np.int16).max), np.int16)


class Floor(Settings):
    """Least coverage of the homes of an area by a calendar year. A plan that cannot keep it is refused."""

    area: str = setting("", meaning="Area; empty: every area that has homes")
    year: int = setting(unit="year", meaning="Calendar year by whose end it is kept")
    coverage: Share = setting(unit="share", meaning="Least coverage of the homes of the area")


class Fixed(Settings):
    """Sites and spans that the planner gives a year, or rules out."""

    sites: tuple[str, ...] = setting((), meaning="Ids of sites")
    spans: tuple[str, ...] = setting((), meaning="Ids of spans of the designed network, as a run before showed them")
    year: int | None = setting(
        None, unit="year", meaning="Calendar year in which they are completed, neither sooner nor later"
    )
    never: bool = setting(False, meaning="Whether they are not built or served at all")
    reason: str = setting("", meaning="Why; printed in the report")
