"""The small project with satellite services whose capacity its sites share."""

from __future__ import annotations

from pathlib import Path

from projects import tiny_project

SERVICES = """
[satellites.leo]
orbit = "LEO"
mbps = 100.0
latency_ms = 45.0
costs = [{{ item = "leo_kit", per = "terminal" }}, {{ item = "leo_capacity", per = "mbps", kind = "opex" }}]
cell_km = 150.0
cell_mbps = {leo}

[satellites.geo]
orbit = "GEO"
mbps = 20.0
latency_ms = 600.0
costs = [{{ item = "dish", per = "terminal" }}, {{ item = "satellite_capacity", per = "mbps", kind = "opex" }}]
cell_km = 600.0
mbps_per_km2 = {geo}
source = "made up"

[categories.home]
"""

ITEMS = """\
leo_kit,each,300,400,500,USD,2025,made up,assumption,5,0.02
leo_capacity,mbps,60,80,150,USD,2025,made up,assumption,1,0
"""

PLAIN = (
    """
[[categories.home.costs.satellite]]
item = "dish"
per = "connected_household"

[[categories.home.costs.satellite]]
item = "satellite_capacity"
per = "mbps"
kind = "opex"
""",
    'costs.satellite = [{ item = "dish", per = "unit" }, '
    '{ item = "satellite_capacity", per = "mbps", kind = "opex" }]\n',
)
"""What satellites cost where there is one service."""


def orbit_project(folder: Path, leo: float = 6500.0, geo: float = 0.003) -> Path:
    """Write it: LEO in cells of 150 km with so many Mbit/s, GEO in cells of 600 km with so many per km².

    There is little money, so that places live on satellites: homes at ``middle`` ask for 5600 Mbit/s, at ``south`` for
    1260, at ``north`` for 840, in one cell of LEO; and GEO sells about a thousand in its cell.
    """
    project = tiny_project(folder)
    path = project / "programme.toml"
    text = path.read_text(encoding="utf-8").replace("[20e6, 40e6, 30e6]", "[8e6, 8e6, 8e6]")
    for old, new in zip(PLAIN, ("\n[categories.home.costs]\nsatellite = []\n", "costs.satellite = []\n"), strict=True):
        assert old in text
        text = text.replace(old, new)
    text = text.replace("\n[categories.home]\n", SERVICES.format(leo=leo, geo=geo))
    path.write_text(text, encoding="utf-8")
    with (project / "catalogue.csv").open("a", encoding="utf-8") as catalogue:
        catalogue.write(ITEMS)
    return project
