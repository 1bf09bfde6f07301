"""Independent pieces of one answer in as many threads as there are processors: the kernels let each other run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

Task = Callable[[], None]


def threads() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def side_by_side(tasks: Sequence[Task], at_once: int) -> None:
    """Run tasks that change nothing of each other's in threads; the answer does not depend on how many there are."""
    if at_once < 2 or len(tasks) < 2:
        for task in tasks:
            task()
        return
    with ThreadPoolExecutor(min(at_once, len(tasks))) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()
