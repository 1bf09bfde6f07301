"""What every page is made with: templates and their filters, assets, and the policy that forbids requests."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from importlib.resources import files

import jinja2
from markupsafe import Markup, escape

from karez.reporting import figures
from karez.reporting.graphics import coverage_cell
from karez.reporting.wording import in_plain_words, scope_title

_ASSETS = files("karez.reporting") / "assets"


def environment() -> jinja2.Environment:
    """Templates of the pages; text is escaped, and a name that is not there is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("karez.reporting", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "number": figures.number,
        "plain": figures.plain,
        "money": figures.money,
        "percent": figures.percent,
        "change": figures.change,
        "points": figures.points,
        "inline_code": _inline_code,
        "in_plain_words": in_plain_words,
        "scope_title": scope_title,
        "coverage_cell": coverage_cell,
    }
    made.tests["missing"] = figures.is_missing
    return made


def _inline_code(text: str) -> Markup:
    """Text in which what stands between backticks is set as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts)
    )


def asset(name: str) -> str:
    """Text of a file of the folder ``assets``."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def script(name: str) -> Markup:
    """A script as it stands between its tags, without the pointer to a source map that is not there."""
    lines = asset(name).split("\n")
    text = "\n".join(line for line in lines if not line.startswith("//# sourceMappingURL="))
    if "</script" in text.lower():
        raise ValueError(f"{name} cannot stand inside a page: it holds the end of a script element")
    return Markup(text)


def policy(scripts: Iterable[str]) -> str:
    """Content security policy: nothing from outside, no script but ours."""
    hashes = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts)
    allowed = " ".join(f"'sha256-{value}'" for value in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "worker-src blob:; child-src blob:; base-uri 'none'; form-action 'none'"
    )
