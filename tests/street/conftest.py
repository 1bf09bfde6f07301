from __future__ import annotations

import sys

import pytest
from street_maps import grid_of_streets

from karez.cli.main import main
from karez.designing.street import design_street
from karez.flow.street import street
from karez.reading.street import read_street
from karez.routing.street import route_streets


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    """A grid of streets, one of them wide, as a map file."""
    return grid_of_streets(wide=True).write(tmp_path_factory.mktemp("town") / "town.osm")


@pytest.fixture(scope="session")
def run(town, tmp_path_factory):
    """The whole run of that town."""
    return street(town, out=tmp_path_factory.mktemp("street") / "run")


@pytest.fixture(scope="session")
def designed():
    """Read, route and design a map file."""

    def made(path, **more):
        inputs = read_street(path, **more)
        graph = route_streets(inputs)
        return inputs, graph, design_street(inputs, graph)

    return made


@pytest.fixture
def refused(monkeypatch, capsys):
    """Run `karez street` on something that cannot be; what it says on standard error, in one line."""

    def told(*arguments):
        monkeypatch.setattr(sys, "argv", ["karez", "street", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 1
        return " ".join(capsys.readouterr().err.replace("│", " ").split())

    return told
