"""A finished plan becomes what deliveries are measured against: elements, their money of the day, what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from karez.model.baseline import Baseline
from karez.model.event import MILLI
from karez.model.programme import Programme
from karez.model.words import RADIO_METHODS
from karez.units import to_minor

Longs = npt.NDArray[np.int64]

COLUMNS = (
    "id", "kind", "name", "area", "year", "quantity_milli", "unit", "households", "weight", "project", "standard",
    "technology", "start_node", "end_node", "geometry",
)  # fmt: skip


def draft(
    programme: Programme,
    layers: Mapping[str, pd.DataFrame],
    shares: pd.DataFrame,
    level: npt.NDArray[np.float64],
    budget_nominal: npt.NDArray[np.float64],
    run_key: str,
) -> Baseline:
    """Baseline of a finished plan.

    Parameters
    ----------
    programme : Programme
        Settings it was made with.
    layers : mapping of DataFrame
        ``sites``, ``spans``, ``nodes``, ``areas`` as in ``attributes.PLAN_TABLES`` with ``geometry``.
    shares : DataFrame
        ``id`` of spans and source connections and ``share_<project>``, which add up to 1.
    level : float64[T]
        Nominal over real money in each programme year.
    budget_nominal : float64[T]
        Money that becomes available each year.
    run_key : str
        Key of the run.
    """
    areas = layers["areas"]
    parts = (_spans(layers["spans"], areas), _sites(layers["sites"]), _sources(layers["nodes"], areas))
    elements = pd.concat(parts).sort_values("id", ignore_index=True)
    years = programme.agreement.calendar_years
    factor = level[elements["year"].to_numpy(dtype=np.int64) - years[0]]
    money = to_minor(elements.pop("capex_real").to_numpy(dtype=np.float64) * factor)
    about = {
        "name": programme.agreement.name,
        "region": programme.agreement.region,
        "currency": programme.agreement.currency,
        "first_year": years[0],
        "years": len(years),
        "budget_minor": to_minor(budget_nominal).tolist(),
        "run_key": run_key,
        "projects": _projects(programme, layers["sites"]),
        "areas": _areas(areas, layers["sites"]),
        "targets": [
            {"project": project.id, "year": target.year, "coverage": target.coverage}
            for project in programme.projects
            for target in project.targets
        ],
    }
    ids = [project.id for project in programme.projects]
    return Baseline(elements[list(COLUMNS)], _split(elements, money, shares, ids), about)


def _spans(spans: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Spans that are built, cables in metres, hops and masts as one each; what stands already is not delivered."""
    built = spans[spans["year"].notna() & (spans["status"] != "operational")]
    radio = built["method"].isin(RADIO_METHODS).to_numpy()
    metres = np.rint(built["length_m"].to_numpy(dtype=np.float64) * MILLI).astype(np.int64)
    lines = built["geometry"].to_numpy(dtype=object)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    return _frame(
        built,
        kind="span",
        area=_area_of(middle, areas),
        quantity_milli=np.where(radio, MILLI, metres),
        unit=np.where(radio, "site", "m").astype(object),
        technology=np.where(radio, "microwave", "fibre").astype(object),
        start_node=built["start_node"],
        end_node=built["end_node"],
    )


def _sites(sites: pd.DataFrame) -> pd.DataFrame:
    """Sites that are served, with the homes and weight that were not served before."""
    served = sites[sites["year"].notna()]
    still_open = 1.0 - served["already_served"].fillna(0.0).astype(float)
    return _frame(
        served,
        kind="site",
        name=served["name"],
        area=served["area_id"].fillna(""),
        quantity_milli=MILLI,
        unit="site",
        households=served["households"].fillna(0.0) * still_open,
        weight=served["weight"] * still_open,
        project=served["project"],
        standard=served["meets_standard"].astype(bool),
        technology=served["technology"],
    )


