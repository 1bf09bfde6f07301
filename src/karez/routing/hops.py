"""Hops between masts that see each other: found near by, proven on the raster or assumed by length and ground.

Which towers are tried: the nearest few of each, and the nearest two that stand where no line leads to from it, so that
the number of hops grows with the number of towers (spatial index, no quadratic step).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from karez.kernels.profile import clearances
from karez.model.inputs import Inputs, Relief
from karez.model.note import Note
from karez.model.radio import Tried
from karez.model.radio_rules import RadioRules
from karez.routing.ground import Ground
from karez.routing.lines import GEOD, Floats, Indices, Metric
from karez.routing.noding import components
from karez.routing.rain import rain_availability, rain_rate

Flags = npt.NDArray[np.bool_]

WIDER = 5
"""Among so many times the nearest few those are sought that no line leads to."""
APART = 2
"""So many of them are tried."""


@dataclass(frozen=True)
class Masts:
    """Masts that stand or may be built.

    Parameters
    ----------
    table : DataFrame
        ``id``, ``name``, ``height_m``, ``existing``, ``power``, ``derived``, sorted by id.
    lonlat, plane : float64[masts, 2]
        Degrees and metres.
    """

    table: pd.DataFrame
    lonlat: Floats
    plane: Floats


@dataclass(frozen=True)
class Hops:
    """Hops, once for each band that can do them.

    Parameters
    ----------
    table : DataFrame
        ``one``, ``other`` (rows of the masts, one < other), ``band`` (number of it in the settings), ``km``,
        ``clearance_m``, ``clearance_at_km`` (from ``one``), ``state``, ``availability``, ``ground``; sorted by one,
        other and band.
    tried : Tried
        What was looked at.
    notes : tuple[Note, ...]
        How many were tried and left out, and why.
    """

    table: pd.DataFrame
    tried: Tried
    notes: tuple[Note, ...]

    def select(self, keep: Flags) -> Hops:
        """Some of the hops."""
        return replace(self, table=self.table[keep].reset_index(drop=True))


def find_masts(inputs: Inputs, places: pd.DataFrame, metric: Metric) -> Masts:
    """The towers of the project; where it names none, a candidate at every place."""
    if inputs.towers is not None:
        table = pd.DataFrame(inputs.towers[["id", "name", "height_m", "existing", "power"]]).assign(derived=False)
        shapes = inputs.towers.geometry.to_numpy()
        lonlat = np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)]).reshape(-1, 2)
    else:
        rules = inputs.programme.radio
        table = pd.DataFrame(
            {
                "id": ("place:" + places["place_id"].astype(str)).to_numpy(dtype=object),
                "name": places["name"].to_numpy(dtype=object),
                "height_m": rules.candidate_height_m,
                "existing": False,
                "power": rules.candidate_power,
                "derived": True,
            }
        )
        lonlat = places[["lon", "lat"]].to_numpy(np.float64)
    order = np.argsort(table["id"].to_numpy(dtype=str), kind="stable")
    lonlat = lonlat[order]
    return Masts(table.iloc[order].reset_index(drop=True), lonlat, metric.plane(lonlat))


def find_hops(rules: RadioRules, relief: Relief | None, masts: Masts, part: Indices, ground: Ground) -> Hops:
    """Find the hops between masts.

    Parameters
    ----------
    rules : RadioRules
        Bands and what a hop must hold.
    relief : Relief | None
        Elevation; without it every hop is assumed.
    masts : Masts
        What they hang on.
    part : int64[masts]
        Which masts lines join already: the same number; a mast without a line has one of its own.
    ground : Ground
        Classes of ground, for hops that are assumed.
    """
    reach_km = min(rules.longest_km, max(band.max_km for band in rules.bands))
    one, other = _near(masts, part, rules.neighbours, 1_000.0 * reach_km)
    length = np.asarray(GEOD.inv(*masts.lonlat[one].T, *masts.lonlat[other].T)[2], np.float64)
    near = (length <= 1_000.0 * reach_km) & (length > 0)
    one, other, length = one[near], other[near], length[near]
    room, place = _room(rules, relief, masts, one, other, length)
    assumed_km, classes = _assumed_km(rules, ground, masts, one, other)
    rate = rules.rain_mm_per_hour
    if rate is None:
        rate = rain_rate(*masts.lonlat.mean(axis=0).tolist()) if len(masts.lonlat) else 0.0
    km = length / 1_000.0
    proven = np.isfinite(room)
    sees = np.where(proven, room >= 0.0, (km <= assumed_km)[:, None])
    up = np.column_stack([rain_availability(band, km, rate) for band in rules.bands])
    fits = (up >= rules.availability) & (km[:, None] <= [band.max_km for band in rules.bands])
    pair, band = np.nonzero(sees & fits)
    table = pd.DataFrame(
        {
            "one": one[pair],
            "other": other[pair],
            "band": band,
            "km": km[pair],
            "clearance_m": np.where(proven, room, np.nan)[pair, band].round(2),
            "clearance_at_km": (place[pair, band] / 1_000.0).round(6),
            "state": np.where(proven[pair, band], "clear", "assumed").astype(object),
            "availability": up[pair, band],
            "ground": classes[pair],
        }
    )
    return Hops(table, _tried(masts, one, other, km, room, rate), _notes(rules, rate, proven, sees, fits))


def _near(masts: Masts, part: Indices, most: int, reach_m: float) -> tuple[Indices, Indices]:
    """Pairs of masts to try, each once, sorted."""
    count = len(masts.plane)
    if count < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    wide = min(count, WIDER * most + 1)
    distance, near = cKDTree(masts.plane).query(masts.plane, k=wide, distance_upper_bound=1.01 * reach_m)
    own = np.arange(count)
    there = np.isfinite(distance) & (near != own[:, None])
    rank = np.cumsum(there, axis=1)
    apart = there & (np.append(part, -1)[near] != part[:, None])
    wanted = there & ((rank <= most) | (apart & (np.cumsum(apart, axis=1) <= APART)))
    row, column = np.nonzero(wanted)
    low, high = np.minimum(row, near[row, column]), np.maximum(row, near[row, column])
    pairs = np.unique(np.stack([low, high], axis=1), axis=0)
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)


def _room(
    rules: RadioRules, relief: Relief | None, masts: Masts, one: Indices, other: Indices, length: Floats
) -> tuple[Floats, Floats]:
    """Least room of every hop in every band, and how far from its first end that is: float64[hops, bands] each.

    NaN where no raster is fine enough to tell.
    """
    room = np.full((len(one), len(rules.bands)), np.nan)
    place = room.copy()
    if relief is None or relief.cell_m[1] > rules.proven_cell_m or not len(one):
        return room, place
    clearances(
        relief.elevation_m,
        relief.west,
        relief.north,
        relief.step_lon,
        relief.step_lat,
        masts.lonlat,
        masts.table["height_m"].to_numpy(np.float64),
        one,
        other,
        length,
        np.array([band.ghz for band in rules.bands]),
        rules.k_factor,
        rules.fresnel_share,
        relief.sample_m,
        room,
        place,
    )
    return room, place


def _tried(masts: Masts, one: Indices, other: Indices, km: Floats, room: Floats, rate: float) -> Tried:
    """All masts, the hops that ground blocks in every band, and the rain."""
    blocked = (room < 0.0).all(axis=1) if len(room) else np.zeros(0, np.bool_)
    ids = masts.table["id"].to_numpy(dtype=object)
    pairs = pd.DataFrame({"one": ids[one[blocked]], "other": ids[other[blocked]], "km": km[blocked]})
    about = masts.table[["id", "height_m", "existing", "power"]]
    return Tried(about.assign(lon=masts.lonlat[:, 0], lat=masts.lonlat[:, 1], stands=False), pairs, rate)


def _assumed_km(
    rules: RadioRules, ground: Ground, masts: Masts, one: Indices, other: Indices
) -> tuple[Floats, npt.NDArray[np.object_]]:
    """How far each hop is assumed to see, by the hardest ground of its ends and middle; and that ground."""
    reach = {str(name): km for name, km in rules.assumed_km.items()}
    least = min(reach.values(), default=0.0)
    middle_lonlat = np.column_stack(
        [masts.lonlat[one, 0] + _turn(masts.lonlat[other, 0] - masts.lonlat[one, 0]) / 2, np.zeros(len(one))]
    )
    middle_lonlat[:, 1] = (masts.lonlat[one, 1] + masts.lonlat[other, 1]) / 2
    at_mast = ground.classify(masts.lonlat, masts.plane)
    classes = np.stack(
        [at_mast[one], at_mast[other], ground.classify(middle_lonlat, (masts.plane[one] + masts.plane[other]) / 2)],
        axis=1,
    )
    km = np.array([[reach.get(name, least) for name in row] for row in classes], np.float64).reshape(-1, 3)
    hardest = km.argmin(axis=1)
    row = np.arange(len(one))
    return km[row, hardest], classes[row, hardest]


def _turn(degrees: Floats) -> Floats:
    """A difference of longitudes the shorter way round."""
    return np.asarray((degrees + 180.0) % 360.0 - 180.0)


def _notes(rules: RadioRules, rate: float, proven: Flags, sees: Flags, fits: Flags) -> tuple[Note, ...]:
    blocked = int((proven.any(axis=1) & ~sees.any(axis=1)).sum())
    far = int((~proven.any(axis=1) & ~sees.any(axis=1)).sum())
    wet = int((sees.any(axis=1) & ~(sees & fits).any(axis=1)).sum())
    kept = (sees & fits).any(axis=1)
    assumed = int((kept & ~proven.any(axis=1)).sum())
    given = "given" if rules.rain_mm_per_hour is not None else "of ITU-R P.837 in the middle of the towers"
    texts = [
        (int(kept.sum()), "hops between towers are candidates; rain rate {rate:.1f} mm/h, {given}."),
        (assumed, "of them are assumed: no raster fine enough proves that the towers see each other."),
        (blocked, "hops are blocked by ground and are no candidates."),
        (far, "hops are longer than their ground lets assume and are no candidates."),
        (wet, "hops are too long for any band to keep up in rain and are no candidates."),
    ]
    return tuple(
        Note("routing", f"{count} {text.format(rate=rate, given=given)}", count) for count, text in texts if count
    )


def parts_with(nodes: int, one: Indices, other: Indices, foot: Indices, hops: Hops) -> Indices:
    """Connected parts of lines, feet and heads of masts together: int64[nodes + masts], heads after the nodes."""
    heads = nodes + np.arange(len(foot))
    on = foot >= 0
    return components(
        nodes + len(foot),
        np.concatenate([one, foot[on], nodes + hops.table["one"].to_numpy(np.int64)]),
        np.concatenate([other, heads[on], nodes + hops.table["other"].to_numpy(np.int64)]),
    )


def as_points(masts: Masts) -> gpd.GeoSeries:
    """Points of the masts."""
    return gpd.GeoSeries(gpd.points_from_xy(*masts.lonlat.T), crs=4326)
