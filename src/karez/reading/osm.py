"""OpenStreetMap files (``.osm.pbf``, ``.osm``) as streets, buildings, barriers. Needs pyosmium (extra ``street``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from karez.errors import UsageFault
from karez.model.street_rules import Premises, Streets, Surface
from karez.reading.findings import Findings, Where

MOTORWAYS = ("motorway", "motorway_link")
RAILWAYS = ("rail", "light_rail", "narrow_gauge")
WATERWAYS = ("river", "canal", "riverbank")
PRIVATE = ("private", "no", "military")
KEYS = ("highway", "building", "railway", "waterway", "addr:housenumber")
ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0 (openstreetmap.org/copyright)"


@dataclass
class Gathered:
    """Rows as they come out of the file, column by column."""

    id: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    wkb: list[str] = field(default_factory=list)
    more: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, name: str, kind: str, wkb: str, *more: str) -> None:
        """Add a row."""
        self.id.append(name)
        self.kind.append(kind)
        self.wkb.append(wkb)
        self.more.append(more)

    def frame(self, *columns: str) -> gpd.GeoDataFrame:
        """The rows as a table in WGS 84, sorted by id."""
        table = pd.DataFrame(self.more, columns=list(columns), dtype=object)
        table.insert(0, "id", np.array(self.id, dtype=object))
        table.insert(1, "kind", np.array(self.kind, dtype=object))
        shapes = shapely.from_wkb(np.array(self.wkb, dtype=object)) if self.wkb else np.empty(0, object)
        made = gpd.GeoDataFrame(table, geometry=shapes, crs=4326)
        return made.sort_values("id", kind="stable").reset_index(drop=True)


@dataclass(frozen=True)
class OsmMap:
    """What a map file holds.

    Parameters
    ----------
    ways : GeoDataFrame
        ``id``, ``kind``, ``name``, ``surface``.
    buildings : GeoDataFrame
        Polygons: ``id``, ``kind``, ``levels``, ``flats`` (texts as tagged).
    addresses : GeoDataFrame
        Points: ``id``, ``kind`` (``address``).
    barriers : GeoDataFrame
        ``id``, ``kind`` (``motorway``, ``railway``, ``water``).
    """

    ways: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame


def read_osm(path: Path, streets: Streets, premises: Premises, findings: Findings) -> OsmMap | None:
    """Read a map file; None, with a fault, if it is damaged.

    Parameters
    ----------
    path : Path
        ``.osm.pbf``, ``.osm.bz2`` or ``.osm``.
    streets, premises : Streets, Premises
        Which ways and buildings count.
    findings : Findings
        Where faults and notes go.
    """
    osmium = _osmium()
    where = Where(path.name)
    ways, buildings, addresses, barriers = Gathered(), Gathered(), Gathered(), Gathered()
    surface = surfaces(streets)
    left_out: Counter[str] = Counter()
    try:
        for kind, one, wkb in _objects(osmium, path, left_out):
            tags = one.tags
            if kind == "area":
                name = f"{'way' if one.from_way() else 'relation'}/{one.orig_id()}"
                if tags.get("building", "no") not in premises.excluded:
                    buildings.add(
                        name, tags["building"], wkb, tags.get("building:levels", ""), tags.get("building:flats", "")
                    )
            elif kind == "node":
                addresses.add(f"node/{one.id}", "address", wkb)
            else:
                _add_way(one, wkb, surface, ways, barriers, left_out)
    except (RuntimeError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        findings.fault(where, f"the file is damaged or no OpenStreetMap file ({reason})", "Download or copy it again")
        return None
    for what, count in sorted(left_out.items()):
        findings.note(f"{path.name}: {count} {what}.", count)
    return OsmMap(
        ways.frame("name", "surface"), buildings.frame("levels", "flats"), addresses.frame(), barriers.frame()
    )


def _osmium() -> Any:
    try:
        import osmium  # noqa: PLC0415  an extra
    except ImportError as error:
        raise UsageFault(
            "Reading OpenStreetMap files needs the package osmium: pip install 'karez[street]'."
        ) from error
    return osmium


def surfaces(streets: Streets) -> dict[str, Surface]:
    """What a trench is dug in, by the kind of way."""
    return {
        **dict.fromkeys(streets.carriageway, "carriageway"),
        **dict.fromkeys(streets.paved, "paved"),
        **dict.fromkeys(streets.soft, "soft"),
    }


def _objects(osmium: Any, path: Path, left_out: Counter[str]) -> Iterator[tuple[str, Any, str]]:
    """Areas with a building, address nodes, and lines of the kinds that matter, each with its shape as hex WKB."""
    shapes = osmium.geom.WKBFactory()
    reader = osmium.FileProcessor(str(path)).with_locations().with_areas(osmium.filter.KeyFilter("building"))
    reader = reader.with_filter(osmium.filter.KeyFilter(*KEYS))
    for one in reader:
        try:
            if one.is_area():
                if "building" in one.tags:
                    yield "area", one, shapes.create_multipolygon(one)
            elif one.is_node():
                if "addr:housenumber" in one.tags:
                    yield "node", one, shapes.create_point(one)
            elif one.is_way() and ("highway" in one.tags or "railway" in one.tags or "waterway" in one.tags):
                yield "way", one, shapes.create_linestring(one)
        except (osmium.InvalidLocationError, RuntimeError):
            left_out["lines or areas leave the file or have no usable shape and were left out"] += 1


def _add_way(
    way: Any, wkb: str, surface: dict[str, Surface], ways: Gathered, barriers: Gathered, left_out: Counter[str]
) -> None:
    """A line where it belongs: streets, barriers, or nowhere."""
    tags, name = way.tags, f"way/{way.id}"
    highway = tags.get("highway", "")
    underground = tags.get("tunnel", "no") not in ("no", "building_passage")
    if highway in MOTORWAYS:
        barriers.add(name, "motorway", wkb)
    elif tags.get("railway", "") in RAILWAYS and not underground:
        barriers.add(name, "railway", wkb)
    elif tags.get("waterway", "") in WATERWAYS and not underground:
        barriers.add(name, "water", wkb)
    if highway not in surface:
        return
    if tags.get("access", "yes") in PRIVATE and tags.get("foot", "no") not in ("yes", "designated", "permissive"):
        left_out["private ways were left out"] += 1
    elif tags.get("area", "no") == "yes" or underground or tags.get("indoor", "no") == "yes":
        left_out["tunnels, indoor ways and squares drawn as areas were left out"] += 1
    else:
        ways.add(name, highway, wkb, tags.get("name", ""), surface[highway])
