"""Lines along which fibre can be laid, or lies already: simple, measured, each once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod

from karez.model.attributes import ROUTES
from karez.model.programme import Layers, RouteLayer
from karez.model.words import GROUNDS
from karez.reading.findings import Findings, Where, nearest
from karez.reading.geometry import prepare
from karez.reading.layers import Layer, Shapes, read_layer
from karez.reading.paths import SETTINGS
from karez.reading.records import Records
from karez.reading.region import check_lines
from karez.reading.tables import TEXT, coerce
from karez.units import METRES_PER

SHORTEST_SHARE = 0.98
"""A surveyed length may be this share of the geodesic one (1, but for rounding and simplified drawing)."""

NO_LENGTH_M = 5.0
"""Drawn lines up to this long may have any surveyed length, 0 too: they are joints of a graph."""

WRONG_UNIT = 20.0
"""A layer surveyed this many times as long as drawn has another unit than the settings say."""

Floats = npt.NDArray[np.float64]
GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Lines:
    """Simple lines of one or more layers: the columns of ``attributes.ROUTES`` and the shapes, no row missing."""

    table: pd.DataFrame
    shapes: Shapes


def read_routes(folder: Path, layers: Layers, region: Records | None, findings: Findings) -> Lines:
    """Read all layers of routes and of fibre that exists; lines that come twice are dropped and counted."""
    wanted = [(f"layers.routes[{n + 1}].source", route) for n, route in enumerate(layers.routes)]
    if layers.existing_spans:
        existing = RouteLayer(source=layers.existing_spans, method="existing")
        wanted.append(("layers.existing_spans", existing))
    parts = [_read(folder, route, setting, region, findings) for setting, route in wanted]
    whole = [part for part in parts if part is not None]
    if not whole:
        return Lines(pd.DataFrame(columns=list(ROUTES.names)), np.empty(0, dtype=object))
    table = pd.concat([part.table for part in whole], ignore_index=True)
    return _each_once(Lines(table, np.concatenate([part.shapes for part in whole])), findings)


def geodesic_m(shapes: Shapes) -> Floats:
    """Length of each line on the WGS 84 ellipsoid, in metres; 0 where there is no line."""
    coordinates, row = shapely.get_coordinates(shapes, return_index=True)
    step = np.flatnonzero(row[1:] == row[:-1])
    lon, lat = np.ascontiguousarray(coordinates.T)
    metres = GEOD.inv(lon[step], lat[step], lon[step + 1], lat[step + 1])[2]
    return np.bincount(row[step], weights=metres, minlength=len(shapes)).astype(np.float64)


def _read(
    folder: Path,
    route: RouteLayer,
    setting: str,
    region: Records | None,
    findings: Findings,
) -> Lines | None:
    fields = [name for name in (route.length_field, route.ground_field) if name]
    raw = read_layer(folder, route.source, setting, fields, findings)
    if raw is None:
        return None
    if not len(raw.shapes):
        findings.fault(raw.where, "the layer has no rows", f"Fill it, or leave {setting} out")
    layer = prepare(raw, "LineString", findings)
    if region is not None:
        check_lines(region, layer.where, layer.shapes, findings)
    parts = _parts(layer, findings)
    surveyed_m = _surveyed_m(layer, parts, route, setting, findings) * parts.share
    ground = _ground(layer, route, setting, findings).iloc[parts.row].reset_index(drop=True)
    about = {"id": parts.ids(layer), "layer": layer.reference, "method": route.method}
    table = pd.DataFrame({**about, "surveyed_m": surveyed_m, "ground": ground}, columns=list(ROUTES.names))
    return Lines(table, parts.shapes)


@dataclass(frozen=True)
class _Parts:
    """Simple lines of a layer: the row (from 0) each is of, and its length on the ellipsoid."""

    shapes: Shapes
    row: npt.NDArray[np.intp]
    length_m: Floats
    rows: int

    @property
    def count(self) -> npt.NDArray[np.intp]:
        """Parts of each row of the layer."""
        return np.bincount(self.row, minlength=self.rows)

    @property
    def drawn_m(self) -> Floats:
        """Length of each row of the layer."""
        return np.bincount(self.row, weights=self.length_m, minlength=self.rows).astype(np.float64)

    @property
    def share(self) -> Floats:
        """Share of each part in its row, by length; equal parts where the row has no length."""
        total = self.drawn_m[self.row]
        return np.asarray(np.divide(self.length_m, total, out=1.0 / self.count[self.row], where=total > 0))

    def ids(self, layer: Layer) -> pd.Series:
        """``file:layer/row``, and ``.part`` where the row has several; both as a person counts."""
        number = pd.Series((self.row + layer.where.first_row).astype(str), dtype=TEXT)
        first = np.concatenate([[0], np.cumsum(self.count)])[self.row]
        part = pd.Series((np.arange(len(self.row)) - first + 1).astype(str), dtype=TEXT)
        return f"{layer.reference}/" + number.where(self.count[self.row] == 1, number + "." + part)


def _parts(layer: Layer, findings: Findings) -> _Parts:
    """Take lines of several parts apart; parts without a point are dropped."""
    shapes, row = shapely.get_parts(layer.shapes, return_index=True)
    blank = shapely.is_empty(shapes)
    if blank.any():
        findings.note(f"{layer.reference}: {blank.sum()} empty parts of lines were dropped.", int(blank.sum()))
    shapes, row = np.asarray(shapes[~blank], dtype=object), row[~blank]
    parts = _Parts(shapes, row, geodesic_m(shapes), len(layer.shapes))
    several = np.flatnonzero(parts.count > 1)
    if several.size:
        text = f"{layer.reference}: {several.size} lines of several parts were taken apart."
        findings.note(text, int(several.size), [f"{layer.reference}/{n}" for n in several + layer.where.first_row])
    return parts


def _field(layer: Layer, name: str, setting: str, findings: Findings) -> pd.Series | None:
    """A column that settings name; None, with a fault, if the layer has none of that name."""
    if name in layer.columns:
        return layer.columns[name]
    near = nearest(name, layer.available)
    remedy = f"Correct it at {setting.rpartition('.')[0]} of {SETTINGS}{f'; the nearest is `{near}`' if near else ''}"
    findings.fault(layer.where, "the column is missing", remedy, column=name)
    return None


def _surveyed_m(layer: Layer, parts: _Parts, route: RouteLayer, setting: str, findings: Findings) -> Floats:
    """Surveyed length in metres of the row that each part is of; NaN where there is none."""
    cells = _field(layer, route.length_field, setting, findings) if route.length_field else None
    if cells is None:
        return np.full(len(parts.row), np.nan)
    cleaned = coerce(cells, "number")
    raw = cells.to_numpy(dtype=object)
    length = cleaned.values.to_numpy(dtype=np.float64) * METRES_PER[route.length_unit]
    remedy = f"Give the length in {route.length_unit}, or leave it empty"
    findings.values(layer.where, raw, cleaned.bad, "not a finite number", remedy, column=route.length_field)
    findings.values(layer.where, raw, length < 0, "negative", remedy, column=route.length_field)
    length[length < 0] = np.nan
    _check_lengths(layer, length, parts.drawn_m, route, findings)
    return np.asarray(length[parts.row])


def _check_lengths(layer: Layer, surveyed: Floats, drawn: Floats, route: RouteLayer, findings: Findings) -> None:
    """No line is surveyed shorter than the shortest way along its points; `drawn` is its geodesic length, metres."""
    short = (surveyed < SHORTEST_SHARE * drawn) & (drawn > NO_LENGTH_M)
    problem = f"the surveyed length is below {SHORTEST_SHARE:g} of the geodesic length of the line"
    remedy = "Correct the length or its unit, or draw the line as it runs"
    findings.rows(layer.where, short, problem, remedy, column=route.length_field)
    both = np.isfinite(surveyed) & (drawn > 0)
    if surveyed[both].sum() > WRONG_UNIT * drawn[both].sum():
        ratio = surveyed[both].sum() / drawn[both].sum()
        problem = f"the surveyed lengths are {ratio:.3g} times the geodesic ones: the unit is not {route.length_unit}"
        findings.fault(layer.where, problem, "Correct length_unit", column=route.length_field)


def _ground(layer: Layer, route: RouteLayer, setting: str, findings: Findings) -> pd.Series:
    """Ground class of each row, missing where it is to be classed."""
    cells = _field(layer, route.ground_field, setting, findings) if route.ground_field else None
    if cells is None:
        return pd.Series(np.full(len(layer.shapes), None, dtype=object), dtype=TEXT)
    ground = coerce(cells, "text").values
    unknown = (ground.notna() & ~ground.isin(GROUNDS)).to_numpy()
    texts = ground.to_numpy(dtype=object)
    findings.unknown(layer.where, texts, unknown, "a ground class", GROUNDS, column=route.ground_field)
    return ground.mask(unknown)


def _each_once(lines: Lines, findings: Findings) -> Lines:
    """Drop lines that are equal in course, method, ground and surveyed length; either direction is one course."""
    ends = shapely.bounds(lines.shapes)
    about = lines.table[["method", "ground", "surveyed_m"]].assign(
        **{f"bound_{n}": ends[:, n] for n in range(4)}, vertices=shapely.get_num_coordinates(lines.shapes)
    )
    alike = np.flatnonzero(about.duplicated(keep=False))
    course = shapely.to_wkb(shapely.normalize(lines.shapes[alike]))
    again = about.iloc[alike].assign(course=course).duplicated().to_numpy()
    if not again.any():
        return lines
    drop = alike[again]
    findings.note(
        f"{drop.size} lines that lie there twice were dropped.", drop.size, sorted(lines.table["id"].iloc[drop])
    )
    keep = np.delete(np.arange(len(lines.table)), drop)
    return Lines(lines.table.iloc[keep].reset_index(drop=True), lines.shapes[keep])


def check_rates(lines: Lines, rates: dict[str, frozenset[str]], lead_in: str, relief: bool, findings: Findings) -> None:
    """Every method of laying has a catalogue item for each class of ground that it may meet.

    Parameters
    ----------
    lines : Lines
        All routes.
    rates : dict
        Ground classes that have an item, by method.
    lead_in : str
        Method of the lead-ins.
    relief : bool
        Whether ground can be classed as mountain.
    findings : Findings
        Where faults go.
    """
    classed = {"urban", "plain", "mountain"} if relief else {"urban", "plain"}
    needed: dict[str, set[str]] = {lead_in: set(classed)}
    kinds = lines.table[["method", "ground"]].drop_duplicates()
    for method, ground in kinds.itertuples(index=False):
        needed.setdefault(method, set()).update({ground} if isinstance(ground, str) else classed)
    needed.pop("existing", None)
    for method in sorted(needed):
        for ground in sorted(needed[method] - rates.get(method, frozenset())):
            where = Where(SETTINGS, f"routing.rates.{method}")
            problem = f"no catalogue item prices a metre laid by `{method}` through `{ground}` ground"
            findings.fault(where, problem, f"Set routing.rates.{method}.{ground}", column=ground)
