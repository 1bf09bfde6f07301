"""Settings of radio, towers and the raster they are seen on: what must agree before hops can be edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from karez.model.attributes import TOWERS
from karez.model.inputs import Relief
from karez.model.radio_rules import MastKind, RadioBand
from karez.reading.findings import Findings, Where
from karez.reading.layers import Shapes
from karez.reading.records import Records, read_records
from karez.reading.settings import Location, Settled, setting_fault
from karez.units import METRES_PER

DENSEST = 24.0
"""Bit/s that a hertz can carry: 12 of 4096-QAM on each of two polarisations (ETSI EN 302 217-2)."""
LEAST, GREATEST = 0.99, 0.99999
"""Availabilities that ITU-R P.530 (§ 2.4.1) speaks of: attenuation exceeded from 1 % to 0.001 % of the time."""


def check_radio(settled: Settled, findings: Findings) -> None:
    """What the settings of radio must keep among themselves and with those of microwave."""
    radio = settled.radio
    if not radio:
        return
    bands = radio.get("bands")  # None where one is faulty: that is said elsewhere, the rest is looked at
    if bands is not None and not bands:
        if settled.layers.towers:
            problem = "towers are named, but no frequency band: nothing can be hung on them"
            setting_fault(findings, ("layers", "towers"), problem, "Add radio.bands, or remove it")
        return
    microwave = settled.technologies.get("microwave")
    if "microwave" not in settled.named["technologies"]:
        problem = "hops serve sites by microwave, of which nothing is said"
        setting_fault(findings, ("radio", "bands"), problem, "Add [technologies.microwave], without bands")
    elif microwave is not None and microwave.bands:
        problem = "microwave is priced by distance and by hops: it is an edge or an alternative, never both"
        setting_fault(
            findings, ("technologies", "microwave", "bands"), problem, "Remove these bands, or those of radio"
        )
    _check_bands(bands or (), microwave.mbps if microwave is not None else 0.0, findings)
    share = radio.get("availability")
    if share is not None and not LEAST <= share <= GREATEST:
        problem = f"rain statistics hold for availabilities from {LEAST} to {GREATEST}, not for {share:g}"
        setting_fault(findings, ("radio", "availability"), problem, f"Give one from {LEAST} to {GREATEST}")
    if radio.get("survey_item") == "":
        problem = "hops that nothing proves need a survey, and none is priced"
        setting_fault(findings, ("radio", "survey_item"), problem, "Name the catalogue item of a survey")
    if settled.layers.towers == "":
        _check_candidates(radio.get("masts"), radio.get("candidate_height_m"), findings)


def _check_bands(bands: tuple[RadioBand, ...], least: float, findings: Findings) -> None:
    counts = Counter(band.name for band in bands)
    for number, band in enumerate(bands):
        if counts[band.name] > 1:
            problem = f"the name `{band.name}` is used {counts[band.name]} times"
            setting_fault(findings, ("radio", "bands", number, "name"), problem, "Give every band its own name")
        if band.mbps < least:
            problem = f"a hop of {band.mbps:g} Mbit/s cannot give the {least:g} Mbit/s that microwave promises"
            remedy = "Raise it, or lower technologies.microwave.mbps"
            setting_fault(findings, ("radio", "bands", number, "mbps"), problem, remedy)
        if band.mbps > DENSEST * band.channel_mhz:
            problem = (
                f"{band.mbps:g} Mbit/s do not fit into {band.channel_mhz:g} MHz: at most {DENSEST:g} bit/s per Hz do"
            )
            remedy = "Lower it, or give all of the channels that it uses as channel_mhz"
            setting_fault(findings, ("radio", "bands", number, "mbps"), problem, remedy)


def _check_candidates(masts: tuple[MastKind, ...] | None, height_m: float | None, findings: Findings) -> None:
    if masts is None or height_m is None:
        return
    if not masts:
        problem = "there is no mast to build at places, and no layer of towers"
        setting_fault(findings, ("radio", "masts"), problem, "Add a mast, or name layers.towers")
    elif max(mast.height_m for mast in masts) < height_m:
        problem = f"no mast is {height_m:g} m high"
        setting_fault(findings, ("radio", "candidate_height_m"), problem, "Lower it, or add a mast as high")


def check_radio_items(settled: Settled, catalogue: pd.DataFrame, findings: Findings) -> None:
    """Items that radio is priced with are counted each, not in lengths."""
    units = catalogue["unit"].to_dict()
    for location, item in radio_items(settled):
        if units.get(item) in METRES_PER:
            problem = f"`{item}` is counted in `{units[item]}`, radio in pieces"
            setting_fault(findings, location, problem, "Name an item that is counted each")


def radio_items(settled: Settled) -> Iterator[tuple[Location, str]]:
    """Every catalogue item that the settings of radio name, with its place."""
    for group in ("bands", "masts"):
        for number, entry in enumerate(settled.radio.get(group, ())):
            yield ("radio", group, number, "item"), entry.item
    for name in ("survey_item", "power_item"):
        if settled.radio.get(name):
            yield ("radio", name), settled.radio[name]


def read_towers(folder: Path, settled: Settled, findings: Findings) -> Records | None:
    """The layer of towers; None if there is none, or if it cannot be had."""
    if not settled.layers.towers:
        return None
    towers = read_records(folder, settled.layers.towers, "layers.towers", TOWERS, findings)
    if towers is None or "height_m" in towers.missing:
        return towers
    masts = settled.radio.get("masts")
    if masts is not None:
        tallest = max((mast.height_m for mast in masts), default=0.0)
        height = pd.to_numeric(towers.table["height_m"], errors="coerce").to_numpy(np.float64)
        new = ~towers.table["existing"].fillna(False).to_numpy(bool)
        problem = f"the tower is to be built, and no mast of radio.masts is as high (the highest has {tallest:g} m)"
        remedy = "Add a mast that is, or mark the tower as existing"
        findings.rows(towers.where, new & (height > tallest), problem, remedy, column="height_m")
    return towers


def check_sight(
    relief: Relief | None, settled: Settled, towers: Records | None, sites: Records | None, findings: Findings
) -> None:
    """Refuse a raster that does not cover the towers (or, without a layer of them, the sites) where hops are edges."""
    masts = towers if settled.layers.towers else sites
    if relief is None or masts is None or not settled.radio or settled.radio.get("bands") == ():
        return
    outside = _outside(relief, masts.shapes)
    what = "tower" if settled.layers.towers else "site"
    problem = f"the relief {settled.layers.relief} does not cover the {what}: nothing says what its hops see"
    findings.rows(Where(masts.where.file, masts.where.layer, masts.where.first_row, masts.where.ids), outside, problem,
                  "Name a relief of the whole region, or leave the row out")  # fmt: skip


def _outside(relief: Relief, shapes: Shapes) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    rows, columns = relief.elevation_m.shape
    lon, lat = shapely.get_x(shapes), shapely.get_y(shapes)
    x, y = (lon - relief.west) / relief.step_lon, (relief.north - lat) / relief.step_lat
    # Without a shape there is no number, and no fault here.
    return np.asarray((x < 0) | (x > columns) | (y < 0) | (y > rows))
