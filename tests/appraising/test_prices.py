"""Money: converted once, priced by hand-checkable sums."""

import numpy as np
import numpy_financial as npf
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karez.appraising.converting import at, convert
from karez.appraising.present import present_factor, service_years
from karez.appraising.pricing import price
from karez.errors import DataFault
from karez.model.catalogue import Catalogue
from karez.reading import read
from karez.routing.route import route


@pytest.fixture(scope="module")
def priced(tmp_path_factory):
    from projects import tiny_project

    inputs = read(tiny_project(tmp_path_factory.mktemp("tiny") / "project"))
    graph = route(inputs)
    return inputs, graph, price(inputs, graph, convert(inputs.catalogue, inputs.programme))


def test_a_rate_is_exchanged_inflated_and_put_per_metre(priced):
    _, _, prices = priced
    table = prices.catalogue.table
    assert table.loc["route_plain", "rate_real"] == pytest.approx(10_000 * 7.1 / 1_000)
    assert table.loc["duct", "rate_real"] == pytest.approx(25 * 7.1 * 1.02)
    assert table.loc["route_urban", "rate_real"] == pytest.approx(200.0)
    assert table.loc["route_plain", "rate"] == 10_000
    assert table.loc["route_plain", "base_unit"] == "m"


def test_low_and_high_are_the_rate_where_they_are_empty(priced):
    inputs, _, _ = priced
    table = inputs.catalogue.table.copy()
    table.loc["dish", ["low", "high"]] = np.nan
    converted = convert(Catalogue(table), inputs.programme)
    for column in ("low", "high"):
        assert at(converted, column).table.loc["dish", "rate_real"] == converted.table.loc["dish", "rate_real"]


def test_spans_cost_their_length_times_their_rate_to_the_cent(priced):
    _, graph, prices = priced
    assert prices.span_parts["span"].tolist() == list(range(len(graph.spans)))
    rate = prices.catalogue.table["rate_real"].reindex(prices.span_parts["item"]).to_numpy()
    assert prices.span_capex == pytest.approx(graph.spans["length_m"].to_numpy() * rate, abs=0.00501)
    assert prices.span_capex == pytest.approx(prices.span_capex.round(2), abs=1e-9)


def option(priced, site: str, technology: str) -> pd.Series:
    inputs, _, prices = priced
    row = inputs.sites.index[inputs.sites["id"] == site][0]
    table = prices.options[(prices.options["site"] == row) & (prices.options["technology"] == technology)]
    assert len(table) == 1
    return table.iloc[0]


def test_homes_cost_what_their_cost_lines_add_up_to(priced):
    usd = 7.1
    passed = 3 * 1_000 * 25 * usd * 1.02 + 25 * 3_000 * 10 * usd * 1.02
    connected = 0.7 * 4_000 * 415 * usd
    assert option(priced, "home-middle", "fibre")["capex_real"] == pytest.approx(
        passed + connected + 6 * 300_000, abs=0.03
    )


def test_what_is_served_already_is_neither_paid_nor_counted_again(priced):
    inputs, _, prices = priced
    row = inputs.sites.index[inputs.sites["id"] == "home-capital"][0]
    assert prices.site_weight[row] == 9_000
    assert prices.site_open_weight[row] == pytest.approx(7_200)
    assert option(priced, "home-capital", "satellite")["capex_real"] == pytest.approx(0.7 * 7_200 * 600 * 7.1, abs=0.01)


def test_fibre_mandatory_sites_have_no_other_option(priced):
    inputs, _, prices = priced
    seats = inputs.sites.index[inputs.sites["category"] == "county_seat"]
    assert prices.site_fibre_mandatory[seats].all()
    assert set(prices.options.loc[prices.options["site"].isin(seats), "technology"]) == {"fibre"}


def test_a_technology_below_standard_has_the_lower_quality(priced):
    assert option(priced, "clinic-north", "satellite")["quality"] == 0.5
    assert option(priced, "emergency_post-pass", "satellite")["quality"] == 1.0


def test_microwave_carries_no_site_above_its_limit(priced):
    inputs, _, prices = priced
    served = prices.options.loc[prices.options["technology"] == "microwave", "site"]
    demand = inputs.sites["households"].fillna(0) * 0.7 * 2.0
    assert demand[served].max() <= 400
    assert (inputs.sites["id"] == "home-east-1")[~inputs.sites.index.isin(served)].any()


def test_lines_add_up_to_their_options(priced):
    _, _, prices = priced
    lines = prices.lines[prices.lines["kind"] == "capex"]
    summed = lines.groupby("option")["amount_real"].sum().reindex(range(len(prices.options)), fill_value=0.0)
    assert prices.options["capex_real"].to_numpy() == pytest.approx(summed.to_numpy(), abs=1e-6)


def test_a_ground_without_an_item_is_a_fault_that_names_it(priced):
    inputs, graph, prices = priced
    rates = {"buried": {"urban": "route_urban"}}
    routing = inputs.programme.routing.model_copy(update={"rates": rates})
    broken = type(inputs)(**{**vars(inputs), "programme": inputs.programme.model_copy(update={"routing": routing})})
    with pytest.raises(DataFault, match=r"buried\.plain"):
        price(broken, graph, prices.catalogue)


@given(st.integers(1, 30), st.floats(0, 0.2), st.integers(1, 6), st.integers(0, 25), st.floats(0.0, 0.15))
def test_present_cost_is_that_of_numpy_financial(life: int, share: float, years: int, after: int, rate: float):
    horizon = years + after
    factor = present_factor(life, share, years, horizon, rate)
    for t in range(1, years + 1):
        flows = np.zeros(horizon + 1)
        flows[t + 1 :] += share
        bought = list(range(t, max(horizon, t + 1), life))
        flows[bought] += 1.0
        flows[horizon] -= 1.0 - (horizon - bought[-1]) / life
        assert factor[t - 1] == pytest.approx(npf.npv(rate, flows), abs=1e-9)


def test_later_service_counts_for_fewer_years():
    counted = service_years(5, 20, 0.05)
    assert (np.diff(counted) < 0).all()
    assert service_years(5, 20, 0.0).tolist() == [19, 18, 17, 16, 15]


def test_a_hop_of_ones_own_costs_what_a_connection_of_its_length_does(priced):
    inputs, _, prices = priced
    assert prices.relays["up_to_km"].tolist() == [20.0, 60.0]
    programme, table = inputs.programme, prices.catalogue.table
    for item, present in zip(("microwave_short", "microwave_long"), prices.relays["present_real"], strict=True):
        rate, share, life = table.loc[item, ["rate_real", "opex_share_per_year", "life_years"]]
        factor = present_factor(int(life), float(share), 3, programme.horizon, programme.rates.discount_rate_real)
        assert present == pytest.approx(rate * factor[0])
