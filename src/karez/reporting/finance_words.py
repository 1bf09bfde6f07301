"""Words for what the business case and its neighbours are made of."""

from __future__ import annotations

KIND_WORDS = {
    "capex": "Capex",
    "opex": "Upkeep",
    "running": "Running costs",
    "renewal": "Renewals",
    "residual": "Rest value",
    "revenue": "Revenue",
    "tax": "Tax",
    "trench": "Trenches and cables",
    "terminals": "Terminals",
    "replacement": "Terminals replaced",
    "electricity": "Electricity",
}
"""Kinds of cash flows and of emissions."""

PAYER_WORDS = {"public": "Public purse", "operator": "Operator", "user": "Users"}

SEGMENT_WORDS = {"homes": "Homes", "anchors": "Anchor institutions", "business": "Businesses", "wholesale": "Wholesale"}

INDICATOR_WORDS = {
    "npv_real": ("Net present value, {currency}", "cents"),
    "irr_real": ("Internal rate of return, real", "percent"),
    "benefit_cost_ratio": ("Revenue over cost, present values", "factor"),
    "payback_year": ("Paid back by the end of", "year"),
    "discounted_payback_year": ("Paid back by the end of, discounted", "year"),
    "present_revenue_real": ("Present value of revenue, {currency}", "cents"),
    "present_cost_real": ("Present value of all costs, {currency}", "cents"),
    "operator_npv_real": ("Present value for the operator, {currency}", "cents"),
    "subsidy_gap_real": ("Subsidy gap, present value, {currency}", "cents"),
    "least_subsidy_real": ("Least subsidies site by site, present value, {currency}", "cents"),
    "sites_that_need_it": ("Sites that need one", "integer"),
    "homes_passed": ("Homes passed", "integer"),
    "homes_connected": ("Homes connected in the last year", "integer"),
    "capex_per_home_passed_real": ("Capex per home passed, {currency}", "cents"),
    "capex_per_home_connected_real": ("Capex per home connected, {currency}", "cents"),
    "levelised_cost_real_per_user_month": ("Levelised cost per user and month, {currency}", "cents"),
}
"""Indicators in the order they are told: label and format."""
