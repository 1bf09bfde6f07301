"""The small project with fees, running costs, a carbon price: a business case that can be checked by hand."""

from __future__ import annotations

from pathlib import Path

from karez.flow.plan import make
from karez.model.plan import Plan
from karez.reading import read
from projects import tiny_project

BUSINESS = """
[business]
public_share_capex = 0.8
traffic_growth_per_year = 0.1

[business.uptake.urban]
midpoint_years = 1.0

[business.uptake.rural]
ceiling = 0.5
midpoint_years = 2.0
steepness_per_year = 0.8

[[business.tariffs]]
name = "Broadband at home"
segment = "homes"
per = "connected_household"
amount_per_year = 900.0
source = "made up"

[[business.tariffs]]
name = "Access of clinics"
segment = "anchors"
payer = "public"
per = "mbps"
categories = ["clinic"]
amount_per_year = 30.0
growth_real_per_year = -0.05
currency = "USD"
price_year = 2024

[[business.tariffs]]
name = "Fibre for others"
segment = "wholesale"
payer = "operator"
per = "route_km"
amount_per_year = 2000.0

[[business.running_costs]]
name = "Care"
per = "connected_household"
amount_per_year = 90.0

[[business.running_costs]]
name = "Posts"
per = "unit"
projects = ["safety"]
amount_per_year = 700.0

[social]
enabled = true
income_per_household_per_year = 60000.0
"""


def business_project(folder: Path, more: str = "") -> Path:
    """Write the small project with a business case into `folder`."""
    project = tiny_project(folder)
    path = project / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8") + BUSINESS + more, encoding="utf-8")
    return project


def business_plan(folder: Path, more: str = "") -> Plan:
    """Plan it."""
    return make(read(business_project(folder, more)))
