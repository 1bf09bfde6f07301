"""What a rule costs on the small project, and which rules conflict where there is no plan."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from karez.appraising.rules import can_conflict, rules, without
from karez.errors import Infeasible, UsageFault
from karez.flow.conflict import Trial, explain
from karez.flow.plan import make
from karez.flow.why import chosen, plan_of, planned, price_rule, why
from karez.reading import read
from karez.routing.route import route
from projects import tiny_project

SOON = "{ year = 2027, coverage = 0.2 }"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return tiny_project(tmp_path_factory.mktemp("why") / "project")


@pytest.fixture(scope="module")
def bench(project):
    inputs = read(project)
    return planned(inputs, route(inputs), 0)


def changed(folder: Path, old: str, new: str) -> Path:
    settings = folder / "programme.toml"
    text = settings.read_text(encoding="utf-8")
    assert old in text
    settings.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_every_rule_of_the_programme_is_named_and_taken_away_by_its_change(bench):
    listed = rules(bench.inputs)
    assert {"budget", "budget_years", "minimum_share:livelihood", "priority:safety", "earliest_year"} <= set(listed)
    for name, rule in listed.items():
        if name not in {"budget", *(member for one in listed.values() for member in one.members)}:
            assert name not in rules(rule.without(bench.inputs)), name
    bare = without(bench.inputs, listed.values())
    assert set(rules(bare)) == {"budget"}


def test_with_all_rules_the_figures_are_those_of_the_plan(bench):
    certificates = {one.scope: one for one in make(bench.inputs).certificates}
    base = plan_of(bench)
    assert (base.service, base.service_bound) == (certificates["schedule"].value, certificates["schedule"].bound)
    assert (base.cost, base.cost_bound) == (certificates["schedule_cost"].value, certificates["schedule_cost"].bound)
    assert bench.design.certificate.value == certificates["design"].value


def test_a_rule_loosened_by_nothing_is_as_it_was(bench):
    for rule in rules(bench.inputs).values():
        if rule.looser is not None:
            assert rule.looser(bench.inputs, 0.0).programme == bench.inputs.programme
            assert rule.looser_words is not None
            assert rule.looser_words(0.1)


@pytest.mark.parametrize("name", ["budget_years", "priority:safety", "standard:livelihood", "earliest_year"])
def test_no_rule_brings_anything_and_the_proofs_agree_with_what_was_found(bench, name):
    price = price_rule(bench, name)
    assert price.lost_at_least <= price.lost + 1e-9 <= price.lost_at_most + 2e-9
    assert price.saved_at_least <= price.saved + 1e-6 <= price.saved_at_most + 2e-6
    assert len(price.homes_lost()) == bench.inputs.programme.agreement.years


def test_without_the_budget_all_that_was_designed_is_served_at_once(bench):
    price = price_rule(bench, "budget")
    assert price.lost > 0.1
    assert price.certain
    assert price.gained > 0


def test_a_rule_that_has_no_price_in_the_proofs_is_not_solved_again(bench):
    price = price_rule(bench, "minimum_share:safety")
    assert not price.binds
    assert (price.lost, price.saved) == (0.0, 0.0)
    again = make(without(bench.inputs, [rules(bench.inputs)["minimum_share:safety"]]))
    service = next(one for one in again.certificates if one.scope == "schedule").value
    assert service <= price.freed.service_bound * (1 + 1e-9)


def test_the_plan_of_the_study_is_the_plan(bench):
    made = make(bench.inputs)
    reached = plan_of(bench)
    assert reached.service == next(one for one in made.certificates if one.scope == "schedule").value
    assert reached.homes == pytest.approx(made.appraisal.total_coverage["coverage"].tolist())
    assert reached.homes_any == pytest.approx(made.appraisal.total_coverage["coverage_any"].tolist())


def test_the_folder_is_the_same_for_any_number_of_processes(project, tmp_path):
    asked = ("minimum_share:*", "earliest_year")
    one = why(project, only=asked, out=tmp_path / "one", workers=1)
    two = why(project, only=asked, out=tmp_path / "two", workers=2)
    assert one.study.summary() == two.study.summary()
    for name in ("why.json", "why.csv", "why.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    document = json.loads((tmp_path / "one" / "why.json").read_text(encoding="utf-8"))
    assert document["feasible"]
    assert [row["rule"] for row in document["rules"]]


def test_a_rule_that_is_not_there_is_refused_with_the_names_of_those_that_are(bench):
    with pytest.raises(UsageFault, match=r"priority:safety"):
        chosen(bench.inputs, ["nonsense"])


def infeasible(folder: Path):
    """Two conflicts: too little money for the target, and a share that leaves it too little."""
    project = tiny_project(folder)
    changed(project, SOON, "{ year = 2027, coverage = 0.25, required = true }")
    changed(project, "minimum_share = 0.001", "minimum_share = 0.3")
    inputs = read(project)
    return inputs, route(inputs)


def test_the_conflict_is_irreducible_by_trying_every_part_of_it(tmp_path):
    inputs, graph = infeasible(tmp_path / "project")
    with pytest.raises(Infeasible) as refused:
        make(inputs)
    conflict = explain(inputs, graph, refused.value, workers=1)
    assert conflict.sets
    assert conflict.minimal
    trial = Trial.of(inputs, graph, 0)
    names = tuple(can_conflict(inputs))

    @cache
    def clash(kept):
        return trial.conflicts(tuple(name for name in names if name in kept))

    for listed in conflict.sets:
        found = [name for name, _ in listed]
        assert clash(frozenset(found))
        for size in range(len(found)):
            assert not any(clash(frozenset(part)) for part in combinations(found, size))


def test_the_least_loosening_makes_a_plan_and_a_little_less_does_not(tmp_path):
    inputs, graph = infeasible(tmp_path / "project")
    with pytest.raises(Infeasible) as refused:
        make(inputs)
    conflict = explain(inputs, graph, refused.value, workers=1)
    helped = [one for one in conflict.loosenings if one.share is not None]
    assert helped
    for one in helped:
        rule = rules(inputs)[one.name]
        loosened = rule.looser(inputs, one.share)
        hurried = replace(loosened, programme=loosened.programme)
        assert make(hurried).sites is not None
        assert one.proven < one.share
        if one.proven > 0:
            with pytest.raises(Infeasible):
                make(rule.looser(inputs, one.proven))
    assert all(word in " ".join(conflict.sentences()) for word in ("Livelihood", "2027"))
