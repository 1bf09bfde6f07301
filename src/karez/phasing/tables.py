"""A schedule's problem and outcome as tables, from which the bounds can be derived again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.phasing.problem import BENEFIT, CAPEX, OPEX, Floats, Problem, Rows

Years = npt.NDArray[np.int16]

FACTORS = {
    "capex": "capex",
    "opex": "opex",
    "benefit": "benefit",
    "project_capex": "capex:{project}",
    "coverage": "coverage:{project}",
}
"""Columns of the constraint table before ``_t``, and the feature each multiplies."""


def element_table(inputs: Inputs, design: Design, problem: Problem, year: Years) -> pd.DataFrame:
    """Elements in the order of the design's tree; see ``Schedule.elements``. `year` is 1 … T, 0 for never."""
    count = problem.elements
    projects = [project.id for project in inputs.programme.projects]
    columns = {
        "parent": problem.parent,
        "capex_real": problem.features[:count, CAPEX],
        "opex_real_per_year": problem.features[:count, OPEX],
        "earliest_year": problem.first[:count] + 1,
        "year": _calendar(inputs, year),
        **_present(problem.present[:count]),
        **{f"share_{project}": design.attribution[:, number] for number, project in enumerate(projects)},
    }
    return pd.DataFrame(columns)


def option_table(inputs: Inputs, prices: Prices, problem: Problem, year: Years) -> pd.DataFrame:
    """Ways to serve a site; see ``Schedule.options``. `year` is 1 … T, 0 for never."""
    count, row, site = problem.elements, problem.option_row, problem.option_site
    offered = prices.options.iloc[row]
    covered = np.where(offered["meets_standard"].to_numpy(np.bool_), prices.site_open_weight[site], 0.0)
    columns = {
        "site_id": inputs.sites["id"].to_numpy()[site],
        "project": inputs.sites["project"].to_numpy()[site],
        "technology": offered["technology"].to_numpy(),
        "element": problem.owner,
        "capex_real": problem.features[count:, CAPEX],
        "opex_real_per_year": problem.features[count:, OPEX],
        "benefit": problem.features[count:, BENEFIT],
        "coverage_weight": covered,
        "earliest_year": problem.first[count:] + 1,
        "chosen": year > 0,
        "year": _calendar(inputs, year),
        **_present(problem.present[count:]),
    }
    return pd.DataFrame(columns)


def constraint_table(problem: Problem, rows: Rows) -> pd.DataFrame:
    """Coupling constraints; see ``Schedule.constraints``."""
    projects = [_project(name) for name in rows.names]
    number = {name: column for column, name in enumerate(problem.feature_names)}
    columns: dict[str, object] = {"name": list(rows.names), "limit": rows.limit, "project": projects}
    for column, feature in FACTORS.items():
        factor = np.zeros((len(rows.names), problem.years))
        for row, project in enumerate(projects):
            at = number.get(feature.format(project=project))
            factor[row] = 0.0 if at is None else rows.profile[row, at]
        columns |= {f"{column}_{t + 1}": factor[:, t] for t in range(problem.years)}
    return pd.DataFrame(columns)


def _project(row: str) -> str:
    """Project that a constraint speaks of; empty if none."""
    kind, _, rest = row.partition(":")
    return {"share": rest, "target": rest.rpartition(":")[0]}.get(kind, "")


def _present(present: Floats) -> dict[str, Floats]:
    """Present costs as columns, by programme year."""
    return {f"present_{t + 1}": present[:, t] for t in range(present.shape[1])}


def _calendar(inputs: Inputs, year: Years) -> pd.Series[int]:
    """Calendar years, NA for never."""
    calendar = pd.Series(year.astype(np.int64) + inputs.programme.agreement.first_year - 1, dtype="Int64")
    return calendar.mask(year == 0)
