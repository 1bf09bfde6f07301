"""What lights a backbone, proven again: huts, noise, margins, wavelengths, counts. Plain Python, the formulas anew."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from karez.verifying.verdict import Check, Finding, conclude

COLUMNS: dict[str, tuple[str, ...]] = {
    "fibre_links": ("first", "last", "edges", "length_m", "stops_m", "noise"),
    "pieces": ("way", "mode", "links", "wavelengths"),
}
"""Columns of the tables of ``proof/``."""

LAYERS: dict[str, tuple[str, ...]] = {
    "links": ("id", "huts", "wavelengths", "fibre_pairs", "amplifiers"),
    "huts": ("id", "link", "at_km"),
    "routes": ("id", "mbps", "mode", "wavelengths", "regenerators", "osnr_db", "margin_db", "feasible"),
}
"""Columns of the layers of ``backbone.gpkg``."""

SLACK_M = 0.01
SLACK_DB = 1e-6
GNPY_DB = 0.1
"""GNPy's spontaneous emission may be below the formula's by so much: it takes hν of each wavelength, not of one."""


@dataclass(frozen=True)
class Lit:
    """What a folder says of its optics, and the settings it was made with.

    Parameters
    ----------
    told, rules : dict
        ``optics`` of the summary, and its settings.
    graph, ways, links, segments : DataFrame
        Tables of ``proof/``.
    spans, shown_links, huts, routes : DataFrame
        Layers.
    """

    told: dict[str, Any]
    rules: dict[str, Any]
    graph: pd.DataFrame
    ways: pd.DataFrame
    links: pd.DataFrame
    segments: pd.DataFrame
    spans: pd.DataFrame
    shown_links: pd.DataFrame
    huts: pd.DataFrame
    routes: pd.DataFrame

    @property
    def channels(self) -> int:
        """Wavelengths of a pair of fibres."""
        return int(self.rules["band_ghz"] // self.rules["grid_ghz"])

    @property
    def modes(self) -> list[dict[str, Any]]:
        """Modes that fit the grid."""
        return [mode for mode in self.rules["modes"] if mode["slot_ghz"] <= self.rules["grid_ghz"]]

    @property
    def launch_dbm(self) -> float:
        """Power of a wavelength into the fibre."""
        return float(self.rules["launch_dbm_per_50_ghz"] + 10 * math.log10(self.rules["grid_ghz"] / 50))

    def fibres_m(self, link: int) -> list[float]:
        """Lengths of fibre between the amplifiers of a link."""
        stops = [0.0, *self.links["stops_m"].iloc[link].tolist(), float(self.links["length_m"].iloc[link])]
        return [after - before for before, after in pairwise(stops)]


def check_optics(lit: Lit) -> list[Check]:
    """Check huts, margins, wavelengths and counts."""
    return [_huts(lit), _routes(lit), _margins(lit), _wavelengths(lit), _counts(lit)]


def _huts(lit: Lit) -> Check:
    """No fibre between amplifiers is longer than the settings allow, with as few huts as that takes."""
    most = lit.rules["span_max_km"] * 1e3
    lead_ins = lit.spans.loc[lit.spans["role"] == "lead_in", "length_m"].max() if len(lit.spans) else 0.0
    findings = []
    shown = {link: sorted(rows["at_km"]) for link, rows in lit.huts.groupby("link")}
    for link in range(len(lit.links)):
        name, fibres = f"link-{link + 1}", lit.fibres_m(link)
        if min(fibres) < 0 or max(fibres) > most + SLACK_M:
            findings.append(Finding("has fibre longer than amplifiers stand", name))
        if len(fibres) > max(1, math.ceil(sum(fibres) / most - 1e-9)):
            findings.append(Finding("has more huts than it needs", name))
        own = lit.graph["length_mm"].to_numpy()[lit.links["edges"].iloc[link]].sum() / 1e3
        if not -SLACK_M <= sum(fibres) - own <= 2 * np.nan_to_num(lead_ins) + SLACK_M:
            findings.append(Finding("is not as long as its spans", name))
        at = [km * 1e3 for km in shown.get(name, [])]
        if len(at) != len(fibres) - 1 or not np.allclose(at, np.cumsum(fibres)[:-1], atol=SLACK_M):
            findings.append(Finding("has huts that the map shows elsewhere", name))
    proven = f"{len(lit.huts):,} huts on {len(lit.links):,} links, as few as {most / 1e3:g} km allow"
    return conclude("optics huts", proven, findings)


def _routes(lit: Lit) -> Check:
    """The links of a route's pieces are the spans of its way, in order."""
    findings = []
    lead_ins = set(lit.spans.loc[lit.spans["role"] == "lead_in", "id"])
    ids = lit.graph["id"].to_numpy()
    pieces = dict(tuple(lit.segments.groupby("way")))
    for way, row in enumerate(lit.ways.itertuples()):
        passed = [e for e in row.edges if ids[e] and ids[e] not in lead_ins]  # type: ignore[union-attr]
        if way not in pieces:
            if passed and bool(lit.routes["feasible"].iloc[way]):
                findings.append(Finding("is lit over no link", str(lit.routes["id"].iloc[way])))
            continue
        laid: list[int] = []
        for link in np.concatenate(pieces[way]["links"].tolist()):
            own = lit.links["edges"].iloc[link].tolist()
            ahead = passed[len(laid) : len(laid) + len(own)] == own
            laid += own if ahead else own[::-1]
        if laid != passed:
            findings.append(Finding("is lit over other links than its way has", str(lit.routes["id"].iloc[way])))
    return conclude("optics routes", f"{len(pieces):,} routes are lit along their ways", findings)


