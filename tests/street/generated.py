"""Streets, premises, rules and what a planner has fixed, all of it left to chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st
from street_maps import Locks

SIDE = 3
APART_M = 90.0
EDGES = tuple(
    (here, there)
    for here in ((east, north) for east in range(SIDE) for north in range(SIDE))
    for there in ((here[0] + 1, here[1]), (here[0], here[1] + 1))
    if max(there) < SIDE
)
"""Streets that there may be: between neighbours of a grid of corners."""


@dataclass(frozen=True)
class Case:
    """A generated area.

    Parameters
    ----------
    streets : dict[tuple, dict]
        Columns of the layer by edge.
    homes : list[dict]
        Points, each with its columns.
    words : list[tuple]
        Layer, edge and columns of what is fixed along streets.
    plant : list[tuple]
        Layer, place and columns of what is given.
    rules : str
        ``rules.toml``.
    """

    streets: dict
    homes: list
    words: list
    plant: list
    rules: str
    corners: dict = field(default_factory=dict)

    def write(self, folder: Path, *, backwards: bool = False) -> dict[str, Path]:
        """Write layers, locks and rules; the rows the other way round if asked for. What `read_street` takes."""
        folder.mkdir(parents=True, exist_ok=True)
        turned = (lambda rows: list(reversed(list(rows)))) if backwards else list
        own, mine = Locks(), Locks()
        for edge, columns in turned(self.streets.items()):
            own.line("streets", *self._ends(edge), **columns)
        for home in turned(self.homes):
            own.point("premises", home["at"], id=home["id"], dwellings=home["dwellings"])
        for layer, edge, columns in turned(self.words):
            mine.line(layer, *self._ends(edge), **columns)
        for layer, at, columns in turned(self.plant):
            mine.point(layer, at, **columns)
        (folder / "rules.toml").write_text(self.rules)
        made = {"source": own.write(folder / "own.gpkg"), "rules": folder / "rules.toml"}
        return {**made, "lock": mine.write(folder / "mine.gpkg")} if mine.rows else made

    def _ends(self, edge) -> list[tuple[float, float]]:
        return [self.corners[corner] for corner in edge]


@st.composite
def cases(draw) -> Case:
    """An area whose streets hang together but for what is left to chance."""
    corners = {
        (east, north): (
            east * APART_M + draw(st.integers(-15, 15)),
            north * APART_M + draw(st.integers(-15, 15)),
        )
        for east in range(SIDE)
        for north in range(SIDE)
    }
    edges = draw(st.lists(st.sampled_from(EDGES), min_size=4, max_size=len(EDGES), unique=True))
    streets = {
        edge: {
            "id": f"s{EDGES.index(edge):02d}",
            "surface": draw(st.sampled_from(("carriageway", "carriageway", "paved", "soft"))),
            "sides": draw(st.sampled_from((1, 1, 1, 2))),
        }
        for edge in edges
    }
    homes = [_home(draw, corners, edges, number) for number in range(draw(st.integers(1, 9)))]
    roles = draw(
        st.lists(st.sampled_from(("", "", "forbidden", "preferred", "built", "ducts")), min_size=len(edges) - 1)
    )
    words = [
        (role, edge, {"id": f"{role}-{number}", **_columns(draw, role)})
        for number, (role, edge) in enumerate(zip(roles, edges[1:], strict=False))
        if role
    ]
    plant = []
    if draw(st.booleans()):
        plant.append(("offices", corners[edges[0][0]], {"id": "CO"}))
    if draw(st.booleans()):
        plant.append(("cabinets", corners[edges[0][1]], {"id": "K", "ports": draw(st.sampled_from((4, 16)))}))
    return Case(streets, homes, words, plant, _rules(draw), corners)


def _home(draw, corners, edges, number: int) -> dict:
    """A point beside a street, now and then far from all of them."""
    (a, b), (c, d) = (corners[corner] for corner in draw(st.sampled_from(edges)))
    share, aside = draw(st.integers(0, 20)) / 20, draw(st.sampled_from((-30, -14, -9, 9, 14, 30, 400)))
    long = max(((c - a) ** 2 + (d - b) ** 2) ** 0.5, 1.0)
    at = (a + share * (c - a) - aside * (d - b) / long, b + share * (d - b) + aside * (c - a) / long)
    # Two points at one place are one premises.
    return {
        "id": f"h{number}",
        "at": (at[0] + number * 0.3, at[1]),
        "dwellings": draw(st.sampled_from((1, 1, 1, 2, 7))),
    }


def _columns(draw, role: str) -> dict:
    if role in ("built", "ducts"):
        return {"free_cables": draw(st.sampled_from((1, 2, 9))), "price_per_m": draw(st.sampled_from((0.5, 3.0)))}
    return {"factor": 0.6} if role == "preferred" else {}


def _rules(draw) -> str:
    split = draw(st.sampled_from(([4], [8], [2, 4])))
    distribution, optical = draw(st.sampled_from(((150.0, 260.0), (150.0, 20_000.0), (1_000.0, 20_000.0))))
    return f"""
[network]
split = {split}
spare = {draw(st.sampled_from((0.0, 0.1)))}
closure_dwellings = {draw(st.sampled_from((2, 4)))}
cabinet_ports = {draw(st.sampled_from(([8], [8, 24])))}
cable_fibres = [2, 4, 12]
office_ports = {draw(st.sampled_from((8, 1000)))}

[reach]
drop_max_m = 60.0
distribution_max_m = {distribution}
optical_max_m = {optical}

[prices]
cabinet_each = {draw(st.sampled_from((50.0, 2000.0)))}
office_each = {draw(st.sampled_from((500.0, 90000.0)))}
"""
