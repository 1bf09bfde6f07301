"""What a run keeps so that hops can be proven again: all masts, and the ground under the hops of the design."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.appraising.tables import Decided
from karez.kernels.profile import ground_profile
from karez.model.inputs import Relief
from karez.model.radio import RadioGraph

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
            found.append(ground_profile(*raster, ends, 1_000.0 * km, relief.sample_m))
    row = np.repeat(np.arange(len(found) - 1), [len(profile) for profile in found[1:]])
    metres = np.concatenate(found).round(CENTIMETRES)
    return pd.DataFrame({"sight": row.astype(np.int32), "distance_m": metres[:, 0], "elevation_m": metres[:, 1]})
