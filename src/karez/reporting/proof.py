"""``proof/``: the tables from which the bounds are derived again."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from karez.model.plan import Proof
from karez.reporting.summary import as_json

PLAN_TABLES = ("plan_years", "plan_prizes", "plan_moats", "plan_options")
TABLES = ("graph", "nodes", "ascent", "elements", "options", "constraints", *PLAN_TABLES)
"""Tables of a proof; each becomes a Parquet file of that name."""


def write_proof(proof: Proof, catalogue: pd.DataFrame, folder: Path) -> None:
    """Write every table of `proof`, its multipliers and cases, and the catalogue into the new folder `folder`."""
    folder.mkdir()
    tables = {name: getattr(proof, name).reset_index(drop=True) for name in TABLES}
    for name, frame in {**tables, "catalogue": catalogue.reset_index(names="item")}.items():
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
    for name, found in (("multipliers", proof.multipliers), ("cases", proof.cases)):
        text = json.dumps(found, ensure_ascii=False, allow_nan=False, indent=2, default=as_json)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")
