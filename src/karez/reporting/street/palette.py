"""Colours and widths of a street-level design, the same on every map."""

from __future__ import annotations

COLOURS = {
    "trench": "#b9a48f",
    "drops": "#4f93c7",
    "distribution": "#2f8f83",
    "feeder": "#c2563a",
    "premises": "#33424f",
    "closures": "#7d8b2c",
    "cabinets": "#d98a1b",
    "offices": "#b3261e",
}
WIDTHS = {"trench": 0.7, "drops": 0.25, "distribution": 0.45, "feeder": 0.35}
"""Line width by layer, in mm; layers of points have none."""
ORDER = ("trench", "drops", "distribution", "feeder", "premises", "closures", "cabinets", "offices")
"""Order in which layers are drawn over each other."""
TIER_LABELS = {
    "trench": "Trench",
    "drops": "Drop cables",
    "distribution": "Distribution cables",
    "feeder": "Feeder cables",
    "premises": "Premises",
    "closures": "Closures",
    "cabinets": "Cabinets",
    "offices": "Central offices",
}
LOCK_LABELS = {
    "forbidden": "Forbidden",
    "preferred": "Preferred",
    "built": "Built already",
    "ducts": "Ducts",
    "poles": "Poles",
    "office": "Given offices",
    "cabinet": "Given cabinets",
}
"""What a planner may fix, in the order of legends."""
LOCK_COLOURS = {
    "forbidden": "#d0021b",
    "preferred": "#1a8f3c",
    "built": "#33424f",
    "ducts": "#7a5aa6",
    "poles": "#8a5a3c",
    "office": "#b3261e",
    "cabinet": "#d98a1b",
}
LOCK_DASH = (2.0, 1.5)
"""Dash and gap of what is fixed, in line widths, so that it is told from what is designed."""
