"""The design of a street-level network: the trench, what it holds, and how good both are proven to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from karez.designing.street.bill import least_plant
from karez.designing.street.draft import TRIAL_ROUNDS, Draft, draft_street, work_on
from karez.designing.street.equip import Equipped, equip
from karez.designing.street.parts import relabelled
from karez.designing.street.ports import with_ports
from karez.designing.street.reaching import out_of_reach, within_reach
from karez.designing.street.seams import mend_seams
from karez.designing.street.trench import dig, sources_of
from karez.model.certificate import Certificate
from karez.model.note import Note
from karez.model.street import StreetDesign, StreetGraph, StreetInputs
from karez.solving import Certified
from karez.units import from_minor, to_minor

Progress = Callable[[float], None]
Rows = npt.NDArray[np.integer]


def design_street(
    inputs: StreetInputs, graph: StreetGraph, *, seed: int = 0, progress: Progress = lambda _: None
) -> StreetDesign:
    """Design the network, all in this process; see :func:`finish_street`.

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
    draft = draft_street(inputs, graph, seed=seed)
    answers = []
    for number, task in enumerate(draft.tasks, start=1):
        answers.append(work_on(draft, task))
        progress(number / (len(draft.tasks) + 1))
    return finish_street(inputs, graph, draft, answers)


def finish_street(
    inputs: StreetInputs, graph: StreetGraph, draft: Draft, answers: Sequence[Certified | Rows]
) -> StreetDesign:
    """Put together what the tasks of a draft have found.

    The trenches of the areas, chosen with the cables they carry in their price, are joined and mended along their
    seams. The trench that is proven to be cheapest with the smallest cable in it is another one; the best out of the
    runs of both is a third. That which makes the cheapest whole is kept with everything it holds.

    Parameters
    ----------
    inputs, graph : StreetInputs, StreetGraph
        As the draft was made of.
    draft : Draft
        What the tasks shared.
    answers : sequence
        Of every task of the draft, in their order.
    """
    proven = answers[0]
    assert isinstance(proven, Certified)
    parts = [part for part in answers[1:] if not isinstance(part, Certified)]
    dug = np.unique(np.concatenate([np.zeros(0, np.int64), *parts]))
    rules, graph = inputs.rules, out_of_reach(inputs.rules, graph)
    joined = mend_seams(draft.graph, draft.floor, dug, draft.area, rounds=TRIAL_ROUNDS, seed=draft.seed)
    tried = [within_reach(rules, graph, edges) for edges in (proven.edges, joined)]
    best, edges = min(((equip(inputs, graph, draft.dug, edges), edges) for edges in tried), key=_cost)
    combined = within_reach(rules, graph, _out_of_both(draft, tried[0], tried[1], best))
    best, edges = min((best, edges), (equip(inputs, graph, draft.dug, combined), combined), key=_cost)
    floor = int(to_minor(draft.floor)[edges].sum())
    certificates = _certificates(inputs, best, proven, floor, len(graph.given_offices))
    premises, cabinets, closures = with_ports(rules.network, best.premises, best.cabinets, best.closures)
    return StreetDesign(
        trench=best.trench,
        premises=premises,
        cabinets=cabinets,
        closures=closures,
        offices=best.offices,
        cables=best.cables,
        bill=best.bill,
        certificates=certificates,
        moats=pd.DataFrame({"node": proven.ascent_node, "radius": proven.ascent_radius}),
        moat_root=proven.ascent_root,
        moat_sources=tuple(sources_of(graph).tolist()),
        full_runs=best.full_runs,
        kept=best.kept,
        notes=_notes(inputs, best),
    )


def _cost(made: tuple[Equipped, Rows]) -> float:
    return made[0].cost


def _out_of_both(draft: Draft, one: Rows, other: Rows, best: Equipped) -> Rows:
    """The cheapest trench out of the runs of two, with what cables cost in the better design."""
    graph = draft.graph
    runs = np.union1d(one, other)
    rules = draft.inputs.rules
    cost = draft.floor + graph.runs["length_m"].to_numpy() * best.cable_per_m(graph, rules)
    cost += best.beyond_room(graph, rules)
    part = relabelled(graph, np.arange(len(graph.nodes), dtype=np.int32), runs)
    return runs[dig(part, cost[runs], rounds=TRIAL_ROUNDS, seed=draft.seed).edges]


def _certificates(
    inputs: StreetInputs, best: Equipped, proven: Certified, dug: int, sites: int
) -> tuple[Certificate, ...]:
    """Certificates of the trench and of the whole; `sites` are the given offices."""
    prices = inputs.rules.prices
    money = f"{prices.currency} of {prices.price_year}"
    reached = best.premises["place"].to_numpy() >= 0
    dwellings = int(best.premises["dwellings"].to_numpy()[reached].sum())
    constant = float(reached.sum()) * prices.drop_each + dwellings * (prices.home_each + 2 * prices.splice_each)
    given = inputs.cabinets["ports"].to_numpy(np.int64) if len(inputs.cabinets) else np.zeros(0, np.int64)
    plant = least_plant(inputs.rules, int(reached.sum()), dwellings, given, sites)
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
        seconds=proven.seconds,
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
        seconds=proven.seconds,
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
    most = inputs.rules.network.office_ports
    crowded = best.offices["dwellings"][best.offices["dwellings"] > most]
    if len(crowded):
        text = f"{len(crowded)} given offices serve more dwellings than network.office_ports ({most:,}) says, up to "
        notes.append(
            Note("designing", f"{text}{crowded.max():,}: they are yours to enlarge, or give more.", len(crowded))
        )
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
