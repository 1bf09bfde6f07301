"""What stands of hops and masts when the rest is planned again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from islands import EXAMPLE

from karez.model.radio import EITHER
from karez.model.route_graph import RouteGraph
from karez.reading import read
from karez.routing.route import route
from karez.routing.standing import stand


@pytest.fixture(scope="module")
def graph() -> RouteGraph:
    return route(read(EXAMPLE))


def standing(graph: RouteGraph, built: list[str]) -> RouteGraph:
    none = np.zeros(len(graph.site_node))
    return stand(graph, dict.fromkeys(built, 1.0), none > 0, none)


def named(graph: RouteGraph):
    return graph.radio.links.assign(id=graph.spans["id"].to_numpy()[graph.radio.links["span"]])


def items(graph: RouteGraph) -> dict[str, list[str]]:
    ids = graph.spans["id"].to_numpy()
    found: dict[str, list[str]] = {}
    for span, item, _ in graph.radio.parts.itertuples(index=False):
        found.setdefault(ids[span], []).append(item)
    return found


def test_what_is_begun_but_not_whole_counts_for_nothing(graph: RouteGraph) -> None:
    share = dict.fromkeys(named(graph)["id"], 0.9)
    none = np.zeros(len(graph.site_node))
    made = stand(graph, share, none > 0, none)
    assert made.spans["id"].tolist() == graph.spans["id"].tolist()
    assert not made.radio.links["stands"].any()


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_what_is_built_costs_nothing_and_every_other_mast_is_paid_still(graph: RouteGraph, data) -> None:
    before = named(graph)
    usable = before[before["child"] >= EITHER].drop_duplicates(["pair", "band"])["id"].tolist()
    built = data.draw(st.lists(st.sampled_from(usable), min_size=1, max_size=5, unique=True))
    made = standing(graph, built)
    after, left, was = named(made), items(made), items(graph)
    assert made.spans["id"].is_unique and made.spans["id"].is_monotonic_increasing
    assert set(built) <= set(after["id"])
    assert not set(built) & set(left)
    free = set(made.radio.towers.loc[made.radio.tried.masts.set_index("id").loc[made.radio.towers["id"], "stands"]
                                    .to_numpy(bool), "node"])  # fmt: skip
    assert free <= set(before.loc[before["id"].isin(built), "child"])
    for row in after.itertuples():
        if row.id in built or row.id not in was:
            continue
        if not row.stands and row.band:
            assert any(item.startswith("link") for item in left[row.id]), "a link that does not stand is paid"
        if row.child >= 0 and row.child not in free and not row.stands:
            lost = set(was[row.id]) - set(left.get(row.id, []))
            assert not lost, "a mast that does not stand is paid"
    ends = made.spans[["start", "end"]].to_numpy()[after["span"]]
    assert (np.isin(after["child"], ends) | (after["child"] < 0)).all()
    same = graph.spans.set_index("id")["length_m"].reindex(made.spans["id"])
    assert (same.to_numpy() == made.spans["length_m"].to_numpy()).all()
