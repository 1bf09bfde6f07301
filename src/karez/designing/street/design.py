"""The design of a street-level network: the trench, what it holds, and how good both are proven to be."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from karez.designing.street.bill import least_plant
from karez.designing.street.equip import Equipped, equip
from karez.designing.street.trench import dig, least_prices, run_prices, within
from karez.model.certificate import Certificate
from karez.model.note import Note
from karez.model.street import StreetDesign, StreetGraph, StreetInputs
from karez.solving import Certified
from karez.units import from_minor, to_minor

Progress = Callable[[float], None]

TRIAL_ROUNDS = 2
"""Rounds of improvement of a trench that is tried for the whole, without a bound."""


def design_street(
    inputs: StreetInputs, graph: StreetGraph, *, seed: int = 0, progress: Progress = lambda _: None
) -> StreetDesign:
    """Design the network.

    The trench is the cheapest one with the smallest cable in it. Offices, closures, cabinets and cables follow on it;
    then the trench is chosen anew with the cables it carried in its price, and the cheapest design is kept.

    Parameters
    ----------
    inputs : StreetInputs
        Premises and rules.
    graph : StreetGraph
        Where a trench may run.
    seed : int
        Settles all that is left to chance.
    progress : callable
        Told the share of the work that is done.
    """
    started = time.perf_counter()
    rules, searching = inputs.rules, inputs.rules.searching
    trees, rounds = searching.trees, searching.rounds
    dug = run_prices(graph, rules.prices)
    length = graph.runs["length_m"].to_numpy()
    floor = least_prices(graph, rules.prices)
    guess = dig(graph, floor, rounds=1, seed=seed, seconds=0.0)  # the first tree alone, whatever the machine
    proven = dig(
        graph,
        floor,
        rounds=rounds,
        seed=seed,
        stop_gap=within(guess, searching.stop_gap, len(np.unique(graph.premises_node))),
        proven=True,
        progress=_part(progress, 0, trees),
    )
    best, edges = equip(inputs, graph, dug, proven.edges), proven.edges
    for number in range(1, trees):
        cost = floor + length * best.cable_per_m(graph, rules) + best.beyond_room(graph, rules)
        told = _part(progress, number, trees)
        other = dig(graph, cost, rounds=TRIAL_ROUNDS, seed=seed + number, progress=told)
        made = equip(inputs, graph, dug, other.edges)
        if made.cost >= best.cost:
            break
        best, edges = made, other.edges
    minor = to_minor(floor)
    seconds = time.perf_counter() - started
    certificates = _certificates(inputs, best, proven, int(minor[edges].sum()), seconds)
    return StreetDesign(
        trench=best.trench,
        premises=best.premises,
        cabinets=best.cabinets,
        closures=best.closures,
        offices=best.offices,
        cables=best.cables,
        bill=best.bill,
        certificates=certificates,
        moats=pd.DataFrame({"node": proven.ascent_node, "radius": proven.ascent_radius}),
        moat_root=proven.ascent_root,
        moat_sources=tuple(np.unique(graph.office_node[graph.office_node >= 0]).tolist()),
        full_runs=best.full_runs,
        kept=best.kept,
        notes=_notes(inputs, best),
    )


def _part(progress: Progress, number: int, parts: int) -> Progress:
    return lambda share: progress((number + share) / parts)


def _certificates(
    inputs: StreetInputs, best: Equipped, proven: Certified, dug: int, seconds: float
) -> tuple[Certificate, ...]:
    """Certificates of the trench and of the whole."""
    prices = inputs.rules.prices
    money = f"{prices.currency} of {prices.price_year}"
    reached = best.premises["place"].to_numpy() >= 0
    dwellings = int(best.premises["dwellings"].to_numpy()[reached].sum())
    constant = float(reached.sum()) * prices.drop_each + dwellings * (prices.home_each + 2 * prices.splice_each)
    given = inputs.cabinets["ports"].to_numpy(np.int64) if len(inputs.cabinets) else np.zeros(0, np.int64)
    plant = least_plant(inputs.rules, int(reached.sum()), dwellings, given)
    trench_bound = float(from_minor(proven.bound))
    trench = Certificate(
        name=f"least cost of trench and smallest cable, {money}" + _terms(inputs),
        scope="design",
        sense="minimise",
        value=float(from_minor(dug)),
        bound=trench_bound,
        constant=0.0,
        proof=f"{proven.proof}; the moats alone, replayed on the graph of all runs, prove "
        f"{float(from_minor(proven.ascent_bound)):.2f}",
        seconds=seconds,
    )
    whole = Certificate(
        name=f"least cost of the whole network, {money}",
        scope="design",
        sense="minimise",
        value=round(best.cost - constant, 2),
        bound=round(trench_bound + plant - constant, 2),
        constant=round(constant, 2),
        proof="bound of the trench with the smallest cable, and of closures, cabinets, splitters, ports and offices at "
        "least as many as their greatest load allows; larger cables and the places of plant are not in it",
        seconds=seconds,
    )
    return trench, whole


def _terms(inputs: StreetInputs) -> str:
    """What the trench's certificate counts otherwise than the bill does."""
    role = inputs.spans["role"]
    terms = ["preferred spans by their factor"] if (role == "preferred").any() else []
    terms += (
        ["ducts, poles and built spans as if they had room"] if role.isin(("built", "ducts", "poles")).any() else []
    )
    return "; " + ", ".join(terms) if terms else ""


def _lock_notes(inputs: StreetInputs, best: Equipped) -> list[Note]:
    """Given cabinets that are not used, and what is there and full."""
    notes = []
    ids = inputs.cabinets["id"].to_numpy(dtype=object)
    for row, reason in enumerate(best.kept):
        if reason:
            notes.append(Note("designing", f"The given cabinet {ids[row]} is not used: {reason}.", 1, (str(ids[row]),)))
    if best.full_runs:
        count = len(best.full_runs)
        text = f"{count} runs along ducts, poles or built spans need more room than there is, and are built anew."
        notes.append(Note("designing", text, count))
    return notes


def _notes(inputs: StreetInputs, best: Equipped) -> tuple[Note, ...]:
    """What a reader must know."""
    premises = best.premises
    lost = np.flatnonzero(premises["place"].to_numpy() < 0)
    over = np.flatnonzero((premises["loss_db"] > premises["budget_db"]).to_numpy())
    ids = inputs.premises["id"].to_numpy()
    notes = _lock_notes(inputs, best)
    if len(lost):
        text = f"{len(lost)} premises are not reached; the table of premises says why."
        notes.append(Note("designing", text, len(lost), tuple(ids[lost])))
    if len(over):
        text = f"{len(over)} premises lose more light than {inputs.rules.network.technology} can bear."
        notes.append(Note("designing", text, len(over), tuple(ids[over])))
    return tuple(notes)
