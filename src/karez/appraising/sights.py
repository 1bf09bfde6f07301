"""What a run keeps so that hops can be proven again: all masts, and the ground under the hops of the design."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.tables import Decided
from karez.kernels.profile import bulge, fresnel_radius, ground_profile
from karez.model.inputs import Relief
from karez.model.radio import RadioGraph
from karez.model.radio_rules import RadioRules
from karez.units import METRES_PER_KM

RAY_COLUMNS = ("distance_km", "ground_m", "bulge_m", "ray_m", "zone_m")
SAMPLE = 25
"""So many hops that are not designed, and so many that ground blocks, are kept beside the designed ones."""
CENTIMETRES = 2
"""Decimals of what is kept of a profile, in metres."""


def sight_tables(decided: Decided) -> dict[str, pd.DataFrame]:
    """Tables ``radio_masts``, ``radio_sights`` and ``radio_profiles`` of :class:`karez.model.plan.Proof`.

    Empty where hops are no edges. Of many blocked and unused hops a sample is kept, evenly over their ids.
    """
    radio = decided.graph.radio
    if radio is None:
        return {}
    sights = _sights(decided, radio)
    return {
        "radio_masts": radio.tried.masts,
        "radio_sights": sights,
        "radio_profiles": _profiles(sights, radio.tried.masts, decided.inputs.relief),
    }


def _sights(decided: Decided, radio: RadioGraph) -> pd.DataFrame:
    """Hops to look at again: ``one``, ``other``, ``km``, ``state``, ``designed``; sorted by one and other."""
    links = radio.links[radio.links["band"] != ""]
    ends = decided.graph.spans[["start", "end"]].to_numpy(np.int64)[links["span"]]
    name = dict(zip(radio.towers["node"], radio.towers["id"], strict=True))
    found = pd.DataFrame(
        {
            "one": [name[node] for node in ends[:, 0].tolist()],
            "other": [name[node] for node in ends[:, 1].tolist()],
            "km": links["km"].to_numpy(np.float64),
            "state": links["state"].to_numpy(dtype=object),
            "designed": links["span"].isin(decided.design.tree.span).to_numpy(),
        }
    )
    # Of the bands and directions of a pair, what is designed goes first.
    found = found.sort_values(["one", "other", "designed"], ascending=[True, True, False], kind="stable")
    found = found.drop_duplicates(["one", "other"])
    blocked = radio.tried.blocked.assign(state="blocked", designed=False)
    kept = [found[found["designed"]], _sample(found[~found["designed"]]), _sample(blocked)]
    table = pd.concat([part for part in kept if len(part)] or [found], ignore_index=True)
    return table.sort_values(["one", "other"], kind="stable", ignore_index=True)


def _sample(table: pd.DataFrame) -> pd.DataFrame:
    """At most so many rows, evenly over a table."""
    if len(table) <= SAMPLE:
        return table
    return table.iloc[np.linspace(0, len(table) - 1, SAMPLE).astype(int)]


def _profiles(sights: pd.DataFrame, masts: pd.DataFrame, relief: Relief | None) -> pd.DataFrame:
    """Ground under every hop, from its first mast: ``sight`` (row of the sights), ``distance_m``, ``elevation_m``."""
    found: list[npt.NDArray[np.float64]] = [np.empty((0, 2))]
    place = {key: (lon, lat) for key, lon, lat in zip(masts["id"], masts["lon"], masts["lat"], strict=True)}
    if relief is not None:
        for one, other, km in zip(sights["one"], sights["other"], sights["km"], strict=True):
            raster = (relief.elevation_m, relief.west, relief.north, relief.step_lon, relief.step_lat)
            ends = np.array([place[one], place[other]])
            found.append(ground_profile(*raster, ends, METRES_PER_KM * km, relief.sample_m))
    row = np.repeat(np.arange(len(found) - 1), [len(profile) for profile in found[1:]])
    metres = np.concatenate(found).round(CENTIMETRES)
    return pd.DataFrame({"sight": row.astype(np.int32), "distance_m": metres[:, 0], "elevation_m": metres[:, 1]})


def hop_profiles(decided: Decided, hops: pd.DataFrame, kept: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What path profiles are drawn of, see ``profiles`` of :class:`karez.model.radio.RadioPlan`.

    Parameters
    ----------
    decided : Decided
        The design and its settings.
    hops : DataFrame
        Layer `hops` of the plan.
    kept : dict[str, DataFrame]
        What :func:`sight_tables` made.
    """
    height = kept["radio_masts"].set_index("id")["height_m"]
    ends = np.sort(hops[["start_tower", "end_tower"]].to_numpy(dtype=str), axis=1)
    sights = pd.MultiIndex.from_frame(kept["radio_sights"][["one", "other"]])
    place = sights.get_indexer(pd.MultiIndex.from_arrays(list(ends.T.astype(object))))
    by_sight = dict(tuple(kept["radio_profiles"].groupby("sight", sort=False)[["distance_m", "elevation_m"]]))
    ghz = {band.name: band.ghz for band in decided.inputs.programme.radio.bands}
    parts = []
    for row, sight in zip(hops.to_dict("records"), place.tolist(), strict=True):
        if sight in by_sight:
            metres = by_sight[sight].to_numpy(np.float64)
            if row["start_tower"] > row["end_tower"]:
                metres = np.column_stack([metres[-1, 0] - metres[::-1, 0], metres[::-1, 1]])
            masts = (height[row["start_tower"]], height[row["end_tower"]])
            parts.append(_ray(decided.inputs.programme.radio, metres, masts, ghz[row["band"]]).assign(hop=row["id"]))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*RAY_COLUMNS, "hop"])


def _ray(rules: RadioRules, metres: npt.NDArray[np.float64], masts: tuple[float, float], ghz: float) -> pd.DataFrame:
    """Ray over one profile, as :mod:`karez.kernels.profile` has it."""
    one, ground = metres.T
    ends = list(zip(one.tolist(), (one[-1] - one).tolist(), strict=True))
    tops = (ground[0] + masts[0], ground[-1] + masts[1])
    ray = tops[0] + (tops[1] - tops[0]) * one / one[-1]
    earth = [bulge(*pair, rules.k_factor) for pair in ends]
    zone = [fresnel_radius(*pair, ghz) for pair in ends]
    return pd.DataFrame(dict(zip(RAY_COLUMNS, (one / METRES_PER_KM, ground, earth, ray, zone), strict=True)))
