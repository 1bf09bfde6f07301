"""Runs made in memory, with no more in them than one check reads."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

from karez.model.attributes import PLAN_TABLES
from karez.model.plan import Proof
from karez.model.programme import Programme
from karez.verifying import Run
from karez.verifying.run import PROOF_COLUMNS
from projects import PROGRAMME


def settings(**agreement: Any) -> Programme:
    """Settings of the small made-up project, with changes to its agreement."""
    content = tomllib.loads(PROGRAMME)
    content["agreement"].update(agreement)
    return Programme.model_validate(content)


def bare_run(programme: Programme | None = None, **tables: pd.DataFrame) -> Run:
    """A run with some tables, all others empty."""
    layers = {table.name: pd.DataFrame(columns=list(table.names)) for table in PLAN_TABLES}
    proof = {name: pd.DataFrame(columns=list(columns)) for name, columns in PROOF_COLUMNS.items()}
    given = {name: tables.pop(name, empty) for name, empty in layers.items()}
    catalogue = proof.pop("catalogue").set_index("item")
    proof = {name: tables.pop(f"proof_{name}", empty) for name, empty in proof.items()}
    assert not tables
    return Run(
        folder=Path("run"),
        programme=programme or settings(),
        summary={"certificates": []},
        catalogue=catalogue,
        proof=Proof(**proof, multipliers={}),
        sites=given["sites"],
        spans=given["spans"],
        nodes=given["nodes"],
        areas=given["areas"],
    )
