"""Money of other currencies becomes the programme's: the rates that ``programme.toml`` states (rule 1)."""

from __future__ import annotations

from karez.model.programme import Programme


def factors(programme: Programme) -> dict[str, float]:
    """Units of the programme's currency in one unit of every currency that has a rate, itself included."""
    return {**programme.rates.exchange, programme.agreement.currency: 1.0}
