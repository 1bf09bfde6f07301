"""``proof/``: the tables from which the bounds are derived again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from karez.model.plan import Proof
from karez.reporting.files import write_json, write_parquets

PLAN_TABLES = ("plan_years", "plan_prizes", "plan_moats", "plan_options")
TABLES = ("graph", "nodes", "ascent", "elements", "options", "constraints", *PLAN_TABLES)
"""Tables of a proof; each becomes a Parquet file of that name."""

RADIO_TABLES = ("radio", "radio_parts", "radio_masts", "radio_sights", "radio_profiles")
"""The same where hops are edges."""


def write_proof(proof: Proof, catalogue: pd.DataFrame, folder: Path) -> None:
    """Write every table of `proof`, its multipliers and cases, and the catalogue into the new folder `folder`."""
    tables = {**{name: getattr(proof, name) for name in TABLES}, **proof.backbone}
    tables |= {name: getattr(proof, name) for name in RADIO_TABLES if len(getattr(proof, name).columns)}
    write_parquets({**tables, "catalogue": catalogue.reset_index(names="item")}, folder)
    for name, found in (("multipliers", proof.multipliers), ("cases", proof.cases)):
        write_json(found, folder / f"{name}.json")
