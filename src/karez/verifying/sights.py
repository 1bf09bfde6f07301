"""Lines of sight, found again over the ground that was kept: profile, ray, Fresnel zone, state, rain (rule 6).

Nothing of the planner's is used: the ray is a chord over a circle of k times the Earth's radius, sought on every radius
that a sample stands on, where the planner subtracts a parabola from a straight line; positions are of the ellipsoid.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from karez.model.radio_rules import RadioBand, RadioRules
from karez.verifying.raster import Raster, raster_of
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude

Floats = npt.NDArray[np.float64]
EARTH = Geod(ellps="WGS84")
EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""
LIGHT_M_PER_S = 299_792_458.0
ROOM_M = 0.1
"""Clearances that are equal may differ by this: profiles are kept in whole centimetres, a chord is no parabola."""
LENGTH_KM = 1e-3
"""Lengths that are equal may differ by this."""
HEAD = "mast:"
"""Ids of nodes that are heads of masts begin so."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Profile:
    """Ground under a hop.

    Parameters
    ----------
    distance_m, elevation_m : float64[samples]
        From its first mast, and above sea.
    heights_m : tuple[float, float]
        Antennas above ground, of the first and the other mast.
    """

    distance_m: Floats
    elevation_m: Floats
    heights_m: tuple[float, float]

    def room_m(self, rules: RadioRules, ghz: float) -> Floats:
        """Room between ground and the part of the Fresnel zone that must be free, at every sample."""
        radius, length = rules.k_factor * EARTH_M, float(self.distance_m[-1])
        lower, upper = (self.elevation_m[at] + self.heights_m[at] + radius for at in (0, -1))
        angle = self.distance_m / radius
        whole = length / radius
        # The chord from (lower, 0) to (upper, whole) in polar coordinates, where it meets the radius at an angle.
        ray = lower * upper * math.sin(whole) / (lower * np.sin(angle) + upper * np.sin(whole - angle))
        zone = np.sqrt(LIGHT_M_PER_S / (ghz * 1e9) * self.distance_m * (length - self.distance_m) / length)
        return np.asarray(ray - radius - self.elevation_m - rules.fresnel_share * zone)


def pair_of(run: Run) -> dict[str, Pair]:
    """Masts of every hop among the candidates, the lesser id first."""
    names = run.proof.nodes["id"].tolist()
    graph = run.proof.graph.set_index("id")
    hops = run.proof.radio.loc[run.proof.radio["band"] != "", "id"]
    ends = zip(hops, graph["start"].reindex(hops).tolist(), graph["end"].reindex(hops).tolist(), strict=True)
    found = {}
    for key, *numbers in ends:
        if not any(math.isnan(number) for number in numbers):
            one, other = sorted(names[int(number)].removeprefix(HEAD) for number in numbers)
            found[str(key)] = (one, other)
    return found


def profiles_of(run: Run) -> dict[Pair, Profile]:
    """Profiles that the run keeps; none where it was made without a relief."""
    height = dict(zip(run.proof.radio_masts["id"], run.proof.radio_masts["height_m"], strict=True))
    pairs = list(zip(run.proof.radio_sights["one"], run.proof.radio_sights["other"], strict=True))
    found = {}
    for number, part in run.proof.radio_profiles.groupby("sight", sort=True):
        one, other = pairs[int(str(number))]
        distance, elevation = (part[name].to_numpy(np.float64) for name in ("distance_m", "elevation_m"))
        found[one, other] = Profile(distance, elevation, (height[one], height[other]))
    return found


def profiles(run: Run) -> Check:
    """Profiles run from mast to mast in steps that miss no cell, and over the ground of the relief they are of."""
    raster, without = raster_of(run)
    count = len(run.proof.radio_sights)
    over = "over the very relief of the project" if raster else f"as they were kept ({without})"
    return conclude("profiles", f"{count} hops from mast to mast, {over}", _profile_findings(run, raster))


def _profile_findings(run: Run, raster: Raster | None) -> Iterator[Finding]:
    masts = run.proof.radio_masts.set_index("id").to_dict("index")
    kept = profiles_of(run)
    cell = run.summary["radio"].get("relief_cell_m")
    if raster is not None and abs(cell - raster.cell_m) > 1e-3 * cell:
        yield Finding("is not the size of the relief's cells", "relief_cell_m")
    for row in run.proof.radio_sights.to_dict("records"):
        one, other, name = row["one"], row["other"], _name((row["one"], row["other"]))
        ends = [(masts[key]["lon"], masts[key]["lat"]) for key in (one, other)]
        azimuth, _, length = EARTH.inv(*ends[0], *ends[1])
        profile = kept.get((one, other))
        if abs(length / 1_000.0 - row["km"]) > LENGTH_KM:
            yield Finding("length is not that between its masts", name)
        if profile is None:
            if run.programme.layers.relief:
                yield Finding("no profile is kept though there is a relief", name)
            continue
        at = profile.distance_m
        if at[0] != 0.0 or abs(at[-1] - length) > 1_000.0 * LENGTH_KM or not (np.diff(at) > 0.0).all():
            yield Finding("profile does not run from one mast to the other", name)
        elif np.diff(at).max() > cell / 2.0 + ROOM_M:
            yield Finding("samples of the profile are further apart than half a cell", name)
        elif raster and not raster.agrees(*_on_the_way(ends[0], azimuth, at), profile.elevation_m):
            yield Finding("profile is not the ground of the relief", name)


