"""The cash flow of a small business case: it adds up every way, and every figure can be followed by hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from business_case import business_plan, business_project
from karez.appraising.converting import convert
from karez.appraising.draws import cash_basis, reprice_draws
from karez.appraising.pricing import price
from karez.appraising.tables import Decided
from karez.designing.access import design
from karez.flow.plan import make
from karez.model.finance import KINDS
from karez.model.plan import Plan
from karez.phasing import schedule
from karez.reading import read
from karez.routing.route import route
from projects import tiny_project


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The small project with fees."""
    return business_plan(tmp_path_factory.mktemp("business") / "tiny")


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Decided:
    """All that was decided on it."""
    inputs = read(business_project(tmp_path_factory.mktemp("decided") / "tiny"))
    graph = route(inputs)
    prices = price(inputs, graph, convert(inputs.catalogue, inputs.programme))
    designed = design(inputs, graph, prices, seed=0)
    return Decided(inputs, graph, prices, designed, schedule(inputs, graph, prices, designed, seed=0))


def _cents(money: pd.Series) -> int:
    return int(np.rint(money * 100).sum())


def test_flows_by_year_project_area_and_payer_add_up_to_the_cent(plan: Plan) -> None:
    finance = plan.appraisal.finance
    for kind in KINDS:
        whole = _cents(finance.rows.loc[finance.rows["kind"] == kind, "amount_real"])
        for table in (finance.by_year, finance.by_project, finance.by_area, finance.by_payer):
            assert _cents(table[f"{kind}_real"]) == whole
    for table in (finance.by_year, finance.by_project, finance.by_area, finance.by_payer):
        assert _cents(table["present_real"]) == round(100 * finance.indicators["npv_real"])


def test_capex_is_that_of_the_plan_and_upkeep_that_of_its_rows(plan: Plan) -> None:
    finance, totals = plan.appraisal.finance, plan.appraisal.totals
    assert -finance.by_year["capex_real"].sum() == pytest.approx(totals["capex_real"], abs=0.005)
    assert -finance.by_year["opex_real"].iloc[-1] == pytest.approx(totals["opex_real_per_year"], abs=0.005)
    assert (-finance.by_year["opex_real"][:3]).tolist() == plan.appraisal.by_year["opex_real"].tolist()
    by_project = plan.appraisal.by_project.set_index("project")["capex_real"]
    assert (-finance.by_project.set_index("project")["capex_real"]).to_dict() == pytest.approx(by_project.to_dict())


def test_costs_come_to_the_present_cost_of_rule_3(plan: Plan) -> None:
    flow = plan.appraisal.finance.by_year
    cost = -flow[["capex_real", "opex_real", "renewal_real", "residual_real"]].sum(axis=1) @ flow["discount_factor"]
    assert cost == pytest.approx(plan.appraisal.totals["pv_cost_real"], abs=1.0)


def test_the_public_purse_pays_its_share_and_users_their_fees(plan: Plan) -> None:
    payers = plan.appraisal.finance.by_payer.set_index("payer")
    assert payers.loc["public", "capex_real"] == pytest.approx(0.8 * payers["capex_real"].sum(), abs=1.0)
    assert payers.loc["user", "revenue_real"] > payers.loc["public", "revenue_real"] > 0
    assert (payers.loc["user"].drop(["revenue_real", "net_real", "present_real"]) == 0).all()


def test_a_fee_is_earned_from_the_year_after_building_on_by_those_who_connect(plan: Plan) -> None:
    finance = plan.appraisal.finance
    homes = finance.sales[finance.sales["name"] == "Broadband at home"].set_index("year")
    connected = finance.demand.set_index("year")["homes_connected"]
    assert homes.loc[2026, "quantity"] == 0.0
    assert homes["quantity"].to_dict() == pytest.approx(connected.to_dict())
    assert homes["amount_real"].to_numpy() == pytest.approx(900.0 * homes["quantity"], abs=0.5)
    assert connected.is_monotonic_increasing
    urban = plan.sites["households"].sum()
    assert connected.iloc[-1] < 0.7 * urban


