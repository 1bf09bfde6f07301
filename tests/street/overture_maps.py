"""Small files of Overture's schema 1.18.0, made for tests."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from street_maps import degrees

WHEN = pa.struct([("heading", pa.string()), ("using", pa.list_(pa.string())), ("mode", pa.list_(pa.string()))])
SEGMENT = {
    "subtype": pa.string(),
    "class": pa.string(),
    "subclass": pa.string(),
    "names": pa.struct([("primary", pa.string())]),
    "connectors": pa.list_(pa.struct([("connector_id", pa.string()), ("at", pa.float64())])),
    "road_flags": pa.list_(pa.struct([("values", pa.list_(pa.string())), ("between", pa.list_(pa.float64()))])),
    "rail_flags": pa.list_(pa.struct([("values", pa.list_(pa.string())), ("between", pa.list_(pa.float64()))])),
    "access_restrictions": pa.list_(
        pa.struct([("access_type", pa.string()), ("when", WHEN), ("between", pa.list_(pa.float64()))])
    ),
}
BUILDING = {
    "subtype": pa.string(),
    "class": pa.string(),
    "num_floors": pa.int32(),
    "is_underground": pa.bool_(),
    "has_parts": pa.bool_(),
}
ADDRESS = {"number": pa.string(), "street": pa.string(), "unit": pa.string(), "country": pa.string()}
WATER = {"subtype": pa.string(), "class": pa.string(), "is_salt": pa.bool_()}


def write(path: Path, schema: dict[str, pa.DataType], rows: list[dict]) -> None:
    """Write rows with `id`, `geometry` and columns of a schema as GeoParquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = gpd.GeoDataFrame({"id": [row["id"] for row in rows]}, geometry=[row["geometry"] for row in rows], crs=4326)
    plain.to_parquet(path)
    table = pq.read_table(path)
    for name, kind in schema.items():
        table = table.append_column(name, pa.array([row.get(name) for row in rows], kind))
    pq.write_table(table, path)


def road(name: str, points: list[tuple[float, float]], kind: str = "residential", **more: object) -> dict:
    """A road."""
    line = shapely.LineString([degrees(at) for at in points])
    return {"id": name, "geometry": line, "subtype": "road", "class": kind, **more}


def house(name: str, at: tuple[float, float], size_m: float = 10.0, **more: object) -> dict:
    """A square building whose south-western corner is given."""
    return {"id": name, "geometry": shapely.box(*degrees(at), *degrees((at[0] + size_m, at[1] + size_m))), **more}


def village(folder: Path) -> Path:
    """A street with six houses, a railway, a motorway, a tunnel, a private way and a river, as it is downloaded."""
    segments = [
        road("main", [(0, 0), (90, 0), (180, 0)], names={"primary": "Main Street"}),
        road("slip", [(180, 0), (200, 40)], "primary", subclass="link"),
        road("far", [(0, 300), (200, 300)], "motorway"),
        road("under", [(0, 0), (0, 90)], "footway", road_flags=[{"values": ["is_tunnel"], "between": None}]),
        road("half", [(0, 0), (-80, 0)], "footway", road_flags=[{"values": ["is_tunnel"], "between": [0.0, 0.2]}]),
        road("drive", [(90, 0), (90, -50)], "service", access_restrictions=[{"access_type": "denied"}]),
        road(
            "walk", [(90, 0), (90, 60)], "footway",
            access_restrictions=[
                {"access_type": "denied"}, {"access_type": "allowed", "when": {"mode": ["foot"]}},
            ],
        ),
        road("oneway", [(180, 0), (260, 0)],
             access_restrictions=[{"access_type": "denied", "when": {"heading": "backward"}}]),
        {**road("rail", [(45, -50), (45, 50)], "standard_gauge"), "subtype": "rail"},
        {**road("metro", [(45, -50), (45, 50)], "subway"), "subtype": "rail"},
    ]  # fmt: skip
    write(folder / "theme=transportation" / "type=segment" / "part-00000.zstd.parquet", SEGMENT, segments)
    houses = [house(f"h{number}", (30 * number + 10, 12), subtype="residential") for number in range(6)]
    houses += [
        house("block", (200, 12), 20, **{"class": "apartments", "num_floors": 4}),
        house("garage", (230, 12), **{"class": "garage"}),
        house("stable", (240, 12), subtype="agricultural"),
        house("vault", (245, 12), is_underground=True),
    ]
    write(folder / "theme=buildings" / "type=building" / "part-00000.zstd.parquet", BUILDING, houses)
    alone = {"id": "a1", "geometry": shapely.Point(degrees((120, -40))), "number": "7", "street": "Main Street"}
    write(folder / "theme=addresses" / "type=address" / "part-00000.zstd.parquet", ADDRESS, [alone])
    river = {"id": "w1", "geometry": shapely.LineString([degrees((140, -50)), degrees((140, 50))]), "subtype": "river"}
    lake = {**house("w2", (500, 500)), "subtype": "lake"}
    write(folder / "theme=base" / "type=water" / "part-00000.zstd.parquet", WATER, [river, lake])
    return folder
