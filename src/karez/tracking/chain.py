"""The chain: every event's hash covers what it says and the hash before it, so that tampering shows.

``digest`` is the SHA-256 of what the event says, as a JSON list of texts and whole numbers in the order of
:data:`SAID`; ``hash`` is the SHA-256 of the previous hash, the digest, the id, a line end and the day it was recorded.
The first previous hash, the opening, is the SHA-256 of ``karez ledger``, the programme's name and its currency, each on
a line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from json import JSONEncoder

SAID = (
    "kind",
    "day",
    "element",
    "project",
    "area",
    "contract",
    "party",
    "counterparty",
    "amount_minor",
    "currency",
    "quantity_milli",
    "unit",
    "due",
    "name",
    "state",
    "document",
    "recorder",
    "corrects",
    "note",
    "extra",
)
"""Columns of ``event`` that its digest covers; `kind` as its number. Equal rows of a file say the same."""

_encode = JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def opening(programme: str, currency: str) -> bytes:
    """Hash before the first event.

    >>> opening("Two valleys", "CNY").hex()[:12]
    'afcc6fc48bd9'
    """
    return hashlib.sha256(f"karez ledger\n{programme}\n{currency}\n".encode()).digest()


def digest(values: Sequence[str | int | None]) -> bytes:
    """SHA-256 of field values.

    >>> digest(["a", 1, None]).hex()[:12]
    '0ae764bffd3a'
    """
    return hashlib.sha256(_encode(values).encode()).digest()


def link(before: bytes, digest: bytes, name: str, recorded_on: str) -> bytes:
    """Hash of an event from the hash before it, its digest, its id and the day it was recorded."""
    return hashlib.sha256(before + digest + f"{name}\n{recorded_on}".encode()).digest()
