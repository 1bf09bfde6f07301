"""What a schematic shows of an office: its feeder as a tree of cabinets, in the order in which they are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from karez.model.street import StreetDesign, StreetInputs
from karez.reporting.street.layers import rows


@dataclass(frozen=True)
class Cable:
    """Cables of a run, side by side: fibres in use, fibres of each, how many."""

    fibres: int
    size: int
    count: int


@dataclass(frozen=True)
class Branch:
    """Where a feeder leaves another one.

    Parameters
    ----------
    level : int
        Of the feeder that it leaves: 0 for the one from the office, one more for every branch off it.
    through : Cable, optional
        What comes to the branch from the office; none at the office itself.
    """

    level: int
    through: Cable | None


@dataclass(frozen=True)
class CabinetStep:
    """A cabinet on a feeder.

    Parameters
    ----------
    id : str
        Of the layer ``cabinets``.
    level : int
        Of the feeder it hangs on.
    cable : Cable, optional
        What comes to it from the office, for itself and all behind it; none where it stands at the office.
    splitters, outputs, units : int
        Splitters of the first stage, outputs of each, outputs in use.
    ports, first_port : int
        Outputs that the cabinet has room for; port of the office that its first splitter hangs on.
    closures, premises, dwellings : int
        What it feeds; no premises where it takes a part of the building it stands in, whose rest hangs on another one.
    feeder_m : float
        Way to the office.
    loss_db : tuple[float, float]
        Least and greatest loss of its premises.
    given : bool
        Whether the planner gave it.
    """

    id: str
    level: int
    cable: Cable | None
    splitters: int
    outputs: int
    units: int
    ports: int
    first_port: int
    closures: int
    premises: int
    dwellings: int
    feeder_m: float
    loss_db: tuple[float, float]
    given: bool


@dataclass(frozen=True)
class OfficeScheme:
    """An office and everything that hangs on it.

    Parameters
    ----------
    number : int
        Place among the offices, from 1.
    id, technology : str
        Of the layer ``offices``; class of the optics.
    ports, dwellings : int
        What it holds.
    steps : tuple[Branch | CabinetStep, …]
        As they are drawn, from top to bottom: side branches before the feeder that most cabinets hang on.
    second : int
        Outputs of the splitters in closures; 0 where there is one stage.
    budget_db : float
        Greatest loss that may be.
    """

    number: int
    id: str
    technology: str
    ports: int
    dwellings: int
    steps: tuple[Branch | CabinetStep, ...]
    second: int
    budget_db: float

    @property
    def cabinets(self) -> tuple[CabinetStep, ...]:
        """Cabinets alone."""
        return tuple(step for step in self.steps if isinstance(step, CabinetStep))

    @property
    def loss_db(self) -> tuple[float, float]:
        """Least and greatest loss of all its premises; zeros where there are none."""
        losses = [loss for one in self.cabinets if one.premises for loss in one.loss_db]
        return (min(losses), max(losses)) if losses else (0.0, 0.0)


def schemes(
    inputs: StreetInputs, design: StreetDesign, layers: dict[str, gpd.GeoDataFrame]
) -> tuple[OfficeScheme, ...]:
    """Every office of a design, in the order of the layer."""
    network = inputs.rules.network
    feeder = _Feeder.of(inputs, design, layers)
    made = []
    for number, office in enumerate(layers["offices"].itertuples()):
        made.append(
            OfficeScheme(
                number=number + 1,
                id=str(office.id),
                technology=network.technology,
                ports=int(office.ports),
                dwellings=int(office.dwellings),
                steps=tuple(feeder.walk(int(design.offices["place"].iloc[number]))),
                second=network.split[1] if len(network.split) > 1 else 0,
                budget_db=float(design.premises["budget_db"].max()),
            )
        )
    return tuple(made)


@dataclass(frozen=True)
class _Feeder:
    """Feeder cables as a tree over the places of the trench.

    Parameters
    ----------
    cables : dict[int, Cable]
        By the place whose run to the parent they lie in.
    children : dict[int, list[int]]
        Places further out, those with fewer cabinets behind them first.
    parent : dict[int, int]
        Place towards the office.
    cabinets : dict[int, list]
        Cabinets that stand at a place, as rows of a table.
    outputs : int
        Of a splitter of the first stage.
    """

    cables: dict[int, Cable]
    children: dict[int, list[int]]
    parent: dict[int, int]
    cabinets: dict[int, list[Any]]
    outputs: int

    @classmethod
    def of(cls, inputs: StreetInputs, design: StreetDesign, layers: dict[str, gpd.GeoDataFrame]) -> _Feeder:
        """Take it from a design."""
        table = design.cables[design.cables["tier"] == "feeder"].sort_values("place")
        places = table["place"].tolist()
        sizes = table[["fibres", "size", "count"]].to_numpy().tolist()
        cables = {place: Cable(*row) for place, row in zip(places, sizes, strict=True)}
        parent = dict(zip(places, design.trench.parent[places].tolist(), strict=True))
        facts = _facts(design, layers)
        cabinets: dict[int, list[Any]] = {}
        for one in rows(facts):
            cabinets.setdefault(one.place, []).append(one)
        behind = {place: len(here) for place, here in cabinets.items()}
        children: dict[int, list[int]] = {}
        for place in reversed(places):  # parents come before children
            behind[parent[place]] = behind.get(parent[place], 0) + behind[place]
            children.setdefault(parent[place], []).append(place)
        for below in children.values():
            below.sort(key=lambda place: (behind[place], place))
        return cls(cables, children, parent, cabinets, inputs.rules.network.split[0])

    def walk(self, office: int) -> Iterator[Branch | CabinetStep]:
        """Go out from an office, side branches first, so that a feeder is drawn as one straight line."""
        ahead = [(office, 0, False)]
        while ahead:
            place, level, leaves = ahead.pop()
            if leaves:
                yield Branch(level - 1, self.cables.get(self.parent[place]))
            while True:
                yield from (self._step(facts, level) for facts in self.cabinets.get(place, ()))
                below = self.children.get(place, [])
                if len(below) != 1:
                    break
                place = below[0]
            ahead += [(out, level if out == below[-1] else level + 1, out != below[-1]) for out in reversed(below)]

    def _step(self, facts: Any, level: int) -> CabinetStep:
        return CabinetStep(
            id=str(facts.id),
            level=level,
            cable=self.cables.get(int(facts.place)),
            splitters=int(facts.splitters),
            outputs=self.outputs,
            units=int(facts.units),
            ports=int(facts.ports),
            first_port=int(facts.first_port),
            closures=int(facts.closures),
            premises=int(facts.premises),
            dwellings=int(facts.dwellings),
            feeder_m=float(facts.feeder_m),
            loss_db=(float(facts.least_db), float(facts.greatest_db)),
            given=bool(facts.given >= 0),
        )


def _facts(design: StreetDesign, layers: dict[str, gpd.GeoDataFrame]) -> pd.DataFrame:
    """Cabinets with their ids, and what hangs on each."""
    index = design.cabinets.index
    closures = design.closures.groupby("cabinet").size().reindex(index, fill_value=0)
    homes = design.premises[design.premises["place"] >= 0].groupby("cabinet")["loss_db"].agg(["size", "min", "max"])
    homes = homes.reindex(index)
    return design.cabinets.assign(
        id=layers["cabinets"]["id"].to_numpy(),
        closures=closures,
        premises=homes["size"].fillna(0).astype(int),
        least_db=homes["min"].fillna(0.0),
        greatest_db=homes["max"].fillna(0.0),
    )
