"""Tables and the map that show a backbone, on its own page and in a plan's report."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from markupsafe import Markup

from karez.reporting.figures import MISSING, money, number
from karez.reporting.outage_map import Dots, Lines, network_map
from karez.reporting.page import Table

ROLES = {
    "ring": ("On a ring", "#1c5f99", 2.2),
    "only_road": ("Only road, nothing doubles it", "#c0392b", 2.6),
    "spur": ("One way, as asked", "#7a8a96", 1.6),
    "lead_in": ("A place's own lead-in", "#d98a1b", 1.6),
}
"""Label, colour and width of every role of a span."""

COMPLEMENTS = {
    "alongside": "second trench alongside",
    "cross_country": "new cross-country route",
    "microwave": "microwave link",
    "satellite": "satellite back-up",
}
HUB_COLOUR = "#17202a"


def road_table(stretches: pd.DataFrame, currency: str) -> Table:
    """Stretches of only road, those before most households first."""
    roads = stretches.sort_values(["households", "id"], ascending=[False, True])
    rows: list[list[str]] = [
        [
            str(row.id),
            str(row.first_hubs),
            number(row.length_km, 1),
            number(row.hubs),
            number(row.emergency_posts),
            number(row.households),
            COMPLEMENTS.get(str(row.cheapest), MISSING),
            money(row.alongside_real, currency),
            money(row.cross_country_real, currency),
            money(row.microwave_real, currency),
            number(row.microwave_hops),
            money(row.satellite_real, currency),
        ]
        for row in roads.itertuples()
    ]
    heads = [
        "Stretch", "Hubs behind", "Length, km", "Hubs", "Emergency posts", "Households behind", "Cheapest complement",
        "Alongside", "Cross-country", "Microwave", "Hops of it", "Satellite",
    ]  # fmt: skip
    return Table("Stretches of only road before hubs", heads, rows, words=frozenset({0, 1, 6}), tall=True)


def hub_table(hubs: pd.DataFrame) -> Table:
    """What every hub has."""
    shown = ("name", "category", "wanted", "has", "stretches", "single_km")
    words = {"node": "two, sharing no node", "edge": "two, sharing no span", "none": "one", "unreached": "none"}
    rows = [
        [str(name), str(category), words[wanted], words[has], str(stretches), number(km, 1)]
        for name, category, wanted, has, stretches, km in zip(*(hubs[c] for c in shown), strict=True)
    ]
    heads = [
        "Hub",
        "Category",
        "Ways wanted",
        "Ways had, but for the roads named",
        "Only roads before it",
        "of them, km",
    ]
    return Table("Hubs", heads, rows, words=frozenset({0, 1, 2, 3, 4}), tall=True)


def role_map(spans: gpd.GeoDataFrame, hubs: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> Markup:
    """Areas, spans by role, hubs, as they lie."""
    places = hubs.drop_duplicates("geometry")
    lines = [
        Lines(of["geometry"].to_numpy(), colour, width, tips=of["id"].tolist())
        for of, (_, colour, width) in ((spans[spans["role"] == role], look) for role, look in ROLES.items())
    ]
    dots = Dots(places.geometry.to_numpy(), HUB_COLOUR, [4.0] * len(places), places["name"].astype(str).tolist())
    return network_map("Map of the backbone", areas, [*lines, dots])
