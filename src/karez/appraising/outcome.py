"""A finished plan from all that was decided."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd

from karez.appraising.bill import bill_of_quantities
from karez.appraising.carbon import carbon
from karez.appraising.equity import equity
from karez.appraising.facts import gather
from karez.appraising.flips import flip_table
from karez.appraising.hops import radio_plan
from karez.appraising.indicators import finance
from karez.appraising.kept import crew_table, floor_table
from karez.appraising.latency import latency
from karez.appraising.next_best import next_best
from karez.appraising.outages import find_outages, with_outages
from karez.appraising.powered import supplies
from karez.appraising.repricing import assumption_table, catalogue_range
from karez.appraising.settlement_tables import settlement_tables
from karez.appraising.sights import sight_tables
from karez.appraising.tables import Decided, area_table, node_table, site_table, span_table
from karez.appraising.worth import (
    money_by_year,
    total_coverage,
    totals,
    worth_by_area,
    worth_by_project,
    worth_by_technology,
)
from karez.model.appraisal import Appraisal
from karez.model.design import Design
from karez.model.inputs import Inputs
from karez.model.note import Note
from karez.model.plan import Plan, Proof, RunRecord
from karez.model.plan_bound import Improvement, PlanBound
from karez.model.prices import Prices
from karez.model.route_graph import RouteGraph
from karez.model.schedule import Schedule
from karez.units import to_minor


def settle(
    inputs: Inputs,
    graph: RouteGraph,
    prices: Prices,
    design: Design,
    schedule: Schedule,
    bound: PlanBound,
    improvement: Improvement | None,
    record: RunRecord,
    progress: Callable[[float], None] = lambda _: None,
) -> Plan:
    """Put all that was decided into the tables of a plan, appraise it, and gather its proof.

    Parameters
    ----------
    inputs, graph, prices, design, schedule, bound, improvement
        What the rooms before decided.
    record : RunRecord
        To run it again.
    progress : callable
        Told the share of the work that is done.
    """
    decided = Decided(inputs, graph, prices, design, schedule)
    sites, spans, nodes = _sites(decided), span_table(decided), node_table(decided)
    facts = gather(inputs, graph)
    sites = sites.join(supplies(decided, facts))
    outages = find_outages(decided, sites, spans, nodes)
    sites, spans, nodes = with_outages(sites, spans, nodes, outages)
    by_area = worth_by_area(decided, spans)
    by_year, coverage = money_by_year(decided), total_coverage(decided)
    by_project_year, by_project, targets = worth_by_project(decided)
    bill = bill_of_quantities(decided)
    kept = sight_tables(decided)
    appraisal = Appraisal(
        by_year=by_year,
        by_project_year=by_project_year,
        by_project=by_project,
        targets=targets,
        by_area=by_area,
        by_technology=worth_by_technology(decided),
        total_coverage=coverage,
        assumptions=assumption_table(decided, progress),
        catalogue_range=catalogue_range(decided),
        flips=flip_table(decided),
        totals=totals(decided, by_year, coverage, sites),
        finance=finance(decided, facts, bill, spans),
        equity=equity(decided),
        carbon=carbon(decided, facts, bill, spans),
        crews=crew_table(decided),
        floors=floor_table(decided),
    )
    return Plan(
        programme=inputs.programme,
        sites=sites,
        spans=spans,
        nodes=nodes,
        areas=area_table(decided, by_area),
        bill=bill,
        catalogue=prices.catalogue.table,
        appraisal=appraisal,
        certificates=(design.certificate, *schedule.certificates, bound.certificate),
        notes=(*inputs.notes, *graph.notes, *design.notes, *schedule.notes, *_improved(improvement)),
        improvement=improvement,
        outages=outages,
        record=record,
        proof=proof(decided, bound, kept),
        rings=design.rings,
        attributions=inputs.attributions,
        settlements=settlement_tables(decided, facts),
        radio=radio_plan(decided, spans, kept),
    )


def _sites(decided: Decided) -> gpd.GeoDataFrame:
    """Layer `sites` but for what breaks the network."""
    ways = next_best(decided)
    return site_table(decided).join(ways).join(latency(decided, ways["latency_ms"]))


def proof(decided: Decided, bound: PlanBound, kept: dict[str, pd.DataFrame]) -> Proof:
    """Gather what the bounds are derived again from; see :class:`karez.model.plan.Proof`."""
    graph, design, schedule = decided.graph, decided.design, decided.schedule
    source_id = "source:" + decided.inputs.sources["id"].astype(str)
    span_id = np.concatenate([graph.spans["id"].to_numpy(dtype=object), source_id.to_numpy(dtype=object)[::-1]])
    node_id = graph.nodes["id"].to_numpy(dtype=object)
    elements = schedule.elements.copy()
    elements.insert(0, "id", span_id[design.tree.span])
    elements.insert(2, "node_id", node_id[design.tree.node])
    elements["year"] = decided.calendar(schedule.element_year)
    return Proof(
        graph=_graph(decided, source_id),
        nodes=pd.DataFrame({"id": [*node_id, "root"], "prize_minor": np.append(design.prize, 0)}),
        ascent=pd.DataFrame({"node": design.ascent.node, "radius_minor": design.ascent.radius}),
        elements=elements,
        options=schedule.options,
        constraints=schedule.constraints,
        multipliers={**schedule.multipliers, "plan": bound.multipliers},
        cases=schedule.cases,
        plan_years=bound.years,
        plan_prizes=bound.prizes,
        plan_moats=bound.moats,
        plan_options=bound.options,
        backbone={} if design.rings is None else design.rings.proof,
        **_radio(graph),
        **kept,
    )


def _radio(graph: RouteGraph) -> dict[str, pd.DataFrame]:
    """Candidate spans by radio, by id."""
    if graph.radio is None:
        return {}
    ids, links, parts = graph.spans["id"].to_numpy(dtype=object), graph.radio.links, graph.radio.parts
    return {
        "radio": links.assign(span=ids[links["span"]], child=links["child"].astype(np.int64)).rename(
            columns={"span": "id"}
        ),
        "radio_parts": parts.assign(span=ids[parts["span"]]).rename(columns={"span": "id"}),
    }


def _improved(improvement: Improvement | None) -> tuple[Note, ...]:
    """What choosing design and years together gained, in words."""
    if improvement is None or not improvement.rounds:
        return ()
    tried = sum(one.designs for one in improvement.rounds)
    rounds = len(improvement.rounds)
    many = f"{tried} other network{'s' if tried != 1 else ''} in {rounds} round{'s' if rounds != 1 else ''}"
    if not tried:
        text = "Design and years together: at the prices of money no other network is better."
    elif improvement.service_after <= improvement.service_before:
        text = f"Design and years together: {many}, designed at the prices of money, gave no better plan."
    else:
        text = (
            f"Design and years together: {many} were designed at the prices of money; service rose by "
            f"{improvement.gain:.3%}, present cost changed by {improvement.cost_change:+.3%}."
        )
    return (Note("improving", text, rounds),)


def _graph(decided: Decided, source_id: pd.Series) -> pd.DataFrame:
    """All candidate spans and the connections of the joined sources, with their costs."""
    graph, prices = decided.graph, decided.prices
    joined = graph.source_node >= 0
    spans = pd.DataFrame(
        {
            "id": graph.spans["id"].to_numpy(dtype=object),
            "start": graph.spans["start"].to_numpy(),
            "end": graph.spans["end"].to_numpy(),
            "capex_real": prices.span_capex,
            "opex_real_per_year": prices.span_opex_per_year,
            "earliest_year": np.int16(1),
            "present_minor": to_minor(prices.span_present_by_year[:, 0]),
        }
    )
    sources = pd.DataFrame(
        {
            "id": source_id.to_numpy(dtype=object)[joined],
            "start": np.int32(len(graph.nodes)),
            "end": graph.source_node[joined],
            "capex_real": prices.source_capex[joined],
            "opex_real_per_year": 0.0,
            "earliest_year": prices.source_from_year[joined],
            "present_minor": to_minor(prices.source_present_by_year[joined, 0]),
        }
    )
    if graph.radio is not None:
        # What stands is found again by its length.
        spans, sources = spans.assign(length_m=graph.spans["length_m"].to_numpy()), sources.assign(length_m=0.0)
    return pd.concat([spans, sources], ignore_index=True)
