"""Settings of what design and years are to each other: joint improvement, and the bound over both."""

from __future__ import annotations

from karez.model.settings import NonNegative, Settings, setting


class Joint(Settings):
    """How design and years improve each other, and how hard the bound over both is worked on. Counted effort only."""

    rounds: int = setting(
        2, unit="rounds", meaning="Most rounds in which the schedule's prices of money redesign the network", ge=0
    )
    least_gain: NonNegative = setting(
        0.001, unit="share", meaning="A round in which service grows by less than this is the last"
    )
    stop_gap: NonNegative = setting(
        0.002, unit="share", meaning="Stop improving the plan's bound once the plan is proven this close"
    )
    prices: int = setting(
        12, unit="prices of money", meaning="Most prices of money that are tried for the plan's bound", ge=1
    )
    ascents: int = setting(6, unit="ascents", meaning="Dual ascents a year for the bound that is kept", ge=0)
