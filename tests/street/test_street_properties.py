"""Whatever the streets, the premises, the rules and the planner's word: what every design must keep."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from generated import cases
from hypothesis import HealthCheck, given, settings
from shapely.ops import substring

from karez.designing.street import design_street, draft_street, finish_street, work_on
from karez.errors import DataFault
from karez.flow.record import record_of
from karez.reading.street import read_street
from karez.reporting.street.folder import proof_tables, street_summary
from karez.reporting.street.layers import street_layers
from karez.routing.street import route_streets
from karez.verifying.street.run import StreetRun
from karez.verifying.street.verify import CHECKS

QUICK = {"derandomize": True, "deadline": None, "suppress_health_check": list(HealthCheck)}


NEAR_DEG = 8e-5
"""Half the width of a wide street, and little more."""


def made(case, folder):
    """Inputs, graph and design of a case; None where the planner's word cannot be."""
    try:
        inputs = read_street(**case.write(folder))
        graph = route_streets(inputs)
        return inputs, graph, design_street(inputs, graph)
    except DataFault as fault:
        assert fault.faults
        assert all(one.file and one.problem and one.remedy for one in fault.faults)
        return None


def as_verified(inputs, graph, design):
    """The run as `karez verify` would read it from its folder."""
    layers = street_layers(inputs, graph, design)
    summary = json.loads(json.dumps(street_summary(inputs, graph, design, layers, record_of({}, 0))))
    rules = json.loads(inputs.rules.model_dump_json())
    return StreetRun(summary, rules, proof_tables(inputs, graph, design), layers)


@settings(max_examples=7, **QUICK)
@given(case=cases())
def test_every_design_keeps_its_word_and_can_be_proven_again(case, tmp_path_factory):
    found = made(case, tmp_path_factory.mktemp("case") / "a")
    if found is None:
        return
    inputs, graph, design = found
    run = as_verified(inputs, graph, design)
    for check in CHECKS:
        told = check(run)
        assert told.passed, (told.name, told.detail)
    premises, network = design.premises, inputs.rules.network
    served = premises["place"] >= 0
    assert len(premises) == len(case.homes)
    assert (served == (premises["reason"] == "")).all()
    assert (premises.loc[served, "loss_db"] <= premises.loc[served, "budget_db"]).all()
    if inputs.offices.empty:
        assert (design.offices["dwellings"] <= network.office_ports).all()
    assert design.bill["amount"].sum() == pytest.approx(design.certificates[1].value + design.certificates[1].constant)
    for one in design.certificates:
        assert 0.0 <= one.bound <= one.value + 0.005
    _keeps_the_word(inputs, graph, design)


def _keeps_the_word(inputs, graph, design):
    """No run along a forbidden span; what is built costs what its row says, on its own street."""
    used = graph.runs.iloc[design.trench.run[design.trench.run >= 0]]
    spans = inputs.spans.set_index("id")
    forbidden = set(spans.index[spans["role"] == "forbidden"])
    assert not forbidden & set(graph.runs["lock"])
    along = used.geometry[used["kind"] == "street"].to_numpy()
    for name in forbidden:
        line = spans.geometry[name]
        middle = substring(line, 0.25, 0.75, normalized=True)
        inside = shapely.intersection(along, shapely.buffer(middle, NEAR_DEG))
        assert shapely.length(inside).sum() < middle.length / 4, name
    built = used[used["lock"] != ""]
    prices = spans["price_per_m"].astype(float).reindex(built["lock"]).to_numpy()
    assert (built["method"].isin(("existing", "duct"))).all()
    assert np.allclose(built["per_m"].to_numpy()[~np.isnan(prices)], prices[~np.isnan(prices)])


@settings(max_examples=2, **QUICK)
@given(case=cases())
def test_neither_the_order_of_rows_nor_of_the_work_changes_a_design(case, tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    one = made(case, folder / "a")
    if one is None:
        return
    inputs = read_street(**case.write(folder / "b", backwards=True))
    graph = route_streets(inputs)
    draft = draft_street(inputs, graph)
    answers = [work_on(draft, task) for task in reversed(draft.tasks)][::-1]
    other = finish_street(inputs, graph, draft, answers)
    assert graph.runs["id"].tolist() == one[1].runs["id"].tolist()
    assert np.array_equal(other.trench.run, one[2].trench.run)
    assert other.premises.equals(one[2].premises)
    assert other.bill.equals(one[2].bill)
