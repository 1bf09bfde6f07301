"""Rules of the schedule and what became of them: kilometres by crew, floors of areas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.appraising.tables import Decided
from karez.appraising.worth import coverage_by_year
from karez.units import METRES_PER_KM


def crew_table(decided: Decided) -> pd.DataFrame:
    """Kilometres built by deployment method and year; see ``Appraisal.crews``."""
    programme, tree = decided.inputs.programme, decided.design.tree
    years = programme.agreement.years
    spans = decided.graph.spans.iloc[np.maximum(tree.span, 0)] if len(tree.span) else decided.graph.spans.iloc[:0]
    took, year = decided.element_years, decided.schedule.element_year
    built = (tree.span >= 0) & (year > 0) & (spans["method"] != "existing").to_numpy()
    km = spans["length_m"].to_numpy(np.float64) / METRES_PER_KM / took
    method = spans["method"].to_numpy()
    rows = []
    for name in sorted({*method[built], *programme.crews}):
        by_year = np.zeros(years)
        for before in range(int(took.max(initial=1))):
            mine = built & (method == name) & (took > before)
            np.add.at(by_year, year[mine] - 1 - before, km[mine])
        crew = {str(of): crew for of, crew in programme.crews.items()}.get(name)
        most = np.full(years, np.inf) if crew is None else crew.capacity_km(years)
        part = {"method": name, "year": programme.agreement.calendar_years, "km": by_year.round(6)}
        rows.append(pd.DataFrame({**part, "capacity_km": np.where(np.isfinite(most), most, np.nan)}))
    columns = ["method", "year", "km", "capacity_km"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def floor_table(decided: Decided) -> pd.DataFrame:
    """Floors of areas and what was reached; see ``Appraisal.floors``."""
    sites, programme = decided.inputs.sites, decided.inputs.programme
    homes = (sites["households"].fillna(0.0) > 0).to_numpy()
    area_of = sites["area_id"].astype(str).to_numpy()
    names = dict(zip(decided.inputs.areas["id"].astype(str), decided.inputs.areas["name"], strict=True))
    asked: dict[tuple[str, int], float] = {}
    for floor in programme.floors:
        for area in sorted({floor.area} if floor.area else set(area_of[homes])):
            asked[area, floor.year] = max(floor.coverage, asked.get((area, floor.year), 0.0))
    rows = []
    for (area, year), floor_coverage in sorted(asked.items()):
        members = homes & (area_of == area)
        if members.any():
            reached, _ = coverage_by_year(decided, members)
            achieved = float(reached[year - programme.agreement.first_year])
            met = achieved >= floor_coverage - 1e-9
            rows.append((area, names.get(area, area), year, floor_coverage, achieved, met))
    return pd.DataFrame(rows, columns=["area_id", "name", "year", "floor", "achieved", "met"])
