"""Layers `towers` and `hops`: which masts the design uses, what every hop carries."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from karez.appraising.sights import hop_profiles
from karez.appraising.tables import Decided
from karez.kernels.trees import sum_below
from karez.model.attributes import PLAN_HOPS, PLAN_TOWERS
from karez.model.power import GRID, NO_GRID, SOLAR
from karez.model.radio import RadioGraph, RadioPlan


def radio_plan(decided: Decided, spans: gpd.GeoDataFrame, kept: dict[str, pd.DataFrame]) -> RadioPlan | None:
    """Towers and hops of the design; None where hops are no edges.

    Parameters
    ----------
    decided : Decided
        The design and its years.
    spans : GeoDataFrame
        Layer `spans` of the plan.
    kept : dict[str, DataFrame]
        Profiles of :func:`karez.appraising.sights.sight_tables`.
    """
    radio = decided.graph.radio
    if radio is None:
        return None
    hops = _hops(decided, radio, spans)
    towers = _towers(decided, radio, hops)
    built = hops["year"].notna()
    links, technology = radio.links[radio.links["band"] != ""], decided.design.site_technology
    by_hop = technology == "microwave"
    households = decided.inputs.sites["households"].fillna(0.0).to_numpy(np.float64)
    totals = {
        "hops": len(hops),
        "hops_assumed": int((hops["state"] == "assumed").sum()),
        "hops_built": int(built.sum()),
        "towers": len(towers),
        "towers_new": int((~towers["existing"].to_numpy(bool)).sum()),
        "sites": int(by_hop.sum()),
        "households": float(households[by_hop].sum()),
        "candidate_hops": int(links["pair"].nunique()),
        "longest_km": float(hops["length_km"].max()) if len(hops) else 0.0,
        "capex_real": float(spans.loc[spans["method"].isin(("microwave", "mast")), "capex_real"].sum().round(2)),
        "rain_mm_per_hour": radio.tried.rain_mm_per_hour,
    }
    if decided.inputs.relief is not None:
        totals["relief_cell_m"] = round(decided.inputs.relief.cell_m[1], 3)
    return RadioPlan(towers, hops, hop_profiles(decided, hops, kept), totals)


def _hops(decided: Decided, radio: RadioGraph, spans: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    tree = decided.design.tree
    load = _behind(decided, decided.prices.site_mbps)
    sites = _behind(decided, np.ones(len(decided.inputs.sites)))
    ids = decided.graph.spans["id"].to_numpy(dtype=object)
    element = pd.DataFrame({"id": ids[np.maximum(tree.span, 0)], "load_mbps": load.round(6), "sites_behind": sites})
    element = element[tree.span >= 0].set_index("id")
    about = radio.links.assign(id=ids[radio.links["span"]]).set_index("id")
    rows = spans[spans["method"] == "microwave"]
    towers = dict(zip("mast:" + radio.towers["id"].astype(str), radio.towers["id"], strict=True))
    said, key = about.loc[rows["id"]], rows["id"]
    # Candidates run from the lesser id of their masts, spans of the plan away from the source.
    turned = rows["start_node"].to_numpy(dtype=str) > rows["end_node"].to_numpy(dtype=str)
    table = gpd.GeoDataFrame(
        {
            "id": key.to_numpy(dtype=object),
            "start_tower": rows["start_node"].map(towers).to_numpy(dtype=object),
            "end_tower": rows["end_node"].map(towers).to_numpy(dtype=object),
            "band": said["band"].to_numpy(dtype=object),
            "length_km": said["km"].round(6).to_numpy(),
            "state": said["state"].to_numpy(dtype=object),
            "clearance_m": said["clearance_m"].to_numpy(),
            "clearance_at_km": np.where(turned, said["km"] - said["clearance_at_km"], said["clearance_at_km"]).round(6),
            "availability": said["availability"].to_numpy(),
            "capacity_mbps": said["mbps"].to_numpy(),
            "load_mbps": (element.loc[key, "load_mbps"].to_numpy() + said["taken_mbps"].to_numpy()).round(6),
            "sites_behind": element.loc[key, "sites_behind"].to_numpy().astype(np.int64),
            "households_behind": rows["households_behind"].to_numpy(),
            "capex_real": rows["capex_real"].to_numpy(),
            "year": rows["year"].to_numpy(),
        },
        geometry=rows.geometry.to_numpy(),
        crs=spans.crs,
    )
    return gpd.GeoDataFrame(table[[*PLAN_HOPS.names, "geometry"]])


def _behind(decided: Decided, of_site: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[
    tuple[int, ...], np.dtype[np.float64]
]:  # fmt: skip
    """Sums over the sites designed to hang behind every element."""
    design = decided.design
    on = np.isin(design.site_technology, decided.inputs.programme.networked) & (design.site_element >= 0)
    own = np.zeros((len(design.tree.span), 1))
    np.add.at(own[:, 0], design.site_element[on], of_site[on])
    return np.asarray(sum_below(design.tree.parent, own)[:, 0])


def _towers(decided: Decided, radio: RadioGraph, hops: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Towers with a hop; a mast comes with the first of its hops."""
    ends = pd.concat([hops[["start_tower", "year"]].rename(columns={"start_tower": "id"}),
                      hops[["end_tower", "year"]].rename(columns={"end_tower": "id"})])  # fmt: skip
    grouped = ends.groupby("id", sort=True)["year"]
    used = radio.towers[radio.towers["id"].isin(set(ends["id"]))].reset_index(drop=True)
    table = used.assign(
        hops=grouped.size().reindex(used["id"]).to_numpy(),
        year=grouped.min().reindex(used["id"]).to_numpy(),
        node_id=decided.graph.nodes["id"].to_numpy(dtype=object)[used["node"]],
        power=np.where(used["power"] != NO_GRID, GRID, SOLAR if decided.inputs.programme.radio.power_item else NO_GRID),
    )
    return gpd.GeoDataFrame(table[[*PLAN_TOWERS.names, "geometry"]], crs=radio.towers.crs)
