"""A finished run folder, read back as it lies on the disk."""

from __future__ import annotations

import json
import sqlite3
import tomllib
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
from pydantic import ValidationError

from karez.errors import DataFault, Fault
from karez.model.attributes import PLAN_TABLES, RADIO_TABLES, Table
from karez.model.plan import Proof
from karez.model.programme import Programme
from karez.model.words import RECORD_END

Read = TypeVar("Read")

PROOF_COLUMNS: dict[str, tuple[str, ...]] = {
    "graph": ("id", "start", "end", "capex_real", "opex_real_per_year", "earliest_year", "present_minor"),
    "nodes": ("id", "prize_minor"),
    "ascent": ("node", "radius_minor"),
    "elements": (
        "id",
        "parent",
        "node_id",
        "capex_real",
        "opex_real_per_year",
        "construction_years",
        "year",
        "earliest_year",
        "latest_year",
        "must",
    ),
    "options": (
        "site_id",
        "technology",
        "service",
        "element",
        "capex_real",
        "opex_real_per_year",
        "benefit",
        "coverage_weight",
        "demand_mbps",
        "earliest_year",
        "latest_year",
        "must",
        "chosen",
    ),
    "constraints": ("name", "limit"),
    "plan_years": ("year", "scale", "capex_factor", "opex_factor"),
    "plan_prizes": ("year", "node", "prize"),
    "plan_moats": ("year", "node", "radius"),
    "plan_options": (
        "site_id",
        "technology",
        "service",
        "node",
        "capex_real",
        "opex_real_per_year",
        "benefit",
        "coverage_weight",
        "demand_mbps",
        "earliest_year",
        "present_1",
    ),
    "catalogue": (
        "item",
        "unit",
        "low",
        "rate",
        "high",
        "currency",
        "price_year",
        "life_years",
        "opex_share_per_year",
        "base_unit",
        "low_real",
        "rate_real",
        "high_real",
    ),
}
"""Columns each table of ``proof/`` must have, see :class:`karez.model.plan.Proof`."""

BACKBONE_COLUMNS: dict[str, tuple[str, ...]] = {
    "backbone_graph": ("tail", "head", "cost_minor", "thick", "bridge", "chosen", "chain"),
    "backbone_nodes": ("need", "sure", "root"),
    "backbone_cases": ("part", "case", "scale", "bound", "there", "gone"),
    "backbone_cuts": ("part", "case", "kind", "without", "weight", "inside"),
}
"""Columns of the tables of a backbone, where the plan builds one, see :func:`karez.designing.backbone.cut_tables`."""
RADIO_COLUMNS: dict[str, tuple[str, ...]] = {
    "radio": (
        *("id", "pair", "child", "bound", "band", "mbps"),
        *("km", "clearance_m", "clearance_at_km", "state", "availability", "stands", "taken_mbps"),
    ),
    "radio_parts": ("id", "item", "quantity"),
    "radio_masts": ("id", "height_m", "existing", "power", "lon", "lat", "stands"),
    "radio_sights": ("one", "other", "km", "state", "designed"),
    "radio_profiles": ("sight", "distance_m", "elevation_m"),
}
"""The same of tables that are there where hops are edges."""

FINANCE_COLUMNS: dict[str, tuple[str, ...]] = {
    "bill": ("year", "area_id", "project", "group", "item", "unit", "quantity", "capex_real"),
    "cash_flow": ("year", "project", "area_id", "payer", "kind", "segment", "amount_real"),
    "customers": ("site_id", "urban_households", "rural_households", "institutions"),
    "emissions": ("year", "project", "area_id", "kind", "element", "kg"),
    "equity": ("area_id", "year", "coverage"),
    "sales": ("year", "name", "kind", "segment", "quantity", "rate_real", "amount_real"),
    "site_subsidies": ("site_id", "cost_present_real", "revenue_present_real", "subsidy_present_real", "grant_real"),
}
"""Columns each table of ``finance/`` must have, see :class:`karez.model.finance.Finance` and its neighbours."""

REMEDY = "Run the plan again, or restore the folder from a copy"


@dataclass(frozen=True)
class Run:
    """What a run folder says, unchecked but for its form.

    Parameters
    ----------
    folder : Path
        Where it lies.
    programme : Programme
        Settings it was made with.
    summary : dict[str, Any]
        ``summary.json``.
    sites, spans, nodes, areas : DataFrame
        Layers of ``plan.gpkg``, columns as in ``attributes.PLAN_TABLES`` and ``geometry``; ``year`` is float64, NaN
        where it is empty.
    catalogue : DataFrame
        Converted catalogue, index ``item``.
    proof : Proof
        Tables of ``proof/``, the multipliers and cases.
    finance : dict[str, DataFrame]
        Tables of ``finance/``.
    hops, towers : DataFrame
        Layers as in ``attributes.RADIO_TABLES``; empty where hops are no edges.
    """

    folder: Path
    programme: Programme
    summary: dict[str, Any]
    sites: pd.DataFrame
    spans: pd.DataFrame
    nodes: pd.DataFrame
    areas: pd.DataFrame
    catalogue: pd.DataFrame
    proof: Proof
    finance: dict[str, pd.DataFrame] = field(default_factory=dict)
    hops: pd.DataFrame = field(default_factory=pd.DataFrame)
    towers: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def calendar_years(self) -> tuple[int, ...]:
        """Calendar years of the programme."""
        return self.programme.agreement.calendar_years

    def certificate(self, scope: str) -> dict[str, Any] | None:
        """The certificate of that scope as it stands in ``summary.json``; None if there is none."""
        found = [entry for entry in self.summary["certificates"] if entry["scope"] == scope]
        return found[0] if found else None


