"""Which sites are hubs of the backbone."""

from dataclasses import replace

import numpy as np
import pytest

from karez.designing.backbone import hub_levels
from karez.errors import DataFault
from karez.model.backbone_rules import BackboneRules
from karez.reading import read
from projects import tiny_project


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return read(tiny_project(tmp_path_factory.mktemp("hubs") / "tiny"))


def levels(inputs, hubs=None, **own):
    """Levels of the hubs by id, with settings and with words of the sites' own."""
    rules = BackboneRules(hubs=hubs or {})
    sites = inputs.sites.assign(hub=inputs.sites["id"].map(own))
    changed = replace(inputs, sites=sites, programme=inputs.programme.model_copy(update={"backbone": rules}))
    found = hub_levels(changed)
    return {key: level for key, level in zip(sites["id"], found, strict=True) if level}


def test_hubs_are_those_of_the_settings_or_the_usual_ones(inputs):
    seats = {key for key in inputs.sites["id"] if key.startswith("county_seat-")}
    assert levels(inputs) == dict.fromkeys(seats, "node")
    posts = levels(inputs, hubs={"emergency_post": "edge"})
    assert set(posts.values()) == {"edge"}
    assert not seats & set(posts)


@pytest.mark.parametrize(("word", "level"), [("one", "none"), ("edge", "edge"), ("node", "node"), ("no", None)])
def test_the_word_of_a_site_goes_before_that_of_its_category(inputs, word, level):
    own = {"county_seat-east": word, "home-south": word}
    found = levels(inputs, **own)
    assert {found.get(key) for key in own} == {level}
    others = {key for key in levels(inputs) if key not in own}
    assert others <= set(found)


def test_a_word_that_is_none_is_told_with_its_row(tmp_path):
    import geopandas as gpd

    folder = tiny_project(tmp_path / "tiny", form="geojson")
    path = next(path for path in folder.rglob("*sites*"))
    sites = gpd.read_file(path)
    sites["hub"] = np.where(sites["id"] == "county_seat-east", "twice", None)
    sites.to_file(path, driver="GeoJSON")
    with pytest.raises(DataFault, match="twice"):
        read(folder)
