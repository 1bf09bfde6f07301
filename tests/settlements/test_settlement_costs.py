"""On any design and any homes: the cost of a place is cost per home times homes, in whatever order designs come."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karez.appraising.converting import convert
from karez.appraising.facts import Facts
from karez.appraising.settlements import density_lines, lines_of, replaced, with_settlements
from karez.appraising.ways import find_ways
from karez.errors import DataFault
from karez.model.catalogue import Catalogue
from karez.model.certificate import Certificate
from karez.model.inputs import Inputs
from karez.model.settlements import KINDS, SettlementDesign, kind_of
from projects import settings as tiny_settings

PROGRAMME = tiny_settings()
ITEMS = ("duct", "aerial_cable", "connect", "village_link", "wireless_home", "dish", "satellite_capacity")
TABLE = pd.DataFrame(
    {
        **dict.fromkeys(("low", "rate", "high"), 100.0),
        **{"unit": "each", "currency": "CNY", "price_year": 2025, "source": "made up", "confidence": "assumption"},
        **{"life_years": 20, "opex_share_per_year": 0.01},
    },
    index=pd.Index([*ITEMS, "institution", "wireless_institution", "microwave_short", "microwave_long"], name="item"),
)


@st.composite
def designs(draw, place):
    """A settlement's design with any costs."""
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, unique=True))
    amount = draw(st.lists(st.integers(1, 10**7), min_size=len(kinds), max_size=len(kinds)))
    homes = draw(st.integers(1, 5_000))
    costs = pd.DataFrame(
        {
            "kind": kinds,
            "quantity": [1.0 + 7.0 * n if KINDS[kind].unit == "m" else float(homes) for n, kind in enumerate(kinds)],
            "amount": np.array(amount) / 100,
        }
    )
    sheet = Certificate("cost", "design", "minimise", 100.0, 90.0, 0.0, "", 0.0)
    currency, year = draw(st.sampled_from([("CNY", 2025), ("USD", 2023), ("USD", 2030)]))
    return SettlementDesign(place, f"{place}.gpkg", currency, year, 9, 9, homes, homes, 1, 1, 1.0, 1.0, costs, sheet)


def _inputs(made):
    bare = Inputs(PROGRAMME, Catalogue(TABLE), None, None, None, None)  # type: ignore[arg-type]
    return with_settlements(bare, made)


def _facts(made, homes, number):
    nothing = np.zeros(len(homes))
    return Facts(
        groups=(("livelihood", "home", np.arange(len(homes))),),
        is_home=np.ones(len(homes), bool),
        household=homes,
        urban_household=nothing,
        village=nothing,
        unit=nothing,
        weight_units=homes,
        open_share=nothing + 1,
        anchor_km=nothing + 1,
        span_kinds=(),
        span_kind=np.zeros(0, np.int64),
        length_m=np.zeros(0),
        part_span=np.zeros(0, np.int64),
        part_item=np.zeros(0, object),
        part_quantity=np.zeros(0),
        connection_cost=np.zeros(0),
        settlement=number,
        off_grid=np.zeros(len(homes), bool),
        ground=np.full(len(homes), "plain", dtype=object),
        room_mbps={},
        settlement_lines=tuple(lines_of(design) for design in made),
    )


def _fibre(made, homes, number):
    inputs = _inputs(made)
    ways, _ = find_ways(_facts(made, homes, number), PROGRAMME, convert(inputs.catalogue, PROGRAMME))
    return dict(zip(ways.site[ways.technology == 0].tolist(), ways.capex[ways.technology == 0].tolist(), strict=True))


def _to_cny(design):
    return (7.1 if design.currency == "USD" else 1.0) * 1.02 ** (2025 - design.price_year)


@settings(max_examples=25)
@given(st.data())
def test_homes_cost_the_design_s_cost_per_home_times_homes_in_any_order(data):
    made = [data.draw(designs(place)) for place in ("a", "b")]
    homes = np.array(data.draw(st.lists(st.floats(1.0, 1e5), min_size=6, max_size=6)))
    number = np.array(data.draw(st.lists(st.integers(-1, 1), min_size=6, max_size=6)))
    capex = _fibre(made, homes, number)
    for site, which in enumerate(number.tolist()):
        if which < 0:
            expected = 100.0 * homes[site] * (25.0 + PROGRAMME.demand.take_up)
        else:
            each = made[which].total("passing") + PROGRAMME.demand.take_up * made[which].total("connecting")
            expected = each / made[which].homes_served * _to_cny(made[which]) * homes[site]
        assert capex[site] == pytest.approx(expected, rel=1e-9, abs=0.2)
    turned = _fibre(made[::-1], homes, np.where(number >= 0, 1 - number, -1))
    assert turned == pytest.approx(capex)


@settings(max_examples=25)
@given(designs("a"))
def test_what_homes_are_passed_and_connected_for_is_the_whole_design(design):
    assert design.total("passing") + design.total("connecting") == pytest.approx(design.total())
    lines = lines_of(design)
    rates = _inputs([design]).catalogue.table["rate"]
    whole = sum(line.quantity * rates[line.item] for part in lines.values() for line in part) * design.homes_served
    assert whole == pytest.approx(design.total())


@settings(max_examples=25)
@given(designs("a"))
def test_a_technology_with_its_own_distribution_keeps_its_lines(design):
    dish = PROGRAMME.categories["home"].costs["satellite"]
    assert replaced(dish, "satellite", lines_of(design), PROGRAMME) == dish
    fibre = PROGRAMME.categories["home"].costs["fibre"]
    kept = [line.item for line in replaced(fibre, "fibre", lines_of(design), PROGRAMME) if "street." not in line.item]
    assert kept == ["village_link"]


def test_items_that_the_settings_name_are_replaced_and_no_others():
    street = PROGRAMME.street.model_copy(update={"replaces": ("duct", "village_link", "connect")})
    programme = PROGRAMME.model_copy(update={"street": street})
    assert [line.item for line in density_lines(programme, "passing")] == ["duct", "village_link"]
    assert [line.item for line in density_lines(programme, "connecting")] == ["connect"]


def test_low_and_high_life_and_upkeep_are_those_of_the_settings():
    sheet = Certificate("cost", "design", "minimise", 100.0, 90.0, 0.0, "", 0.0)
    costs = pd.DataFrame({"kind": ["trench", "office"], "quantity": [50.0, 10.0], "amount": [500.0, 200.0]})
    design = SettlementDesign("a", "a.gpkg", "USD", 2023, 9, 9, 10, 10, 1, 1, 50.0, 0.0, costs, sheet)
    table = _inputs([design]).catalogue.table
    trench, office = table.loc["street.a.trench"], table.loc["street.a.office"]
    assert (trench["low"], trench["rate"], trench["high"]) == (8.0, 10.0, 13.0)
    assert (trench["unit"], trench["life_years"], trench["method"]) == ("m", 40, "buried")
    assert (office["unit"], office["life_years"], office["opex_share_per_year"]) == ("home", 10, 0.05)
    with pytest.raises(DataFault, match="reaches no home"):
        _inputs([replace(design, homes_served=0)])


def test_every_item_of_a_bill_has_a_kind():
    words = ["trench soft, micro_trench", "trench drop, existing", "feeder cable, 12 fibres", "splice", "closure"]
    assert [kind_of(word) for word in words] == ["micro_trench", "drop_existing", "cable", "plant", "plant"]
    assert {kind_of(word) for word in words} <= KINDS.keys()
