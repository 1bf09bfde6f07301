"""The whole flow on the small project: what must hold of any plan."""

import filecmp
import json

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest

from flow_run import run_project, run_tiny
from karez.errors import UsageFault
from karez.flow.plan import plan
from karez.flow.verify import verify


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_tiny(tmp_path_factory.mktemp("flow"))


def test_every_site_gets_an_answer_with_a_year_and_a_reason(run):
    assert set(run.sites["technology"]) <= {"fibre", "microwave", "fixed_wireless", "satellite", "unserved"}
    assert (run.sites["year"].isna() == (run.sites["technology"] == "unserved")).all()
    assert (run.sites["reason"].str.len() > 0).all()


def test_every_site_says_what_it_gets_and_why_not_the_next_best(run):
    sites = run.sites
    served = sites["technology"] != "unserved"
    fast = (sites["mbps"] >= sites["standard_mbps"]) & (sites["latency_ms"] <= sites["standard_latency_ms"])
    assert (fast == sites["meets_standard"]).all()
    assert (sites["chosen_present_real"].notna() == served).all()
    assert (sites["next_best"].fillna("") != sites["technology"]).all()
    assert (sites["next_best"].fillna("") == "").equals(sites["category"] == "county_seat")
    assert (sites["next_best_present_real"].isna() == (sites["next_best"].fillna("") == "")).all()
    off_graph = served & (sites["technology"] != "fibre") & (sites["year"] == 2026)
    assert off_graph.any()
    assert sites.loc[off_graph, "chosen_present_real"].tolist() == sites.loc[off_graph, "pv_cost_real"].tolist()


def test_a_site_alone_on_its_lead_in_pays_for_it(run):
    clinic = run.sites.set_index("id").loc["clinic-middle"]
    lead_in = run.spans[run.spans["end_node"] == clinic["node_id"]]
    own = clinic["chosen_present_real"] - clinic["pv_cost_real"]
    assert len(lead_in) == 1
    assert own == pytest.approx(lead_in["pv_cost_real"].iloc[0], rel=0.2)
    assert own > 0


def test_totals_are_the_sums_of_rows_to_the_cent(run):
    rows = run.sites["capex_real"].sum() + run.spans["capex_real"].sum() + run.nodes["capex_real"].sum()
    assert run.summary["totals"]["capex_real"] == pytest.approx(rows, abs=0.005)
    assert sum(run.summary["capex_real_per_year"].values()) == pytest.approx(rows, abs=0.005)
    assert sum(run.summary["capex_real_per_project"].values()) == pytest.approx(rows, abs=0.005)
    per_year = run.summary["capex_real_per_project_and_year"]
    for project, capex in run.summary["capex_real_per_project"].items():
        assert sum(per_year[project].values()) == pytest.approx(capex, abs=0.005)
    assert run.planned.plan.bill["capex_real"].sum() == pytest.approx(rows, abs=0.005)
    assert run.planned.plan.areas["capex_real"].sum() == pytest.approx(rows - run.nodes["capex_real"].sum(), abs=0.005)


def test_spending_never_runs_ahead_of_the_budgets(run):
    by_year = run.planned.plan.appraisal.by_year
    assert (by_year["carried_nominal"] >= -0.01).all()


def test_every_year_what_is_built_reaches_a_source(run):
    sources = set(run.nodes.loc[run.nodes["kind"] == "source", "id"])
    for year in (2026, 2027, 2028):
        built = run.spans[run.spans["year"] <= year]
        graph = nx.Graph(zip(built["start_node"], built["end_node"], strict=True))
        live = sources & set(run.nodes.loc[run.nodes["year"] <= year, "id"])
        for part in nx.connected_components(graph):
            assert part & live
        lit = set(graph.nodes) | live
        assert set(run.sites.loc[(run.sites["technology"] == "fibre") & (run.sites["year"] <= year), "node_id"]) <= lit


def test_coverage_counts_homes_once_and_never_falls(run):
    coverage = list(run.summary["total_coverage_per_year"].values())
    homes = run.sites[run.sites["households"].notna()]
    weight = homes["weight"] * np.where(homes["meets_standard"], 1.0, homes["already_served"])
    assert coverage[-1] == pytest.approx(weight.sum() / homes["weight"].sum())
    assert (np.diff(coverage) >= 0).all()


