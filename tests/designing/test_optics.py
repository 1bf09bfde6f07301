"""What lights a backbone: huts, noise, modes, regenerators, wavelengths; against hand, formula and GNPy."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from designing.test_traffic import designed
from karez.designing.links import Hut, Link, place_huts
from karez.designing.noise import formula_noise, gnpy_noise, in_a_row, propagate, transmitter_noise, uses_gnpy
from karez.designing.optics import Fibre, fewest_pieces, light
from karez.designing.wavelengths import first_fit, loads
from karez.errors import UsageFault
from karez.model.optics_rules import OPEN_ROADM_MODES, OpticsRules
from karez.units import decibel, ratio

needs_gnpy = pytest.mark.skipif(find_spec("gnpy") is None, reason="the extra `optical` (GNPy) is not installed")
NO_SPANS = np.zeros(0, np.int32)
RULE = OpticsRules(method="reach_rule")
LONG = "\n[backbone.optics]\nmethod = 'reach_rule'\nspan_max_km = 12.0\nhut_near_km = 3.0\n"


def even(count: int, km: float = 80.0) -> Link:
    """A link of even spans."""
    huts = tuple(Hut(number * km * 1e3, 0, 0.0, -1) for number in range(1, count))
    return Link((0, 1), NO_SPANS, count * km * 1e3, huts)


@pytest.fixture(scope="module")
def lit(tmp_path_factory):
    """The small project with amplifiers every 12 km at most, so that there are huts."""
    return designed(tmp_path_factory.mktemp("optics") / "tiny", LONG)


@settings(max_examples=50)
@given(
    st.floats(1.0, 900.0),
    st.floats(10.0, 120.0),
    st.lists(st.floats(0.0, 1.0), max_size=12, unique=True),
    st.floats(0.0, 60.0),
)
def test_huts_are_as_few_as_can_be_and_no_span_is_too_long(length_km, most_km, places, near_km):
    stands = np.array(sorted(places)) * length_km * 1e3
    at, chosen = place_huts(length_km * 1e3, most_km * 1e3, stands, near_km * 1e3)
    spans = np.diff([0.0, *at, length_km * 1e3])
    assert (spans >= 0).all()
    assert spans.max() <= most_km * 1e3 + 1e-6
    assert len(at) == max(int(np.ceil(length_km / most_km - 1e-9)) - 1, 0)
    for here, place in zip(at, chosen, strict=True):
        assert place < 0 or here == stands[place]


def test_a_hut_goes_to_the_place_nearest_to_its_even_position():
    at, chosen = place_huts(150e3, 80e3, np.array([60e3, 72e3, 79e3, 100e3]), 5e3)
    assert at == [72e3]
    assert chosen == [1]
    # 60 km from the beginning would leave 90 km behind it: not even near, and not allowed.
    at, chosen = place_huts(150e3, 80e3, np.array([60e3]), 50e3)
    assert at == [75e3]
    assert chosen == [-1]


def test_noise_of_even_spans_is_the_textbook_formula():
    for count in (1, 5, 20):
        booster = ratio(-(58 - 20 - 5))
        osnr = -decibel(formula_noise(RULE, even(count)) - booster)
        assert osnr == pytest.approx(58 + RULE.launch_dbm - 18.6 - 5 - decibel(count))


@needs_gnpy
@pytest.mark.parametrize("mode", OPEN_ROADM_MODES, ids=lambda mode: mode.name)
def test_default_reaches_are_those_of_gnpy(mode):
    rules = OpticsRules(method="gnpy", grid_ghz=100 if mode.slot_ghz > 50 else 50)
    one, two = gnpy_noise(rules, mode, (even(1), even(2)))
    left = ratio(-mode.osnr_db - rules.margin_db) - transmitter_noise(rules) - (2 * one - two)
    assert mode.reach_spans == int(left // (two - one))
    assert mode.reach_km == 80.0 * mode.reach_spans


@needs_gnpy
def test_gnpy_without_nonlinear_noise_agrees_with_the_formula_within_a_tenth_of_a_decibel():
    # At 15 dB less power nonlinear interference is 30 dB weaker, and amplifiers are all there is.
    rules = OpticsRules(method="gnpy", launch_dbm_per_50_ghz=-15.0, node_out_dbm=-35.0)
    links = (even(1), even(7), even(3, 41.0))
    found = gnpy_noise(rules, OPEN_ROADM_MODES[0], links)
    for link, noise in zip(links, found, strict=True):
        assert decibel(noise) == pytest.approx(decibel(formula_noise(rules, link)), abs=0.1)


@needs_gnpy
@pytest.mark.parametrize("mode", OPEN_ROADM_MODES[:3], ids=lambda mode: mode.name)
def test_noise_of_links_in_a_row_is_what_gnpy_finds_when_it_propagates_the_whole_route(mode):
    rules = OpticsRules(method="gnpy")
    links_km = [[80.0, 33.0, 61.5], [70.0], [78.0, 78.0]] * 3
    links = tuple(
        Link(
            (0, 1), np.zeros(0, np.int32), sum(km) * 1e3, tuple(Hut(at * 1e3, 0, 0.0, -1) for at in np.cumsum(km)[:-1])
        )
        for km in links_km
    )
    found = in_a_row(gnpy_noise(rules, mode, links), mode.gbaud)
    assert decibel(found) == pytest.approx(decibel(propagate(rules, mode, links_km)), abs=0.1)


@needs_gnpy
def test_the_small_project_is_lit_by_gnpy(tmp_path):
    _, _, _, backbone = designed(tmp_path / "tiny", LONG.replace("reach_rule", "gnpy"))
    assert backbone.optics.method == "gnpy"
    assert set(backbone.optics.routes["method"]) == {"gnpy"}
    assert backbone.optics.routes["feasible"].all()


@pytest.mark.skipif(find_spec("gnpy") is not None, reason="GNPy is installed")
def test_without_gnpy_the_rule_stands_in_unless_it_is_asked_for():
    assert not uses_gnpy(OpticsRules())
    with pytest.raises(UsageFault, match=r"pip install 'karez\[optical\]'"):
        uses_gnpy(OpticsRules(method="gnpy"))


def made(km: list[float], rules: OpticsRules = RULE) -> Fibre:
    """A chain of links."""
    links = [even(max(1, int(np.ceil(one / 80))), one / max(1, int(np.ceil(one / 80)))) for one in km]
    noise = np.tile([formula_noise(rules, link) for link in links], (len(rules.usable), 1))
    return Fibre(rules, np.array(km), np.array([len(link.huts) + 1 for link in links]), noise, False)


def test_a_route_beyond_reach_gets_as_few_regenerators_as_a_search_finds():
    fibre = made([150.0, 90.0, 160.0, 60.0, 240.0, 80.0, 30.0])
    links = np.arange(7, dtype=np.int32)
    mode = 4
    pieces = fewest_pieces(fibre, mode, links)
    assert np.concatenate(pieces).tolist() == links.tolist()
    assert all(fibre.margin_db(mode, piece) >= 0 for piece in pieces)
    fewest = {0: 0}
    for end in range(1, 8):
        reached = [fewest[b] + 1 for b in range(end) if b in fewest and fibre.margin_db(mode, links[b:end]) >= 0]
        if reached:
            fewest[end] = min(reached)
    assert len(pieces) == fewest[7]
    assert fewest_pieces(made([500.0]), mode, links[:1]) is None


def test_a_route_takes_the_mode_with_fewest_transponders_or_the_cheapest():
    fibre = made([100.0])
    links = np.zeros(1, np.int32)
    assert fibre.rules.usable[light(fibre, links, 390e3, {}).mode].name == "400G"
    # Of modes that need one wavelength alike the one with most margin.
    assert fibre.rules.usable[light(fibre, links, 90e3, {}).mode].name == "100G"
    priced = [mode.model_copy(update={"item": mode.name}) for mode in OPEN_ROADM_MODES]
    rates = {mode.name: 1.0 if mode.name == "200G" else 2.5 for mode in priced}
    dear = made([100.0], RULE.model_copy(update={"modes": tuple(priced)}))
    route = light(dear, links, 390e3, rates)
    assert dear.rules.usable[route.mode].name == "200G"
    assert route.count == 2
    assert route.transponders == 4


def test_a_route_that_no_mode_stands_is_dark():
    route = light(made([40_000.0]), np.zeros(1, np.int32), 1e3, {})
    assert route.mode == -1
    assert route.transponders == 0


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sets(st.integers(0, 7), min_size=1), st.integers(1, 5)), max_size=20))
def test_no_wavelength_is_on_a_link_twice(demands):
    pieces = [np.array(sorted(on), np.int32) for on, _ in demands]
    wanted = [count for _, count in demands]
    given_waves = first_fit(8, pieces, wanted)
    taken = [(link, wave) for on, mine in zip(pieces, given_waves, strict=True) for link in on for wave in mine]
    assert len(set(taken)) == len(taken)
    assert [len(mine) for mine in given_waves] == wanted
    load = loads(8, pieces, wanted)
    assert load.tolist() == [sum(link == one for link, _ in taken) for one in range(8)]
    assert max((mine.max() + 1 for mine in given_waves), default=0) >= load.max()


def test_links_join_nodes_that_switch_and_huts_stand_along_them(lit):
    _, graph, _, backbone = lit
    optics = backbone.optics
    links = optics.links
    assert len(optics.huts) == links["huts"].sum() > 0
    assert links["longest_span_km"].max() <= 12.0 + 1e-9
    used = backbone.spans[(backbone.spans["working_mbps"] > 0) | (backbone.spans["protection_mbps"] > 0)]
    assert links["length_km"].sum() == pytest.approx(used["length_m"].sum() / 1e3)
    assert set(optics.nodes["kind"]) == {"source", "hub", "junction"}
    # Each hut is drawn on the candidate routes.
    lines = shapely.union_all(graph.spans.geometry.to_numpy())
    assert shapely.distance(optics.huts.geometry.to_numpy(), lines).max() < 1e-9
    assert optics.bill.set_index("part").loc["power", "count"] == len(optics.huts)


def test_settings_out_of_range_and_grids_that_no_mode_fits_are_refused():
    with pytest.raises(ValidationError, match="no mode fits a grid of 50 GHz"):
        OpticsRules(grid_ghz=50, modes=(OPEN_ROADM_MODES[2],))
    with pytest.raises(ValidationError, match="two modes have one name"):
        OpticsRules(modes=(OPEN_ROADM_MODES[2], OPEN_ROADM_MODES[2]))
    with pytest.raises(ValidationError, match="holds no wavelength"):
        OpticsRules(band_ghz=60.0)
