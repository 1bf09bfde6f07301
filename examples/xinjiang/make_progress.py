"""Two years of progress on the reference plan, made up: for showing the ledger, not a report of anything.

    karez plan examples/xinjiang --out RUN
    python examples/xinjiang/make_progress.py RUN FOLDER

writes ``events.csv`` (contracts, variations, progress, acceptance, payments, milestones, commitments, corrections) of
2026 and 2027 and ``as_built.gpkg`` (a few surveyed lines) into FOLDER. Every note says that it is simulated. Equal runs
and seeds give equal files.
"""

from __future__ import annotations

import argparse
import csv
from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

NOTE = "simulated"
OFFICE, OPERATOR, FUND = "Programme office (simulated)", "Operator (simulated)", "Universal service fund (simulated)"
BUILDERS = tuple(f"Builder {letter} (simulated)" for letter in "ABCD")
FIELDS = (
    "id", "kind", "day", "element", "project", "contract", "party", "counterparty", "amount_nominal", "currency",
    "quantity", "unit", "due", "name", "state", "document", "recorder", "corrects", "note",
)  # fmt: skip
START, END = date(2026, 1, 1), date(2027, 12, 31)


def events(spans: pd.DataFrame, sites: pd.DataFrame, rng: np.random.Generator) -> list[dict[str, object]]:
    """All events in order of their day."""
    made: list[dict[str, object]] = [*_promises(spans, sites), *_contracts(spans, sites)]
    late = {builder: float(rng.uniform(0.75, 1.05)) for builder in BUILDERS}
    dear = {builder: float(rng.uniform(0.97, 1.22)) for builder in BUILDERS}
    works = pd.concat([spans.assign(unit="m", amount=spans["length_m"]), sites.assign(unit="site", amount=1.0)])
    works = works[works["year"].notna() & (works["capex_real"] > 0) & (works["year"] <= 2028)]
    for row in works.sort_values("id").itertuples():
        made += _work(row, late, dear, rng)
    made = [one for one in made if START <= date.fromisoformat(str(one["day"])) <= END]
    made += _corrections(made, rng)
    return sorted(made, key=lambda one: (str(one["day"]), _rank(one), str(one["id"])))


def _rank(one: dict[str, object]) -> int:
    """Contracts come before what is done under them."""
    order = ("contract", "variation", "commitment", "milestone", "progress", "acceptance", "payment", "correction")
    return order.index(str(one["kind"]))


def _builder(name: str) -> int:
    return sum(name.encode()) % len(BUILDERS)


def _contract(name: str, year: int) -> str:
    return f"XJ-{year}-{_builder(name) + 1}"


def _work(row, late: dict[str, float], dear: dict[str, float], rng: np.random.Generator) -> list[dict[str, object]]:
    """One element: some reports of progress, an acceptance, a payment a month and a half later."""
    builder, year = BUILDERS[_builder(row.id)], int(row.year)
    if rng.random() > late[builder]:
        year += 1
    days = sorted(int(one) for one in rng.integers(20, 330, size=3 if row.unit == "m" and row.amount > 3000 else 1))
    parts = np.diff(np.r_[0.0, np.sort(rng.uniform(0.1, 0.9, size=len(days) - 1)), 1.0])
    cost = row.capex_real * 1.02 ** (year - 2025) * dear[builder] * float(rng.normal(1.0, 0.04))
    common = {
        "element": row.id,
        "contract": _contract(row.id, int(row.year)),
        "recorder": "site supervision",
        "note": NOTE,
    }
    made = []
    for place, (day, part) in enumerate(zip(days, parts, strict=True)):
        when = date(year, 1, 1) + timedelta(days=day)
        amount = f"{row.amount * part:.1f}" if row.unit == "m" else "1"
        made.append(common | {"id": f"p-{row.id}-{place}", "kind": "progress", "day": when, "quantity": amount,
                              "unit": row.unit, "document": f"Report {when:%Y-%m}"})  # fmt: skip
        paid = when + timedelta(days=int(rng.integers(20, 75)))
        payer = (OFFICE, OPERATOR, FUND)[int(rng.choice(3, p=[0.55, 0.3, 0.15]))]
        made.append(common | {"id": f"y-{row.id}-{place}", "kind": "payment", "day": paid, "party": payer,
                              "counterparty": builder, "amount_nominal": f"{max(cost * part, 0.01):.2f}",
                              "document": f"Invoice {row.id[-6:]}-{place + 1}", "recorder": "accounts"})  # fmt: skip
    accepted = date(year, 1, 1) + timedelta(days=days[-1] + int(rng.integers(5, 30)))
    made.append(
        common | {"id": f"a-{row.id}", "kind": "acceptance", "day": accepted, "state": "accepted", "party": OFFICE}
    )
    return made


