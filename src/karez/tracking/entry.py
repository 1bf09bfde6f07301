"""One event from its texts: what a row of a sheet, or a command, says in the ledger's own terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from karez.model.event import FIELDS, KIND_NUMBER, KINDS, MILLI, STATES, UNITS
from karez.units import METRES_PER, MINOR_PER_UNIT

Report = Callable[[str, str, str], None]
"""Takes column, problem and remedy of a fault."""

LENGTHS = {unit: Decimal(str(metres)) for unit, metres in METRES_PER.items()}
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}( 00:00:00)?")
LARGEST = 10**17
"""Largest whole number that is kept, in hundredths or thousandths: room for sums in 64 bits."""

NEEDS: dict[str, tuple[str, ...]] = {
    "commitment": ("party", "due"),
    "contract": ("contract", "party", "counterparty", "amount_nominal"),
    "variation": ("contract", "amount_nominal"),
    "progress": ("element", "quantity"),
    "acceptance": (),
    "payment": ("party", "amount_nominal"),
    "milestone": ("name",),
    "correction": ("corrects",),
}
"""Fields that an event of a kind cannot be without, besides kind, day and recorder."""

MEANING = {
    "party": "the organisation",
    "due": "the day it is due",
    "contract": "the contract's id",
    "counterparty": "the organisation that builds or supplies",
    "amount_nominal": "the money",
    "element": "the span or site of the approved plan",
    "quantity": "how many metres, or 1 for a site in service",
    "name": "the milestone's name",
    "corrects": "the id of the event that is put right",
    "recorder": "the role of the organisation that records it",
    "kind": f"one of {', '.join(KINDS)}",
    "day": "the day as 2026-03-31",
}


@dataclass(frozen=True)
class Element:
    """An element of the approved plan: its planned quantity in thousandths of its unit."""

    quantity_milli: int
    unit: str


@dataclass
class Known:
    """What events may name, and between which days they lie.

    Parameters
    ----------
    elements : dict[str, Element]
        Spans and sites of all approved plans; the newest stands.
    projects, areas, currencies : frozenset of str
        Ids; currencies that have a rate.
    contracts : set of str
        Contracts so far.
    currency : str
        The programme's.
    agreed_on, today : str
        ISO days between which an event lies, both included.
    tolerance : float
        Share by which built metres may exceed the planned.
    """

    elements: dict[str, Element]
    projects: frozenset[str]
    areas: frozenset[str]
    currencies: frozenset[str]
    currency: str
    agreed_on: str
    today: str
    tolerance: float
    contracts: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Entry:
    """An event before it has its place in the chain; `name` is the id that was given, fields as in ``schema.EVENT``."""

    row: int
    id: str
    kind: int
    day: str
    element: str
    project: str
    area: str
    contract: str
    party: str
    counterparty: str
    amount_minor: int | None
    currency: str
    quantity_milli: int | None
    unit: str
    due: str
    name: str
    state: str
    document: str
    recorder: str
    corrects: str
    note: str
    extra: str

    def said(self) -> list[str | int | None]:
        """Values that the digest covers, in the order of :data:`karez.tracking.chain.SAID`."""
        return [
            self.kind, self.day, self.element, self.project, self.area, self.contract, self.party, self.counterparty,
            self.amount_minor, self.currency, self.quantity_milli, self.unit, self.due, self.name, self.state,
            self.document, self.recorder, self.corrects, self.note, self.extra,
        ]  # fmt: skip


class Reader:
    """Reads rows as entries and reports what is wrong with each; texts that come again are read once."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._days: dict[str, str] = {}

    def entry(self, row: int, cells: Sequence[str], extra: str, report: Report) -> Entry | None:
        """An entry of the texts of :data:`karez.model.event.FIELDS`; None, with faults, if it cannot be one."""
        before = _Counted(report)
        values = dict(zip(FIELDS, map(str.strip, cells), strict=True))
        kind = values["kind"]
        if kind not in KIND_NUMBER:
            remedy = f"Write {MEANING['kind']}"
            report("kind", f"`{kind}` is not a kind of event" if kind else "the cell is empty", remedy)
            return None
        for name in ("day", "recorder", *NEEDS[kind]):
            if not values[name]:
                before(name, f"a {kind} needs it, and the cell is empty", f"Give {MEANING[name]}")
        day = self._day(values["day"], "day", before)
        if day:
            self._check_day(day, before)
        due = self._day(values["due"], "due", before)
        amount = _whole(values["amount_nominal"], MINOR_PER_UNIT, "amount_nominal", before)
        quantity, unit = self._quantity(values, before)
        self._check_names(values, before)
        _check_signs(kind, values, amount, quantity, before)
        state = _state(kind, values["state"], before)
        if before.count:
            return None
        return Entry(
            row, values["id"], KIND_NUMBER[kind], day, values["element"], values["project"], values["area"],
            values["contract"], values["party"], values["counterparty"], amount,
            (values["currency"] or self.known.currency) if amount is not None else "", quantity, unit, due,
            values["name"], state, values["document"], values["recorder"], values["corrects"], values["note"], extra,
        )  # fmt: skip

    def _day(self, text: str, column: str, report: Report) -> str:
        """An ISO day; empty, with a fault unless the cell is empty, if it is none."""
        found = self._days.get(text)
        if found is None:
            found = ""
            if DAY.fullmatch(text):
                try:
                    found = date.fromisoformat(text[:10]).isoformat()
                except ValueError:
                    found = ""
            self._days[text] = found
        if text and not found:
            report(column, f"`{text}` is not a day", "Write year, month and day as 2026-03-31")
        return found

    def _check_day(self, day: str, report: Report) -> None:
        if day < self.known.agreed_on:
            problem = f"{day} is before the agreement of {self.known.agreed_on}"
            report("day", problem, "Correct the day, or set tracking.agreed_on in programme.toml")
        elif day > self.known.today:
            report("day", f"{day} is in the future", "Record what has happened; a promise has its day in `due`")

    def _quantity(self, values: dict[str, str], report: Report) -> tuple[int | None, str]:
        """Thousandths and their unit; lengths in metres."""
        unit, text = values["unit"], values["quantity"]
        element = self.known.elements.get(values["element"])
        if unit and unit not in UNITS and unit not in LENGTHS:
            report("unit", f"`{unit}` is not a unit", f"Use one of {', '.join(UNITS)}, or km, ft, mi")
            return None, ""
        if not text:
            return None, ""
        own = "m" if unit in LENGTHS else unit
        if values["kind"] == "correction":
            factor = LENGTHS.get(unit, Decimal(1))
        else:
            wanted = element.unit if element is not None else own
            if not wanted and values["element"]:
                return None, ""  # an unknown element, which is a fault of its own
            if not wanted:
                report("unit", "the quantity has no unit", f"Give one of {', '.join(UNITS)}")
                return None, ""
            if own and own != wanted:
                report("unit", f"`{values['element']}` is counted in {wanted}, not in {unit}", f"Give {wanted}")
                return None, ""
            factor = LENGTHS.get(unit, Decimal(1))
            own = wanted
        return _whole(text, MILLI, "quantity", report, factor), own

    def _check_names(self, values: dict[str, str], report: Report) -> None:
        """Elements, projects, areas and currencies must be known; contracts are checked when all rows are read."""
        known = self.known
        for column, what, names in (
            ("element", "an element of the approved plan", known.elements),
            ("project", "a project of the programme", known.projects),
            ("area", "an area of the programme", known.areas),
        ):
            value = values[column]
            if value and value not in names:
                report(column, f"`{value}` is not {what}", "Use an id of the approved plan, as in its plan.gpkg")
        currency = values["currency"]
        if currency and currency not in known.currencies:
            remedy = f"Add it to [rates.exchange] of programme.toml, or state the money in {known.currency}"
            report("currency", f"there is no rate for `{currency}`", remedy)


