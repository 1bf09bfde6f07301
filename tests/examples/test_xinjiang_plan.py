"""The reference programme, planned whole at the scales of budget the issue of money turns on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from karez.flow.plan import make
from karez.flow.verify import verify
from karez.model.plan import Plan
from karez.reading import read
from karez.reporting import write_run

FOLDER = Path(__file__).parents[2] / "examples" / "xinjiang"


@pytest.fixture(scope="module")
def inputs():
    return read(FOLDER)


@pytest.fixture(scope="module")
def plans(inputs) -> dict[float, Plan]:
    made = {}
    for scale in (0.3, 1.0, 1.5):
        agreement = inputs.programme.agreement.model_copy(update={"budget_scale": scale})
        programme = inputs.programme.model_copy(update={"agreement": agreement})
        made[scale] = make(replace(inputs, programme=programme))
    return made


def certificate(plan: Plan, scope: str):
    return next(one for one in plan.certificates if one.scope == scope)


def test_design_and_schedule_are_proven_as_close_as_promised(plans):
    for plan in plans.values():
        found = plan.improvement
        assert (found.design_before - found.design_bound) / found.design_before <= 0.02
        assert certificate(plan, "design").bound == found.design_bound
        assert found.service_after >= found.service_before
        assert certificate(plan, "schedule").gap <= 0.01
        assert certificate(plan, "plan").gap <= 0.01


def test_there_is_less_money_than_the_whole_design_costs_and_every_year_binds(plans):
    worth = plans[1.0].appraisal
    ratio = worth.catalogue_range.set_index("catalogue")["over_budget"]
    assert 1.05 <= ratio["rate"] <= 1.4
    assert ratio["low"] < ratio["rate"] < ratio["high"]
    left = worth.by_year["carried_nominal"] / worth.by_year["budget_nominal"]
    assert (left >= 0).all()
    assert (left < 0.03).all()


def test_households_are_those_of_the_census(plans):
    plan = plans[1.0]
    assert plan.sites["households"].sum() == 8_351_642
    assert plan.areas["households"].sum() == 8_351_642


def test_more_money_reaches_more_homes(plans):
    coverage = [plans[scale].appraisal.totals["coverage"] for scale in sorted(plans)]
    assert (np.diff(coverage) > 0).all()
    for scale, plan in plans.items():
        assert plan.appraisal.totals["capex_nominal"] <= scale * 30e9 + 1.0


def test_gateways_county_seats_and_cloud_have_fibre_or_nothing(plans):
    must = plans[1.0].sites[plans[1.0].sites["category"].isin(["gateway", "county_seat", "computing"])]
    assert set(must["technology"]) <= {"fibre", "unserved"}


@pytest.mark.parametrize("scale", [0.3, 1.0])
def test_the_run_proves_from_its_tables_alone(plans, tmp_path, scale):
    verdict = verify(write_run(plans[scale], tmp_path / "run"))
    assert verdict.passed, verdict.failures
