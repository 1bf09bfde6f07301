"""Text that a spreadsheet would take for a formula is kept as text on the way out."""

from __future__ import annotations

ACTIVE = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """A text for a cell of CSV: an apostrophe before what a spreadsheet would calculate; reading takes it off again.

    Source: OWASP, CSV injection. Texts that begin with apostrophes and then so get one more, so that none is lost.

    >>> guarded("=1+1"), guarded("plain"), guarded("'=1"), guarded("-")
    ("'=1+1", 'plain', "''=1", "'-")
    """
    return f"'{text}" if text.lstrip("'")[:1] in ACTIVE and text.lstrip("'") else text
