"""Settings of the ledger that an agreement is kept in."""

from __future__ import annotations

from datetime import date

from karez.model.settings import Positive, Settings, Share, setting


class Tracking(Settings):
    """The ledger: where it lies, and what is taken for what."""

    ledger: str = setting(
        "", meaning="URL of the ledger where several write, without a password; empty: `ledger.sqlite` in the project"
    )
    agreed_on: date | None = setting(
        None, meaning="Day of the agreement, before which nothing is recorded; empty: 1 January of the first year"
    )
    length_tolerance: Share = setting(
        0.1, unit="share", meaning="Metres built may exceed a span's planned length by this, and no more"
    )
    match_within_m: Positive = setting(
        250.0, unit="m", meaning="A built line further than this from every planned one is not counted to it"
    )
    at_risk_index: Share = setting(
        0.9, unit="factor", meaning="Below this schedule performance a promise that is not yet due is at risk"
    )
    budget_signed: bool = setting(
        False, meaning="Whether the budget is signed: what is not begun is then `planned`, before it `proposed`"
    )
    publisher: str = setting(
        "", meaning="Organisation that publishes the open-standard exports; empty: the first party"
    )
    country: str = setting(
        "", meaning="ISO 3166 code of the country, two letters, for the network's export", pattern=r"^([A-Z]{2})?$"
    )
    country_name: str = setting("", meaning="Name of the country, for the export of the projects; empty: not said")