def _contracts(spans: pd.DataFrame, sites: pd.DataFrame) -> list[dict[str, object]]:
    """A framework contract a builder and year, and a few variations."""
    made: list[dict[str, object]] = []
    money = pd.concat([spans, sites])
    money = money[money["year"].notna()]
    for year in (2026, 2027, 2028):
        for place, builder in enumerate(BUILDERS):
            mine = money[(money["year"] == year) & (money["id"].map(_builder) == place)]
            name = f"XJ-{year}-{place + 1}"
            made.append({"id": f"c-{name}", "kind": "contract", "day": date(min(year, 2027), 1, 12), "contract": name,
                         "party": OFFICE, "counterparty": builder, "name": f"Works {year}, lot {place + 1}",
                         "amount_nominal": f"{max(mine['capex_real'].sum(), 1.0):.2f}", "document": f"Contract {name}",
                         "recorder": "programme office", "note": NOTE})  # fmt: skip
    made.append({"id": "v-1", "kind": "variation", "day": date(2026, 9, 3), "contract": "XJ-2026-2", "party": OFFICE,
                 "amount_nominal": "12500000", "document": "Variation 1", "recorder": "programme office",
                 "note": f"{NOTE}: rock"})  # fmt: skip
    return made


def _promises(spans: pd.DataFrame, sites: pd.DataFrame) -> list[dict[str, object]]:
    common = {"kind": "commitment", "day": date(2026, 1, 5), "recorder": "programme office", "note": NOTE}
    km = spans[spans["year"].notna()].groupby("year")["length_m"].sum().cumsum() / 1000
    return [
        common | {"id": "k-1", "party": OPERATOR, "quantity": f"{0.9 * km.get(2026, 0):.0f}", "unit": "km",
                  "due": "2026-12-31"},
        common | {"id": "k-2", "party": OPERATOR, "quantity": f"{0.95 * km.get(2027, km.iloc[-1]):.0f}", "unit": "km",
                  "due": "2027-12-31"},
        common | {"id": "k-3", "party": OFFICE, "quantity": "100000", "unit": "household", "due": "2027-06-30"},
        common | {"id": "k-4", "party": FUND, "amount_nominal": "900000000", "due": "2027-12-31"},
        common | {"id": "k-5", "party": OPERATOR, "quantity": "10000", "unit": "site", "due": "2030-12-31"},
        {"id": "m-1", "kind": "milestone", "day": date(2026, 3, 2), "due": "2026-02-15", "name": "First trench",
         "state": "met", "recorder": "programme office", "note": NOTE},
        {"id": "m-2", "kind": "milestone", "day": date(2026, 3, 2), "due": "2027-12-31", "name": "Mid-term review",
         "state": "set", "recorder": "programme office", "note": NOTE},
    ]  # fmt: skip


def _corrections(made: list[dict[str, object]], rng: np.random.Generator) -> list[dict[str, object]]:
    """Every two hundredth report of metres was a tenth too high, and was put right."""
    metres = [one for one in made if one["kind"] == "progress" and one["unit"] == "m"]
    return [
        {"id": f"r-{one['id']}", "kind": "correction", "day": min(END, date.fromisoformat(str(one["day"]))
         + timedelta(days=9)), "corrects": one["id"], "quantity": f"{0.9 * float(str(one['quantity'])):.1f}",
         "document": "Survey", "recorder": "site supervision", "note": NOTE}
        for one in metres if rng.random() < 1 / 200
    ]  # fmt: skip


def as_built(spans: gpd.GeoDataFrame, rng: np.random.Generator, count: int = 12) -> gpd.GeoDataFrame:
    """Surveyed lines of the first spans built, some tens of metres off."""
    chosen = spans[(spans["year"] == 2028) & (spans["length_m"] > 5000)].sort_values("id").head(count)
    shifted = [line.segmentize(0.01) for line in chosen.geometry]
    moved = [
        type(line)([(x + rng.normal(0, 3e-4), y + rng.normal(0, 2e-4)) for x, y in line.coords]) for line in shifted
    ]
    days = [f"2027-{11 + place % 2}-15" for place in range(len(chosen))]
    return gpd.GeoDataFrame(
        {"day": days, "contract": [_contract(i, 2028) for i in chosen["id"]]}, geometry=moved, crs=4326
    )


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    spans = gpd.read_file(given.run / "plan.gpkg", layer="spans")
    sites = gpd.read_file(given.run / "plan.gpkg", layer="sites")
    rng = np.random.default_rng(given.seed)
    given.folder.mkdir(parents=True, exist_ok=True)
    with (given.folder / "events.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(events(spans[spans["method"] != "existing"], sites, rng))
    as_built(spans, rng).to_file(given.folder / "as_built.gpkg", layer="lines")


if __name__ == "__main__":
    main()
