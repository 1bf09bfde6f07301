"""Computing proven again from its folder: ways found again, pairs priced again, the choice and its bound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from karez.verifying import siting
from karez.verifying.study import read_study
from karez.verifying.verdict import Check, Finding, Verdict, conclude

COLUMNS: dict[str, tuple[str, ...]] = {
    **siting.COLUMNS,
    "graph": ("tail", "head", "km", "hops"),
    "ends": ("node",),
    "landing": ("node",),
    "entering": ("node", "access_ms", "mbps", "limit_ms"),
    "seen": ("id", "node", "place"),
    "terms": ("nodes", "fibre_us_per_km", "hop_us", "delay_present", "unit"),
}
LAYERS: dict[str, tuple[str, ...]] = {
    "centres": ("id", "sites", "mbps", "capex_real", "present_real", "worst_ms"),
    "sites": ("id", "centre", "mbps", "round_trip_ms", "standard_ms", "meets_standard", "state", "limit_ms"),
}
LEAST_US = 1e-6
CLOSE_MS = 1e-6
Floats = npt.NDArray[np.float64]


def verify_computing(folder: Path, *, progress: Callable[[float], None] = lambda _: None) -> Verdict:
    """Prove where computing goes again, from its folder alone.

    Raises
    ------
    DataFault
        If files or columns are missing or cannot be read.
    """
    summary, tables = read_study(folder, "computing", COLUMNS, lambda said: "gap" in said["certificate"], LAYERS)
    trip = _round_trips(tables)
    progress(0.4)
    checks = [_pairs(tables, trip), _sites(tables, summary, trip), _centres(tables, summary)]
    progress(0.6)
    checks += siting.siting_checks(tables, "computing")
    checks.append(_certificate(tables, summary))
    progress(1.0)
    gap = summary["certificate"]["gap"] or 0.0
    return Verdict(tuple(checks), f"no choice of these candidates is better by more than {gap:.2%}")


def _round_trips(tables: dict[str, pd.DataFrame]) -> Floats:
    """Round trip in ms from every candidate to every node and to space, access left out: float64[places, nodes + 1]."""
    graph, terms = tables["graph"], tables["terms"].iloc[0]
    size = int(terms["nodes"])
    us = np.maximum(graph["km"] * terms["fibre_us_per_km"] + graph["hops"] * terms["hop_us"], LEAST_US).to_numpy()
    ends = np.sort(graph[["tail", "head"]].to_numpy(np.int64), axis=1)
    quickest = pd.DataFrame({"u": ends[:, 0], "v": ends[:, 1], "us": us}).groupby(["u", "v"], as_index=False).min()
    matrix = coo_array((quickest["us"], (quickest["u"], quickest["v"])), shape=(size, size)).tocsr()
    found = dijkstra(matrix, directed=False, indices=tables["ends"]["node"].to_numpy(np.int64))
    landing = tables["landing"]["node"].to_numpy(np.int64)
    space = found[:, landing].min(axis=1, initial=np.inf)
    return np.asarray(2.0 * np.column_stack([found, space]) / 1e3)


def _pairs(tables: dict[str, pd.DataFrame], trip: Floats) -> Check:
    """Every pair that a way leads within the limit is there, no other, each at its cost."""
    entering, terms, pairs = tables["entering"], tables["terms"].iloc[0], tables["pairs"]
    whole = trip[:, entering["node"].to_numpy(np.int64)].T + entering["access_ms"].to_numpy()[:, None]
    limit = entering["limit_ms"].to_numpy()[:, None]
    findings = []
    there = np.zeros(whole.shape, np.bool_)
    there[pairs["customer"], pairs["place"]] = True
    sure_in = np.isfinite(whole) & (whole <= limit - CLOSE_MS)
    sure_out = ~(whole <= limit + CLOSE_MS)
    findings += [Finding("lacks a pair", f"customer {i}") for i in np.flatnonzero((sure_in & ~there).any(axis=1))]
    findings += [
        Finding("has a pair too many", f"customer {i}") for i in np.flatnonzero((sure_out & there).any(axis=1))
    ]
    ms = whole[pairs["customer"], pairs["place"]]
    mbps = entering["mbps"].to_numpy()[pairs["customer"]]
    if terms["delay_present"] < 0:
        cost = np.maximum(ms * mbps, ms / 1e3) * 1e3
    else:
        cost = ms * mbps * terms["delay_present"] * 100
    wrong = np.abs(cost - pairs["cost"]) > 0.51 + 1e-9 * np.abs(cost)
    findings += [Finding("is priced wrongly", f"pair {e}") for e in np.flatnonzero(wrong)]
    return conclude("computing ways", f"{len(pairs):,} pairs of customers and candidates, each by its way", findings)


def _sites(tables: dict[str, pd.DataFrame], summary: dict[str, Any], trip: Floats) -> Check:
    """Every site sees what its way takes, and the standard is kept where it says so."""
    sites, seen = tables["sites"], tables["seen"]
    findings = []
    if sites["id"].tolist() != seen["id"].tolist():
        return conclude("computing sites", "", [Finding("are not those of the proof", "sites")])
    served = (sites["state"] == "served").to_numpy()
    place, node = seen["place"].to_numpy(np.int64), seen["node"].to_numpy(np.int64)
    findings += [
        Finding("has a centre or none, against its state", str(i)) for i in sites["id"][served != (place >= 0)]
    ]
    way = np.where(served, trip[np.maximum(place, 0), np.maximum(node, 0)], np.nan)
    told = sites["round_trip_ms"].to_numpy(np.float64)
    wrong = served & ~(told >= way - CLOSE_MS)
    findings += [Finding("sees less than its way takes", str(i)) for i in sites["id"][wrong]]
    late = served & (told > sites["limit_ms"].fillna(np.inf).to_numpy(np.float64) + CLOSE_MS)
    findings += [Finding("is beyond its limit", str(i)) for i in sites["id"][late]]
    keeps = served & (told <= sites["standard_ms"].to_numpy(np.float64))
    findings += [
        Finding("keeps or misses its standard, against what is said", str(i))
        for i in sites["id"][keeps != sites["meets_standard"].to_numpy(np.bool_)]
    ]
    if summary["sites"]["served"] != int(served.sum()):
        findings.append(Finding("differs from the layer", "sites served"))
    return conclude("computing sites", f"{served.sum():,} of {len(sites):,} sites, each with its round trip", findings)


def _centres(tables: dict[str, pd.DataFrame], summary: dict[str, Any]) -> Check:
    """What centres serve and cost adds up."""
    centres, sites = tables["centres"].set_index("id"), tables["sites"]
    mine = sites[sites["state"] == "served"].groupby("centre")
    findings = []
    for name, told in (("mbps", mine["mbps"].sum()), ("sites", mine.size()), ("worst_ms", mine["round_trip_ms"].max())):
        given = centres[name].astype(float)
        off = (given.fillna(0.0) - told.reindex(centres.index).fillna(0.0)).abs() > 1e-6 * given.abs().clip(lower=1.0)
        findings += [Finding(f"differs in {name} from its sites", str(i)) for i in centres.index[off]]
    for name in ("capex_real", "present_real"):
        if abs(float(centres[name].sum()) - summary[name]) > 0.006:
            findings.append(Finding("differs from the sum of the centres", name))
    return conclude("computing centres", f"{len(centres):,} centres add up", findings)


def _certificate(tables: dict[str, pd.DataFrame], summary: dict[str, Any]) -> Check:
    """The certificate says what the proof says."""
    limits, unit = tables["limits"].iloc[0], float(tables["terms"]["unit"].iloc[0])
    told = summary["certificate"]
    findings = [
        Finding("differs from the proof", name)
        for name in ("value", "bound")
        if abs(told[name] * unit - int(limits[name])) > 0.5
    ]
    return conclude("computing certificate", f"{told['value']:,.2f} against {told['bound']:,.2f}", findings)
