"""Settings of the risk analysis: what may come otherwise, how far, and what goes together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from karez.model.settings import Identifier, NonNegative, Settings, Share, setting

Shape = Literal["pert", "triangular"]
"""How values lie between low and high. Both have their peak at the value the plan is made with."""

Dependence = Literal["independent", "full"]
"""Whether each goes its own way, or all stand at the same place between their low and their high."""

Margin = Annotated[float, Field(ge=0.0, lt=1.0)]


class RiskClass(Settings):
    """Catalogue items that share what makes them dear or cheap, such as the same crews or the same maker."""

    items: tuple[str, ...] = setting(
        meaning="Catalogue items; `*` stands for any letters, as in `pass_*`", min_length=1
    )
    dependence: Dependence = setting(
        "full", meaning="All at the same place between low and high (full), or each by itself (independent)"
    )


class TakeUpRange(Settings):
    """How far take-up may be from ``demand.take_up``; the mode is 1, as planned."""

    low: NonNegative = setting(0.8, unit="factor", meaning="Lowest take-up, of the one planned with", assumption=True)
    high: NonNegative = setting(
        1.2, unit="factor", meaning="Highest take-up, of the one planned with; never above all homes", assumption=True
    )


class DelayRange(Settings):
    """Share of a year's work that is done a year later: the last of it in the plan's order, by cost."""

    low: Share = setting(0.0, unit="share", meaning="Least share that slips", assumption=True)
    likely: Share = setting(0.05, unit="share", meaning="Share that slips most likely", assumption=True)
    high: Share = setting(0.25, unit="share", meaning="Greatest share that slips", assumption=True)
    years: Dependence = setting(
        "full", meaning="Whether a late programme is late in all years alike (full), or each year by itself"
    )


class RiskRules(Settings):
    """What ``karez risk`` draws: prices between the catalogue's low and high, take-up, delay."""

    draws: int = setting(1000, unit="draws", meaning="Number of draws", ge=1, le=1_000_000)
    shape: Shape = setting("pert", meaning="Distribution between low, rate and high")
    classes: dict[Identifier, RiskClass] = setting({}, meaning="Items that go together, by the name of their class")
    lengths: Dependence = setting(
        "full", meaning="Items priced by length that no class names: all together (full), or each by itself"
    )
    others: Dependence = setting(
        "independent", meaning="Other items that no class names: all together (full), or each by itself"
    )
    take_up: TakeUpRange = setting(TakeUpRange(), meaning="How far take-up may be from plan")
    delay: DelayRange = setting(DelayRange(), meaning="How much of a year's work may slip")
    margins: tuple[Margin, ...] = setting(
        (0.1,), unit="share", meaning="Shares of every budget held back by the candidate plans that regret compares"
    )
    rounds: int = setting(
        20, unit="rounds", meaning="Most rounds of designing for each plan that is made anew for a draw", ge=1
    )
