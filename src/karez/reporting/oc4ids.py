"""The programme and its projects in the Open Contracting for Infrastructure Data Standard 0.9.5.

Source: https://standard.open-contracting.org/infrastructure/0.9.5. Each project of the programme is an infrastructure
project, and so is the programme as a whole, to which they are related.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from karez.model.delivery import Delivery
from karez.model.programme import Programme
from karez.reporting.ofds import organisation_id, publisher
from karez.units import from_minor

PREFIX = "oc4ids-karez"
"""Stands for the publisher until it registers a prefix of its own with the Open Contracting Partnership."""
WHOLE = "programme"


def write_oc4ids(delivery: Delivery, programme: Programme, payments: pd.DataFrame, path: Path) -> None:
    """Write the project package as JSON."""
    package = project_package(delivery, programme, payments)
    path.write_text(json.dumps(package, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8")


def project_package(delivery: Delivery, programme: Programme, payments: pd.DataFrame) -> dict[str, Any]:
    """The project package.

    Parameters
    ----------
    delivery : Delivery
        What was delivered.
    programme : Programme
        Parties, years, projects.
    payments : DataFrame
        Payments in force: ``id``, ``day``, ``party``, ``counterparty``, ``contract``, ``project``, ``amount_nominal``,
        ``currency``.
    """
    projects = [_Project(delivery, programme, payments, "")]
    projects += [_Project(delivery, programme, payments, one.id) for one in programme.projects]
    return {
        "version": "0.9",
        "uri": f"urn:karez:{delivery.head.hash[:16]}",
        "publishedDate": _time(delivery.as_of.isoformat()),
        "publisher": {"name": publisher(programme)},
        "projects": [project.document() for project in projects],
    }


class _Project:
    """One infrastructure project: the programme as a whole where `project` is empty."""

    def __init__(self, delivery: Delivery, programme: Programme, payments: pd.DataFrame, project: str) -> None:
        self.delivery, self.programme, self.project = delivery, programme, project
        self.currency = programme.agreement.currency
        self.payments = payments[payments["project"] == project] if project else payments
        contracts = delivery.contracts
        self.contracts = contracts[contracts["project"] == project] if project else contracts
        table = delivery.by_project
        self.row = table[table["id"] == project].sum(numeric_only=True) if project else table.sum(numeric_only=True)
        elements = delivery.elements
        mine = delivery.baseline.parts
        rows = mine.loc[mine["project"] == project, "element"].unique() if project else elements.index
        self.elements = elements.iloc[rows]

    def document(self) -> dict[str, Any]:
        agreement = self.programme.agreement
        first, last = agreement.calendar_years[0], agreement.calendar_years[-1]
        own = self.programme.project(self.project) if self.project else None
        made: dict[str, Any] = {
            "id": self._id(self.project),
            "updated": _time(self.delivery.as_of.isoformat()),
            "language": "en",
            "title": own.name if own else agreement.name,
            "description": agreement.terms,
            "purpose": own.purpose if own else "",
            "status": self._status(),
            "type": "construction",
            "sector": ["communications"],
            "period": {"startDate": _time(f"{first}-01-01"), "endDate": _time(f"{last}-12-31")},
            "implementationPeriod": {"startDate": _time(f"{first}-01-01"), "endDate": _time(f"{last}-12-31")},
            "locations": self._locations(),
            "budget": self._budget(),
            "costMeasurements": self._cost(),
            "forecasts": self._metrics("planned"),
            "metrics": self._metrics("earned"),
            "milestones": self._milestones(),
            "parties": self._parties(),
            "publicAuthority": _reference(publisher(self.programme)),
            "contractingProcesses": [self._process(row) for row in self.contracts.to_dict("records")],
            "transactions": [self._transaction(row) for row in self.payments.to_dict("records")],
            "relatedProjects": self._related(),
            "completion": self._completion(),
        }
        return {name: value for name, value in made.items() if value not in ("", [], {})}

    def _id(self, project: str) -> str:
        return f"{PREFIX}-{project or WHOLE}"

    def _status(self) -> str:
        """Completion when all stands, implementation once anything is begun, preparation before."""
        share = self.elements["built_share"]
        if len(share) and bool((share >= 1.0).all()):
            return "completion"
        return "implementation" if bool((share > 0).any()) or len(self.contracts) else "preparation"

    def _value(self, amount: float) -> dict[str, Any]:
        return {"amount": round(float(amount), 2), "currency": self.currency}

    def _budget(self) -> dict[str, Any]:
        about, first = self.delivery.baseline.about, self.delivery.approvals[0]
        years = [
            {
                "id": str(about["first_year"] + place),
                "description": f"Budget of {about['first_year'] + place}",
                "amount": self._value(float(from_minor(minor))),
                "period": _year(about["first_year"] + place),
            }
            for place, minor in enumerate(about["budget_minor"])
        ]
        sources = [
            {
                "id": organisation_id(row["party"]),
                "description": f"Promised by {row['party']}",
                "amount": self._value(row["committed_nominal"]),
                "sourceParty": _reference(row["party"]),
            }
            for row in self.delivery.payers.to_dict("records")
            if row["committed_nominal"] > 0
        ]
        planned = [
            {
                "id": str(year),
                "description": f"Planned cost of {year}",
                "amount": self._value(amount),
                "period": _year(int(year)),
            }
            for year, amount in self._planned_by_year().items()
        ]
        breakdowns = [{"id": "plan-by-year", "description": "Planned cost by year", "budgetBreakdown": planned}]
        if not self.project:
            breakdowns.insert(0, {"id": "by-year", "description": "Budget by year", "budgetBreakdown": years})
            if sources:
                breakdowns.append({"id": "by-source", "description": "By source", "budgetBreakdown": sources})
        signed = float(from_minor(about["budget_minor"]).sum())
        whole = self.row["budget_nominal"] if self.project else signed
        return {
            "description": "Money of the day" if not self.project else "Planned cost, money of the day",
            "amount": self._value(whole),
            "approvalDate": _time(first.day.isoformat()),
            "budgetBreakdowns": breakdowns,
        }

    def _planned_by_year(self) -> dict[int, float]:
        parts = self.delivery.baseline.parts
        mine = parts[parts["project"] == self.project] if self.project else parts
        year = self.delivery.baseline.elements["year"].to_numpy()[mine["element"].to_numpy()]
        return {int(str(one)): float(from_minor(m)) for one, m in mine.groupby(year)["planned_minor"].sum().items()}

    def _cost(self) -> list[dict[str, Any]]:
        """Money paid so far, as a measured construction cost."""
        value = {"value": self._value(self.row["paid_nominal"])}
        costs = [{"id": "paid", **value}]
        groups = [{"id": "construction", "category": "construction", "costs": costs}]
        return [{"id": self.delivery.as_of.isoformat(), "date": _time(self.delivery.as_of.isoformat()),
                 "lifeCycleCosting": value, "costGroups": groups}]  # fmt: skip

    def _metrics(self, which: str) -> list[dict[str, Any]]:
        """Planned by now (forecasts) or delivered (metrics): value, route, sites, homes."""
        spans = self.elements[self.elements["unit"] == "m"]
        sites = self.elements[self.elements["kind"] == "site"]
        due = sites["year"] <= self.delivery.as_of.year
        done = sites["built_share"] >= 1.0
        rows = sites[due] if which == "planned" else sites[done]
        share = (spans["year"] <= self.delivery.as_of.year) if which == "planned" else spans["built_share"]
        km = float((spans["quantity_milli"] * share).sum()) / 1e6
        period = {"startDate": _time(f"{self.programme.agreement.first_year}-01-01"),
                  "endDate": _time(f"{self.delivery.as_of.year}-12-31" if which == "planned"
                                   else self.delivery.as_of.isoformat())}  # fmt: skip
        figures: Sequence[tuple[str, str, Any]] = (
            (
                "route",
                "Fibre route",
                {"measure": round(km, 3), "unit": {"name": "km", "scheme": "UNCEFACT", "id": "KMT"}},
            ),
            ("sites", "Sites in service", {"measure": len(rows), "unit": {"name": "sites"}}),
            (
                "homes",
                "Homes connected",
                {"measure": round(float(rows["households"].sum()), 1), "unit": {"name": "homes"}},
            ),
            ("value", "Value of work, planned money", {"value": self._value(self.row[f"{which}_nominal"])}),
        )
        return [
            {"id": name, "title": title, "observations": [{"id": f"{name}-{which}", "period": period, **said}]}
            for name, title, said in figures
        ]

    def _milestones(self) -> list[dict[str, Any]]:
        made = []
        for place, row in enumerate(self.delivery.milestones.to_dict("records"), start=1):
            state = "met" if row["met"] else ("notMet" if row["state"] == "late" else "scheduled")
            one = {"id": str(place), "title": row["name"], "type": "delivery", "status": state}
            one |= {"dueDate": _time(row["due"])} if row["due"] else {}
            made.append(one | ({"dateMet": _time(row["met"])} if row["met"] else {}))
        return made

    def _parties(self) -> list[dict[str, Any]]:
        roles: dict[str, set[str]] = {publisher(self.programme): {"publicAuthority"}}
        for row in self.contracts.to_dict("records"):
            roles.setdefault(row["party"], set()).add("buyer")
            roles.setdefault(row["counterparty"], set()).add("supplier")
        for row in self.payments.to_dict("records"):
            roles.setdefault(row["party"], set()).add("payer")
            roles.setdefault(row["counterparty"], set()).add("payee")
        if not self.project:
            for row in self.delivery.payers.to_dict("records"):
                roles.setdefault(row["party"], set()).add("funder")
        return [{**_reference(name), "roles": sorted(held)} for name, held in sorted(roles.items()) if name]

    def _process(self, row: dict[Any, Any]) -> dict[str, Any]:
        """A contract with its variations, as a summary."""
        signed, changes = float(row["signed_nominal"]), float(row["variations_nominal"])
        summary: dict[str, Any] = {
            "externalReference": row["id"],
            "nature": ["construction"],
            "title": row["name"] or row["id"],
            "status": "active",
            "suppliers": [_reference(row["counterparty"])],
            "tender": {"procuringEntity": _reference(row["party"])},
            "contractValue": self._value(signed),
        }
        if changes:
            summary["modifications"] = [
                {
                    "id": f"{row['id']}-variations",
                    "date": _time(self.delivery.as_of.isoformat()),
                    "description": "Variations so far, together",
                    "type": "value",
                    "oldContractValue": self._value(signed),
                    "newContractValue": self._value(signed + changes),
                }
            ]
        return {"id": row["id"], "summary": summary}

    def _transaction(self, row: dict[Any, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {
            "id": row["id"],
            "date": _time(row["day"]),
            "value": {"amount": round(float(row["amount_nominal"]), 2), "currency": row["currency"]},
            "payer": _reference(row["party"]),
        }
        return made | ({"payee": _reference(row["counterparty"])} if row["counterparty"] else {})

    def _locations(self) -> list[dict[str, Any]]:
        """The outline around everything of the project."""
        shapes = shapely.from_wkb(self.elements["geometry"].to_numpy(dtype=object))
        if not len(shapes):
            return []
        west, south, east, north = (round(float(one), 5) for one in shapely.total_bounds(shapes))
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        about = self.delivery.baseline.about["region"]
        place: dict[str, Any] = {"id": "extent", "description": about}
        country = self.programme.tracking.country_name
        place["address"] = {"region": about} | ({"countryName": country} if country else {})
        return [place | {"geometry": {"type": "Polygon", "coordinates": [ring]}}]

    def _related(self) -> list[dict[str, Any]]:
        others = [one.id for one in self.programme.projects] if not self.project else [""]
        return [
            {"id": other or WHOLE, "scheme": "oc4ids", "identifier": self._id(other), "relationship": "construction",
             "title": self.programme.project(other).name if other else self.programme.agreement.name}
            for other in others
        ]  # fmt: skip

    def _completion(self) -> dict[str, Any]:
        if self._status() != "completion":
            return {}
        last = max(self.elements["in_service"])
        return {"endDate": _time(last), "finalValue": self._value(self.row["paid_nominal"])}


def _reference(name: str) -> dict[str, str]:
    return {"id": organisation_id(name), "name": name}


def _year(year: int) -> dict[str, str]:
    return {"startDate": _time(f"{year}-01-01"), "endDate": _time(f"{year}-12-31")}


def _time(day: str) -> str:
    """A day as the start of it in UTC, as the standard wants dates."""
    return f"{day}T00:00:00Z"
