"""The sheet ``Settlements`` of the workbook: homes that are priced by a street-level design, and by a density model."""

from __future__ import annotations

from karez.model.plan import Plan
from karez.model.settlement_rules import PREFIX
from karez.model.words import HOME, LOCAL_COSTS
from karez.reporting.book import Column, Sheet

SETTLEMENTS = "Settlements"


def settlement_titles(plan: Plan, basis: str) -> dict[str, tuple[str, str]]:
    """Title and subtitle of the sheet; nothing where no settlement has a map."""
    if plan.settlements is None:
        return {}
    return {SETTLEMENTS: (SETTLEMENTS, f"Local cost of fibre to homes, from street-level designs. {basis}")}


def sources_of_bill(plan: Plan) -> list[str]:
    """What the local cost of every row of the bill is from; empty but for homes' own distribution."""
    street, density = LOCAL_COSTS
    rows = zip(plan.bill["group"], plan.bill["category"], plan.bill["item"], strict=True)
    return [
        (street if str(item).startswith(PREFIX) else density) if group == "local" and category == HOME else ""
        for group, category, item in rows
    ]


def fill_settlements(sheets: dict[str, Sheet], plan: Plan) -> None:
    """Fill the sheet of :func:`settlement_titles`, if there is one."""
    if SETTLEMENTS not in sheets or plan.settlements is None:
        return
    sheet, table, items = sheets[SETTLEMENTS], plan.settlements.table, plan.settlements.items
    sheet.table(
        [
            Column("Place", table["place"].tolist(), "text", 24),
            Column("Map", table["map"].tolist(), "text", 28),
            Column("Premises on the map", table["premises"].tolist(), "integer", 14),
            Column("Homes served there", table["homes_served"].tolist(), "integer", 14),
            Column("Households", table["households"].tolist(), "integer", 14),
            Column("Of them connected", table["connected"].tolist(), "integer", 14),
            Column("Per home passed, street", table["passed_real"].tolist(), "cents", 14),
            Column("Per home passed, density", table["density_passed_real"].tolist(), "cents", 14),
            Column("Connecting a home, street", table["connecting_real"].tolist(), "cents", 14),
            Column("Connecting a home, density", table["density_connecting_real"].tolist(), "cents", 14),
            Column("Capex, street", table["capex_real"].tolist(), "cents", 18),
            Column("Capex, density", table["density_capex_real"].tolist(), "cents", 18),
            Column("Gap of the design", table["gap"].tolist(), "share", 10),
            Column("Design's currency", table["currency"].tolist(), "text", 10),
            Column("Its price year", table["price_year"].tolist(), "year", 8),
            Column("Rate to the programme's money", table["to_real"].tolist(), "factor", 14),
            Column("Design's cost, its currency", table["cost"].tolist(), "cents", 18),
            Column("Bound with its constant, its currency", (table["bound"] + table["constant"]).tolist(), "cents", 18),
        ]
    )
    sheet.heading("What a home adds up from, in the currency of its design")
    sheet.table(
        [
            Column("Place", items["place"].tolist(), "text", 24),
            Column("Item", items["item"].tolist(), "text", 28),
            Column(
                "Paid for homes", ["passed" if part == "passing" else "connected" for part in items["part"]], "text", 14
            ),
            Column("Unit", items["unit"].tolist(), "text", 14),
            Column("Quantity", items["quantity"].tolist(), "quantity", 14),
            Column("Cost", items["amount"].tolist(), "cents", 14),
            Column("Homes", items["homes"].tolist(), "integer", 14),
            Column("Units for each home", items["per_home"].tolist(), "factor", 14),
        ]
    )
