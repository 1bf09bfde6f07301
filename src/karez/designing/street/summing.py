"""What a street-level design comes to, by the kinds of cost that a regional plan counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.model.settlements import KINDS, SettlementDesign, SettlementMap, kind_of
from karez.model.street import StreetDesign
from karez.units import round_money


def sum_up(settlement: SettlementMap, design: StreetDesign) -> SettlementDesign:
    """Sum up the design of a settlement.

    Everything that is built for all homes, whether they connect or not, is paid for homes passed; drops and what is at
    the home are paid for homes connected.

    Parameters
    ----------
    settlement : SettlementMap
        What was designed.
    design : StreetDesign
        Its network.
    """
    prices, table = settlement.streets.rules.prices, design.premises
    dwellings = settlement.streets.premises["dwellings"].to_numpy(np.int64)
    reached = table["place"].to_numpy() >= 0
    served = int(dwellings[reached].sum())
    costs = _costs(design.bill, served)
    lengths = costs.set_index("kind")["quantity"]
    metres = [kind for kind in lengths.index if KINDS[kind].unit == "m"]
    return SettlementDesign(
        place=settlement.place,
        map=settlement.map,
        currency=prices.currency,
        price_year=prices.price_year,
        premises=len(table),
        premises_served=int(reached.sum()),
        homes=int(dwellings.sum()),
        homes_served=served,
        offices=len(design.offices),
        cabinets=len(design.cabinets),
        trench_m=float(sum(lengths[kind] for kind in metres if KINDS[kind].part == "passing")),
        drop_m=float(sum(lengths[kind] for kind in metres if KINDS[kind].part == "connecting")),
        costs=costs,
        certificate=design.certificates[-1],
        notes=tuple(note.text for note in (*settlement.streets.notes, *design.notes)),
    )


def _costs(bill: pd.DataFrame, homes: int) -> pd.DataFrame:
    """The bill by kind; what is not counted in metres is counted in the homes that it serves."""
    frame = pd.DataFrame({"kind": bill["item"].map(kind_of), "quantity": bill["quantity"], "amount": bill["amount"]})
    found = frame.groupby("kind", as_index=False).sum()
    by_home = [KINDS[kind].unit == "home" for kind in found["kind"]]
    found["quantity"] = np.where(by_home, float(homes), found["quantity"].round(3))
    found["amount"] = round_money(found["amount"])
    return found.sort_values("kind", key=lambda kinds: kinds.map(list(KINDS).index), ignore_index=True)
