"""A finished run of the small project, made once for all tests that look at it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from karez.flow.plan import Planned, plan
from projects import tiny_project


@dataclass(frozen=True)
class Run:
    """A run with its tables as a reader of the folder finds them."""

    project: Path
    planned: Planned
    summary: dict[str, Any]
    sites: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame


def run_tiny(folder: Path) -> Run:
    """Plan the small project in `folder` and read the run back."""
    return run_project(tiny_project(folder / "project"), folder)


def run_project(project: Path, folder: Path) -> Run:
    """Plan a project folder into ``run`` of `folder` and read the run back."""
    made = plan(project, out=folder / "run")
    layers = {name: gpd.read_file(folder / "run" / "plan.gpkg", layer=name) for name in ("sites", "spans", "nodes")}
    summary = json.loads((folder / "run" / "summary.json").read_text(encoding="utf-8"))
    return Run(project, made, summary, **layers)
