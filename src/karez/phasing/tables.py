"""A schedule's problem and outcome as tables, from which the bounds can be derived again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.phasing.problem import BENEFIT, CAPEX, OPEX, Floats, Ints, Problem, Rows


def element_table(inputs: Inputs, design: Design, problem: Problem, element_year: Ints) -> pd.DataFrame:
    """Elements in the order of the design's tree; see ``Schedule.elements``. `element_year` is 1 … T, 0 for never."""
    count = problem.elements
    table = pd.DataFrame(
        {
            "span": design.tree.span.astype(np.int32),
            "node": design.tree.node.astype(np.int32),
            "parent": problem.parent,
            "capex_real": problem.features[:count, CAPEX],
            "opex_real_per_year": problem.features[:count, OPEX],
            "earliest_year": problem.first[:count] + 1,
            "year": _calendar(inputs, element_year),
        }
    )
    shares = pd.DataFrame(
        design.attribution, columns=[f"share_{project.id}" for project in inputs.programme.projects]
    )
    return pd.concat([table, _present(problem.present[:count]), shares], axis=1)


def option_table(inputs: Inputs, prices: Prices, problem: Problem, option_year: Ints) -> pd.DataFrame:
    """Ways to serve a site; see ``Schedule.options``. `option_year` is 1 … T, 0 for never."""
    count, row, site = problem.elements, problem.option_row, problem.option_site
    offered = prices.options.iloc[row]
    meets = offered["meets_standard"].to_numpy(np.bool_)
    table = pd.DataFrame(
        {
            "site": site,
            "site_id": inputs.sites["id"].to_numpy()[site],
            "project": inputs.sites["project"].to_numpy()[site],
            "technology": offered["technology"].to_numpy(),
            "option": row,
            "element": problem.owner,
            "capex_real": problem.features[count:, CAPEX],
            "opex_real_per_year": problem.features[count:, OPEX],
            "benefit": problem.features[count:, BENEFIT],
            "coverage_weight": np.where(meets, prices.site_open_weight[site], 0.0),
            "earliest_year": problem.first[count:] + 1,
            "chosen": option_year > 0,
            "year": _calendar(inputs, option_year),
        }
    )
    return pd.concat([table, _present(problem.present[count:])], axis=1)


def constraint_table(problem: Problem, rows: Rows) -> pd.DataFrame:
    """Coupling constraints; see ``Schedule.constraints``."""
    years = range(problem.years)
    columns: dict[str, object] = {
        "name": list(rows.names),
        "limit": rows.limit,
        "project": [name.split(":", 1)[1] for name in rows.names],
    }
    parts = [_part(name) for name in rows.names]
    columns["project"] = [part for part in parts]
    at = {name: number for number, name in enumerate(problem.feature_names)}
    blank = np.zeros(problem.years)
    for column, feature in (
        ("capex", "capex"),
        ("opex", "opex"),
        ("benefit", "benefit"),
        ("project_capex", "capex:"),
        ("coverage", "coverage:"),
    ):
        factors = [
            rows.profile[row, at[feature + part]] if feature + part in at and feature.endswith(":") else blank
            for row, part in enumerate(parts)
        ]
        values = rows.profile[:, at[feature]] if feature in at else np.array(factors).reshape(-1, problem.years)
        columns |= {f"{column}_{t + 1}": values[:, t] for t in years}
    return pd.DataFrame(columns)
