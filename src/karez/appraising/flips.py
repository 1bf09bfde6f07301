"""At how many households the choice of technology flips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from karez.appraising.pricing import price
from karez.appraising.tables import Decided
from karez.model.prices import Prices
from karez.units import METRES_PER_KM

DISTANCES_KM = (1.0, 5.0, 10.0, 20.0, 50.0)
"""Lengths of a spur of plain buried route, in km, for which the flip is told."""


def flip_table(decided: Decided) -> pd.DataFrame:
    """Home count above which a spur of fibre costs less than an alternative; see ``Appraisal.flips``.

    A rural home site without a village link is taken, as present costs of year 1. For every alternative the cost is
    a fixed part and a part per household; so is fibre's, the spur being fixed. Where the alternative costs less for
    each household the choice never flips: NaN.
    """
    fixed, each = _costs_of_homes(decided)
    per_metre = _plain_route(decided)
    rows = []
    if "fibre" in each and np.isfinite(per_metre):
        for technology in sorted(set(each) - set(decided.inputs.programme.networked)):
            saved = each[technology] - each["fibre"]
            for distance in DISTANCES_KM:
                spur = distance * METRES_PER_KM * per_metre + fixed["fibre"] - fixed[technology]
                rows.append((technology, distance, max(0.0, spur / saved) if saved > 0 else np.nan))
    return pd.DataFrame(rows, columns=["technology", "distance_km", "households"])


def _costs_of_homes(decided: Decided) -> tuple[dict[str, float], dict[str, float]]:
    """Present cost of a home site by technology, fixed and per household: from pricing one home and two."""
    inputs = decided.inputs
    homes = inputs.sites[inputs.sites["households"].notna()]
    if homes.empty:
        return {}, {}
    probe = homes.iloc[[0, 0]].reset_index(drop=True)
    probe = probe.assign(
        place_id="",
        households=[1.0, 2.0],
        urban_households=0.0,
        villages=0.0,
        units=1.0,
        already_served=0.0,
        earliest_year=pd.NA,
    )
    prices = price(replace(inputs, sites=probe), decided.graph, decided.prices.catalogue)
    one, two = (_by_technology(prices, site) for site in (0, 1))
    each = {technology: two[technology] - one[technology] for technology in one.keys() & two.keys()}
    return {technology: one[technology] - each[technology] for technology in each}, each


def _by_technology(prices: Prices, site: int) -> dict[str, float]:
    """Present cost of a site's options by technology; of satellite services the first counts, as of the settings."""
    rows = np.flatnonzero(prices.options["site"] == site)[::-1]
    names = prices.options["technology"].to_numpy(dtype=object)[rows]
    return dict(zip(names, prices.option_present_by_year[rows, 0].tolist(), strict=True))


def _plain_route(decided: Decided) -> float:
    """Present cost of a metre of plain buried route; NaN where the graph has none."""
    spans, prices = decided.graph.spans, decided.prices
    plain = ((spans["method"] == "buried") & (spans["ground"] == "plain") & (spans["length_m"] > 0)).to_numpy()
    length = spans["length_m"].to_numpy()[plain].sum()
    return float(prices.span_present_by_year[plain, 0].sum() / length) if length > 0 else float("nan")
