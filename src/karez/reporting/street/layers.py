"""A street-level design as layers of a map, each column with its unit in its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.model.street import StreetDesign, StreetGraph, StreetInputs

Ids = npt.NDArray[np.object_]


def street_layers(inputs: StreetInputs, graph: StreetGraph, design: StreetDesign) -> dict[str, gpd.GeoDataFrame]:
    """Layers by name, EPSG:4326, each with ``id`` first.

    ``premises``, ``trench`` (every run that is dug, once), ``drops``, ``distribution``, ``feeder`` (cables, one row for
    each run), ``cabinets``, ``closures``, ``offices``.
    """
    node = gpd.GeoSeries(graph.nodes.geometry.to_numpy(), crs=4326)
    at = design.trench.node
    ids = _plant_ids(design, graph)
    given = inputs.cabinets["id"].to_numpy(dtype=object)
    layers = {
        "premises": _premises(inputs, design, ids),
        "trench": _trench(graph, design, inputs),
        "cabinets": _plant(design.cabinets, node, at, ids["cabinet"], ids, given),
        "closures": _plant(design.closures, node, at, ids["closure"], ids, given),
        "offices": _plant(design.offices, node, at, ids["office"], ids, given),
    }
    for tier, name in (("drop", "drops"), ("distribution", "distribution"), ("feeder", "feeder")):
        layers[name] = _cables(graph, design, tier, ids)
    return layers


def _plant_ids(design: StreetDesign, graph: StreetGraph) -> dict[str, Ids]:
    """Ids of cabinets, closures and offices: the kind, the place, and a number where several stand there."""
    node_id = graph.nodes["id"].to_numpy(dtype=object)
    made = {}
    for kind, table in (("cabinet", design.cabinets), ("closure", design.closures), ("office", design.offices)):
        base = np.asarray(f"{kind}:" + node_id[design.trench.node[table["place"]]], dtype=object)
        again = pd.Series(base).groupby(base).cumcount().to_numpy()
        made[kind] = np.where(again > 0, base + "/" + (again + 1).astype(str).astype(object), base)
    return made


def _named(ids: Ids, number: npt.NDArray[np.int64]) -> Ids:
    """Ids by row number; None for −1."""
    out = np.full(len(number), None, dtype=object)
    there = number >= 0
    out[there] = ids[number[there]]
    return out


def _premises(inputs: StreetInputs, design: StreetDesign, ids: dict[str, Ids]) -> gpd.GeoDataFrame:
    table = design.premises
    columns = pd.DataFrame(
        {
            "id": inputs.premises["id"],
            "kind": inputs.premises["kind"],
            "dwellings": table["dwellings"],
            "dwellings_by": inputs.premises["rule"],
            "served": table["place"] >= 0,
            "closure": _named(ids["closure"], table["closure"].to_numpy()),
            "cabinet": _named(ids["cabinet"], table["cabinet"].to_numpy()),
            "office": _named(ids["office"], table["office"].to_numpy()),
            "port": table["port"].astype("Int64").where(table["port"] > 0),
            "drop_m": table["drop_m"],
            "distribution_m": table["distribution_m"],
            "feeder_m": table["feeder_m"],
            "loss_db": table["loss_db"],
            "budget_db": table["budget_db"],
            "reason": table["reason"],
        }
    )
    points = shapely.centroid(inputs.premises.geometry.to_numpy())
    return gpd.GeoDataFrame(columns, geometry=points, crs=4326)


def _trench(graph: StreetGraph, design: StreetDesign, inputs: StreetInputs) -> gpd.GeoDataFrame:
    place = np.flatnonzero(design.trench.run >= 0)
    runs = graph.runs.iloc[design.trench.run[place]]
    cables = design.cables.groupby("place")["count"].sum().reindex(place, fill_value=0).to_numpy()
    full = np.isin(design.trench.run[place], design.full_runs)
    names = ["id", "kind", "surface", "method", "length_m", "crossings", "way", "lock"]
    columns = runs[names].reset_index(drop=True)
    columns["method"] = np.where(full, runs["other_method"], runs["method"])
    columns["lock"] = np.where(full, "", runs["lock"])
    columns["preferred"] = runs["factor"].to_numpy() < 1.0
    columns["start_node"] = graph.nodes["id"].to_numpy()[runs["start"]]
    columns["end_node"] = graph.nodes["id"].to_numpy()[runs["end"]]
    columns["cables"] = cables
    made = gpd.GeoDataFrame(columns, geometry=runs.geometry.to_numpy(), crs=4326)
    return made.sort_values("id", kind="stable").reset_index(drop=True)


def _cables(graph: StreetGraph, design: StreetDesign, tier: str, ids: dict[str, Ids]) -> gpd.GeoDataFrame:
    table = design.cables[design.cables["tier"] == tier]
    run = design.trench.run[table["place"]]
    columns = pd.DataFrame(
        {
            "id": graph.runs["id"].to_numpy()[run],
            "cabinet": _named(ids["cabinet"], table["cabinet"].to_numpy()),
            "fibres": table["fibres"].to_numpy(),
            "cable_fibres": table["size"].to_numpy(),
            "cables": table["count"].to_numpy(),
            "length_m": table["length_m"].to_numpy(),
        }
    )
    made = gpd.GeoDataFrame(columns, geometry=graph.runs.geometry.to_numpy()[run], crs=4326)
    return made.sort_values(["id"], kind="stable").reset_index(drop=True)


def _plant(
    table: pd.DataFrame,
    node: gpd.GeoSeries,
    at: npt.NDArray[np.int32],
    own: Ids,
    ids: dict[str, Ids],
    given: Ids,
) -> gpd.GeoDataFrame:
    columns = table.drop(columns=["place"]).reset_index(drop=True)
    for name in ("cabinet", "office"):
        if name in columns:
            columns[name] = _named(ids[name], columns[name].to_numpy())
    if "given" in columns:
        columns["given"] = _named(given, columns["given"].to_numpy())
    columns.insert(0, "id", own)
    return gpd.GeoDataFrame(columns, geometry=node.to_numpy()[at[table["place"]]], crs=4326)


def rows(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of a table, columns as attributes."""
    return iter(table.itertuples())
