"""Settings and land of things: what must agree with the rest, and the polygons of devices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from karez.model.inputs import Inputs
from karez.model.land import DeviceLand
from karez.model.lora import OVERHEAD_BYTES, time_on_air_ms
from karez.model.things_rules import ThingsRules
from karez.reading.computing import check_category
from karez.reading.findings import Findings, Where
from karez.reading.geometry import prepare
from karez.reading.layers import read_layer
from karez.reading.settings import Settled, setting_fault

DENSITY = "devices_per_km2"
COLUMNS = (DENSITY, "name")
MS_PER_DAY = 86_400_000.0


def check_things(settled: Settled, findings: Findings) -> None:
    """Categories are there, costs are counted by gateway, and a device may send as often as it is to."""
    rules = settled.things
    for number, name in enumerate(rules.get("masts", ())):
        check_category(settled, ("things", "masts", number), name, findings)
    for name in rules.get("land", {}):
        check_category(settled, ("things", "land", name), name, findings)
    for group in ("costs", "backhaul"):
        for number, line in enumerate(rules.get(group, ())):
            if line.per != "unit":
                problem = f"a gateway's cost cannot be counted by `{line.per}`"
                setting_fault(findings, ("things", group, number, "per"), problem, "Use `unit`")
    own = settled.categories.get("iot_gateway")
    if rules.get("least") == "cost" and not rules.get("costs") and (own is None or not own.costs.get("fibre")):
        problem = "gateways are placed by cost, and nothing says what one costs"
        setting_fault(findings, ("things", "costs"), problem, 'Add cost lines, or set things.least = "gateways"')
    if set(rules) == set(ThingsRules.model_fields):
        whole = ThingsRules.model_construct(None, **rules)
        shortest = time_on_air_ms(7, whole.payload_bytes + OVERHEAD_BYTES)
        most = whole.duty * MS_PER_DAY / shortest
        if whole.messages_per_day > most:
            problem = f"{whole.messages_per_day:g} messages a day are more than {whole.band} lets a device send"
            setting_fault(findings, ("things", "messages_per_day"), problem, f"Give {int(most):,} at most")


def read_land(folder: Path, inputs: Inputs) -> DeviceLand | None:
    """Polygons of devices of a project; None where its settings name none. The relief must cover the region.

    Raises
    ------
    DataFault
        Every fault of layer and relief.
    """
    findings = Findings()
    reference = inputs.programme.things.devices
    land = _polygons(folder, reference, inputs, findings) if reference else None
    _check_relief(inputs, findings)
    findings.raise_faults()
    return land


def _polygons(folder: Path, reference: str, inputs: Inputs, findings: Findings) -> DeviceLand | None:
    layer = read_layer(folder, reference, "things.devices", COLUMNS, findings)
    if layer is None:
        return None
    layer = prepare(layer, "Polygon", findings)
    if not len(layer.shapes):
        findings.fault(layer.where, "the layer has no rows", "Draw the land that devices stand on")
        return None
    if DENSITY not in layer.columns:
        findings.fault(layer.where, "the column is missing", "Add it: devices for each km²", column=DENSITY)
        return None
    density = pd.to_numeric(layer.columns[DENSITY], errors="coerce").to_numpy(np.float64)
    bad = ~(np.isfinite(density) & (density >= 0.0))
    values = layer.columns[DENSITY].astype(str).to_numpy(dtype=object)
    findings.values(layer.where, values, bad, "not a density", "Give devices for each km², 0 or more", column=DENSITY)
    there = ~shapely.is_missing(layer.shapes)
    region = shapely.union_all(inputs.areas.geometry.to_numpy())
    if there.any() and not shapely.intersects(layer.shapes[there], region).any():
        findings.fault(layer.where, "the land lies elsewhere than the areas", "Name land of the region")
    numbers = [str(row) for row in range(1, len(layer.shapes) + 1)]
    name = layer.columns["name"].fillna("").astype(str).to_list() if "name" in layer.columns else numbers
    names = np.array([one or number for one, number in zip(name, numbers, strict=True)], dtype=object)
    return DeviceLand(names, layer.shapes, density, "", dict(findings.hashes))


def _check_relief(inputs: Inputs, findings: Findings) -> None:
    relief = inputs.relief
    if relief is None:
        return
    rows, columns = relief.elevation_m.shape
    west, south, east, north = inputs.areas.total_bounds
    covers = relief.west <= west and relief.west + columns * relief.step_lon >= east
    covers &= relief.north >= north and relief.north - rows * relief.step_lat <= south
    if not covers:
        remedy = f"It must reach from {west:.2f} {south:.2f} to {east:.2f} {north:.2f} degrees"
        findings.fault(Where(inputs.programme.layers.relief), "the raster does not cover the region", remedy)
