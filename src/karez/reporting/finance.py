"""``finance/``: the rows that cash flow, subsidies, equity and emissions add up from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from karez.model.plan import Plan
from karez.reporting.files import write_parquets


def write_finance(plan: Plan, folder: Path) -> None:
    """Write the tables behind the appraisal into the new folder `folder`; nothing where there is none."""
    worth = plan.appraisal
    tables: dict[str, pd.DataFrame] = {}
    if worth.finance is not None:
        tables |= {"cash_flow": worth.finance.rows, "sales": worth.finance.sales, "demand": worth.finance.demand}
        tables |= {"site_subsidies": worth.finance.sites, "customers": worth.finance.customers, "bill": plan.bill}
    if worth.equity is not None:
        tables["equity"] = worth.equity.by_area_year
    if worth.carbon is not None:
        tables["emissions"] = worth.carbon.rows
    if plan.settlements is not None:
        tables |= {"settlements": plan.settlements.table, "settlement_items": plan.settlements.items}
    if tables:
        write_parquets(tables, folder)
