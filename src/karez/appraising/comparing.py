"""Finished runs held against the first of them: figures, settings, sites, spans and areas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.comparison import Comparison
from karez.model.finished import FinishedRun

MONEY = ("_real", "_nominal")
"""Ends of the names of figures that are money."""


def compare_runs(runs: Sequence[FinishedRun]) -> Comparison:
    """Compare runs; what cannot be compared is left out and said.

    Parameters
    ----------
    runs : Sequence[FinishedRun]
        Two or more; the first is what the others are held against.
    """
    names = tuple(run.name for run in runs)
    tables = {
        "totals": _totals(runs),
        "coverage": _coverage(runs),
        "money": _by_year(runs, "capex_real_per_year"),
        "technologies": _technologies(runs),
        "certificates": _certificates(runs),
        "settings": _settings(runs),
        "inputs": _inputs(runs),
        "areas": _areas(runs),
    }
    laid = _laid_over(runs)
    return Comparison(
        names=names,
        agreements=tuple(run.programme.agreement for run in runs),
        tables=tables,
        sites=_sites(runs, laid),
        spans=_spans(runs, laid),
        outlines=_outlines(runs, laid),
        cannot=tuple(_cannot(runs, laid)),
    )


def _laid_over(runs: Sequence[FinishedRun]) -> list[bool]:
    """Whether each run shares sites with the first, so that a map can show both."""
    own = set(runs[0].sites["id"])
    return [bool(own & set(run.sites["id"])) for run in runs]


def _cannot(runs: Sequence[FinishedRun], laid: list[bool]) -> Iterator[str]:
    first = runs[0]
    base = first.programme.agreement
    for run, together in zip(runs[1:], laid[1:], strict=True):
        agreement = run.programme.agreement
        if not together:
            yield f"{run.name} has no site in common with {first.name}: sites, spans and areas are not compared."
        else:
            own, other = set(first.sites["id"]), set(run.sites["id"])
            if own != other:
                yield f"{run.name}: {len(own ^ other):,} sites are in one of the two runs only; they are not compared."
        if agreement.currency != base.currency:
            yield (
                f"{run.name} counts in {agreement.currency}, {first.name} in {base.currency}: money stands side by "
                "side, each in its own currency, and no difference is told."
            )
        elif agreement.price_year != base.price_year:
            yield (
                f"{run.name} is at prices of {agreement.price_year}, {first.name} of {base.price_year}: real money is "
                "not the same money, and no difference is told."
            )
        if agreement.calendar_years != base.calendar_years:
            yield f"{run.name} covers {agreement.calendar_years[0]} to {agreement.calendar_years[-1]}: other years."


def _wide(runs: Sequence[FinishedRun], rows: Sequence[dict[Any, Any]], keys: list[str]) -> pd.DataFrame:
    """Figures of each run by key, one column a run, keys in the order in which they come."""
    order = list(dict.fromkeys(key for row in rows for key in row))
    table = pd.DataFrame([key if isinstance(key, tuple) else (key,) for key in order], columns=keys)
    for run, row in zip(runs, rows, strict=True):
        table[run.name] = [row.get(key) for key in order]
    return table


def _totals(runs: Sequence[FinishedRun]) -> pd.DataFrame:
    return _wide(runs, [{k: v for k, v in run.summary["totals"].items() if _figure(v)} for run in runs], ["figure"])


def _figure(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _coverage(runs: Sequence[FinishedRun]) -> pd.DataFrame:
    rows = []
    for run in runs:
        row: dict[Any, Any] = {("all homes", year): v for year, v in run.summary["total_coverage_per_year"].items()}
        for project, by_year in run.summary["coverage_per_project_and_year"].items():
            row |= {(project, year): share for year, share in by_year.items()}
        rows.append(row)
    return _wide(runs, rows, ["project", "year"])


def _by_year(runs: Sequence[FinishedRun], key: str) -> pd.DataFrame:
    return _wide(runs, [dict(run.summary[key]) for run in runs], ["year"])


def _technologies(runs: Sequence[FinishedRun]) -> pd.DataFrame:
    return _wide(runs, [run.sites["technology"].value_counts(sort=False).to_dict() for run in runs], ["technology"])


def _certificates(runs: Sequence[FinishedRun]) -> pd.DataFrame:
    rows = [
        {(one["scope"], part): one[part] for one in run.summary["certificates"] for part in ("value", "bound", "gap")}
        for run in runs
    ]
    return _wide(runs, rows, ["scope", "part"])


def _settings(runs: Sequence[FinishedRun]) -> pd.DataFrame:
    """Settings that are not the same in all runs, as text."""
    rows = [dict(_flat(run.programme.model_dump(mode="json"), "")) for run in runs]
    table = _wide(runs, rows, ["setting"])
    return _differing(table)


def _differing(table: pd.DataFrame) -> pd.DataFrame:
    told = table.iloc[:, 1:].fillna("–").astype(str)
    other = told.ne(told.iloc[:, 0], axis=0).any(axis=1)
    return table[other].reset_index(drop=True)


def _flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Leaves of nested settings by their path; projects by id."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{path}.{inner.get('id', number + 1)}")
    else:
        yield path, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _inputs(runs: Sequence[FinishedRun]) -> pd.DataFrame:
    rows = [
        {f"file {name}": value[:12] for name, value in run.hashes.items()}
        | {f"version of {name}": value for name, value in run.versions.items()}
        | {"seed": str(run.summary.get("seed", ""))}
        for run in runs
    ]
    return _differing(_wide(runs, rows, ["input"]))


def _areas(runs: Sequence[FinishedRun]) -> pd.DataFrame:
    rows = [dict(zip(run.areas["name"], run.areas["capex_real"], strict=True)) for run in runs]
    return _wide(runs, rows, ["area"])


def _sites(runs: Sequence[FinishedRun], laid: list[bool]) -> gpd.GeoDataFrame:
    first = runs[0].sites
    shared = set(first["id"]).intersection(
        *(run.sites["id"] for run, together in zip(runs, laid, strict=True) if together)
    )
    table = first[first["id"].isin(shared)][["id", "name", "project", "geometry"]].reset_index(drop=True)
    for number, (run, together) in enumerate(zip(runs, laid, strict=True)):
        own = run.sites.set_index("id").reindex(table["id"]) if together else None
        table[f"technology_{number}"] = "" if own is None else own["technology"].to_numpy()
        table[f"year_{number}"] = np.nan if own is None else own["year"].to_numpy(np.float64)
        if number:
            table[f"change_{number}"] = "" if own is None else _change(table, number)
    return table


def _change(table: gpd.GeoDataFrame, number: int) -> npt.NDArray[np.object_]:
    before, after = table["technology_0"].to_numpy(), table[f"technology_{number}"].to_numpy()
    was, now = table["year_0"].to_numpy(np.float64), table[f"year_{number}"].to_numpy(np.float64)
    kinds = [(before == "unserved") & (after != "unserved"), (before != "unserved") & (after == "unserved")]
    kinds += [before != after, now < was, now > was]
    return np.select(kinds, ["gained", "lost", "technology", "earlier", "later"], "").astype(object)


def _spans(runs: Sequence[FinishedRun], laid: list[bool]) -> gpd.GeoDataFrame:
    built = [
        run.spans[run.spans["year"].notna()] if together else run.spans.iloc[:0]
        for run, together in zip(runs, laid, strict=True)
    ]
    every = pd.concat([part[["id", "geometry"]] for part in built]).drop_duplicates("id").sort_values("id")
    table = gpd.GeoDataFrame(every.reset_index(drop=True), geometry="geometry", crs=runs[0].spans.crs)
    for number, part in enumerate(built):
        table[f"built_{number}"] = table["id"].isin(set(part["id"]))
    return table


def _outlines(runs: Sequence[FinishedRun], laid: list[bool]) -> gpd.GeoDataFrame:
    table = runs[0].areas[["id", "name", "geometry"]].reset_index(drop=True)
    for number, (run, together) in enumerate(zip(runs, laid, strict=True)):
        money = run.areas.set_index("id")["capex_real"] if together else pd.Series(dtype=float)
        table[f"capex_real_{number}"] = money.reindex(table["id"]).to_numpy(np.float64)
    return table
