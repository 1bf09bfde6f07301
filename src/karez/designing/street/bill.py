"""Bill of quantities of a street-level design, from its own tables (rule 3), and the least it can be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from karez.designing.street.areas import cabinet_outputs, cabinet_size, closure_size, ports_for, splitters_for
from karez.designing.street.cables import cable_price
from karez.model.street import THROUGH, Floats, StreetGraph, Trench
from karez.model.street_items import CABLE, DROP, OFFICE, PASSAGE, PORT, RUN, TERMINAL
from karez.model.street_rules import StreetRules
from karez.units import round_money

COLUMNS = ["item", "unit", "quantity", "price", "amount", "cabinet", "office"]


def write_bill(
    rules: StreetRules,
    graph: StreetGraph,
    trench: Trench,
    dug: Floats,
    method_of_run: np.typing.NDArray[np.object_],
    area_of_place: np.typing.NDArray[np.int32],
    office_of_place: np.typing.NDArray[np.int32],
    premises: pd.DataFrame,
    dwellings: np.typing.NDArray[np.int64],
    cabinets: pd.DataFrame,
    closures: pd.DataFrame,
    offices: pd.DataFrame,
    cables: pd.DataFrame,
) -> pd.DataFrame:
    """Add up every item, by cabinet and office; see ``StreetDesign.bill``.

    Parameters
    ----------
    rules : StreetRules
        Prices.
    graph, trench : StreetGraph, Trench
        What is dug.
    dug : float64[runs]
        Price of every run of the graph, cable apart, by the method that it has in the design.
    method_of_run : object[runs]
        That method.
    area_of_place, office_of_place : int32[places]
        Cabinet whose area a place lies in (−1 if none), and its office.
    premises, cabinets, closures, offices, cables : DataFrame
        As in ``StreetDesign``.
    dwellings : int64[premises]
        Dwellings.
    """
    prices = rules.prices
    runs, place = graph.runs, np.flatnonzero(trench.run >= 0)
    run = trench.run[place]
    kind = runs["kind"].to_numpy(dtype=object)[run]
    surface = np.where(kind == "drop", "drop", runs["surface"].to_numpy(dtype=object)[run])
    method = method_of_run[run]
    passages = np.where(np.isin(method, THROUGH), 0.0, runs["crossings"].to_numpy(dtype=np.float64)[run])
    at = area_of_place[place], office_of_place[place]
    crossing_cost = passages * prices.crossing_each
    reached = premises["place"].to_numpy() >= 0
    homes = premises["cabinet"].to_numpy()[reached], premises["office"].to_numpy()[reached]
    cabinet = np.arange(len(cabinets)), cabinets["office"].to_numpy()
    of_closure = closures["cabinet"].to_numpy(), cabinets["office"].to_numpy()[closures["cabinet"].to_numpy()]
    cable_place = cables["place"].to_numpy()
    along = (
        np.where(cables["cabinet"] >= 0, cables["cabinet"], area_of_place[cable_place]),
        office_of_place[cable_place],
    )
    length = trench.length_m[place]
    splices = closures["dwellings"].to_numpy() * 2 + 0
    parts = [
        _rows(RUN + pd.Series(surface + ", " + method).astype(str), "m", length, dug[run] - crossing_cost, at),
        _rows(PASSAGE, "each", passages, crossing_cost, at),
        _rows(
            cables["tier"] + CABLE + cables["size"].astype(str) + " fibres",
            "m",
            (cables["count"] * cables["length_m"]).to_numpy(),
            cable_price(cables, prices),
            along,
        ),
        _rows("closure", "each", np.ones(len(closures)), prices.closure_each, of_closure),
        _rows("splice", "each", splices, splices * prices.splice_each, of_closure),
        _rows(
            "cabinet, " + cabinets["ports"].astype(str) + " ports",
            "each",
            np.ones(len(cabinets)),
            prices.cabinet_each + cabinets["ports"].to_numpy() * prices.cabinet_port,
            cabinet,
        ),
        _rows("splitter", "each", cabinets["splitters"], cabinets["splitters"] * prices.splitter_each, cabinet),
        _rows("feeder splice", "each", cabinets["splitters"], cabinets["splitters"] * prices.splice_each, cabinet),
        _rows(PORT, "each", cabinets["splitters"], cabinets["splitters"] * prices.port_each, cabinet),
        _rows(DROP, "each", np.ones(reached.sum()), prices.drop_each, homes),
        _rows(TERMINAL, "each", dwellings[reached], dwellings[reached] * prices.home_each, homes),
        _rows(
            OFFICE,
            "each",
            np.ones(len(offices)),
            prices.office_each,
            (np.full(len(offices), -1), np.arange(len(offices))),
        ),
    ]
    if len(rules.network.split) > 1:
        parts.append(_rows("splitter, second stage", "each", np.ones(len(closures)), prices.splitter_each, of_closure))
    table = pd.concat(parts, ignore_index=True)
    table = table[table["quantity"] > 0].groupby(["item", "unit", "cabinet", "office"], as_index=False).sum()
    table["quantity"] = table["quantity"].round(3)
    table["amount"] = round_money(table["amount"])
    table["price"] = (table["amount"] / table["quantity"]).round(4)
    return table[COLUMNS]


def _rows(item: object, unit: str, quantity: object, amount: object, where: tuple[object, object]) -> pd.DataFrame:
    quantity = np.asarray(quantity, np.float64)
    each = np.broadcast_to(np.asarray(amount, np.float64), quantity.shape)
    return pd.DataFrame(
        {
            "item": np.asarray(item) if not isinstance(item, str) else item,
            "unit": unit,
            "quantity": quantity,
            "amount": each,
            "cabinet": np.asarray(where[0]),
            "office": np.asarray(where[1]),
        }
    )


def least_plant(
    rules: StreetRules, premises: int, dwellings: int, given_ports: np.typing.NDArray[np.int64], given_offices: int
) -> float:
    """Least that all plant but trench and cable can cost for so many premises and dwellings.

    Every premises has a drop, every dwelling a terminal and two splices; closures, cabinets, splitters, ports and
    offices are at least as many as their greatest load allows; of cabinets the least for their ports, even in parts.

    Parameters
    ----------
    rules : StreetRules
        Prices and sizes.
    premises, dwellings : int
        That are reached.
    given_ports : int64[cabinets]
        Sizes of given cabinets; 0 where any size will do.
    given_offices : int
        Given offices: all of them are paid, and no others. 0 where offices are sited.
    """
    network, prices = rules.network, rules.prices
    two = len(network.split) > 1
    closures = -(-dwellings // closure_size(network))
    units = closures if two else dwellings
    each = np.arange(1, cabinet_outputs(network) + 1)
    size = cabinet_size(network, each)
    # A given cabinet may be just as large as what it feeds.
    size = np.minimum(size, ports_for(network, each)) if (given_ports > 0).any() else size
    cabinet = prices.cabinet_each + size * prices.cabinet_port
    cabinet = cabinet + splitters_for(network, each) * (prices.splitter_each + prices.port_each + prices.splice_each)
    offices = given_offices or max(1, -(-dwellings // network.office_ports))
    return float(
        premises * prices.drop_each
        + dwellings * (prices.home_each + 2 * prices.splice_each)
        + closures * (prices.closure_each + (prices.splitter_each if two else 0.0))
        + units * float((cabinet / each).min())
        + offices * prices.office_each
    )