def test_dollars_become_the_programmes_money_and_shrink_as_stated(plan: Plan) -> None:
    clinics = plan.appraisal.finance.sales.query("name == 'Access of clinics'").set_index("year")
    assert clinics.loc[2026, "rate_real"] == pytest.approx(30 * 7.1 * 1.02 * 0.95)
    assert clinics.loc[2030, "rate_real"] == pytest.approx(30 * 7.1 * 1.02 * 0.95**5)


def test_the_sites_costs_and_fees_are_those_of_the_whole(plan: Plan) -> None:
    finance = plan.appraisal.finance
    found = finance.indicators
    assert finance.sites["cost_present_real"].sum() == pytest.approx(found["present_cost_real"], rel=1e-6)
    assert finance.sites["revenue_present_real"].sum() == pytest.approx(found["present_revenue_real"], rel=1e-6)
    assert found["least_subsidy_real"] >= found["subsidy_gap_real"] - 1.0
    paid = finance.sites["revenue_present_real"] + finance.sites["subsidy_present_real"]
    assert (paid >= finance.sites["cost_present_real"] - 0.02).all()


def test_draws_at_the_plans_own_figures_are_its_cash_flow(plan: Plan, decided: Decided) -> None:
    basis = cash_basis(decided)
    drawn = reprice_draws(basis, basis.rate[None], basis.take_up)
    flow = plan.appraisal.finance.by_year
    assert drawn.net[0] == pytest.approx(flow["net_real"].to_numpy(), abs=2.0)
    assert drawn.npv[0] == pytest.approx(plan.appraisal.finance.indicators["npv_real"], abs=5.0)
    assert drawn.coverage[0, :3] == pytest.approx(plan.appraisal.total_coverage["coverage"].to_numpy())


def test_a_year_late_moves_money_and_coverage_by_a_year(decided: Decided) -> None:
    basis = cash_basis(decided)
    on_time = reprice_draws(basis, basis.rate[None], basis.take_up)
    late = reprice_draws(basis, basis.rate[None], basis.take_up, 1)
    assert late.capex[0, 0] == 0.0
    assert late.capex[0, 1:] == pytest.approx(on_time.capex[0, :-1])
    assert late.coverage[0, 1:] == pytest.approx(on_time.coverage[0, :-1])
    never = reprice_draws(basis, basis.rate[None], basis.take_up, basis.horizon)
    assert not never.net.any()


def test_draws_side_by_side_are_those_one_by_one(decided: Decided) -> None:
    basis, random = cash_basis(decided), np.random.default_rng(5)
    rates = basis.rate * random.uniform(0.5, 2.0, (20, len(basis.rate)))
    take_up, delay = random.uniform(0.3, 0.9, 20), random.integers(0, 4, (20, basis.years))
    together = reprice_draws(basis, rates, take_up, delay)
    for draw in range(20):
        alone = reprice_draws(basis, rates[draw : draw + 1], take_up[draw], delay[draw : draw + 1])
        assert alone.net[0] == pytest.approx(together.net[draw])
    assert (together.net @ basis.discount) == pytest.approx(together.npv)


def test_another_take_up_is_priced_as_a_plan_of_that_take_up_would_be(decided: Decided) -> None:
    programme = decided.inputs.programme
    demand = programme.demand.model_copy(update={"take_up": 0.55})
    inputs = dataclasses.replace(decided.inputs, programme=programme.model_copy(update={"demand": demand}))
    prices = price(inputs, decided.graph, decided.prices.catalogue)
    assert len(prices.options) == len(decided.prices.options)
    other = cash_basis(dataclasses.replace(decided, inputs=inputs, prices=prices))
    basis = cash_basis(decided)
    expected = reprice_draws(other, other.rate[None], other.take_up).npv
    assert reprice_draws(basis, basis.rate[None], 0.55).npv == pytest.approx(expected, rel=1e-9)


def test_without_fees_nothing_is_earned_and_it_says_why_there_is_no_payback(tmp_path: Path) -> None:
    finance = make(read(tiny_project(tmp_path / "tiny"))).appraisal.finance
    assert not finance.by_year["revenue_real"].any()
    assert finance.sales.empty
    assert finance.indicators["npv_real"] < 0
    assert finance.indicators["payback_year"] is None
    assert finance.remarks["payback_year"]
    assert finance.social.empty