def radio_ids(run: Run) -> list[str]:
    """Ids of the candidate spans by radio."""
    return run.proof.radio["id"].tolist() if len(run.proof.radio) else []


def graph_of_bounds(run: Run) -> pd.DataFrame:
    """The candidate graph that bounds are proven on: without variants of hops that designs alone may use."""
    graph, radio = run.proof.graph, run.proof.radio
    return graph[~graph["id"].isin(radio.loc[~radio["bound"].astype(bool), "id"])] if len(radio) else graph


def read_run(folder: Path) -> Run:
    """Read a finished run folder.

    Parameters
    ----------
    folder : Path
        Folder that ``reporting`` wrote.

    Returns
    -------
    Run
        Its tables.

    Raises
    ------
    DataFault
        Files or columns that are missing or cannot be read: all of them at once.
    """
    reader = _Reader(Path(folder))
    settings = reader.read("run.toml", _programme)
    summary = reader.read("summary.json", _summary)
    layers = {table.name: reader.layer(table) for table in PLAN_TABLES}
    proof = {name: reader.proof(name, columns) for name, columns in PROOF_COLUMNS.items()}
    in_plan = settings is not None and settings.backbone.in_plan
    backbone = {name: reader.proof(name, columns) for name, columns in BACKBONE_COLUMNS.items() if in_plan}
    if settings is not None and settings.radio.on:
        proof |= {name: reader.proof(name, columns) for name, columns in RADIO_COLUMNS.items()}
        layers |= {table.name: reader.layer(table) for table in RADIO_TABLES}
    finance = {name: reader.finance(name, columns) for name, columns in FINANCE_COLUMNS.items()}
    multipliers = reader.read("proof/multipliers.json", _json)
    cases = reader.read("proof/cases.json", _json)
    if settings is not None:
        reader.check_years(settings, proof)
    if reader.faults:
        raise DataFault(reader.faults)
    assert settings is not None and summary is not None and multipliers is not None and cases is not None
    catalogue = proof.pop("catalogue").set_index("item")
    return Run(
        folder=Path(folder),
        programme=settings,
        summary=summary,
        catalogue=catalogue,
        proof=Proof(**proof, multipliers=multipliers, cases=cases, backbone=backbone),
        finance=finance,
        **layers,
    )


class _Reader:
    """Reads the files of one folder and gathers what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []

    def read(self, name: str, how: Callable[[Path], Read], layer: str = "") -> Read | None:
        """Read one file; None and a fault if that cannot be."""
        path = self.folder / name
        if not path.is_file():
            self.faults.append(Fault(name, problem="file is missing", remedy=REMEDY))
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return how(path)
        except (OSError, ValueError, KeyError, sqlite3.Error, RuntimeError) as error:
            problem = f"file cannot be read ({_first_line(error)})"
            self.faults.append(Fault(name, layer, problem=problem, remedy=REMEDY))
            return None

    def layer(self, table: Table) -> pd.DataFrame:
        """One layer of ``plan.gpkg`` with all its columns."""
        frame = self.read("plan.gpkg", lambda path: _layer(path, table.name), table.name)
        return self._with_columns(frame, table.names, "plan.gpkg", table.name)

    def proof(self, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
        """One table of ``proof/`` with all its columns."""
        file = f"proof/{name}.parquet"
        return self._with_columns(self.read(file, _parquet), columns, file, "")

    def finance(self, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
        """One table of ``finance/`` with all its columns."""
        file = f"finance/{name}.parquet"
        return self._with_columns(self.read(file, _parquet), columns, file, "")

    def check_years(self, programme: Programme, proof: dict[str, pd.DataFrame]) -> None:
        """Find the columns that hang on the settings: one a year, one a project."""
        years = tuple(f"present_{year}" for year in range(1, programme.agreement.years + 1))
        shares = tuple(f"share_{project.id}" for project in programme.projects)
        self._with_columns(proof["elements"], (*years, *shares), "proof/elements.parquet", "")
        self._with_columns(proof["options"], years, "proof/options.parquet", "")

    def _with_columns(
        self, frame: pd.DataFrame | None, columns: tuple[str, ...], file: str, layer: str
    ) -> pd.DataFrame:
        if frame is None:
            return pd.DataFrame(columns=list(columns))
        missing = [column for column in columns if column not in frame.columns]
        self.faults += [Fault(file, layer, "", column, "column is missing", REMEDY) for column in missing]
        if "year" in frame.columns:
            frame["year"] = pd.to_numeric(frame["year"], errors="coerce").astype("float64")
        return frame


def _first_line(error: Exception) -> str:
    """What an error says, in one line."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error).partition("\n")[0] or type(error).__name__


def _programme(path: Path) -> Programme:
    text = path.read_text(encoding="utf-8")
    if not text.rstrip().endswith(RECORD_END):
        raise ValueError("its end is missing")
    return Programme.model_validate(tomllib.loads(text)["settings"])


def _json(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError("not an object")
    return content


def _summary(path: Path) -> dict[str, Any]:
    summary = _json(path)
    keys = (
        "format",
        "totals",
        "capex_real_per_year",
        "capex_real_per_project",
        "coverage_per_project_and_year",
        "total_coverage_per_year",
        "targets",
        "certificates",
        "finance",
        "equity",
        "carbon",
    )
    missing = [key for key in keys if key not in summary]
    if missing:
        raise ValueError(f"without {', '.join(missing)}")
    if summary["format"] != 1:
        raise ValueError(f"format {summary['format']}, this version reads 1")
    return summary


def _layer(path: Path, layer: str) -> pd.DataFrame:
    with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro&immutable=1", uri=True)) as database:
        try:
            state = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            state = str(error)
    if state != "ok":
        raise ValueError(f"damaged: {state}")
    return pd.DataFrame(gpd.read_file(path, layer=layer))


def _parquet(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path)