def _sources(nodes: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Sources whose connection costs money."""
    built = nodes[nodes["year"].notna() & (nodes["kind"] == "source") & (nodes["capex_real"] > 0)]
    area = _area_of(built["geometry"].to_numpy(dtype=object), areas)
    return _frame(built, kind="source", name=built["name"], area=area, quantity_milli=MILLI, unit="site")


def _frame(rows: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """Elements of a layer's rows; columns that are not given are empty."""
    empty: dict[str, Any] = {
        "name": "", "households": 0.0, "weight": 0.0, "project": "", "standard": True, "technology": "",
        "start_node": "", "end_node": "",
    }  # fmt: skip
    made = pd.DataFrame({"id": rows["id"], "year": rows["year"].astype("int64"), "capex_real": rows["capex_real"]})
    made = made.assign(**{**empty, **columns})
    return made.assign(geometry=shapely.to_wkb(rows["geometry"].to_numpy(dtype=object)))


def _area_of(points: npt.NDArray[np.object_], areas: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Area that each point lies in, the first by id; empty where in none."""
    tree = shapely.STRtree(areas["geometry"].to_numpy(dtype=object))
    point, area = tree.query(points, predicate="intersects")
    found = pd.Series(areas["id"].to_numpy(dtype=object)[area], index=point).sort_values().groupby(level=0).first()
    return found.reindex(range(len(points)), fill_value="").to_numpy(dtype=object)


def _split(elements: pd.DataFrame, money: Longs, shares: pd.DataFrame, projects: list[str]) -> pd.DataFrame:
    """Money of each element by project, whole cents that add up: the largest remainders get the cents left over."""
    weights = shares.set_index("id")[[f"share_{project}" for project in projects]]
    weights = weights[~weights.index.duplicated()].reindex(elements["id"].to_numpy(dtype=object))
    own = elements["project"].to_numpy(dtype=object)[:, None] == np.array(projects, dtype=object)[None, :]
    share = np.where(own.any(axis=1)[:, None], own, weights.to_numpy(dtype=np.float64, na_value=0.0))
    exact = share * money[:, None]
    whole = np.floor(exact).astype(np.int64)
    rest = money - whole.sum(axis=1)
    order = np.argsort(-(exact - whole), axis=1, kind="stable")
    whole[np.arange(len(money))[:, None], order] += np.arange(len(projects))[None, :] < rest[:, None]
    element, project = np.nonzero(whole)
    parts = {"element": element, "project": np.array(projects, dtype=object)[project]}
    table = pd.DataFrame({**parts, "planned_minor": whole[element, project]})
    return table.sort_values(["element", "project"], ignore_index=True)


def _projects(programme: Programme, sites: pd.DataFrame) -> list[dict[str, Any]]:
    served = sites["weight"] * sites["already_served"].fillna(0.0)
    whole = sites.groupby("project")["weight"].sum()
    before = served.groupby(sites["project"]).sum()
    return [
        {
            "id": project.id,
            "name": project.name,
            "weight": float(whole.get(project.id, 0.0)),
            "served_before": float(before.get(project.id, 0.0)),
        }
        for project in programme.projects
    ]


def _areas(areas: pd.DataFrame, sites: pd.DataFrame) -> list[dict[str, Any]]:
    homes = sites["households"].fillna(0.0)
    whole = homes.groupby(sites["area_id"]).sum()
    before = (homes * sites["already_served"].fillna(0.0)).groupby(sites["area_id"]).sum()
    return [
        {
            "id": str(name),
            "name": str(title),
            "households": float(whole.get(name, 0.0)),
            "served_before": float(before.get(name, 0.0)),
        }
        for name, title in zip(areas["id"], areas["name"], strict=True)
    ]


def joined(fresh: Baseline, kept: pd.DataFrame, parts: pd.DataFrame, about: Mapping[str, Any]) -> Baseline:
    """The next baseline: what stands, as it was planned and built, and the new plan of the rest.

    What is whole keeps its planned money, in the year it was built. What was begun keeps the planned money of what
    stands; to it comes the money of the rest, in its year, where the new plan has it, else the element ends where it
    stands.

    Parameters
    ----------
    fresh : Baseline
        Baseline of the new plan alone.
    kept, parts, about
        See :class:`karez.model.replan.Replan`.
    """
    share = kept["built_share"].to_numpy(dtype=np.float64)
    new_row = pd.Series(np.arange(len(fresh.elements)), index=fresh.elements["id"])
    goes_on = kept["id"].map(new_row).to_numpy(dtype=np.float64, na_value=np.nan)
    begun, whole = np.isfinite(goes_on), share >= 1.0
    year = kept["in_service"].str[:4].astype("int64").to_numpy()
    year = np.where(begun, fresh.elements["year"].to_numpy()[np.where(begun, goes_on, 0).astype(np.int64)], year)
    years = about["first_year"] + np.array([0, about["years"] - 1])
    planned = kept["quantity_milli"].to_numpy(dtype=np.int64)
    quantity = np.where(whole | begun, planned, np.rint(planned * share).astype(np.int64))
    stands = kept[list(COLUMNS)].assign(year=np.clip(year, *years), quantity_milli=quantity)
    rest = ~fresh.elements["id"].isin(kept["id"]).to_numpy()
    elements = pd.concat([stands, fresh.elements[rest]]).sort_values("id", ignore_index=True)
    number = pd.Series(np.arange(len(elements)), index=elements["id"])
    mine = parts["element"].to_numpy(dtype=np.int64)
    earned = np.rint(parts["planned_minor"].to_numpy(dtype=np.float64) * share[mine]).astype(np.int64)
    pieces = pd.concat(
        [
            parts.assign(id=kept["id"].to_numpy(dtype=object)[mine], planned_minor=earned),
            fresh.parts.assign(id=fresh.elements["id"].to_numpy(dtype=object)[fresh.parts["element"]]),
        ]
    )
    pieces = pieces.assign(element=pieces["id"].map(number))
    money = pieces.groupby(["element", "project"], sort=True)["planned_minor"].sum().reset_index()
    return Baseline(elements, money, dict(about))