def test_tax_is_paid_on_what_is_left_after_earlier_losses(tmp_path: Path, plan: Plan) -> None:
    project = business_project(tmp_path / "tiny")
    path = project / "programme.toml"
    path.write_text(path.read_text().replace("public_share_capex = 0.8", "public_share_capex = 1.0\ntax_rate = 0.2"))
    finance = make(read(project)).appraisal.finance
    rows = finance.rows[(finance.rows["payer"] == "operator") | (finance.rows["kind"] == "revenue")]
    rows = rows[~rows["kind"].isin(["residual", "tax"])]
    profit = rows.groupby("year")["amount_real"].sum()
    most = max(0.0, profit.cumsum().max())
    assert most > 0
    assert -finance.by_year["tax_real"].sum() == pytest.approx(0.2 * most, abs=0.1)
    assert not plan.appraisal.finance.by_year["tax_real"].any()


def test_the_social_return_is_told_apart_and_stands_in_no_total(plan: Plan) -> None:
    finance = plan.appraisal.finance
    assert (finance.social["benefit_real"].iloc[3:] > 0).all()
    assert finance.social["penetration"].iloc[0] == 0.1
    last = finance.social.iloc[-1]
    households = plan.appraisal.totals["households"]
    effect = (last["penetration"] / 0.1) ** 0.08 - 1.0
    assert last["benefit_real"] == pytest.approx(households * 60000.0 * effect, abs=0.01)
    money = finance.by_year[[f"{kind}_real" for kind in KINDS]].sum(axis=1)
    assert money.to_numpy() == pytest.approx(finance.by_year["net_real"].to_numpy(), abs=0.01)


def test_a_price_of_carbon_enters_present_cost_and_nothing_else(tmp_path: Path, decided: Decided) -> None:
    dear = read(business_project(tmp_path / "tiny", "\n[climate]\nprice_per_tonne = 1000.0\n"))
    prices = price(dear, decided.graph, decided.prices.catalogue)
    before = decided.prices
    assert (prices.option_present_by_year >= before.option_present_by_year).all()
    assert prices.options["capex_real"].tolist() == before.options["capex_real"].tolist()
    assert prices.span_capex.tolist() == before.span_capex.tolist()
    length = decided.graph.spans["length_m"].to_numpy()
    more = prices.span_present_by_year[:, 0] - before.span_present_by_year[:, 0]
    assert more == pytest.approx(length * 9.2 / 1000 * 1000.0 / 1.05)


def test_emissions_are_metres_users_and_power(plan: Plan) -> None:
    carbon = plan.appraisal.carbon
    metres = plan.spans.loc[plan.spans["year"].notna(), "length_m"].sum()
    metres += plan.bill.loc[(plan.bill["group"] == "local") & (plan.bill["unit"] == "m"), "quantity"].sum()
    assert carbon.by_year["trench_kg"].sum() == pytest.approx(9.2 * metres)
    assert carbon.rows["kg"].sum() == pytest.approx(1000 * carbon.indicators["total_t"])
    assert carbon.by_element["kg"].sum() == pytest.approx(carbon.by_year["total_kg"].sum())
    assert not carbon.by_year["electricity_kg"].iloc[0]
    homes = plan.appraisal.finance.demand["homes_connected"].iloc[-1]
    put_in = carbon.by_element.query("kind == 'terminals' and element.str.endswith('home')", engine="python")
    assert put_in["quantity"].sum() == pytest.approx(homes)


def test_equity_compares_areas_and_says_what_the_worst_off_lack(plan: Plan) -> None:
    equity = plan.appraisal.equity
    last = equity.by_year.iloc[-1]
    assert last["coverage"] == pytest.approx(plan.appraisal.totals["coverage"])
    areas = plan.appraisal.by_area.set_index("area_id")["coverage"]
    final = equity.by_area_year[equity.by_area_year["year"] == 2028].set_index("area_id")["coverage"]
    assert final.to_dict() == pytest.approx(areas.to_dict())
    assert equity.target == 0.5
    assert equity.worst["coverage"].is_monotonic_increasing
    mean = equity.worst["coverage"] >= last["coverage"]
    assert (equity.worst.loc[mean, "to_mean_real"] == 0).all()
    ends = equity.lorenz.groupby("year")[["households_share", "served_share"]].agg(["first", "last"])
    assert (ends.xs("first", axis=1, level=1) == 0).all(axis=None)
    assert np.allclose(ends.xs("last", axis=1, level=1), 1.0)
