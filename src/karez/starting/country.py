"""Start a project for any country of the world from open data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from karez.errors import UsageFault
from karez.starting.areas import service_areas
from karez.starting.aside import refuse_existing, written_aside
from karez.starting.extra import require_extra
from karez.starting.folder import write_folder
from karez.starting.globe import Frame
from karez.starting.nations import find_nation
from karez.starting.outlines import land_around
from karez.starting.routes import routes_of
from karez.starting.settings import Start
from karez.starting.sites import home_sites, settled, source


def start_country(code: str, target: Path) -> Path:
    """Make a project folder for a country.

    Settlements are those of GeoNames, roads and railways those of OpenStreetMap, the outline is Natural Earth's. What
    these do not say is filled by rules that the folder states; all of it is a starting point to replace.

    Parameters
    ----------
    code : str
        ISO 3166-1 code of two or three letters, or the English name, in any case.
    target : Path
        Folder to be made.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageFault
        If there is no such country, no settlement of it is known, `target` exists, or the packages of the extra
        ``starter`` are missing.
    """
    refuse_existing(target)
    require_extra()
    nation = find_nation(code)
    settlements = settled(nation)
    places: pd.DataFrame = settlements.places
    if not len(places):
        raise UsageFault(f"No settlement of {nation.name} is known to GeoNames, so there is nothing to plan for.")
    frame = Frame.around(places["lon"].to_numpy())
    land = land_around(nation, places, frame)
    routes = routes_of(places[["lon", "lat"]].to_numpy(), land, frame)
    areas, offshore = service_areas(places, land.own, frame)
    start = Start(nation, settlements, routes, offshore)
    with written_aside(target) as folder:
        write_folder(folder, start, home_sites(settlements), source(settlements), areas)
    return target
