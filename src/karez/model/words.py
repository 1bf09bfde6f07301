"""The closed vocabularies of the trade that every room shares.

Statuses are those of the Open Fibre Data Standard 0.4 (codelist ``nodeStatus``/``spanStatus``), so that exports
need no mapping.
"""

from __future__ import annotations

from typing import Literal, get_args

RECORD_END = "# End of the record."
"""Last line of ``run.toml``: without it the file has been cut short, though what is left may be whole TOML."""

Technology = Literal["fibre", "microwave", "fixed_wireless", "satellite", "unserved"]
"""The answer every site gets (rule 5)."""

Alternative = Literal["microwave", "fixed_wireless", "satellite"]
"""A technology that needs no span of the graph; microwave does where hops are edges (`radio.bands`)."""

Ground = Literal["urban", "plain", "mountain", "water"]
"""Ground classes that price a metre."""

Method = Literal["buried", "aerial", "micro_trench", "along_rail", "existing_duct", "submarine", "existing"]
"""How a span is deployed. ``existing`` is fibre that is there already and costs no trench."""

RadioMethod = Literal["microwave", "mast"]
"""How a span is made that is no cable: a hop between two masts, and a mast between the ground and its head."""

Status = Literal["proposed", "planned", "underConstruction", "operational", "inactive", "decommissioned"]

Tier = Literal["backbone", "access", "lead_in"]
"""What a chosen span is for. ``lead_in`` joins a place to the network."""

Driver = Literal[
    "household",
    "urban_household",
    "rural_household",
    "connected_household",
    "village",
    "unit",
    "terminal",
    "mbps",
    "sector",
    "station",
]
"""What a cost line counts on a site row; see :class:`karez.model.cost_line.CostLine`."""

LocalCost = Literal["street design", "density model"]
"""Where the local cost of homes is from: a street-level design of their settlement, or a model of its density."""

TECHNOLOGIES: tuple[str, ...] = get_args(Technology)
GROUNDS: tuple[str, ...] = get_args(Ground)
METHODS: tuple[str, ...] = get_args(Method)
LOCAL_COSTS: tuple[LocalCost, ...] = get_args(LocalCost)
HOME = "home"
"""Category whose rows carry households."""
RADIO_METHODS: tuple[str, ...] = get_args(RadioMethod)
NO_ROUTE: tuple[str, ...] = ("existing", *RADIO_METHODS)
"""Methods of spans that are no new route: nothing is laid along them."""
SPAN_METHODS: tuple[str, ...] = METHODS + RADIO_METHODS
DRIVERS: tuple[str, ...] = get_args(Driver)