def test_bounds_stand_on_the_right_side(run):
    by_scope = {certificate["scope"]: certificate for certificate in run.summary["certificates"]}
    assert set(by_scope) == {"design", "schedule", "schedule_cost", "plan"}
    for scope in ("design", "schedule_cost"):
        assert by_scope[scope]["bound"] <= by_scope[scope]["value"]
    for scope in ("schedule", "plan"):
        assert by_scope[scope]["bound"] >= by_scope[scope]["value"]
    assert by_scope["plan"]["value"] == by_scope["schedule"]["value"]
    assert by_scope["plan"]["bound"] >= by_scope["schedule"]["bound"] * (1 - 1e-9)


def test_what_design_and_years_gained_together_is_told(run):
    together = run.summary["joint"]
    assert together["service_after"] >= together["service_before"]
    service = next(one["value"] for one in run.summary["certificates"] if one["scope"] == "schedule")
    assert together["service_after"] == service
    assert together["rounds"]


def test_a_site_nothing_can_reach_by_fibre_says_how_far_the_road_is(run):
    far = run.sites[run.sites["place_id"] == "far"]
    assert (far["technology"] != "fibre").all()
    assert far["node_id"].fillna("").eq("").all()


def test_every_vital_site_has_two_ways_or_is_listed_with_the_cheapest_there_is(run):
    reach = gpd.read_file(run.planned.folder / "plan.gpkg", layer="emergency_reach").set_index("id")
    vital = run.sites[run.sites["category"].isin(("county_seat", "hospital", "emergency_post"))].set_index("id")
    two = vital["year"].notna() & vital["independent_ways"].isin(("spans", "nodes"))
    assert set(reach.index) == set(vital.index[~two])
    assert set(run.summary["resilience"]["vital_without_two_ways"]) == set(reach.index)
    costs = reach[[f"{way}_present_real" for way in ("detour", "microwave", "satellite")]].to_numpy(float)
    assert reach["cheapest_real"].to_numpy() == pytest.approx(np.nanmin(costs, axis=1), abs=0.01)
    for key, row in reach[reach["cheapest"] != "none"].iterrows():
        assert row["cheapest_real"] == pytest.approx(row[f"{row['cheapest']}_present_real"], abs=0.01), key
        assert row["ways"] == (row["served_by"] != "unserved")
    assert run.summary["resilience"]["cheapest_real"] <= reach["cheapest_real"].sum() + 0.01


def test_the_run_proves(run):
    verdict = verify(run.planned.folder)
    assert verdict.passed, [str(check) for check in verdict.checks if not check.passed]


def test_equal_input_and_seed_give_equal_tables(run, tmp_path):
    again = run_project(run.project, tmp_path)
    for name in ("sites", "spans", "nodes"):
        assert getattr(run, name).drop(columns="geometry").equals(getattr(again, name).drop(columns="geometry"))
    one, other = (json.dumps(without_seconds(each.summary), sort_keys=True) for each in (run, again))
    assert one == other
    names = [path.name for path in (run.planned.folder / "proof").iterdir()]
    assert filecmp.cmpfiles(run.planned.folder / "proof", again.planned.folder / "proof", names, shallow=False)[1:] == (
        [],
        [],
    )


def without_seconds(summary: dict) -> dict:
    certificates = [{k: v for k, v in one.items() if k != "seconds"} for one in summary["certificates"]]
    return {**summary, "certificates": certificates}


def test_the_default_folder_is_named_by_the_hash_and_not_overwritten(tiny):
    made = plan(tiny)
    assert made.folder == tiny / "runs" / made.plan.record.key
    with pytest.raises(UsageFault, match="--force"):
        plan(tiny)
    plan(tiny, force=True)
    assert len(list((tiny / "runs").iterdir())) == 2


def test_assumptions_are_listed_with_what_they_do(run):
    table = run.planned.plan.appraisal.assumptions.set_index("name")
    assert table.loc["rates.exchange.USD", "cost_high"] > 0.05
    assert table.loc["rates.exchange.USD", "cost_low"] == pytest.approx(
        -table.loc["rates.exchange.USD", "cost_high"], abs=1e-4
    )
    assert table.loc["demand.take_up", "coverage_low"] >= 0
    assert np.isnan(table.loc["routing.lead_in_max_km", "cost_low"])


@pytest.mark.parametrize("scale", [0.001, 0.3, 3.0])
def test_other_budgets_give_plans_that_prove(tiny, tmp_path, scale):
    file = tiny / "programme.toml"
    file.write_text(file.read_text().replace("years = 3\n", f"years = 3\nbudget_scale = {scale}\n"))
    made = plan(tiny, out=tmp_path / "run")
    verdict = verify(made.folder)
    assert verdict.passed, [str(check) for check in verdict.checks if not check.passed]
    if scale == 3.0:
        assert made.plan.appraisal.totals["sites_served"] >= 12
