"""Units in which large figures are easy to read."""

from __future__ import annotations

from collections.abc import Sequence


def fitting_unit(values: Sequence[float], currency: str) -> tuple[float, str]:
    """Divisor and unit in which the largest value is easy to read.

    >>> fitting_unit([3e9, 1.0], "CNY"), fitting_unit([], "CNY")
    ((1000000000.0, 'bn CNY'), (1.0, 'CNY'))
    """
    top = max((abs(value) for value in values), default=0.0)
    for size, word in ((1e9, "bn "), (1e6, "m "), (1e3, "thousand ")):
        if top >= size:
            return size, word + currency
    return 1.0, currency
