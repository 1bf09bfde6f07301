"""Gateways for things proven again from their folder: every link's budget, every load, the choice and its bound."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.verifying import siting
from karez.verifying.study import read_study
from karez.verifying.verdict import Check, Finding, Verdict, conclude

COLUMNS: dict[str, tuple[str, ...]] = {
    **siting.COLUMNS,
    "links": ("cell", "mast", "km", "terrain_db", "assumed", "loss_db", "spreading"),
    "land": ("lon", "lat", "devices", "parts"),
    "ends": ("lon", "lat"),
    "parts": ("cell",),
    "joins": ("link",),
    "terms": (
        "mhz", "eirp_dbm", "gain_dbi", "margin_db", "noise_figure_db", "gateway_m", "device_m", "bytes",
        "messages_per_day", "lost", "channels", "duty", "share", "unit",
    ),
}  # fmt: skip
LAYERS: dict[str, tuple[str, ...]] = {
    "gateways": ("id", "devices", "load", "capex_real", "present_real"),
    "cells": ("id", "devices", "gateway", "spreading", "ground"),
}
SNR_DB = {7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
CLOSE_DB = 1e-6
MS_PER_DAY = 86_400_000.0
EARTH_KM = 6_371.0088
Floats = npt.NDArray[np.float64]


def verify_things(folder: Path, *, progress: Callable[[float], None] = lambda _: None) -> Verdict:
    """Prove gateways for things again, from their folder alone.

    Raises
    ------
    DataFault
        If files or columns are missing or cannot be read.
    """
    summary, tables = read_study(folder, "things", COLUMNS, lambda said: "gap" in said["certificate"], LAYERS)
    checks = [_links(tables), _loads(tables), _share(tables, summary), _gateways(tables, summary)]
    progress(0.5)
    checks += siting.siting_checks(tables, "things")
    checks.append(_certificate(tables, summary))
    progress(1.0)
    gap = summary["certificate"]["gap"] or 0.0
    return Verdict(tuple(checks), f"no choice of these masts is better by more than {gap:.2%}")


def airtime_ms(spreading: int, size: int) -> float:
    """Time on air of a message of so many bytes (Semtech AN1200.13), coding rate 4/5."""
    symbol = 2.0**spreading / 125.0
    low_rate = 2 if spreading > 10 else 0
    blocks = max(0, math.ceil((8 * size - 4 * spreading + 44) / (4 * (spreading - low_rate))))
    return symbol * (12.25 + 8 + 5 * blocks)


def _links(tables: dict[str, pd.DataFrame]) -> Check:
    """Every link is as long as its ends are apart, as weak as the formulas say, and just strong enough."""
    links, land, ends, terms = (tables[name] for name in ("links", "land", "ends", "terms"))
    of = terms.iloc[0]
    here, there = land.iloc[links["cell"]], ends.iloc[links["mast"]]
    km = _beeline_km(here, there)
    findings = [
        Finding("is not as long as its ends are apart", f"link {e}")
        for e in np.flatnonzero(np.abs(km - links["km"].to_numpy()) > 1e-3 + 1e-4 * km)
    ]
    f, high = math.log10(of["mhz"]), math.log10(of["gateway_m"])
    far = np.log10(np.maximum(links["km"].to_numpy(), 0.05))
    free = 32.45 + 20 * far + 20 * f
    device = (1.1 * f - 0.7) * of["device_m"] - (1.56 * f - 0.8)
    city = 69.55 + 26.16 * f - 13.82 * high - device + (44.9 - 6.55 * high) * far
    hata = city - 4.78 * f * f + 18.33 * f - 40.94
    terrain = links["terrain_db"].to_numpy()
    by_class = np.maximum(free, hata) + terrain
    by_profile = np.maximum(free + terrain, hata)
    loss = np.where(links["assumed"].to_numpy(), by_class, by_profile)
    wrong = (np.abs(loss - links["loss_db"].to_numpy()) > CLOSE_DB) | (terrain < 0)
    findings += [Finding("has another loss than its formulas", f"link {e}") for e in np.flatnonzero(wrong)]
    noise = -174.0 + 10 * math.log10(125_000.0) + of["noise_figure_db"]
    arrives = of["eirp_dbm"] + of["gain_dbi"] - of["margin_db"] - links["loss_db"].to_numpy()
    need = links["spreading"].map(SNR_DB).to_numpy(np.float64) + noise
    faster = (links["spreading"] - 1).map(SNR_DB).to_numpy(np.float64) + noise
    findings += [Finding("is too weak", f"link {e}") for e in np.flatnonzero(~(arrives >= need - CLOSE_DB))]
    findings += [Finding("could be faster", f"link {e}") for e in np.flatnonzero(arrives > faster + CLOSE_DB)]
    lasts = links["spreading"].map(lambda sf: airtime_ms(int(sf), int(of["bytes"])))
    often = lasts * of["messages_per_day"] > of["duty"] * MS_PER_DAY * (1 + 1e-9)
    findings += [Finding("sends more than it may", f"link {e}") for e in np.flatnonzero(often)]
    return conclude("things links", f"{len(links):,} links, each with its budget", findings)


def _beeline_km(one: pd.DataFrame, other: pd.DataFrame) -> Floats:
    lon1, lat1 = np.radians(one["lon"].to_numpy()), np.radians(one["lat"].to_numpy())
    lon2, lat2 = np.radians(other["lon"].to_numpy()), np.radians(other["lat"].to_numpy())
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(half)))


def _loads(tables: dict[str, pd.DataFrame]) -> Check:
    """Pairs, uses and room are those of links, land and the collisions allowed."""
    of, links, land, pairs = tables["terms"].iloc[0], tables["links"], tables["land"], tables["pairs"]
    findings = []
    room = int(-math.log(1 - of["lost"]) / 2 * of["channels"] * MS_PER_DAY)
    if (tables["places"]["capacity"] != room).any():
        findings.append(Finding("is not what collisions allow", "room of gateways"))
    cell = tables["parts"]["cell"].to_numpy(np.int64)
    if not (np.bincount(cell, minlength=len(land)) == land["parts"].to_numpy()).all():
        findings.append(Finding("are not those of the land", "parts of cells"))
    each = land["devices"].to_numpy()[cell] / land["parts"].to_numpy()[cell]
    heavy = np.abs(each * 1e3 - tables["customers"]["weight"].to_numpy()) > 0.51
    findings += [Finding("weighs not what stands there", f"customer {i}") for i in np.flatnonzero(heavy)]
    link = tables["joins"]["link"].to_numpy(np.int64)
    mine = links.iloc[link]
    astray = (mine["cell"].to_numpy() != cell[pairs["customer"]]) | (
        mine["mast"].to_numpy() != pairs["place"].to_numpy()
    )
    findings += [Finding("is another's link", f"pair {e}") for e in np.flatnonzero(astray)]
    lasts = mine["spreading"].map({sf: airtime_ms(sf, int(of["bytes"])) for sf in SNR_DB}).to_numpy(np.float64)
    use = each[pairs["customer"]] * lasts * of["messages_per_day"]
    findings += [
        Finding("takes not what its messages do", f"pair {e}")
        for e in np.flatnonzero(np.abs(use - pairs["use"].to_numpy()) > 0.51 + 1e-9 * use)
    ]
    if len(pairs) != int(land["parts"].to_numpy()[links["cell"]].sum()):
        findings.append(Finding("are not those of all links", "pairs"))
    return conclude("things loads", f"{len(pairs):,} pairs, each with its time on air", findings)


def _share(tables: dict[str, pd.DataFrame], summary: dict[str, Any]) -> Check:
    """The share of devices that is asked for is covered, in the proof and in the layer."""
    weight, pair = tables["customers"]["weight"].to_numpy(np.int64), tables["customers"]["pair"].to_numpy(np.int64)
    share, cells = float(tables["terms"]["share"].iloc[0]), tables["cells"]
    findings = []
    if weight[pair >= 0].sum() < share * weight.sum() - 1e-6:
        findings.append(Finding("is less than is asked for", "share covered"))
    layer = float(cells.loc[cells["ground"] != "uncovered", "devices"].sum())
    if abs(layer - weight[pair >= 0].sum() / 1e3) > 1e-3 * len(weight) + 1e-6 * layer:
        findings.append(Finding("differs from the proof", "layer of cells"))
    if abs(layer - summary["covered"]) > 1e-3 * max(1.0, layer * 1e-6):
        findings.append(Finding("differs from the layer", "devices covered"))
    got = weight[pair >= 0].sum() / max(1, weight.sum())
    return conclude("things share", f"{got:.2%} of devices, {share:.2%} asked for", findings)


def _gateways(tables: dict[str, pd.DataFrame], summary: dict[str, Any]) -> Check:
    """Devices, loads and costs of gateways add up."""
    gateways, cells, of = tables["gateways"].set_index("id"), tables["cells"], tables["terms"].iloc[0]
    mine = cells[cells["ground"] != "uncovered"]
    devices = mine.groupby("gateway")["devices"].sum().reindex(gateways.index).fillna(0.0)
    findings = [
        Finding("differs from its cells", str(i))
        for i in gateways.index[(devices - gateways["devices"]).abs() > 1e-6 * devices.clip(lower=1.0)]
    ]
    lasts = mine["spreading"].map({sf: airtime_ms(sf, int(of["bytes"])) for sf in SNR_DB})
    room = -math.log(1 - of["lost"]) / 2 * of["channels"] * MS_PER_DAY
    load = (mine["devices"] * lasts * of["messages_per_day"]).groupby(mine["gateway"]).sum() / room
    off = (load.reindex(gateways.index).fillna(0.0) - gateways["load"]).abs() > 1e-6
    findings += [Finding("has another load than its cells bring", str(i)) for i in gateways.index[off]]
    findings += [Finding("is overloaded", str(i)) for i in gateways.index[gateways["load"] > 1 + 1e-3]]
    for name in ("capex_real", "present_real"):
        if abs(float(gateways[name].sum()) - summary[name]) > 0.006:
            findings.append(Finding("differs from the sum of the gateways", name))
    return conclude("things gateways", f"{len(gateways):,} gateways add up, none beyond its room", findings)


def _certificate(tables: dict[str, pd.DataFrame], summary: dict[str, Any]) -> Check:
    """The certificate says what the proof says."""
    limits, unit, told = tables["limits"].iloc[0], float(tables["terms"]["unit"].iloc[0]), summary["certificate"]
    findings = [
        Finding("differs from the proof", name)
        for name in ("value", "bound")
        if abs(told[name] * unit - int(limits[name])) > 0.5
    ]
    return conclude("things certificate", f"{told['value']:,.2f} against {told['bound']:,.2f}", findings)
