"""Premises further from a given office than light reaches."""

from __future__ import annotations

import pytest
from street_maps import Locks

from karez.errors import DataFault
from karez.flow.street import street
from karez.flow.verify import verify


def _long_road(folder, *, office=(0.0, 0.0)):
    """A road of 2 km with four houses, and a way round by a lane that is built, hence cheap, and longer."""
    own, mine = Locks(), Locks()
    own.line("streets", (0, 0), (1_000, 0), (2_000, 0), id="road")
    own.line("streets", (0, 0), (0, 900), (1_000, 900), (1_000, 0), id="lane")
    for number, east in enumerate((20, 990, 1_200, 1_990)):
        own.point("premises", (east, 15), id=f"h{number}")
    own.point("offices", office, id="CO")
    mine.line("built", (0, 0), (0, 900), (1_000, 900), (1_000, 0), id="trunk")
    return {"source": own.write(folder / "own.gpkg"), "lock": mine.write(folder / "mine.gpkg")}


def _rules(folder, reach_m: float):
    path = folder / "rules.toml"
    path.write_text(f"[reach]\noptical_max_m = {reach_m}\n")
    return path


def test_what_light_cannot_reach_is_listed_and_the_rest_designed(tmp_path):
    made = street(**_long_road(tmp_path), rules=_rules(tmp_path, 1_500.0), out=tmp_path / "run")
    lost = made.design.premises[made.design.premises["place"] < 0]
    assert made.inputs.premises["id"][lost.index].tolist() == ["h3"]
    assert "2.01 km away along the streets, further than light reaches (1.50 km)" in lost["reason"].iloc[0]
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures


def test_the_cheap_way_round_is_left_where_it_is_too_long(tmp_path):
    rules = _rules(tmp_path, 20_000.0)
    far = street(**_long_road(tmp_path), rules=rules, out=tmp_path / "far")
    near = street(**_long_road(tmp_path), rules=_rules(tmp_path, 2_100.0), out=tmp_path / "near")
    ways = [made.design.premises[["drop_m", "distribution_m", "feeder_m"]].sum(axis=1) for made in (far, near)]
    assert ways[0].max() > 2_100.0 >= ways[1].max()
    assert (near.design.premises["place"] >= 0).all()
    assert near.design.bill["amount"].sum() > far.design.bill["amount"].sum()
    for made in (far, near):
        verdict = verify(made.folder)
        assert verdict.passed, verdict.failures


def test_offices_that_reach_nothing_are_refused(tmp_path):
    case = _long_road(tmp_path, office=(2_000.0, 0.0))
    rules = tmp_path / "rules.toml"
    rules.write_text("[reach]\noptical_max_m = 30.0\ndistribution_max_m = 20.0\ndrop_max_m = 15.0\n")
    own = Locks()
    own.point("offices", (500, 900), id="CO")
    case["lock"] = own.write(tmp_path / "office.gpkg")
    with pytest.raises(DataFault, match=r"no premises|lies|light"):
        street(**case, rules=rules, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_single_house_has_its_own_network(tmp_path):
    own = Locks()
    own.line("streets", (0, 0), (100, 0), id="road")
    own.point("premises", (50, 15), id="h")
    made = street(own.write(tmp_path / "own.gpkg"), out=tmp_path / "run")
    assert made.design.trench.run.tolist().count(-1) == 1
    assert len(made.design.trench.run) == 2
    verdict = verify(made.folder)
    assert verdict.passed, verdict.failures
