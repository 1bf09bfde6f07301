"""The frontier of the reference programme: width of the band against multipliers tried, and seconds.

Coverage of homes, and benefit, against money on `examples/xinjiang`: 5,899 candidate spans, 3,492 sites with fibre,
alternatives or nothing. The gap is the largest over all budgets, in hundredths of all; reading, routing and compilation
do not count, and nothing else runs.
"""

from __future__ import annotations

import time

from benchmarks.registry import ROOT
from karez.appraising.converting import convert
from karez.appraising.pricing import price
from karez.phasing.frontier import pose_frontier, sweep
from karez.reading import read
from karez.routing.route import route
from karez.solving import warm_up

STEPS = (8, 16, 24, 40, 80)


def run() -> list[dict[str, object]]:
    """One row a measure and number of multipliers."""
    inputs = read(ROOT / "examples" / "xinjiang")
    graph = route(inputs)
    prices = price(inputs, graph, convert(inputs.catalogue, inputs.programme))
    warm_up()
    rows: list[dict[str, object]] = []
    for posed in pose_frontier(inputs, graph, prices):
        sweep(posed, 2)
        for steps in STEPS:
            began = time.perf_counter()
            answer = sweep(posed, steps)
            rows.append(
                {
                    "measure": posed.measure,
                    "multipliers_tried": steps,
                    "gap_points": answer.gap,
                    "seconds": time.perf_counter() - began,
                    "points": len(answer.cost),
                    "multipliers_kept": len(answer.prices),
                }
            )
    return rows
