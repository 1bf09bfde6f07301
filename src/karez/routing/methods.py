"""How cable runs along each street: of the methods allowed that can be had there, the cheapest with its upkeep."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.model.street_rules import StreetRules
from karez.routing.lines import Floats, Indices

Flags = npt.NDArray[np.bool_]

COLUMNS = ("method", "per_m", "other_method", "other_per_m", "free_cables", "free_fibres", "lock")
"""What is chosen for a street; with ``_right`` behind the name, for its right side where both sides count. Beside them
stands ``poles``: whether poles line the street."""
METHOD_OF = {"built": "existing", "ducts": "duct", "poles": "aerial"}
"""Method by the role of the planner's span."""


def choose_methods(
    table: pd.DataFrame,
    rules: StreetRules,
    spans: gpd.GeoDataFrame,
    span: Indices,
    piece: Indices,
    left: Flags,
    fronts: Floats,
) -> None:
    """Add the columns of :data:`COLUMNS` to a table of streets, for the left side or the whole and for the right.

    What is built, a duct and poles may be full; what is dug or hung then is the cheapest of the other methods. Of
    several spans along one street the cheapest counts, of equal ones the one with most room.

    Parameters
    ----------
    table : DataFrame
        Streets: ``ground`` (surface), ``layer`` (``both`` where either side counts).
    rules : StreetRules
        Methods and prices.
    spans : GeoDataFrame
        See ``StreetInputs.spans``.
    span, piece : int64[pairs]
        A span along a street.
    left : bool[pairs]
        Whether it lies on the street's left.
    fronts : float64[streets]
        Share that buildings line.
    """
    base_method, base_per_m = _base(table, rules, fronts)
    poles = np.zeros(len(table), np.bool_)
    poles[piece[(spans["role"] == "poles").to_numpy()[span]]] = True
    table["poles"] = poles
    found = _offers(table, rules, spans, span, piece)
    both = (table["layer"] == "both").to_numpy()[found["piece"]]
    on_left = left[found["pair"].to_numpy()]
    for suffix, side in (("", ~both | on_left), ("_right", both & ~on_left)):
        _best(table, found[side], base_method, base_per_m, rules, suffix)


def _base(table: pd.DataFrame, rules: StreetRules, fronts: Floats) -> tuple[npt.NDArray[np.object_], Floats]:
    """Cheapest method that needs nothing of the planner's, and its price per metre."""
    prices, methods = rules.prices, rules.methods
    surface = table["ground"].to_numpy(dtype=object)
    trench = np.array([prices.trench_per_m[name] for name in surface], np.float64)
    offers = {
        "trench": trench,
        "micro_trench": trench * prices.micro_trench_factor,
        "facade": np.where(fronts >= methods.facade_share, prices.facade_per_m, np.inf),
    }
    best, per_m = np.full(len(table), "", dtype=object), np.full(len(table), np.inf)
    worth = per_m.copy()
    for method, price in offers.items():
        allowed = np.array([method in getattr(methods, name) for name in surface], bool)
        here = price + upkeep(rules, method)
        better = allowed & (here < worth)
        best[better], per_m[better], worth[better] = method, price[better], here[better]
    return best, per_m


def upkeep(rules: StreetRules, method: str) -> float:
    """Present worth of upkeep of a metre of a method, currency."""
    return float(dict(rules.prices.upkeep_per_m).get(method, 0.0))  # type: ignore[call-overload]


def _offers(
    table: pd.DataFrame, rules: StreetRules, spans: gpd.GeoDataFrame, span: Indices, piece: Indices
) -> pd.DataFrame:
    """What spans of the planner's offer to streets, the best of each street first."""
    role = spans["role"].to_numpy(dtype=object)[span]
    surface = table["ground"].to_numpy(dtype=object)[piece]
    method = np.array([METHOD_OF.get(one, "") for one in role], dtype=object)
    by_rules = {
        "existing": rules.prices.built_per_m,
        "duct": rules.prices.duct_per_m,
        "aerial": rules.prices.aerial_per_m,
    }
    stated = spans["price_per_m"].to_numpy(np.float64)[span]
    price = np.where(np.isnan(stated), [by_rules.get(one, np.nan) for one in method], stated)
    allowed = np.array(
        [
            one == "existing" or (one != "" and one in getattr(rules.methods, ground))
            for one, ground in zip(method, surface, strict=True)
        ],
        bool,
    )
    found = pd.DataFrame(
        {
            "pair": np.arange(len(span)),
            "piece": piece,
            "method": method,
            "per_m": price,
            "worth": price + [upkeep(rules, one) for one in method],
            "free_cables": _room(spans["free_cables"], span),
            "free_fibres": _room(spans["free_fibres"], span),
            "lock": spans["id"].to_numpy(dtype=object)[span],
        }
    )[allowed]
    order = ["piece", "worth", "free_cables", "free_fibres", "lock"]
    return found.sort_values(order, ascending=[True, True, False, False, True], kind="stable")


def _room(column: pd.Series, span: Indices) -> Floats:
    """What spans still take; infinite where nothing is said."""
    room = column.to_numpy(np.float64)[span]
    return np.where(np.isnan(room), np.inf, room)


def _best(
    table: pd.DataFrame,
    found: pd.DataFrame,
    base_method: npt.NDArray[np.object_],
    base_per_m: Floats,
    rules: StreetRules,
    suffix: str,
) -> None:
    """Put the cheapest method of every street into the table."""
    count = len(table)
    first = found.drop_duplicates("piece")
    base_worth = base_per_m + [upkeep(rules, one) for one in base_method]
    first = first[first["worth"].to_numpy() <= base_worth[first["piece"].to_numpy()]]
    at = first["piece"].to_numpy()
    limited = np.isfinite(first[["free_cables", "free_fibres"]].to_numpy()).any(axis=1)
    nothing = np.full(count, np.nan)
    made: dict[str, npt.NDArray[np.generic]] = {
        "method": base_method.copy(),
        "per_m": base_per_m.copy(),
        "other_method": np.full(count, "", dtype=object),
        "other_per_m": nothing,
        "free_cables": np.full(count, np.inf),
        "free_fibres": np.full(count, np.inf),
        "lock": np.full(count, "", dtype=object),
    }
    for name in ("method", "per_m", "free_cables", "free_fibres", "lock"):
        made[name][at] = first[name].to_numpy()
    made["other_method"][at[limited]] = base_method[at[limited]]
    made["other_per_m"][at[limited]] = base_per_m[at[limited]]
    for name, values in made.items():
        table[name + suffix] = values
