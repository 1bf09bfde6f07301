"""What a new plan changes against the approved one, and why, in money, for an auditor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.baseline import Baseline
from karez.model.delivery import Delivery
from karez.model.event import MILLI
from karez.model.plan import Plan
from karez.model.replan import Replan
from karez.tracking.standing import Stands
from karez.units import MINOR_PER_UNIT, to_minor

Longs = npt.NDArray[np.int64]
LEAST_CHANGE = 0.005
"""Money below which nothing changed: half a hundredth."""
FEW = 0.01
"""Part of what is lacking that is not worth a word."""
FAR_M = 50.0
"""A line as built that lies further than this from its span on average is named."""


@dataclass(frozen=True)
class _Case:
    """All that a reason may rest on.

    Parameters
    ----------
    first : int
        First year planned again.
    as_of : str
        Day of the status.
    currency : str
        Of all money.
    overrun : float
        Paid above the planned money of what stands.
    need, left : dict[int, float]
        What the baseline still builds until the end of a year, and the money for it.
    instead : dict[int, tuple[str, str]]
        The dearest site that came into a year from another: id, and what it is in words.
    """

    first: int
    as_of: str
    currency: str
    overrun: float
    need: dict[int, float]
    left: dict[int, float]
    instead: dict[int, tuple[str, str]]

    def short(self, year: int) -> float:
        """Money that lacks until the end of a year for what the baseline builds."""
        at = max(self.first, min(year, max(self.need)))
        return self.need[at] - self.left[at]

    def money(self, amount: float) -> str:
        return f"{amount / 1e6:,.2f} M {self.currency}"


def explain(delivery: Delivery, stands: Stands, made: Plan, fresh: Baseline, money: pd.DataFrame) -> Replan:
    """Hold a new plan of the rest against the baseline.

    Parameters
    ----------
    delivery : Delivery
        What was delivered, against the baseline.
    stands : Stands
        What of it stands.
    made : Plan
        The new plan.
    fresh : Baseline
        Its elements and their money of the day.
    money : DataFrame
        What is left by year, see :class:`karez.appraising.remaining.Remaining`.
    """
    first = int(fresh.about["first_year"])
    table = _pairs(delivery, fresh, made)
    money = _by_year(money, table)
    case = _case(delivery, table, money, first)
    changed = table[_is_change(table)].copy()
    changed["reason"] = [_reason(row, case) for row in changed.to_dict("records")]
    changed = changed.drop(columns=["share", "why"])
    order = [{"site": 0, "span": 1}.get(kind, 2) for kind in changed["kind"]]
    changed = changed.assign(order=order, size=-changed["change_nominal"].abs())
    changed = changed.sort_values(["order", "size", "id"], kind="stable", ignore_index=True).drop(
        columns=["order", "size"]
    )
    return Replan(
        as_of=delivery.as_of,
        approval=delivery.approvals[-1],
        first_year=first,
        money=money,
        bridge=_bridge(delivery, table),
        changes=changed,
        differences=_differences(delivery),
        kept=stands.kept.elements,
        parts=stands.kept.parts,
        about=_about(delivery, made, money, first),
    )


def _about(delivery: Delivery, made: Plan, money: pd.DataFrame, first: int) -> dict[str, Any]:
    """What the next baseline says of the agreement as a whole: its years as signed, its targets, the new run."""
    about = delivery.baseline.about
    asked = [
        {"project": project.id, "year": target.year, "coverage": target.coverage}
        for project in made.programme.projects
        for target in project.targets
    ]
    return {
        **about,
        "first_year": int(money["year"].iloc[0]),
        "years": len(money),
        "budget_minor": to_minor(money["budget_nominal"].to_numpy(dtype=np.float64)).tolist(),
        "targets": [one for one in about["targets"] if one["year"] < first] + asked,
        "run_key": made.record.key,
    }


def _sums(baseline: Baseline) -> npt.NDArray[np.float64]:
    """Money of every element, nominal."""
    element = baseline.parts["element"].to_numpy(dtype=np.int64)
    minor = baseline.parts["planned_minor"].to_numpy(dtype=np.float64)
    return np.bincount(element, minor, len(baseline.elements)) / MINOR_PER_UNIT


def _pairs(delivery: Delivery, fresh: Baseline, made: Plan) -> pd.DataFrame:
    """Every element of either plan that is not built, with what both say of it; of a begun one, what is left."""
    names = ["id", "kind", "name", "area", "project", "year", "technology"]
    old = delivery.elements[[*names, "built_share"]].assign(money=_sums(delivery.baseline))
    old = old[old["built_share"] < 1.0].assign(money=lambda t: (t["money"] * (1.0 - t["built_share"])).round(2))
    new = fresh.elements[names].assign(money=_sums(fresh).round(2))
    both = old.merge(new, on="id", how="outer", suffixes=("_old", "_new"), sort=True)
    reason = made.sites.set_index("id")["reason"]
    table = pd.DataFrame({"kind": both["kind_old"].fillna(both["kind_new"]), "id": both["id"]})
    for name in ("name", "area", "project"):
        table[name] = both[f"{name}_old"].fillna(both[f"{name}_new"])
    table["from_year"], table["to_year"] = both["year_old"].astype("Int64"), both["year_new"].astype("Int64")
    table["from_technology"] = both["technology_old"].fillna("")
    table["to_technology"] = both["technology_new"].fillna("")
    table["from_nominal"], table["to_nominal"] = both["money_old"].fillna(0.0), both["money_new"].fillna(0.0)
    table["change_nominal"] = (table["to_nominal"] - table["from_nominal"]).round(2)
    return table.assign(share=both["built_share"].fillna(0.0), why=both["id"].map(reason).fillna(""))


def _is_change(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    year = table["from_year"].fillna(0).to_numpy(dtype=np.int64) != table["to_year"].fillna(0).to_numpy(dtype=np.int64)
    technology = (table["from_technology"] != table["to_technology"]).to_numpy()
    money = (table["change_nominal"].abs() > LEAST_CHANGE).to_numpy()
    return np.asarray(year | technology | money, dtype=np.bool_)


def _by_year(money: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """What both plans build in each year beside the money of it."""
    made = money.copy()
    for side, name in (("from", "baseline_nominal"), ("to", "replanned_nominal")):
        sums = table.dropna(subset=[f"{side}_year"]).groupby(f"{side}_year")[f"{side}_nominal"].sum()
        made[name] = made["year"].map(sums).fillna(0.0).astype(float).round(2)
    return made


def _case(delivery: Delivery, table: pd.DataFrame, money: pd.DataFrame, first: int) -> _Case:
    years = money["year"].tolist()
    need = dict(zip(years, money["baseline_nominal"].cumsum(), strict=True))
    left = dict(zip(years, money["left_nominal"].cumsum(), strict=True))
    totals = delivery.totals
    spent = float(money["paid_nominal"].sum() + money["reserved_nominal"].sum())
    return _Case(
        first=first,
        as_of=delivery.as_of.isoformat(),
        currency=str(delivery.baseline.about["currency"]),
        overrun=spent - totals["earned_nominal"],
        need=need,
        left=left,
        instead=_instead(table),
    )


def _instead(table: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """The dearest site that comes into each year from another year, or new."""
    sites = table[(table["kind"] == "site") & table["to_year"].notna()]
    came = sites[
        (sites["from_year"].isna() | (sites["from_year"] != sites["to_year"]).fillna(True)).to_numpy(dtype=bool)
    ]
    came = came.sort_values(["to_nominal", "id"], ascending=[False, True]).drop_duplicates("to_year")
    return {
        int(row["to_year"]): (
            str(row["id"]),
            f"{row['name'] or row['id']} ("
            + ("not planned before" if pd.isna(row["from_year"]) else f"planned for {row['from_year']}")
            + ")",
        )
        for row in came.to_dict("records")
    }


def _reason(row: Mapping[Any, Any], case: _Case) -> str:
    """Why an element changed, as a sentence."""
    begun = f"begun: {row['share']:.0%} stands, only the rest is paid; " if row["share"] > 0 else ""
    if pd.isna(row["from_year"]):
        return f"not in the approved plan: {_inside(int(row['to_year']), row, case)}"
    if pd.isna(row["to_year"]):
        return begun + _left_out(row, case)
    return begun + _moved(row, case)


def _left_out(row: Mapping[Any, Any], case: _Case) -> str:
    if row["kind"] != "site":
        return "left out: no site that the new plan serves hangs on it"
    return _short(max(case.need), case, "left out")


def _moved(row: Mapping[Any, Any], case: _Case) -> str:
    """Why what both plans have changed its year, its technology or its money."""
    was, now = int(row["from_year"]), int(row["to_year"])
    if was < case.first:
        late = f"was due in {was} and was not built by {case.as_of}"
        return late if now == case.first else f"{late}; {_short(now - 1, case, 'later')}"
    if now > was:
        return _short(was, case, "later") + _displaced(row, was, case)
    if now < was:
        return f"earlier: {_inside(now, row, case)}"
    if row["from_technology"] != row["to_technology"]:
        return f"another technology: {row['why'] or 'it costs less with what stands'}"
    return "the same year, other money: what stands carries part of it, or another part is now shared"


def _short(until: int, case: _Case, what: str) -> str:
    """Why something is later or left out: what the money is short by, and where it went."""
    lack = case.short(until)
    if lack <= 0:
        return f"{what}: the money would reach, but another order brings more service for it"
    parts = []
    if case.overrun > 0:
        parts.append(f"{case.money(case.overrun)} was overspent on what stands")
    if lack - max(case.overrun, 0.0) > FEW * lack:
        parts.append(f"{case.money(lack - max(case.overrun, 0.0))} less is signed by then than the approved plan needs")
    why = f": {', '.join(parts)}" if parts else ""
    return f"{what}: the money until the end of {max(until, case.first)} is short by {case.money(lack)}{why}"


def _displaced(row: Mapping[Any, Any], year: int, case: _Case) -> str:
    """By whom the place in a year was taken."""
    other = case.instead.get(year)
    return f"; its place in {year} went to {other[1]}" if other and other[0] != row["id"] else ""


def _inside(year: int, row: Mapping[Any, Any], case: _Case) -> str:
    """Why the money reaches."""
    room = -case.short(year)
    if room > 0:
        return f"{case.money(room)} more is left until the end of {year} than the approved plan needs"
    if row["kind"] == "site":
        return "with what stands it brings more service for the money than what it goes before"
    return "what hangs on it is served in that year"


def _bridge(delivery: Delivery, table: pd.DataFrame) -> pd.DataFrame:
    """From the baseline's money to that of the new plan, in steps that add up."""
    whole = delivery.totals["budget_nominal"]
    left = float(table["from_nominal"].sum())
    old, new = table["from_year"].notna(), table["to_year"].notna()
    same = old & new
    moved = same & (table["from_year"] != table["to_year"]).fillna(False)
    change = table["change_nominal"]
    rows = [
        ("The approved plan in all", whole),
        ("Planned money of what stands", round(left - whole, 2)),
        ("Left out", float(change[old & ~new].sum())),
        ("Not in the approved plan", float(change[new & ~old].sum())),
        ("In another year", float(change[moved].sum())),
        ("In the same year, at other money", float(change[same & ~moved].sum())),
        ("The new plan of the rest", float(table["to_nominal"].sum())),
    ]
    return pd.DataFrame(rows, columns=["what", "amount_nominal"]).round(2)


