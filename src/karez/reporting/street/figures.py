"""Key figures of a street-level design, each once."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from karez.model.street import StreetDesign, StreetInputs
from karez.model.street_items import DROP, TERMINAL

CONNECTING = (DROP, TERMINAL, "trench drop, trench", "trench drop, aerial")
"""Items that are paid when a home is connected, not when it is passed."""


@dataclass(frozen=True)
class StreetFigures:
    """What a design comes to. Money in the currency of its prices, lengths in metres.

    Parameters
    ----------
    cost_connected, take_up : float
        Cost per home that is connected, where that share of the homes passed is: all that is passed is paid, drops and
        terminals of the connected alone.
    upkeep : float
        Present worth of upkeep of all that cables run in; not in the cost.
    curve : float64[areas, 3]
        Dwellings so far, cost per dwelling so far, cost per dwelling of the area; the cheapest area comes first.
    """

    currency: str
    premises: int
    served: int
    dwellings: int
    cost: float
    cost_passed: float
    cost_connected: float
    take_up: float
    trench_m: float
    share_dug: float
    cabinets: int
    closures: int
    offices: int
    longest_m: float
    greatest_db: float
    budget_db: float
    gap: float
    upkeep: float
    curve: npt.NDArray[np.float64]

    @classmethod
    def of(cls, inputs: StreetInputs, design: StreetDesign, layers: dict[str, gpd.GeoDataFrame]) -> StreetFigures:
        """Take the figures from the design's tables."""
        table, bill = design.premises, design.bill
        reached = table["place"].to_numpy() >= 0
        cost = float(bill["amount"].sum())
        connecting = float(bill.loc[bill["item"].isin(CONNECTING), "amount"].sum())
        homes, take_up = int(table["dwellings"].to_numpy()[reached].sum()), inputs.rules.network.take_up
        whole = design.certificates[-1]
        bound = (whole.bound or 0.0) + whole.constant
        light = (table["drop_m"] + table["distribution_m"] + table["feeder_m"]).max()
        dug = bill["item"].str.startswith("trench") | bill["item"].str.contains("cable, ") | (bill["unit"] == "m")
        return cls(
            currency=inputs.rules.prices.currency,
            premises=len(table),
            served=int(reached.sum()),
            dwellings=homes,
            cost=round(cost, 2),
            cost_passed=round(cost - connecting, 2),
            cost_connected=round((cost - connecting + take_up * connecting) / max(take_up * homes, 1e-9), 2),
            take_up=take_up,
            trench_m=float(layers["trench"]["length_m"].sum()),
            share_dug=float(bill.loc[dug, "amount"].sum()) / cost if cost else 0.0,
            cabinets=len(design.cabinets),
            closures=len(design.closures),
            offices=len(design.offices),
            longest_m=float(np.nan_to_num(light)),
            greatest_db=float(np.nan_to_num(table["loss_db"].max())),
            budget_db=float(table["budget_db"].max()),
            gap=max(cost / bound - 1.0, 0.0) if bound > 0 else float("nan"),
            upkeep=_upkeep(inputs, layers),
            curve=_curve(design),
        )


def _curve(design: StreetDesign) -> npt.NDArray[np.float64]:
    """Cost over homes by cabinet area; what belongs to no area is shared out by dwellings."""
    amount = design.bill.groupby("cabinet")["amount"].sum()
    shared = float(amount.get(-1, 0.0))
    homes = design.cabinets["dwellings"].to_numpy(np.float64)
    own = amount.reindex(np.arange(len(homes)), fill_value=0.0).to_numpy(np.float64)
    if homes.sum() <= 0:
        return np.zeros((0, 3))
    own = own + shared * homes / homes.sum()
    each = own / np.maximum(homes, 1.0)
    order = np.argsort(each, kind="stable")
    so_far, cost = np.cumsum(homes[order]), np.cumsum(own[order])
    return np.column_stack([so_far, cost / np.maximum(so_far, 1.0), each[order]])


def length_by_method(layers: dict[str, gpd.GeoDataFrame]) -> dict[str, float]:
    """Length of all runs, drops among them, by the method they are made with, m."""
    lengths = layers["trench"].groupby("method")["length_m"].sum()
    return {str(method): round(float(length), 3) for method, length in lengths.sort_index().items()}


def _upkeep(inputs: StreetInputs, layers: dict[str, gpd.GeoDataFrame]) -> float:
    worth = {str(method): price for method, price in inputs.rules.prices.upkeep_per_m.items()}
    return round(sum(length * worth.get(method, 0.0) for method, length in length_by_method(layers).items()), 2)
