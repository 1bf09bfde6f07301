"""Whether cases miss nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def miss_nothing(cases: Sequence[Mapping[int, int]]) -> bool:
    """Whether cases are all leaves of a tree in which every fork decides on one thing, one way (1) or the other (−1).

    >>> miss_nothing([{4: 1}, {4: -1, 2: 1}, {4: -1, 2: -1}]), miss_nothing([{4: 1}, {2: -1}]), miss_nothing([{}])
    (True, False, True)
    """
    if len(cases) == 1:
        return not cases[0]
    common = set.intersection(*(set(case) for case in cases)) if cases else set()
    if not common:
        return False
    fork = min(common)
    halves = [
        [{k: by for k, by in case.items() if k != fork} for case in cases if case[fork] == way] for way in (1, -1)
    ]
    return all(half and miss_nothing(half) for half in halves)
