"""Work spread over processes: the same answers, in the same order, for any number of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any

Task = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function of a module and its arguments, both picklable."""


def workers_of_machine() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    tasks: Sequence[Task],
    *,
    workers: int | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> list[Any]:
    """Call every function with its arguments, side by side; results in the order of the tasks.

    Parameters
    ----------
    tasks : Sequence[Task]
        What is called.
    workers : int | None
        Processes; None: as many as there are processors. With one, all is done in this process.
    progress : callable
        Told the share of the tasks that is done.
    """
    count = min(workers or workers_of_machine(), len(tasks))
    if count <= 1:
        results = []
        for done, (function, arguments) in enumerate(tasks, start=1):
            results.append(function(*arguments))
            progress(done / len(tasks))
        return results
    with ProcessPoolExecutor(max_workers=count, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(function, *arguments) for function, arguments in tasks]
        for done, _ in enumerate(as_completed(futures), start=1):
            progress(done / len(tasks))
        return [future.result() for future in futures]
