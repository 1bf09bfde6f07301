"""Settings of what breaks a network: how often its parts fail, what hazards do, who needs two ways."""

from __future__ import annotations

from karez.model.settings import Identifier, NonNegative, Positive, Settings, Share, setting
from karez.model.words import Alternative, Method

HOURS_PER_YEAR = 8766.0
"""Hours of a mean year, 365.25 days."""

MINUTES_PER_YEAR = 60.0 * HOURS_PER_YEAR


class CableOutage(Settings):
    """How often a kilometre of cable fails, and how long that lasts.

    Assumptions, all of them. Buried cable: 2.13 failures a year and 1,000 km, a figure of Bellcore that we have only as
    quoted by others (Alcoa Fujikura, Reliability of Fiber Optic Cable Systems, May 2001). It lies between two others
    that are quoted as often: 3 cuts a year and 1,000 route-miles of long-haul cable, 1.9 per 1,000 km (Grover,
    Mesh-Based Survivable Networks, 2004, after the FCC), and 4.39 per 1,000 sheath-miles, 2.7 per 1,000 km (Zhang and
    Mukherjee, IEEE Network 18 (2004) 41–48, doi:10.1109/MNET.2004.1276610). In towns Grover has 13 per 1,000
    route-miles, 8.1 per 1,000 km. Twelve hours until a cut is spliced is quoted from To and Neusy 1994,
    Unavailability analysis of long-haul networks, doi:10.1109/49.265711, which we have not read; other planners take 8
    to 14 hours for buried cable. All are of the United States of the nineties. Other methods are assumed from these.
    """

    per_1000_km: NonNegative = setting(
        2.13, unit="1/year per 1,000 km", meaning="Failures of a cable a year", assumption=True
    )
    repair_hours: NonNegative = setting(12.0, unit="h", meaning="Hours until it is repaired", assumption=True)

    def unavailability(self, km: float) -> float:
        """Share of time that a cable of that length is out.

        >>> round(CableOutage().unavailability(100.0) * MINUTES_PER_YEAR, 1)
        153.3
        """
        lost = self.per_1000_km * km / 1000.0 * self.repair_hours
        return lost / (HOURS_PER_YEAR + lost)


class PlantOutage(Settings):
    """How often plant, or a whole technology at a site, fails, and how long that lasts."""

    per_year: NonNegative = setting(0.0, unit="1/year", meaning="Failures a year", assumption=True)
    repair_hours: NonNegative = setting(6.0, unit="h", meaning="Hours until it is repaired", assumption=True)

    @property
    def unavailability(self) -> float:
        """Share of time that it is out.

        >>> round(PlantOutage(per_year=0.1, repair_hours=6.0).unavailability * MINUTES_PER_YEAR, 1)
        36.0
        """
        lost = self.per_year * self.repair_hours
        return lost / (HOURS_PER_YEAR + lost)


class ResilienceRules(Settings):
    """How often parts fail, who needs two ways, what hardening and repairs take."""

    cables: dict[Method, CableOutage] = setting(
        {
            "buried": CableOutage(),
            "along_rail": CableOutage(),
            "existing": CableOutage(),
            "existing_duct": CableOutage(per_1000_km=1.0),
            "micro_trench": CableOutage(per_1000_km=6.0),
            "aerial": CableOutage(per_1000_km=6.0, repair_hours=8.0),
            "submarine": CableOutage(per_1000_km=0.5, repair_hours=336.0),
        },
        meaning="Failures of cables by deployment method; a method left out fails as `buried` by default",
    )
    nodes: dict[str, PlantOutage] = setting(
        {
            "source": PlantOutage(per_year=0.05, repair_hours=4.0),
            "place": PlantOutage(per_year=0.1, repair_hours=6.0),
            "junction": PlantOutage(),
            "join": PlantOutage(),
        },
        meaning="Failures of plant by kind of node: source, place, junction, join, mast; others never fail",
    )
    alternatives: dict[Alternative, PlantOutage] = setting(
        {
            "microwave": PlantOutage(per_year=1.0, repair_hours=8.0),
            "fixed_wireless": PlantOutage(per_year=1.0, repair_hours=8.0),
            "satellite": PlantOutage(per_year=0.5, repair_hours=24.0),
        },
        meaning="Failures of technologies without a span of the graph, as a whole",
    )
    vital: tuple[Identifier, ...] = setting(
        ("county_seat", "hospital", "emergency_post"), meaning="Categories whose sites need two ways to a source"
    )
    parallel_cost: Positive = setting(
        1.0,
        unit="factor",
        meaning="Cost of a second duct where there is one road only, over that of the first",
        assumption=True,
    )
    damage_per_km: dict[Method, NonNegative] = setting(
        {"aerial": 0.2, "existing_duct": 0.03, "submarine": 0.1},
        unit="1/km",
        meaning="Breaks a kilometre of a method that lies in a hazard's polygon, if the hazard comes",
        assumption=True,
    )
    damage_of_others: NonNegative = setting(0.05, unit="1/km", meaning="The same of methods not named", assumption=True)
    damage_node: Share = setting(
        0.02, unit="share", meaning="Chance that plant in a polygon fails, if the hazard comes", assumption=True
    )
    damage_hours: Positive = setting(
        72.0, unit="h", meaning="Hours a site is out if a hazard cuts it off", assumption=True
    )
    hardening_cost: Share = setting(
        0.5, unit="share of capex", meaning="Cost of hardening a span, of laying it", assumption=True
    )
    hardening_effect: Share = setting(
        0.8, unit="share", meaning="Part of a span's breaks that hardening prevents", assumption=True
    )
    crews: int = setting(1, unit="crews", meaning="Crews that repair after a disaster", ge=1, le=1000)
    repair_hours_each: NonNegative = setting(
        8.0, unit="h", meaning="Hours a crew takes to reach and begin a repair after a disaster", assumption=True
    )
    repair_hours_per_km: NonNegative = setting(
        4.0, unit="h/km", meaning="Hours a crew takes for a broken kilometre after a disaster", assumption=True
    )
    states: int = setting(
        4096, unit="states", meaning="Most states kept for the availability of a meshed part; fewer give bounds", ge=16
    )

    def cable(self, method: str) -> CableOutage:
        """How cables of a method fail."""
        return {str(name): outage for name, outage in self.cables.items()}.get(method) or CableOutage()

    def damage(self, method: str) -> float:
        """Breaks a kilometre of a method, if a hazard comes."""
        return {str(name): rate for name, rate in self.damage_per_km.items()}.get(method, self.damage_of_others)

    def node(self, kind: str) -> PlantOutage:
        """How plant of a kind fails."""
        return self.nodes.get(kind) or PlantOutage()