class _Counted:
    """A report that counts."""

    def __init__(self, report: Report) -> None:
        self.count, self._report = 0, report

    def __call__(self, column: str, problem: str, remedy: str) -> None:
        self.count += 1
        self._report(column, problem, remedy)


def _whole(text: str, per: int, column: str, report: Report, factor: Decimal = Decimal(1)) -> int | None:
    """A number as whole parts of its unit; None if the cell is empty, or with a fault if it is no number."""
    if not text:
        return None
    if text.isdecimal() and factor == 1 and len(text) < 15:
        return int(text) * per
    if text[0] == "=":
        report(column, f"`{text}` is a formula, not a number", "Paste the value in its place")
        return None
    if not NUMBER.fullmatch(text):
        report(column, f"`{text}` is not a number", "Write digits with a decimal point, as 1234.50")
        return None
    exact = Decimal(text.replace(",", "")) * factor * per
    if abs(exact) > LARGEST:
        report(column, f"`{text}` is too large", "Correct it")
    elif column == "amount_nominal" and exact != exact.to_integral_value():
        report(column, f"`{text}` has parts of a cent", "Give two decimals at most")
    else:
        return int(exact.to_integral_value())
    return None


def _check_signs(kind: str, values: dict[str, str], amount: int | None, quantity: int | None, report: Report) -> None:
    if quantity is not None and (quantity < 0 or (quantity == 0 and kind != "correction")):
        problem = f"`{values['quantity']}` is not more than nothing"
        report("quantity", problem, "Give a positive quantity; to take something back, record a correction")
    if amount is not None and kind == "variation" and amount == 0:
        report(
            "amount_nominal", "the variation changes nothing", "Give what it adds, or what it takes off with a minus"
        )
    if amount is not None and kind not in ("variation", "correction") and amount <= 0:
        problem = f"`{values['amount_nominal']}` is not more than nothing"
        report("amount_nominal", problem, "Give a positive amount; to take something back, record a correction")
    if kind == "commitment" and amount is None and quantity is None and not values["amount_nominal"]:
        report("quantity", "a commitment promises money or a quantity, and there is neither", "Give one of the two")
    if kind == "acceptance" and not values["element"] and not values["contract"]:
        report(
            "element", "an acceptance is of an element or of a contract, and there is neither", "Give one of the two"
        )


def _state(kind: str, text: str, report: Report) -> str:
    words = STATES.get(kind)
    if words is None:
        return ""
    if text and text not in words:
        report("state", f"`{text}` is not a state of a {kind}", f"Use {' or '.join(words)}")
        return ""
    if kind == "milestone" and not text:
        return "met"
    return text or words[0]
