"""What the ledger holds: one event is one thing that was promised, ordered, done, accepted, paid or put right.

Every field of an event is text as a spreadsheet shows it; :data:`EVENTS` says what each means. Parties and recorders
are organisations and their roles, never persons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from karez.model.attributes import REQUIRED, Attribute, Table

Kind = Literal["commitment", "contract", "variation", "progress", "acceptance", "payment", "milestone", "correction"]
KINDS: tuple[str, ...] = get_args(Kind)
KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS)}

Unit = Literal["m", "site", "household", ""]
UNITS: tuple[str, ...] = ("m", "site", "household")
"""What quantities are counted in; lengths given in km, ft or mi become metres at the door."""

STATES = {"milestone": ("set", "met"), "acceptance": ("accepted", "rejected")}
"""Words of the field `state`, by kind; the first is taken where it is left empty."""

MILLI = 1000
"""Quantities are kept as whole thousandths of their unit, so that sums are exact."""

EVENTS = Table(
    "events",
    "something promised, ordered, done, accepted, paid or put right",
    "none",
    (
        Attribute("id", "text", "Identifier; empty: made from what the event says", unique=True),
        Attribute("kind", "text", "What happened", default=REQUIRED, one_of=KINDS),
        Attribute("day", "text", "Day it happened, as 2026-03-31", default=REQUIRED),
        Attribute("element", "text", "Span or site of the approved plan"),
        Attribute("project", "text", "Project, where no element says it"),
        Attribute("area", "text", "Area, where no element says it"),
        Attribute("contract", "text", "Contract it belongs to"),
        Attribute("party", "text", "Organisation that promises, orders, pays or accepts"),
        Attribute("counterparty", "text", "Organisation that builds, supplies or is paid"),
        Attribute("amount_nominal", "number", "Money of the day; a variation may be negative", "`currency`"),
        Attribute("currency", "text", "ISO 4217 code; empty: the programme's"),
        Attribute("quantity", "number", "How much: metres of a span, a site in service", "`unit`"),
        Attribute("unit", "text", "m, site or household; km, ft and mi become m; empty: the element's"),
        Attribute("due", "text", "Day a promise or milestone is due, as 2026-12-31"),
        Attribute("name", "text", "Title of a contract, name of a milestone"),
        Attribute("state", "text", "Milestone: set or met. Acceptance: accepted or rejected"),
        Attribute("document", "text", "Reference of the document that proves it"),
        Attribute("recorder", "text", "Who records it: the role of an organisation", default=REQUIRED),
        Attribute("corrects", "text", "Event that a correction annuls, or whose quantity or amount it replaces"),
        Attribute("note", "text", "Remark"),
    ),
)
FIELDS: tuple[str, ...] = EVENTS.names


@dataclass(frozen=True)
class Head:
    """The end of the chain: how many events there are, and the hash that stands for all of them.

    Parameters
    ----------
    count : int
        Number of events.
    hash : str
        Hash of the last event, in hexadecimal; of the opening for an empty ledger.
    """

    count: int
    hash: str


@dataclass(frozen=True)
class Recorded:
    """What an import or a record did.

    Parameters
    ----------
    added : int
        Events that are new in the ledger.
    known : int
        Events that were in it already, word for word.
    head : Head
        End of the chain afterwards.
    ids : tuple of str
        Ids of up to a hundred added events.
    notes : tuple of str
        What a reader must know, such as columns that were kept aside.
    """

    added: int
    known: int
    head: Head
    ids: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Audited:
    """One thing that was looked at in a ledger: what, whether it holds, and what was found."""

    name: str
    passed: bool
    detail: str
