"""A project folder as nouns, or every fault in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from karez.errors import UsageFault
from karez.model.attributes import AREAS, EXISTING_NODES, SITES, SOURCES, Table
from karez.model.catalogue import Catalogue
from karez.model.inputs import Inputs, Relief
from karez.model.programme import Layers, Programme
from karez.reading.catalogue import read_catalogue
from karez.reading.findings import Findings, Where
from karez.reading.geometry import prepare
from karez.reading.layers import read_layer
from karez.reading.paths import sha256
from karez.reading.radio import check_sight, read_towers
from karez.reading.records import Records, check_filled, frame, read_records
from karez.reading.references import check_demands, check_items, check_settings, currencies
from karez.reading.region import check_inside
from karez.reading.relief import check_cover, read_relief
from karez.reading.risk import check_classes, check_ranges
from karez.reading.routes import Lines, check_rates, read_routes
from karez.reading.schedule_rules import check_fixed_sites, check_floor_areas
from karez.reading.settings import Settled, read_settings
from karez.reading.settlements import check_reserved, items_of, read_settlements
from karez.reading.sites import assign_areas, check_sites, fill_households
from karez.reading.sources import check_any, check_sources, with_lit_nodes

Progress = Callable[[float], None]
ATTRIBUTIONS = "SOURCES.md"


def read(folder: Path, *, progress: Progress | None = None) -> Inputs:
    """Read a project folder and check all of it in one pass.

    Parameters
    ----------
    folder : Path
        Holds ``programme.toml``, what that names, and ``SOURCES.md``.
    progress : callable, optional
        Called with the share that is read, from 0 to 1.

    Returns
    -------
    Inputs
        Tables as :mod:`karez.model.attributes` describes them, defaults filled, sorted by id, in WGS 84. What was
        mended is in the notes (rule 9).

    Raises
    ------
    DataFault
        Every fault that one pass can find.
    UsageFault
        If there is no such folder.
    """
    if not folder.is_dir():
        raise UsageFault(f"There is no folder {folder}. Name one that holds programme.toml, or start one: karez new.")
    report = progress or (lambda _: None)
    findings = Findings()
    attributions = _attributions(folder, findings)
    settled = read_settings(folder, findings)
    catalogue = _catalogue(folder, settled, findings)
    check_settings(settled, findings)
    check_ranges(settled, findings)
    report(0.1)
    areas, region = _areas(folder, settled, findings)
    sites, sources = _places(folder, settled, areas, region, findings)
    if areas is not None:
        check_floor_areas(settled, areas, findings)
    if sites is not None:
        check_fixed_sites(settled, sites, findings)
    report(0.4)
    lines = read_routes(folder, settled.layers, region, findings)
    report(0.8)
    relief = _relief(folder, settled, areas, findings)
    towers = read_towers(folder, settled, findings)
    if towers is not None and region is not None:
        towers = check_inside(region, [towers], findings)[0]
    check_sight(relief, settled, towers, sites, findings)
    maps = read_settlements(folder, settled, sites, findings)
    _check_rates(settled, lines, findings)
    findings.raise_faults()
    report(1.0)
    tables = catalogue, areas, sites, sources, towers
    return replace(_inputs(settled.programme, *tables, lines, relief, findings, attributions), maps=maps)


def _inputs(
    programme: Programme | None,
    catalogue: pd.DataFrame | None,
    areas: Records | None,
    sites: Records | None,
    sources: Records | None,
    towers: Records | None,
    lines: Lines,
    relief: Relief | None,
    findings: Findings,
    attributions: str,
) -> Inputs:
    """The nouns of a folder without a fault; what is missing would have been one."""
    assert programme is not None
    assert catalogue is not None
    assert areas is not None
    assert sites is not None
    assert sources is not None
    return Inputs(
        programme=programme,
        catalogue=Catalogue(catalogue),
        sites=frame(fill_households(sites.table), sites.shapes),
        areas=frame(areas.table, areas.shapes),
        sources=frame(sources.table, sources.shapes),
        routes=frame(lines.table, lines.shapes),
        relief=relief,
        towers=None if towers is None else frame(towers.table, towers.shapes),
        notes=tuple(findings.notes),
        hashes=dict(sorted(findings.hashes.items())),
        attributions=attributions,
    )


def _attributions(folder: Path, findings: Findings) -> str:
    """Text of ``SOURCES.md``."""
    path = folder / ATTRIBUTIONS
    if not path.is_file():
        remedy = "Write down where every layer comes from and under which licence; the report prints it"
        findings.fault(Where(ATTRIBUTIONS), "the file is missing", remedy)
        return ""
    findings.hashes[ATTRIBUTIONS] = sha256(path)
    return path.read_text(encoding="utf-8-sig", errors="replace")


def _catalogue(folder: Path, settled: Settled, findings: Findings) -> pd.DataFrame | None:
    catalogue = read_catalogue(folder, settled.layers.catalogue, currencies(settled), findings)
    if catalogue is not None:
        check_items(settled, catalogue, findings)
        check_classes(settled, [*catalogue.index, *items_of(settled)], findings)
        check_reserved(settled, catalogue, findings)
    return catalogue


def _records(folder: Path, settled: Settled, name: str, table: Table, findings: Findings) -> Records | None:
    """The layer at ``layers.name``; None if it cannot be had, or if the settings name none or have a fault there."""
    reference = getattr(settled.layers, name)
    optional = not Layers.model_fields[name].is_required()
    if not reference and (optional or settled.programme is None):
        return None
    return read_records(folder, reference, f"layers.{name}", table, findings)


def _areas(folder: Path, settled: Settled, findings: Findings) -> tuple[Records | None, Records | None]:
    """The areas, and the region: its own layer or the areas together."""
    areas = _records(folder, settled, "areas", AREAS, findings)
    if areas is not None:
        check_filled(areas, "layers.areas", findings)
    if not settled.layers.region:
        return areas, areas
    layer = read_layer(folder, settled.layers.region, "layers.region", (), findings)
    if layer is None:
        return areas, None
    region = Records(layer.where, layer.columns, prepare(layer, "Polygon", findings).shapes)
    check_filled(region, "layers.region", findings)
    return areas, region


def _places(
    folder: Path, settled: Settled, areas: Records | None, region: Records | None, findings: Findings
) -> tuple[Records | None, Records | None]:
    """Sites with their areas, and sources with the lit nodes among them."""
    sites = _records(folder, settled, "sites", SITES, findings)
    own = _records(folder, settled, "sources", SOURCES, findings)
    nodes = _records(folder, settled, "existing_nodes", EXISTING_NODES, findings)
    if region is not None:
        sites, own, nodes = check_inside(region, (sites, own, nodes), findings)
    if sites is not None:
        sites = _sites(sites, settled, areas, findings)
    if own is not None:
        check_sources(own, settled, findings)
    sources = with_lit_nodes(own, nodes, findings)
    if sources is not None:
        check_any(sources, findings)
    return sites, sources


def _sites(sites: Records, settled: Settled, areas: Records | None, findings: Findings) -> Records:
    check_filled(sites, "layers.sites", findings)
    check_sites(sites, settled, findings)
    if len(sites) and not sites.missing & {"project", "category"}:
        check_demands(settled, sites.table, findings)
    if areas is None:
        return sites
    return replace(sites, table=assign_areas(sites, areas, findings))


def _relief(folder: Path, settled: Settled, areas: Records | None, findings: Findings) -> Relief | None:
    if not settled.layers.relief:
        return None
    relief = read_relief(folder, settled.layers.relief, findings)
    if relief is not None and areas is not None:
        check_cover(relief, Where(settled.layers.relief), areas.shapes, findings)
    return relief


def _check_rates(settled: Settled, lines: Lines, findings: Findings) -> None:
    rates, lead_in = settled.routing.get("rates"), settled.routing.get("lead_in_method")
    if rates is not None and lead_in is not None:
        grounds = {str(method): frozenset(map(str, items)) for method, items in rates.items()}
        check_rates(lines, grounds, lead_in, bool(settled.layers.relief), findings)
