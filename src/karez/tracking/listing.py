"""Events and network as the ledger has them, for exports."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyproj
import shapely
from sqlalchemy import Connection, select

from karez.model.delivery import Delivery
from karez.model.event import FIELDS, KINDS, MILLI
from karez.tracking.schema import EVENT
from karez.units import MINOR_PER_UNIT

WGS84 = pyproj.Geod(ellps="WGS84")
AT_ONCE = 20_000
HEADER = (*FIELDS, "extra", "recorded_on", "hash")


def events(connection: Connection) -> Iterator[list[str]]:
    """Every event as texts in the order of :data:`HEADER`; its fields import again as they are."""
    query = select(EVENT).order_by(EVENT.c.seq).execution_options(yield_per=AT_ONCE)
    for row in connection.execute(query):
        values = row._asdict()
        values["kind"] = KINDS[row.kind]
        values["amount_nominal"] = _decimal(row.amount_minor, MINOR_PER_UNIT)
        values["quantity"] = _decimal(row.quantity_milli, MILLI)
        values["hash"] = bytes(row.hash).hex()
        yield [str(values[name]) for name in HEADER]


def _decimal(whole: int | None, per: int) -> str:
    """A whole number of parts as a decimal.

    >>> _decimal(1898909, 1000), _decimal(-150, 100), _decimal(5, 100), _decimal(None, 100)
    ('1898.909', '-1.5', '0.05', '')
    """
    if whole is None:
        return ""
    units, parts = divmod(abs(whole), per)
    rest = f".{parts:0{len(str(per)) - 1}d}".rstrip("0").rstrip(".")
    return f"{'-' if whole < 0 else ''}{units}{rest}"


def network_layers(delivery: Delivery) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and spans of the approved plan with the state that the ledger has, as layers of a plan are."""
    spans = delivery.elements[delivery.elements["kind"] == "span"].reset_index(drop=True)
    shapes = shapely.from_wkb(spans["geometry"].to_numpy(dtype=object))
    straight = [WGS84.geometry_length(shape) for shape in shapes]
    metres = np.where(spans["unit"] == "m", spans["quantity_milli"] / MILLI, np.round(straight, 3))
    radio = spans["id"].str.partition(":")[0].map({"hop": "microwave", "mast": "mast"}).fillna("")
    spans = spans.assign(length_m=metres, method=radio, geometry=shapes)
    ends = pd.DataFrame(
        {
            "id": np.r_[spans["start_node"].to_numpy(dtype=object), spans["end_node"].to_numpy(dtype=object)],
            "year": np.r_[spans["year"].to_numpy(), spans["year"].to_numpy()],
            "geometry": np.r_[shapely.get_point(shapes, 0), shapely.get_point(shapes, -1)],
        }
    )
    nodes = ends.sort_values("year", kind="stable").drop_duplicates("id").assign(name="")
    kind = nodes["id"].str.partition(":")[0].where(lambda word: word.isin(("source", "place")), "junction")
    return nodes.assign(kind=kind), spans
