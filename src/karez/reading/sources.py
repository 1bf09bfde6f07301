"""Points the network is fed from: the layer of sources, and lit nodes that exist already."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from karez.model.attributes import SOURCES
from karez.reading.findings import Findings
from karez.reading.records import Records
from karez.reading.settings import Settled


def check_sources(sources: Records, settled: Settled, findings: Findings) -> None:
    """Sources that come only after the programme's last year."""
    if settled.calendar_years is None:
        return
    last = settled.calendar_years[-1]
    late = (sources.table["from_year"] > last).fillna(False).to_numpy(dtype=bool)
    problem = f"the source comes after the programme's last year, {last}"
    findings.rows(sources.where, late, problem, "Give an earlier year or leave the row out", column="from_year")


def with_lit_nodes(sources: Records | None, nodes: Records | None, findings: Findings) -> Records | None:
    """The sources and, after them, the existing nodes that are lit, as sources without a connection cost."""
    if nodes is None:
        return sources
    lit = nodes.table["lit"].to_numpy(dtype=bool)
    rows = nodes.table.loc[lit, ["id", "name"]].assign(connection_cost=0.0)
    rows["from_year"] = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    if lit.any():
        findings.note(f"{lit.sum()} lit nodes that exist already are sources.", int(lit.sum()), sorted(rows["id"]))
    if sources is None:
        return None
    both = np.isin(nodes.table["id"].to_numpy(dtype=str), sources.table["id"].to_numpy(dtype=str)) & lit
    findings.rows(
        nodes.where, both, "the id is used by a source too", "Rename the node or remove the source", column="id"
    )
    table = pd.concat([sources.table, rows[list(SOURCES.names)]], ignore_index=True)
    return replace(sources, table=table, shapes=np.concatenate([sources.shapes, nodes.shapes[lit]]))


def check_any(sources: Records, findings: Findings) -> None:
    """Refuse a project that is fed from nowhere."""
    if not len(sources):
        remedy = "Add a row, or set `lit` on a node of layers.existing_nodes"
        findings.fault(sources.where, "there is no source: nothing feeds the network", remedy)
