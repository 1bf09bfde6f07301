"""A finished plan as tables: what ``reporting`` writes and ``verifying`` proves again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from karez.model.appraisal import Appraisal
from karez.model.certificate import Certificate
from karez.model.delivery import Delivery
from karez.model.note import Note
from karez.model.outages import Outages
from karez.model.plan_bound import Improvement
from karez.model.programme import Programme
from karez.model.radio import RadioPlan
from karez.model.replan import Replan
from karez.model.rings import Rings
from karez.model.risk import Risk
from karez.model.schedule import CaseTree
from karez.model.settlements import Settlements


@dataclass(frozen=True)
class RunRecord:
    """Enough to run it again: hashes of every input, seed, versions.

    Parameters
    ----------
    key : str
        Hash of inputs, settings and seed: names the run folder.
    hashes : dict[str, str]
        SHA-256 of every input file.
    seed : int
        Seed of the run.
    versions : dict[str, str]
        karez, Python and the libraries that shape a result.
    seconds : dict[str, float]
        Time by stage.
    """

    key: str
    hashes: dict[str, str]
    seed: int
    versions: dict[str, str]
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Proof:
    """What is needed to derive the bounds again; every table is written to ``proof/`` of the run folder.

    Parameters
    ----------
    graph : DataFrame
        All candidate spans: ``id``, ``start``, ``end`` (node numbers, the super-root is the highest), ``capex_real``,
        ``opex_real_per_year``, ``earliest_year`` (programme year), ``present_minor`` (int64).
        Connections of sources are rows from the super-root, with id ``source:<id>``.
    nodes : DataFrame
        Row number = node number: ``id``, ``prize_minor`` (int64, −1 if it must be reached).
    ascent : DataFrame
        ``node``, ``radius_minor``: see ``model.design.Ascent``.
    elements : DataFrame
        The design's tree in order: ``id`` (span id, or ``source:<id>``), ``parent`` (row number, −1), ``node_id``,
        ``capex_real``, ``opex_real_per_year``, ``construction_years``, ``earliest_year`` (programme year from which it
        and all before it may be there), ``latest_year``, ``must`` (whether never is not allowed), ``year`` (calendar,
        NA if never), ``present_1`` … ``present_T``, and ``share_<project>``: fixed
        weight by which its capex counts for that project.
    options : DataFrame
        Ways to serve a site that the schedule chose from: ``site_id``, ``project``, ``technology``, ``service``
        (of satellites), ``element`` (row of `elements` it hangs on, −1 if none), ``capex_real``,
        ``opex_real_per_year``, ``benefit`` (weight × priority × quality of the open part), ``coverage_weight`` (weight
        that counts for targets), ``demand_mbps`` (busy hour), ``earliest_year`` and
        ``latest_year`` (programme years), ``must`` (whether never is not allowed; of fibre with an alternative, that
        one of the two must be), ``chosen``, ``year`` (calendar, NA if not chosen), ``present_1`` … ``present_T``.
    constraints : DataFrame
        ``name`` (as in ``Schedule.multipliers``), ``words`` (what it asks), ``limit`` (right-hand side) and ``used``
        (left-hand side of the schedule); used is ≤ limit.
    multipliers : dict[str, dict[str, float]]
        As in ``model.schedule.Schedule``; and of scope ``plan``.
    cases : dict[str, CaseTree]
        As in ``model.schedule.Schedule``.
    plan_years, plan_prizes, plan_moats, plan_options : DataFrame
        Of scope ``plan``: ``years``, ``prizes``, ``moats`` and ``options`` of ``model.plan_bound.PlanBound``.
    backbone : dict[str, DataFrame]
        Where the plan builds a backbone, ``proof`` of :class:`karez.model.rings.Rings`; else empty.
    radio, radio_parts : DataFrame
        Candidate spans by radio, empty where hops are no edges: ``id``, ``pair``, ``child`` (node number that must be
        further from the source; −1: either), ``band``, ``mbps``, ``km``, ``clearance_m``,
        ``clearance_at_km``, ``state``, ``availability``;
        and what each is made of: ``id``, ``item``, ``quantity``.
    radio_masts : DataFrame
        ``masts`` of :class:`karez.model.radio.Tried`.
    radio_sights : DataFrame
        Hops whose line of sight can be proven again, all that are designed and a sample of the others: ``one``,
        ``other`` (ids of masts), ``km``, ``state`` (clear, assumed or blocked), ``designed``.
    radio_profiles : DataFrame
        Ground under them: ``sight`` (row of the table before), ``distance_m`` from its first mast, ``elevation_m``
        (NaN where the raster is empty); no rows where the project has no relief.
    """

    graph: pd.DataFrame
    nodes: pd.DataFrame
    ascent: pd.DataFrame
    elements: pd.DataFrame
    options: pd.DataFrame
    constraints: pd.DataFrame
    multipliers: dict[str, dict[str, float]]
    cases: dict[str, CaseTree] = field(default_factory=dict)
    plan_years: pd.DataFrame = field(default_factory=pd.DataFrame)
    plan_prizes: pd.DataFrame = field(default_factory=pd.DataFrame)
    plan_moats: pd.DataFrame = field(default_factory=pd.DataFrame)
    plan_options: pd.DataFrame = field(default_factory=pd.DataFrame)
    backbone: dict[str, pd.DataFrame] = field(default_factory=dict)
    radio: pd.DataFrame = field(default_factory=pd.DataFrame)
    radio_parts: pd.DataFrame = field(default_factory=pd.DataFrame)
    radio_masts: pd.DataFrame = field(default_factory=pd.DataFrame)
    radio_sights: pd.DataFrame = field(default_factory=pd.DataFrame)
    radio_profiles: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Plan:
    """The answer: four layers, its worth, its certificates, its record.

    Parameters
    ----------
    programme : Programme
        The settings it was made with.
    sites, spans, nodes, areas : GeoDataFrame
        Columns as in ``attributes.PLAN_TABLES``, EPSG:4326, sorted by id.
    bill : DataFrame
        Bill of quantities of what is built, one row per (``year``, ``area_id``, ``project``, ``group``, ``category``,
        ``technology``, ``item``); ``group`` is ``local``, ``spans`` (shared out to projects by fixed weights; category
        empty) or ``sources``. Besides: ``unit``, ``quantity``, ``rate_real``, ``capex_real`` (sum of rounded rows),
        ``rounding_real`` (that sum less quantity × rate).
    catalogue : DataFrame
        The converted catalogue.
    appraisal : Appraisal
        Money and coverage.
    certificates : tuple[Certificate, ...]
        One per scope.
    notes : tuple[Note, ...]
        All rooms' notes in order.
    record : RunRecord
        To run it again.
    proof : Proof
        To prove it again.
    attributions : str
        Text of ``SOURCES.md``.
    risk : Risk | None
        What may come of it; None if nobody asked.
    improvement : Improvement | None
        What design and years gained by being chosen together; None where that was not tried.
    outages : Outages | None
        What breaks it; None where that was not asked.
    delivery : Delivery | None
        What was delivered when it was made; None where it is not of a ledger.
    replan : Replan | None
        What the plan changes against the approved one; None where it is no plan of the rest.
    settlements : Settlements | None
        Settlements that are designed street by street; None where there are none.
    rings : Rings | None
        The survivable backbone that it builds; None where it builds none.
    radio : RadioPlan | None
        Its towers and hops; None where hops are no edges.
    """

    programme: Programme
    sites: gpd.GeoDataFrame
    spans: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    bill: pd.DataFrame
    catalogue: pd.DataFrame
    appraisal: Appraisal
    certificates: tuple[Certificate, ...]
    notes: tuple[Note, ...]
    record: RunRecord
    proof: Proof
    attributions: str = ""
    risk: Risk | None = None
    improvement: Improvement | None = None
    outages: Outages | None = None
    delivery: Delivery | None = None
    replan: Replan | None = None
    settlements: Settlements | None = None
    rings: Rings | None = None
    radio: RadioPlan | None = None

    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` holds; equal runs differ in seconds alone (rule 10)."""
        worth = self.appraisal
        return {
            "format": 1,
            "programme": self.programme.agreement.name,
            "currency": self.programme.agreement.currency,
            "price_year": self.programme.agreement.price_year,
            "seed": self.record.seed,
            "key": self.record.key,
            "totals": worth.totals,
            "capex_real_per_year": dict(
                zip(worth.by_year["year"].astype(str), worth.by_year["capex_real"], strict=True)
            ),
            "capex_real_per_project": dict(
                zip(worth.by_project["project"], worth.by_project["capex_real"], strict=True)
            ),
            "capex_real_per_project_and_year": _nested(worth.by_project_year, "capex_real"),
            "coverage_per_project_and_year": _nested(worth.by_project_year, "coverage"),
            "total_coverage_per_year": dict(
                zip(worth.total_coverage["year"].astype(str), worth.total_coverage["coverage"], strict=True)
            ),
            "targets": worth.targets.to_dict("records"),
            "floors": worth.floors.to_dict("records"),
            "km_per_method_and_year": _nested(worth.crews, "km", "method"),
            "crew_km_per_method_and_year": _nested(worth.crews.dropna(), "capacity_km", "method"),
            "rules": _rules(self.proof.constraints),
            "joint": None if self.improvement is None else self.improvement.as_dict(),
            "certificates": [certificate.as_dict() for certificate in self.certificates],
            **{
                name: part.summary()
                for name, part in (("finance", worth.finance), ("equity", worth.equity), ("carbon", worth.carbon))
                if part is not None
            },
            "notes": [{"stage": note.stage, "text": note.text, "count": note.count} for note in self.notes],
            **({"settlements": self.settlements.summary()} if self.settlements else {}),
            **({"radio": self.radio.totals} if self.radio else {}),
            **({"resilience": self.outages.summary()} if self.outages else {}),
            **({"backbone": self.rings.summary()} if self.rings else {}),
            **({"risk": self.risk.summary()} if self.risk else {}),
            **({"replan": self.replan.summary()} if self.replan else {}),
        }


def _nested(table: pd.DataFrame, column: str, key: str = "project") -> dict[str, dict[str, float]]:
    """``{key: {year: value}}`` of a long table."""
    nested: dict[str, dict[str, float]] = {}
    for name, year, value in zip(table[key], table["year"], table[column], strict=True):
        nested.setdefault(str(name), {})[str(year)] = float(value)
    return nested


def _rules(constraints: pd.DataFrame) -> list[dict[str, Any]]:
    """Rules that the schedule was bound by, in words, and how much of their limit is used."""
    asked = constraints[constraints["name"] != "service"] if len(constraints) else constraints
    return [
        {"name": row["name"], "words": row["words"], "used": round(row["used"], 6), "limit": round(row["limit"], 6)}
        for row in asked.to_dict("records")
    ]