def _formula(lit: Lit, link: int) -> float:
    """Noise over signal of a link: 58 + P − L − NF for its booster and every span (ITU-T G Suppl. 39)."""
    rules = lit.rules
    losses = [lit.launch_dbm - rules["node_out_dbm"]]
    losses += [rules["fibre_db_per_km"] * m / 1e3 + 2 * rules["connector_db"] for m in lit.fibres_m(link)]
    return math.fsum(10 ** (-(58.0 + lit.launch_dbm - loss - rules["noise_figure_db"]) / 10) for loss in losses)


def _margins(lit: Lit) -> Check:
    """Every piece of a route has the margin that its noise leaves, and is within reach."""
    findings = []
    formula = [_formula(lit, link) for link in range(len(lit.links))]
    noise = np.array(lit.links["noise"].tolist()).reshape(len(lit.links), len(lit.modes))
    by_rule = lit.told["method"] == "reach rule"
    least = np.array(formula) * (1.0 if by_rule else 10 ** (-GNPY_DB / 10))
    low = noise.min(axis=1) < least * (1 - 1e-9)
    high = by_rule & (noise.max(axis=1) > least * (1 + 1e-9))
    findings += [
        Finding("has other noise than its amplifiers make", f"link-{k + 1}") for k in np.flatnonzero(low | high)
    ]
    left: dict[int, list[tuple[float, float]]] = {}
    for way, mode, links in zip(*(lit.segments[name] for name in ("way", "mode", "links")), strict=True):
        about, name = lit.modes[mode], str(lit.routes["id"].iloc[way])
        gathered = noise[links, mode].sum()
        if not by_rule:
            # Noise takes the signal's power: see Bononi et al. 2020, "droop".
            band = about["gbaud"] / 12.5
            gathered = (np.prod(1 + noise[links, mode] * band) - 1) / band
        osnr = -10 * math.log10(10 ** (-lit.rules["transmitter_osnr_db"] / 10) + gathered)
        margin = osnr - about["osnr_db"] - lit.rules["margin_db"]
        left.setdefault(way, []).append((osnr, margin))
        km = lit.links["length_m"].to_numpy()[links].sum() / 1e3
        spans = sum(len(lit.fibres_m(link)) for link in links)
        if margin < -SLACK_DB or (by_rule and (km > about["reach_km"] + 1e-6 or spans > about["reach_spans"])):
            findings.append(Finding("reaches farther than its mode does", name))
    for way, pairs in left.items():
        told = lit.routes.iloc[way]
        found = min(osnr for osnr, _ in pairs), min(margin for _, margin in pairs)
        if not np.allclose((told["osnr_db"], told["margin_db"]), found, atol=SLACK_DB):
            findings.append(Finding("has another margin than its noise leaves", str(told["id"])))
    how = "by formula and reach" if by_rule else "by GNPy's noise, not below the formula's"
    return conclude("optics margins", f"{len(lit.segments):,} pieces of routes have their margin, {how}", findings)


def _wavelengths(lit: Lit) -> Check:
    """No wavelength is on a link twice, and every route has enough of them."""
    taken: Counter[tuple[int, int]] = Counter()
    findings = []
    for way, links, waves in zip(*(lit.segments[name] for name in ("way", "links", "wavelengths")), strict=True):
        taken.update((int(link), int(wave)) for link in links for wave in waves)
        told = lit.routes.iloc[way]
        if len(waves) != told["wavelengths"]:
            findings.append(Finding("has other wavelengths than it says", str(told["id"])))
    for way, mode in zip(lit.segments["way"], lit.segments["mode"], strict=True):
        told = lit.routes.iloc[way]
        if told["wavelengths"] * lit.modes[mode]["gbps"] * 1e3 < told["mbps"] * (1 - 1e-9):
            findings.append(Finding("has too few wavelengths for its traffic", str(told["id"])))
    findings += [
        Finding("has a wavelength twice", f"link-{link + 1}") for (link, _), count in taken.items() if count > 1
    ]
    load = Counter(link for link, _ in taken)
    highest: dict[int, int] = {}
    for link, wave in taken:
        highest[link] = max(highest.get(link, 0), wave)
    for link, shown in enumerate(lit.shown_links.itertuples()):
        pairs = highest.get(link, 0) // lit.channels + 1
        if (shown.wavelengths, shown.fibre_pairs) != (load[link], pairs):
            findings.append(Finding("carries other wavelengths than the map shows", str(shown.id)))
    used, bound = max(highest.values(), default=-1) + 1, max(load.values(), default=0)
    if (lit.told["wavelengths_used"], lit.told["wavelengths_on_the_most_loaded_link"]) != (used, bound):
        findings.append(Finding("differ from the links'", "wavelengths of the summary"))
    return conclude(
        "optics wavelengths", f"{used:,} wavelengths, none twice on a link; none needs fewer than {bound:,}", findings
    )


def _counts(lit: Lit) -> Check:
    """The bill counts what links, huts and routes have."""
    bill = lit.told["bill"]
    links = lit.shown_links
    own: dict[str, int] = {
        "power": len(lit.huts),
        "amplifier": int((2 * links["fibre_pairs"] * (links["huts"] + 2)).sum()),
        "degree": int(2 * links["fibre_pairs"].sum()),
    }
    lit_routes = lit.routes[lit.routes["feasible"]]
    for mode in lit.modes:
        mine = lit_routes[lit_routes["mode"] == mode["name"]]
        own[f"transponder_{mode['name']}"] = int((2 * mine["wavelengths"] * (mine["regenerators"] + 1)).sum())
    findings = [Finding("is counted otherwise", part) for part, count in own.items() if bill[part] != count]
    if bill["hut"] + bill["hut_at_place"] != len(lit.huts):
        findings.append(Finding("are counted otherwise", "huts"))
    return conclude("optics bill", f"{sum(own.values()):,} parts counted again", findings)
