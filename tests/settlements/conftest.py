from __future__ import annotations

import pytest
from mapped import mapped_project

from flow_run import run_project
from karez.appraising.converting import convert
from karez.appraising.pricing import price
from karez.flow.progress import Stages, silent
from karez.flow.settlements import design_settlements
from karez.reading import read
from karez.routing.route import route


@pytest.fixture(scope="session")
def mapped(tmp_path_factory):
    """The small project with maps of two places, planned once."""
    folder = tmp_path_factory.mktemp("mapped")
    return run_project(mapped_project(folder / "project"), folder)


@pytest.fixture(scope="session")
def local():
    """Read, design and price a project; its inputs, and every option with the items it adds up from."""

    def priced(project):
        inputs = design_settlements(read(project), seed=0, stages=Stages(silent))
        prices = price(inputs, route(inputs), convert(inputs.catalogue, inputs.programme))
        items = prices.lines.groupby("option")["item"].agg(set)
        options = prices.options.assign(items=items, id=inputs.sites["id"].to_numpy()[prices.options["site"]])
        return inputs, options.set_index(["id", "technology"])

    return priced
