"""What a hop that no plan has would cost, by its length: for a microwave link past an only road."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from karez.appraising.plant import cost_of
from karez.model.catalogue import Catalogue
from karez.model.cost_line import CostLine
from karez.model.programme import Programme
from karez.model.radio_rules import RadioBand, RadioRules

ENDS = 2
"""Masts of a hop."""


def relays(programme: Programme, catalogue: Catalogue) -> pd.DataFrame:
    """What a hop costs, built in year 1 where nothing stands; see ``Prices.relays``.

    Where hops are edges, a link of every band, a survey, and a mast with its power at either end; else what the
    settings ask for a microwave connection up to each distance, counted by unit.

    Parameters
    ----------
    programme : Programme
        Settings.
    catalogue : Catalogue
        Converted.
    """
    rows = [(km, cost_of(lines, "unit", programme, catalogue).present) for km, lines in _hops(programme)]
    return pd.DataFrame(rows, columns=["up_to_km", "present_real"], dtype=float)


def _hops(programme: Programme) -> Iterator[tuple[float, tuple[CostLine, ...]]]:
    """Longest length of a hop, and its cost lines."""
    if programme.radio.on:
        for band in programme.radio.bands:
            yield band.max_km, tuple(_new_hop(programme.radio, band))
        return
    microwave = {str(name): rule for name, rule in programme.technologies.items()}.get("microwave")
    for priced in microwave.bands if microwave is not None else ():
        yield priced.up_to_km, priced.costs


def _new_hop(rules: RadioRules, band: RadioBand) -> Iterator[CostLine]:
    mast = rules.mast(rules.candidate_height_m)
    power = rules.power_item if rules.candidate_power == "none" else ""
    pieces = ((band.item, 1), (rules.survey_item, 1), (mast.item if mast else "", ENDS), (power, ENDS))
    yield from (CostLine(item=item, per="unit", quantity=count) for item, count in pieces if item)
