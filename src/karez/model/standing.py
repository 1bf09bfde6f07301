"""What stands when a programme is planned again: the settings that a replanned run carries in its record."""

from __future__ import annotations

from datetime import date

from karez.model.settings import Settings, setting


class Standing(Settings):
    """What was done before the first year of a replanned programme; empty in a project folder."""

    as_of: date | None = setting(
        None, meaning="Day that the ledger was read as of; empty: the programme is not replanned"
    )
    baseline: int = setting(0, meaning="Version of the baseline that it was replanned from", ge=0)
    spent_real: dict[str, float] = setting(
        {}, unit="currency", meaning="Money paid before, real, by project; shares of capex count it"
    )

    @property
    def spent_in_all(self) -> float:
        """Money paid before, of all projects and of none, real."""
        return sum(self.spent_real.values())
