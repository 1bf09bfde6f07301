"""Work spread over processes of this machine, or over a Dask cluster; the same answers whatever does it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from importlib import import_module
from multiprocessing import get_context
from typing import Any, TypeVar

from karez.errors import UsageFault

Shared = TypeVar("Shared")
Job = TypeVar("Job")
Answer = TypeVar("Answer")

_shared: Any = None
"""What all jobs of a worker process share."""


def workers_here() -> int:
    """Processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def spread(
    work: Callable[[Shared, Job], Answer],
    shared: Shared,
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    threads: int = 1,
    cluster: str = "",
    progress: Callable[[float], None] = lambda _: None,
) -> list[Answer]:
    """Do every job and return the answers in the order of the jobs.

    Parameters
    ----------
    work : callable
        A function of a module: new processes import it by its name.
    shared : object
        What all jobs need; sent to every worker once.
    jobs : sequence
        What each call is given besides.
    workers : int
        Processes on this machine; 1: this very process.
    threads : int
        Threads of this process, where it is the only one: for work that is done in compiled kernels.
    cluster : str
        Address of a Dask scheduler, ``host:port``, that is used instead.
    progress : callable
        Told the share of the jobs that is done.

    Raises
    ------
    UsageFault
        If the package of the cluster is missing, or nothing answers at its address.
    """
    if cluster:
        return _on_cluster(work, shared, jobs, cluster, progress)
    if workers == 1 and threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            done = pool.map(lambda job: work(shared, job), jobs)
            return [_told(answer, number, jobs, progress) for number, answer in enumerate(done, start=1)]
    if workers == 1 or len(jobs) < 2:
        return [_told(work(shared, job), number, jobs, progress) for number, job in enumerate(jobs, start=1)]
    return _in_processes(work, shared, jobs, min(workers, len(jobs)), progress)


def _told(answer: Answer, done: int, jobs: Sequence[Any], progress: Callable[[float], None]) -> Answer:
    progress(done / len(jobs))
    return answer


def _in_processes(
    work: Callable[[Shared, Job], Answer],
    shared: Shared,
    jobs: Sequence[Job],
    workers: int,
    progress: Callable[[float], None],
) -> list[Answer]:
    """New processes, not forks: they are safe with the threads of the libraries, and there are no others elsewhere."""
    with ProcessPoolExecutor(workers, get_context("spawn"), _share, (shared,)) as pool:
        futures = [pool.submit(_call, work, job) for job in jobs]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                _told(future.result(), done, jobs, progress)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        return [future.result() for future in futures]


def _share(shared: object) -> None:
    global _shared  # noqa: PLW0603 – a worker process is given what its jobs share once, when it starts
    _shared = shared


def _call(work: Callable[[Any, Job], Answer], job: Job) -> Answer:
    return work(_shared, job)


def _on_cluster(
    work: Callable[[Shared, Job], Answer],
    shared: Shared,
    jobs: Sequence[Job],
    address: str,
    progress: Callable[[float], None],
) -> list[Answer]:
    try:
        distributed: Any = import_module("distributed")  # an extra: only who has a cluster needs it
    except ImportError:
        raise UsageFault("A cluster needs the extra `cluster`: pip install 'karez[cluster]'.") from None
    try:
        client = distributed.Client(address, timeout=20, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UsageFault(f"No Dask scheduler answers at {address} ({type(error).__name__}). Is it running?") from None
    with client, client.as_current():
        sent = client.scatter(shared, broadcast=True)
        futures = [client.submit(work, sent, job, pure=False) for job in jobs]
        for done, future in enumerate(distributed.as_completed(futures), start=1):
            _told(future.result(), done, jobs, progress)
        return list(client.gather(futures))
