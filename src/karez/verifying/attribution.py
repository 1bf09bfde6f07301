"""Who uses what: households behind every span, and its share of every project, by the designed fibre sites."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

CLOSE = 1e-9
"""Share by which sums of weights may differ in the last digits."""


def attribution(run: Run) -> Check:
    """Shares of the projects in every element, and the households behind every span."""
    proven = f"shares and households of {len(run.proof.elements):,} elements follow from the sites behind them"
    return conclude("attribution", proven, _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    elements = run.proof.elements
    projects = [project.id for project in run.programme.projects]
    lost = sorted(set(_fibre(run)["node_id"]) - set(elements["node_id"]))
    if lost:
        yield from (Finding("node of a designed fibre site that the tree does not reach", node) for node in lost)
        return
    weight, households = behind(run)
    first = {node: row for row, node in reversed(list(enumerate(elements["node_id"])))}
    shares = {project: elements[f"share_{project}"].tolist() for project in projects}
    told = dict(zip(run.spans["id"], run.spans["households_behind"], strict=True))
    for row, key in enumerate(elements["id"]):
        if abs(told.get(key, households[row]) - households[row]) > CLOSE * max(1.0, households[row]):
            yield Finding("households_behind are not those of the sites behind it", key)
        # What closes a ring leads to a node that is there already: it serves those at the end it hangs on.
        closes = first[elements["node_id"].iloc[row]] != row
        row_of = elements["parent"].iloc[row] if closes else row
        whole = sum(weight[row_of].values())
        for project in projects:
            share = weight[row_of].get(project, 0.0) / whole if whole > 0 else 1.0 / len(projects)
            if not abs(shares[project][row] - share) <= CLOSE:
                yield Finding("share of a project is not that of the weight behind it", key)


def _fibre(run: Run) -> pd.DataFrame:
    """Sites designed to hang on the network."""
    return run.sites.loc[run.sites["designed_technology"].isin(run.programme.networked)]


def behind(run: Run) -> tuple[list[dict[str, float]], list[float]]:
    """Weight by project, and households, of the designed fibre sites behind every element."""
    elements = run.proof.elements
    leads = {node: row for row, node in reversed(list(enumerate(elements["node_id"])))}
    weight: list[dict[str, float]] = [{} for _ in range(len(elements))]
    households = [0.0] * len(elements)
    fibre = _fibre(run)
    columns = zip(fibre["node_id"], fibre["project"], fibre["weight"], fibre["households"].fillna(0.0), strict=True)
    for node, project, of_site, homes in columns:
        row = leads[node]
        weight[row][project] = weight[row].get(project, 0.0) + of_site
        households[row] += homes
    for row, parent in reversed(list(enumerate(elements["parent"].tolist()))):
        if parent >= 0:
            households[parent] += households[row]
            for project, of_part in weight[row].items():
                weight[parent][project] = weight[parent].get(project, 0.0) + of_part
    return weight, households
