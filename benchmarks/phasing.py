"""Years of made-up programmes of ten years, swept over 10³ to 10⁶ elements: gap, seconds, memory.

Programmes of :mod:`benchmarks.programmes`, each in a process of its own: most discounted service under budgets, crews,
shares and floors. The gap is between the schedule and the bound that its multipliers prove. Seconds are those of
solving alone, without compilation and without making the programme; processor seconds are given beside them, as the
machine may have other work. Memory is the kernel's maximum resident set, with the making of the programme.
"""

from __future__ import annotations

import multiprocessing
import resource
import time

from benchmarks.programmes import programme
from benchmarks.registry import Options
from karez.solving.schedule import Frame, Limits, contract, solve

SIZES = {"1e3": 1_000, "1e4": 10_000, "1e5": 100_000, "1e6": 1_000_000}
SEEDS = (1, 2, 3)
LARGE = 100_000
"""Larger programmes are made from the first seed alone."""
LIMITS = Limits(stop_gap=0.002, node_limit=2000)


def run(options: Options) -> list[dict[str, object]]:
    """One row a size and seed."""
    sizes = options.choose(list(SIZES))
    cases = [(name, seed) for name in sizes for seed in (SEEDS if SIZES[name] < LARGE else SEEDS[:1])]
    rows = []
    for case in cases:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            rows.append(pool.apply(_row, case))
    return rows


def _row(size: str, seed: int) -> dict[str, object]:
    """Solve one programme."""
    small, rows, aim = programme(200, seed=1)
    solve(Frame(contract(small.tightened()), rows, aim), Limits(1.0, 0), 0)  # compiles
    problem, rows, aim = programme(SIZES[size], seed=seed)
    clock, processor = time.perf_counter(), time.process_time()
    frame = Frame(contract(problem.tightened()), rows, aim)
    solved = solve(frame, LIMITS, seed)
    seconds, processor = time.perf_counter() - clock, time.process_time() - processor
    return {
        "elements": problem.elements,
        "ways_to_serve": problem.items - problem.elements,
        "rules": len(rows.names),
        "seed": seed,
        "gap_percent": 100.0 * solved.gap(),
        "seconds": seconds,
        "processor_seconds": processor,
        "rounds_of_the_relaxation": solved.relaxation.rounds,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
