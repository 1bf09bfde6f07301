"""The ledger with 10⁶ events: import, status, verification and import once more, in time and peak memory.

A made-up plan of 10⁵ elements is approved; for each there are four reports of progress, five payments and an
acceptance, spread over four years. Each command is a process of its own with its start. The ledger is a file; where
``KAREZ_TEST_POSTGRESQL`` names a server (``sh scripts/postgresql.sh start`` prints one), it is measured too. Everything
is made from a seed.
"""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from benchmarks.registry import ROOT, Measured, measure
from karez.flow.track import known_to, opened, tracked
from karez.model.baseline import Baseline
from karez.tracking import store
from karez.tracking.approving import approve

KAREZ = str(Path(sys.executable).with_name("karez"))
ELEMENTS, EACH = 100_000, 10
FIRST, TODAY = date(2026, 1, 1), date(2029, 12, 31)
TO_REACH = {"import": "60 s, 1 GB", "status": "2 s, 1 GB"}


def run() -> list[dict[str, object]]:
    """One row per command and kind of database."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(ROOT / "examples" / "xinjiang" / "programme.toml", folder)
        baseline = made_up(ELEMENTS, seed=1)
        write_events(baseline, folder / "events.csv", seed=2)
        rows = _rows(folder, baseline, "SQLite", "")
        if server := os.environ.get("KAREZ_TEST_POSTGRESQL"):
            with _database(server) as url:
                rows += _rows(folder, baseline, "PostgreSQL", url)
        return rows


@contextmanager
def _database(server: str) -> Iterator[str]:
    """An empty database of a server, by its URL, which is gone afterwards."""
    import psycopg  # noqa: PLC0415  an extra

    name = f"karez_benchmark_{os.getpid()}"
    base, _, options = server.partition("?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{base.rsplit('/', 1)[0]}/{name}?{options}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _rows(folder: Path, baseline: Baseline, database: str, url: str) -> list[dict[str, object]]:
    at = tracked(folder, ledger=url, today=TODAY)
    store.create(at.url, "made up", "CNY").close()
    with opened(at) as ledger, ledger.writing() as writer:
        approve(writer, baseline, known_to(at, writer, baseline), FIRST.isoformat(), "office", "none")
    environment = {"KAREZ_LEDGER": url} if url else {}
    day = ["--today", TODAY.isoformat()]
    commands = {
        "import": ["import", str(folder), str(folder / "events.csv"), *day],
        "status": ["status", str(folder), "--as-of", "2028-12-31", "--json", *day],
        "verify": ["verify", str(folder)],
        "import, the same file again": ["import", str(folder), str(folder / "events.csv"), *day],
    }
    return [_row(name, database, measure([KAREZ, "track", *words], **environment)) for name, words in commands.items()]


def _row(command: str, database: str, measured: Measured) -> dict[str, object]:
    return {
        "command": f"karez track {command}",
        "database": database,
        "events": ELEMENTS * EACH,
        "seconds": round(measured.seconds, 2),
        "peak memory (MB)": round(measured.peak_mb),
        "to reach": TO_REACH.get(command, ""),
    }


def made_up(elements: int, seed: int) -> Baseline:
    """A plan of spans and sites, four spans for a site."""
    rng = np.random.default_rng(seed)
    number = np.arange(elements)
    site = number % 5 == 0
    where = rng.uniform((75.0, 35.0), (95.0, 48.0), (elements, 2))
    lines = shapely.linestrings(np.stack([where, where + 0.01], axis=1))
    table = pd.DataFrame(
        {
            "id": [f"{'site' if one else 'span'}-{place:07d}" for place, one in zip(number, site, strict=True)],
            "kind": np.where(site, "site", "span"),
            "name": "",
            "area": [f"area-{one:03d}" for one in rng.integers(0, 100, elements)],
            "year": 2026 + rng.integers(0, 4, elements),
            "quantity_milli": np.where(site, 1000, rng.integers(200_000, 9_000_000, elements)),
            "unit": np.where(site, "site", "m"),
            "households": np.where(site, rng.integers(1, 900, elements), 0).astype(float),
            "weight": np.where(site, 1.0, 0.0),
            "project": np.where(site, "livelihood", ""),
            "standard": True,
            "technology": "fibre",
            "start_node": "",
            "end_node": "",
            "geometry": shapely.to_wkb(np.where(site, shapely.points(where), lines)),
        }
    ).sort_values("id", ignore_index=True)
    parts = pd.DataFrame(
        {"element": number, "project": "livelihood", "planned_minor": rng.integers(10**4, 10**8, elements)}
    )
    about = {
        "name": "made up", "region": "", "currency": "CNY", "first_year": 2026, "years": 4, "run_key": "made-up",
        "budget_minor": [10**12] * 4,
        "projects": [{"id": "livelihood", "name": "Homes", "weight": float(site.sum()), "served_before": 0.0}],
        "areas": [
            {"id": f"area-{one:03d}", "name": f"Area {one}", "households": 1e5, "served_before": 0.0}
            for one in range(100)
        ],
        "targets": [],
    }  # fmt: skip
    return Baseline(table, parts, about)


def write_events(baseline: Baseline, path: Path, seed: int) -> None:
    """Write the events of every element as CSV, in the order of their days."""
    rng = np.random.default_rng(seed)
    days = np.sort(rng.integers(0, (TODAY - FIRST).days, len(baseline.elements) * EACH))
    order = rng.permutation(len(baseline.elements) * EACH)
    ids, planned = baseline.elements["id"].tolist(), (baseline.elements["quantity_milli"] / 4000).round(3).tolist()
    money = rng.integers(100, 10**7, len(order)).tolist()
    calendar = [(FIRST + timedelta(days=day)).isoformat() for day in range((TODAY - FIRST).days)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("id", "kind", "day", "element", "party", "amount_nominal", "quantity", "document", "recorder"))
        for place, (day, which) in enumerate(zip(days.tolist(), order.tolist(), strict=True)):
            element, part = divmod(which, EACH)
            row: tuple[object, ...] = ("acceptance", calendar[day], ids[element], "Office", "", "", f"A-{which}")
            if part < 4:
                row = ("progress", calendar[day], ids[element], "", "", planned[element], f"R-{which}")
            elif part < 9:
                row = ("payment", calendar[day], ids[element], f"Payer {part}", money[place] / 100, "", f"I-{which}")
            writer.writerow((f"e-{which}", *row, "site office"))
