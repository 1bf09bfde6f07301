"""Run record, summary and proof come back as they were."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karez.model.plan import Plan
from karez.model.programme import Programme
from karez.reporting.proof import TABLES, write_proof
from karez.reporting.record import to_toml, write_record
from karez.reporting.summary import write_summary

_SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8")),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), _VALUES, max_size=4))
def test_toml_that_is_written_is_read_back_the_same(content: dict[str, object]) -> None:
    assert tomllib.loads(to_toml(content)) == content


def test_the_record_holds_settings_that_make_the_same_programme(plan: Plan, tmp_path: Path) -> None:
    write_record(plan, tmp_path / "run.toml")
    record = tomllib.loads((tmp_path / "run.toml").read_text(encoding="utf-8"))
    assert Programme.model_validate(record["settings"]) == plan.programme
    assert record["seed"] == plan.record.seed
    assert record["hashes"] == plan.record.hashes
    assert record["versions"] == plan.record.versions


def test_the_summary_is_the_plans_own(plan: Plan, tmp_path: Path) -> None:
    write_summary(plan, tmp_path / "summary.json")
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert list(summary) == list(plan.summary())
    assert summary["totals"]["capex_real"] == plan.appraisal.totals["capex_real"]
    assert [certificate["scope"] for certificate in summary["certificates"]] == [c.scope for c in plan.certificates]
    assert summary["certificates"][-1]["bound"] is None


def test_a_summary_with_a_figure_that_is_none_is_refused(plan: Plan, tmp_path: Path) -> None:
    worth = dataclasses.replace(plan.appraisal, totals={**plan.appraisal.totals, "coverage": float("nan")})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_summary(dataclasses.replace(plan, appraisal=worth), tmp_path / "summary.json")


def test_proof_tables_come_back_with_their_types(plan: Plan, tmp_path: Path) -> None:
    write_proof(plan.proof, plan.catalogue, tmp_path / "proof")
    for name in TABLES:
        before = getattr(plan.proof, name).reset_index(drop=True)
        after = pd.read_parquet(tmp_path / "proof" / f"{name}.parquet")
        pd.testing.assert_frame_equal(after, before, check_dtype=False, check_column_type=False)
    graph = pd.read_parquet(tmp_path / "proof" / "graph.parquet")
    assert graph["present_minor"].dtype == "int64"
    assert json.loads((tmp_path / "proof" / "multipliers.json").read_text()) == plan.proof.multipliers