def _differences(delivery: Delivery) -> pd.DataFrame:
    """Where what was built is not as planned: another year, more metres, another line, no longer planned."""
    elements = delivery.elements
    built = elements[(elements["built_share"] >= 1.0) & (elements["in_service"] != "")]
    year = built["in_service"].str[:4].astype("int64")
    pieces = [
        _named(built[year > built["year"]], "built later than planned", "year", "in_service"),
        _named(built[year < built["year"]], "built earlier than planned", "year", "in_service"),
    ]
    more = elements[elements["reported_milli"] > elements["quantity_milli"]]
    more = more.assign(p=(more["quantity_milli"] / MILLI).map("{:,.1f} m".format))
    more = more.assign(b=(more["reported_milli"] / MILLI).map("{:,.1f} m".format))
    pieces.append(_named(more[more["kind"] == "span"], "more metres than planned", "p", "b"))
    beyond = delivery.beyond.elements.assign(p="", b=lambda t: t["built_share"].map("{:.0%}".format))
    pieces.append(_named(beyond, "built though the approved plan has it no more", "p", "b"))
    lines = delivery.lines[delivery.lines["deviation_mean_m"] > FAR_M].drop_duplicates("element", keep="last")
    if len(lines):
        text = lines["deviation_mean_m"].map("{:,.0f} m beside it on average".format)
        far = lines.assign(id=lines["element"], kind="span", name="", p="the planned line", b=text)
        pieces.append(_named(far, "built along another line", "p", "b"))
    return pd.concat(pieces, ignore_index=True)


def _named(rows: pd.DataFrame, what: str, planned: str, built: str) -> pd.DataFrame:
    made = rows[["kind", "id", "name"]].assign(what=what)
    return made.assign(planned=rows[planned].astype(str), built=rows[built].astype(str)).astype(object)
