"""How numbers are printed: thousands separators, units, no false precision."""

from __future__ import annotations

import math

import pandas as pd

MISSING = "–"
"""Printed where there is no figure."""


def is_missing(value: object) -> bool:
    """Whether a cell holds no figure: None, NaN or NA."""
    return bool(pd.isna(value))  # type: ignore[call-overload]


def number(value: object, decimals: int = 0) -> str:
    """A number with thousands separators.

    >>> number(1234567.891, 1), number(None), number(float("nan")), number(-0.0)
    ('1,234,567.9', '–', '–', '0')
    """
    if is_missing(value):
        return MISSING
    text = f"{float(value):,.{decimals}f}"  # type: ignore[arg-type]
    return text.removeprefix("-") if set(text) <= set("-0.,") else text.replace("-", "−")


def plain(value: object) -> str:
    """A number as short as it can be said to six digits, for settings and unit costs.

    >>> plain(0.05), plain(2000.0), plain(1234567.0), plain(0.000123456789)
    ('0.05', '2,000', '1,234,567', '0.000123457')
    """
    if is_missing(value):
        return MISSING
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    figure = float(value)  # type: ignore[arg-type]
    if figure == round(figure) and abs(figure) < 1e15:
        return number(figure)
    return f"{figure:,.6g}".replace("-", "−") if abs(figure) >= 1 else f"{figure:.6g}".replace("-", "−")


def money(value: object, currency: str) -> str:
    """Money with three or four telling digits and its currency, in billions or millions where it is large.

    >>> money(29_871_000_000, "CNY"), money(5_430_000, "CNY"), money(912.4, "CNY"), money(None, "CNY")
    ('29.87 bn CNY', '5.4 m CNY', '912 CNY', '–')
    """
    if is_missing(value):
        return MISSING
    figure = float(value)  # type: ignore[arg-type]
    for size, word, decimals in ((1e9, "bn ", 2), (1e6, "m ", 1)):
        if abs(figure) >= size * (1 - 0.5 * 10 ** -(decimals + 3)):
            return f"{number(figure / size, decimals)} {word}{currency}"
    return f"{number(figure)} {currency}"


def percent(share: object, decimals: int = 1) -> str:
    """A share in per cent.

    >>> percent(0.6134), percent(None), percent(1.0)
    ('61.3 %', '–', '100.0 %')
    """
    return MISSING if is_missing(share) else f"{number(100 * float(share), decimals)} %"  # type: ignore[arg-type]


def change(share: object, decimals: int = 1) -> str:
    """A relative change in per cent, with its sign.

    >>> change(0.083), change(-0.02), change(0.0)
    ('+8.3 %', '−2.0 %', '0.0 %')
    """
    text = percent(share, decimals)
    grows = not is_missing(share) and float(share) > 0 and set(text) & set("123456789")  # type: ignore[arg-type]
    return f"+{text}" if grows else text


def points(share: object) -> str:
    """A difference of shares in percentage points, with its sign.

    >>> points(0.031), points(float("nan"))
    ('+3.1', '–')
    """
    return change(share).removesuffix(" %")


def at_most(share: float) -> str:
    """A share in per cent, rounded up to two telling digits, so that "at most" stays true.

    >>> at_most(0.0040161), at_most(0.0100001), at_most(0.00000012), at_most(0.2)
    ('0.41 %', '1.1 %', '0.000012 %', '20 %')
    """
    per_cent = 100 * share
    if per_cent <= 0:
        return "0 %"
    decimals = max(0, 1 - math.floor(math.log10(per_cent)))
    rounded = math.ceil(round(per_cent * 10**decimals, 6)) / 10**decimals
    return f"{rounded:.{decimals}f}".rstrip("0").rstrip(".") + " %" if decimals else f"{rounded:.0f} %"
