"""A schedule's problem and outcome as tables, from which the bounds can be derived again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.prices import Prices
from karez.phasing.pose import BENEFIT, CAPEX, OPEX, Floats, Posed
from karez.solving.schedule import Problem, Rows

Years = npt.NDArray[np.int16]


def element_table(inputs: Inputs, prices: Prices, design: Design, posed: Posed, year: Years) -> pd.DataFrame:
    """Elements in the order of the design's tree; see ``Schedule.elements``. `year` is 1 … T, 0 for never."""
    problem, span = posed.problem, design.tree.span
    count = problem.elements
    projects = [project.id for project in inputs.programme.projects]
    columns = {
        "parent": problem.parent,
        "capex_real": _feature(problem, CAPEX)[:count],
        "opex_real_per_year": _feature(problem, OPEX)[:count],
        "construction_years": np.where(span >= 0, np.append(prices.span_years, 1)[np.maximum(span, -1)], 1),
        **_window(problem, slice(0, count)),
        "year": _calendar(inputs, year),
        **_present(problem.present[:count]),
        **{f"share_{project}": design.attribution[:, number] for number, project in enumerate(projects)},
    }
    return pd.DataFrame(columns)


def option_table(inputs: Inputs, prices: Prices, posed: Posed, year: Years) -> pd.DataFrame:
    """Ways to serve a site; see ``Schedule.options``. `year` is 1 … T, 0 for never."""
    problem = posed.problem
    count, row, site = problem.elements, posed.option_row, problem.option_site
    offered = prices.options.iloc[row]
    covered = np.where(offered["meets_standard"].to_numpy(np.bool_), prices.site_open_weight[site], 0.0)
    columns = {
        "site_id": inputs.sites["id"].to_numpy()[site],
        "project": inputs.sites["project"].to_numpy()[site],
        "technology": offered["technology"].to_numpy(),
        "service": offered["service"].to_numpy(),
        "element": problem.owner,
        "capex_real": _feature(problem, CAPEX)[count:],
        "opex_real_per_year": _feature(problem, OPEX)[count:],
        "benefit": _feature(problem, BENEFIT)[count:],
        "coverage_weight": covered,
        "demand_mbps": prices.site_mbps[site],
        **_window(problem, slice(count, None)),
        "chosen": year > 0,
        "year": _calendar(inputs, year),
        **_present(problem.present[count:]),
    }
    return pd.DataFrame(columns)


def constraint_table(rows: Rows, used: Floats) -> pd.DataFrame:
    """Coupling constraints; see ``Schedule.constraints``."""
    return pd.DataFrame({"name": list(rows.names), "words": list(rows.words), "limit": rows.limit, "used": used})


def _feature(problem: Problem, number: int) -> Floats:
    """One feature of all items."""
    return np.asarray(problem.features[:, [number]].toarray()).ravel()


def _window(problem: Problem, part: slice) -> dict[str, npt.NDArray[np.generic]]:
    """First and last programme year allowed, and whether never is not."""
    return {
        "earliest_year": problem.first[part] + 1,
        "latest_year": problem.last[part] + 1,
        "must": problem.must[part],
    }


def _present(present: Floats) -> dict[str, Floats]:
    """Present costs as columns, by programme year."""
    return {f"present_{t + 1}": present[:, t] for t in range(present.shape[1])}


def _calendar(inputs: Inputs, year: Years) -> pd.Series[int]:
    """Calendar years, NA for never."""
    calendar = pd.Series(year.astype(np.int64) + inputs.programme.agreement.first_year - 1, dtype="Int64")
    return calendar.mask(year == 0)
