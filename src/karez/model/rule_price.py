"""What each rule of a programme costs, and which of them stand against each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from karez.model.note import Note
from karez.model.plan import RunRecord
from karez.model.programme import Programme


@dataclass(frozen=True)
class Reached:
    """What a schedule reaches, and how well that is proven.

    Parameters
    ----------
    service, service_bound : float
        Discounted, weighted years of service, and what no schedule of that network exceeds.
    cost, cost_bound : float
        Present cost, and what no schedule of that network with that service undercuts.
    homes : tuple[float, ...]
        Coverage of homes to standard by the end of each year.
    homes_any : tuple[float, ...]
        The same, of any service.
    """

    service: float
    service_bound: float
    cost: float
    cost_bound: float
    homes: tuple[float, ...]
    homes_any: tuple[float, ...]


@dataclass(frozen=True)
class RulePrice:
    """What one rule costs.

    Service is measured without the rule: where the rule weighs sites, with the weights they have without it. All
    prices are differences of the plan with the rule and the best found without it.

    Parameters
    ----------
    name : str
        Stable name, ``kind:…``.
    kind : str
        What kind of rule it is.
    words : str
        The rule in plain words.
    weighs : bool
        Whether it changes what is measured, not what is allowed.
    binds : bool
        Whether it was solved again: a rule whose price in both proofs is zero costs nothing that they could tell.
    base : Reached
        The plan with the rule.
    freed : Reached
        Without it; ``cost`` is the least found at the service of `base`.
    looser : Reached | None
        With the rule loosened by a tenth; None for rules that have no number.
    looser_words : str
        What that is.
    gained : float | None
        Share of service that it brings; None for rules that have no number.
    redesigned : bool
        Whether the network was designed again.
    """

    name: str
    kind: str
    words: str
    weighs: bool
    binds: bool
    base: Reached
    freed: Reached
    looser: Reached | None
    looser_words: str
    gained: float | None
    redesigned: bool

    @property
    def lost(self) -> float:
        """Share of service that the rule takes: found."""
        return max(0.0, self.freed.service - self.base.service) / (self.base.service or 1.0)

    @property
    def lost_at_least(self) -> float:
        """What it takes at the least, as far as the proofs tell."""
        best = self.base.service if self.weighs else self.base.service_bound
        return max(0.0, self.freed.service - best) / (self.base.service or 1.0)

    @property
    def lost_at_most(self) -> float:
        """What it takes at the most."""
        return max(0.0, self.freed.service_bound - self.base.service) / (self.base.service or 1.0)

    @property
    def saved(self) -> float:
        """Present cost of the rule at equal service: found."""
        return max(0.0, self.base.cost - self.freed.cost)

    @property
    def saved_at_least(self) -> float:
        """Present cost of the rule at the least, as far as the proofs tell."""
        return max(0.0, (self.base.cost if self.weighs else self.base.cost_bound) - self.freed.cost)

    @property
    def saved_at_most(self) -> float:
        """Present cost of the rule at the most."""
        return max(0.0, self.base.cost - self.freed.cost_bound)

    @property
    def certain(self) -> bool:
        """Whether it is proven that the rule costs service or money."""
        return self.lost_at_least > 0 or self.saved_at_least > 0

    def homes_lost(self) -> tuple[float, ...]:
        """Coverage of homes, to standard, that the rule takes by the end of each year; negative: that it brings."""
        return tuple(without - with_it for without, with_it in zip(self.freed.homes, self.base.homes, strict=True))


@dataclass(frozen=True)
class RuleStudy:
    """The price of each rule.

    Parameters
    ----------
    programme : Programme
        The settings.
    base : Reached
        The plan.
    prices : tuple[RulePrice, ...]
        In the order of what they cost, the dearest first.
    record : RunRecord
        To run it again.
    notes : tuple[Note, ...]
        What a reader must know.
    """

    programme: Programme
    base: Reached
    prices: tuple[RulePrice, ...]
    record: RunRecord
    notes: tuple[Note, ...] = ()

    def table(self) -> pd.DataFrame:
        """One row a rule: shares of service, present cost, coverage of homes by year, gaps."""
        years = self.programme.agreement.calendar_years
        rows = []
        for price in self.prices:
            row: dict[str, Any] = {
                "rule": price.name,
                "kind": price.kind,
                "words": price.words,
                "service_lost": price.lost,
                "service_lost_at_least": price.lost_at_least,
                "service_lost_at_most": price.lost_at_most,
                "present_cost_real": price.saved,
                "present_cost_at_least_real": price.saved_at_least,
                "present_cost_at_most_real": price.saved_at_most,
                "certain": price.certain,
                "binds": price.binds,
                "redesigned": price.redesigned,
                "looser": price.looser_words,
                "service_gained_if_looser": price.gained,
            }
            row |= {f"homes_lost_{year}": lost for year, lost in zip(years, price.homes_lost(), strict=True)}
            rows.append(row)
        columns = list(rows[0]) if rows else ["rule"]
        return pd.DataFrame(rows, columns=columns)

    def summary(self) -> dict[str, Any]:
        """What ``why.json`` holds; equal runs give equal documents (rule 10)."""
        agreement = self.programme.agreement
        rows = self.table().to_dict("records")
        return {
            "format": 1,
            "kind": "why",
            "programme": agreement.name,
            "region": agreement.region,
            "currency": agreement.currency,
            "price_year": agreement.price_year,
            "seed": self.record.seed,
            "key": self.record.key,
            "feasible": True,
            "plan": {
                "service": self.base.service,
                "service_bound": self.base.service_bound,
                "present_cost_real": self.base.cost,
                "present_cost_bound_real": self.base.cost_bound,
                "homes": dict(zip(map(str, agreement.calendar_years), self.base.homes, strict=True)),
            },
            "rules": [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in rows],
            "notes": [{"stage": note.stage, "text": note.text, "count": note.count} for note in self.notes],
        }


@dataclass(frozen=True)
class Loosening:
    """The least by which one rule alone must be loosened so that a schedule is found.

    Parameters
    ----------
    name, words : str
        The rule.
    share : float | None
        Least share found: 0.25 for a quarter. None: the rule has no number, or no loosening of it alone will do.
    proven : float
        No lesser share will do, as far as that was proven.
    enough : bool
        Whether the programme has a schedule without the rule.
    result : str
        What the rule then says, in words; found, and tried.
    """

    name: str
    words: str
    share: float | None
    proven: float
    enough: bool
    result: str


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot all be kept, none of which can be left out of the list.

    Parameters
    ----------
    programme : Programme
        The settings.
    message : str
        What the planner said first.
    sets : tuple[tuple[tuple[str, str], ...], ...]
        Names and words of the rules that conflict. Each set after the first conflicts even without the last rule of
        every set before it.
    proven : bool
        Whether it is proven of each set that no schedule of the designed network keeps it.
    minimal : bool
        Whether for each rule of each set a schedule was found that keeps the others of the set.
    loosenings : tuple[Loosening, ...]
        What would help, one for each of the rules.
    record : RunRecord
        To run it again.
    """

    programme: Programme
    message: str
    sets: tuple[tuple[tuple[str, str], ...], ...]
    proven: bool
    minimal: bool
    loosenings: tuple[Loosening, ...]
    record: RunRecord

    def sentences(self) -> list[str]:
        """The explanation, a sentence each."""
        said = [self.message]
        how = "Proven: no schedule keeps all of these" if self.proven else "No schedule was found for all of these"
        for number, rules in enumerate(self.sets):
            head = how if number == 0 else "Besides, and even without the last of those, these conflict"
            said.append(f"{head}: {'; '.join(words for _, words in rules)}.")
        if self.sets:
            said.append(
                "Any one of them left out, the others can be kept: a schedule was found for each."
                if self.minimal
                else "It may be that some rules could be left out of the list."
            )
        for one in self.loosenings:
            if one.share is not None:
                less = f"; less than {one.proven:.1%} is proven not to do" if one.proven > 0 else ""
                said.append(f"It is enough to change: {one.words}. Changed by {one.share:.1%}: {one.result}{less}.")
            elif one.enough:
                said.append(f"It is enough to drop: {one.words}.")
            else:
                said.append(f"Not enough alone, even dropped: {one.words}.")
        return said

    def summary(self) -> dict[str, Any]:
        """What ``why.json`` holds where a programme has no plan."""
        agreement = self.programme.agreement
        return {
            "format": 1,
            "kind": "why",
            "programme": agreement.name,
            "region": agreement.region,
            "currency": agreement.currency,
            "seed": self.record.seed,
            "key": self.record.key,
            "feasible": False,
            "message": self.message,
            "conflicts": [[{"rule": name, "words": words} for name, words in rules] for rules in self.sets],
            "conflict_proven": self.proven,
            "conflict_irreducible": self.minimal,
            "loosenings": [vars(one) for one in self.loosenings],
            "sentences": self.sentences(),
        }