def _on_the_way(start: tuple[float, float], azimuth: float, distance_m: Floats) -> tuple[Floats, Floats]:
    """Longitudes and latitudes at distances along a geodesic."""
    count = len(distance_m)
    lon, lat, _ = EARTH.fwd(np.full(count, start[0]), np.full(count, start[1]), np.full(count, azimuth), distance_m)
    return np.asarray(lon), np.asarray(lat)


def _name(pair: Pair) -> str:
    return f"{pair[0]} – {pair[1]}"


def sights(run: Run) -> Check:
    """State, clearance and its place, of all hops of the design and of a sample of the others."""
    state = run.proof.radio_sights["state"].value_counts().to_dict()
    told = ", ".join(f"{state.get(word, 0)} {word}" for word in ("clear", "assumed", "blocked"))
    designed = int(run.proof.radio_sights["designed"].sum())
    proven = f"rays over {len(run.proof.radio_sights)} profiles, {designed} of them designed: {told}"
    return conclude("lines of sight", proven, _sight_findings(run))


def _sight_findings(run: Run) -> Iterator[Finding]:
    rules, kept, pairs = run.programme.radio, profiles_of(run), pair_of(run)
    known = {(row["one"], row["other"]): row for row in run.proof.radio_sights.to_dict("records")}
    cell = run.summary["radio"].get("relief_cell_m", math.inf)
    fine = {
        pair: cell <= rules.proven_cell_m and bool(np.isfinite(profile.elevation_m).all())
        for pair, profile in kept.items()
    }
    for pair, row in known.items():
        if row["state"] == "blocked" and not (fine.get(pair) and _blocked(rules, kept[pair])):
            yield Finding("called blocked, and no ground blocks it", _name(pair))
    bands = {band.name: band for band in rules.bands}
    used = set(run.spans["id"])
    for row in run.proof.radio[run.proof.radio["band"] != ""].to_dict("records"):
        key, maybe = row["id"], pairs.get(row["id"])
        if maybe is None or row["band"] not in bands:
            continue  # said of radio prices and hops
        seen = known.get(maybe)
        if seen is None:
            if key in used:
                yield Finding("designed, and no profile of it is kept", key)
            continue
        if abs(row["km"] - seen["km"]) > LENGTH_KM:
            yield Finding("length is not that of its profile", key)
        proven = fine.get(maybe, False)
        if (row["state"] == "clear") != proven:
            wrong = "assumed, though the relief shows its ground" if proven else "called clear, and no ground shows it"
            yield Finding(wrong, key)
        elif proven:
            band = bands[row["band"]]
            yield from (Finding(problem, key) for problem in _room_problems(rules, band, kept[maybe], row))
        elif not (math.isnan(row["clearance_m"]) and math.isnan(row["clearance_at_km"])):
            yield Finding("assumed, and tells a clearance", key)
    yield from _reach_findings(run)


def _blocked(rules: RadioRules, profile: Profile) -> bool:
    return all(profile.room_m(rules, band.ghz).min() < ROOM_M for band in rules.bands)


def _room_problems(rules: RadioRules, band: RadioBand, profile: Profile, row: dict[Hashable, Any]) -> Iterator[str]:
    """What is wrong with the clearance of a hop that is called clear."""
    room, at = profile.room_m(rules, band.ghz), profile.distance_m / 1_000.0
    if room.min() < -ROOM_M:
        yield f"ground stands {-room.min():,.1f} m in its Fresnel zone at {at[room.argmin()]:,.1f} km"
    if not abs(room.min() - row["clearance_m"]) <= ROOM_M:
        yield f"clearance is {room.min():,.1f} m, not what is told"
    elif not room[np.abs(at - row["clearance_at_km"]).argmin()] <= room.min() + ROOM_M:
        yield f"least clearance is at {at[room.argmin()]:,.1f} km, not where it is told"


def _reach_findings(run: Run) -> Iterator[Finding]:
    """Designed hops that nothing proves are no longer than their ground lets assume."""
    reach = {str(name): km for name, km in run.programme.radio.assumed_km.items()}
    ground = dict(zip(run.spans["id"], run.spans["ground"], strict=True))
    for row in run.proof.radio.to_dict("records"):
        far = reach.get(ground.get(row["id"], ""), min(reach.values(), default=0.0)) + LENGTH_KM
        if row["state"] == "assumed" and row["id"] in ground and row["km"] > far:
            yield Finding("longer than its ground lets assume", row["id"])
