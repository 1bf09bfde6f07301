"""One set of colours for map, charts and QGIS styles, so that a colour means the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence

TECHNOLOGY_LABELS = {
    "fibre": "Fibre",
    "microwave": "Microwave",
    "fixed_wireless": "Fixed wireless",
    "satellite": "Satellite",
    "unserved": "Unserved",
}
"""Names of the technologies in texts, in the order of legends."""


def way_label(technology: str, service: str = "") -> str:
    """A way to serve a site in words, given apart or as ``technology:service``.

    >>> way_label("satellite:leo"), way_label("fibre"), way_label("")
    ('Satellite leo', 'Fibre', '')
    """
    technology, _, own = technology.partition(":")
    return f"{TECHNOLOGY_LABELS.get(technology, technology)} {service or own}".strip()


TECHNOLOGY_COLOURS = {
    "fibre": "#1c5f99",
    "microwave": "#d98a1b",
    "fixed_wireless": "#7a5aa6",
    "satellite": "#b5416b",
    "unserved": "#8d969f",
}

METHOD_LABELS = {
    "buried": "Buried",
    "aerial": "Aerial, on poles",
    "micro_trench": "Micro-trench",
    "along_rail": "Along a railway",
    "existing_duct": "Existing duct",
    "submarine": "Submarine",
    "existing": "Existing fibre",
    "microwave": "Microwave hop",
    "mast": "Mast",
}

METHOD_DASHES: dict[str, tuple[float, ...]] = {
    "buried": (),
    "aerial": (4.0, 2.0),
    "micro_trench": (6.0, 1.0),
    "along_rail": (2.0, 1.0),
    "existing_duct": (8.0, 1.5),
    "submarine": (1.0, 2.0),
    "existing": (1.0, 1.0),
    "microwave": (0.5, 1.5),
    "mast": (),
}
"""Dash and gap of a line by method, in line widths; empty: solid."""

NODE_COLOURS = {"source": "#b3261e", "place": "#33424f", "junction": "#6b7780", "join": "#a7b0b8", "mast": "#d98a1b"}

PROJECT_COLOURS = (
    *("#1c5f99", "#b5416b", "#d98a1b", "#2f8f83", "#7a5aa6", "#7d8b2c", "#8a5a3c", "#5b6b7b"),
    *("#c26fa3", "#4f93c7", "#a8791c", "#3d6b4f"),
)

_YEAR_STOPS = ("#123f63", "#1f7a8c", "#5aa469", "#d9a441", "#c2563a")
_COVERAGE_STOPS = ("#f3ece2", "#d9e0d4", "#a9cbc5", "#6aa9b0", "#2d7f96")


def project_colours(projects: Sequence[str]) -> dict[str, str]:
    """Colour of each project, by its place in the programme; colours repeat after the twelfth."""
    return {project: PROJECT_COLOURS[place % len(PROJECT_COLOURS)] for place, project in enumerate(projects)}


def year_colours(years: Sequence[int]) -> dict[int, str]:
    """Colour of each calendar year, early years dark blue and late ones brick red.

    >>> year_colours([2026, 2027])
    {2026: '#123f63', 2027: '#c2563a'}
    """
    last = max(len(years) - 1, 1)
    return {year: blend(_YEAR_STOPS, place / last) for place, year in enumerate(years)}


def coverage_colour(share: float) -> str:
    """Colour of a coverage between 0 and 1, pale to deep."""
    return blend(_COVERAGE_STOPS, share)


def blend(stops: Sequence[str], at: float) -> str:
    """Colour at `at` (0 to 1) of the even ramp through `stops`.

    >>> blend(("#000000", "#ffffff"), 0.5)
    '#808080'
    """
    place = min(max(at, 0.0), 1.0) * (len(stops) - 1)
    lower = min(int(place), len(stops) - 2)
    share = place - lower
    pairs = zip(_channels(stops[lower]), _channels(stops[lower + 1]), strict=True)
    return "#" + "".join(f"{round(low + share * (high - low)):02x}" for low, high in pairs)


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on `colour`: at least 4.5 : 1 on any (relative luminance of WCAG 2.2).

    >>> ink_on("#ffffff"), ink_on("#123f63")
    ('#000000', '#ffffff')
    """
    shares = [channel / 255 for channel in _channels(colour)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
