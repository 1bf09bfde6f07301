"""``boq.xlsx`` of a street-level design: bill of quantities in total, by office and by cabinet, prices apart."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from karez.model.street import StreetDesign, StreetInputs
from karez.reporting.book import Book, Column, Placed, Sheet
from karez.reporting.street.items import in_words, with_labour

LABOUR = "Labour, share of it"


def write_street_workbook(
    inputs: StreetInputs, design: StreetDesign, layers: dict[str, gpd.GeoDataFrame], path: Path
) -> None:
    """Write the workbook.

    Amounts are quantity × unit cost of the sheet Prices, as live formulas: change a cost there and every total follows.
    Labour is the share of an amount that the same sheet says, material the rest.
    A unit cost is the item's amount over its quantity in this design.
    """
    currency = inputs.rules.prices.currency
    bill = in_words(with_labour(design.bill, inputs.rules.prices.labour))
    with Book(path, f"Street-level design: {inputs.name}") as book:
        prices = _prices(book, bill, currency)
        _bill(book, bill, prices, currency)
        _by(book, bill, "office", layers["offices"]["id"].tolist(), prices, currency)
        _by(book, bill, "cabinet", layers["cabinets"]["id"].tolist(), prices, currency)
        _schematic(book, layers)


def _items(bill: pd.DataFrame) -> pd.DataFrame:
    """Items with their quantity and amount, in the order of their amount."""
    table = bill.groupby(["item", "unit"], as_index=False)[["quantity", "amount", "labour"]].sum()
    table["price"] = table["amount"] / table["quantity"]
    # Every item has one share: rounding aside, that of its amounts.
    table["share"] = (table["labour"] / table["amount"].where(table["amount"] > 0)).fillna(0.0).round(6)
    return table.sort_values(["amount", "item"], ascending=[False, True]).reset_index(drop=True)


def _prices(book: Book, bill: pd.DataFrame, currency: str) -> Placed:
    items = _items(bill)
    sheet = Sheet(
        book, "Prices", "Prices", f"Unit costs in {currency}, material and labour. Change one and all follows."
    )
    return sheet.table(
        [
            Column("Item", items["item"].tolist(), width=48),
            Column("Unit", items["unit"].tolist(), width=8),
            Column(f"Unit cost, {currency}", items["price"].tolist(), "input", 18),
            Column(LABOUR, items["share"].tolist(), "input", 18),
        ],
        freeze=1,
    )


def _bill(book: Book, bill: pd.DataFrame, prices: Placed, currency: str) -> None:
    items = _items(bill)
    sheet = Sheet(book, "Total", "Bill of quantities", "The whole design, every item once.")
    sheet.table(_columns(items, prices, currency), total="Total", freeze=1)


def _columns(items: pd.DataFrame, prices: Placed, currency: str, lead: Column | None = None) -> list[Column]:
    """Columns of a bill; the amount looks its unit cost up by the item's name."""
    names, costs, shares = (prices.column(title) for title in ("Item", f"Unit cost, {currency}", LABOUR))
    item, quantity, amount, labour = ("A", "C", "D", "E") if lead is None else ("B", "D", "E", "F")

    def cost(row: int) -> str:
        return f"INDEX({costs},MATCH({item}{row},{names},0))"

    def share(row: int) -> str:
        return f"INDEX({shares},MATCH({item}{row},{names},0))"

    of_labour = (items["amount"] * items["share"]).round(2)

    columns = [
        Column("Item", items["item"].tolist(), width=48),
        Column("Unit", items["unit"].tolist(), width=8),
        Column("Quantity", items["quantity"].tolist(), "quantity", 14),
        Column(
            f"Amount, {currency}",
            items["amount"].tolist(),
            "cents",
            18,
            formula=lambda row: f"ROUND({quantity}{row}*{cost(row)},2)",
            total=True,
        ),
        Column(
            f"of it labour, {currency}",
            of_labour.tolist(),
            "cents",
            18,
            formula=lambda row: f"ROUND({amount}{row}*{share(row)},2)",
            total=True,
        ),
        Column(
            f"of it material, {currency}",
            (items["amount"] - of_labour).round(2).tolist(),
            "cents",
            18,
            formula=lambda row: f"{amount}{row}-{labour}{row}",
            total=True,
        ),
    ]
    return columns if lead is None else [lead, *columns]


def _by(book: Book, bill: pd.DataFrame, key: str, ids: list[str], prices: Placed, currency: str) -> None:
    title = f"By {key}"
    what = "Trench and cable by the area they lie in; the rest is that of the office." if key == "cabinet" else ""
    sheet = Sheet(book, title, title, what)
    table = bill.groupby([key, "item", "unit"], as_index=False)[["quantity", "amount"]].sum()
    names = [ids[number] if number >= 0 else f"no {key}" for number in table[key]]
    lead = Column(key.capitalize(), names, width=34)
    table["price"] = table["amount"] / table["quantity"]
    # What a mean price makes of an area differs from its own amount by the mix of streets in it.
    mean = _items(bill).set_index("item")[["price", "share"]]
    table["amount"] = (table["quantity"] * table["item"].map(mean["price"])).round(2)
    table["share"] = table["item"].map(mean["share"])
    sheet.table(_columns(table, prices, currency, lead), total="Total", freeze=2, find=True)


def _schematic(book: Book, layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Office → cabinet → splitters → closures → dwellings, one row a cabinet."""
    cabinets, closures = layers["cabinets"], layers["closures"]
    count = closures.groupby("cabinet").size().reindex(cabinets["id"], fill_value=0)
    sheet = Sheet(book, "Schematic", "Schematic", "Ports of each office, in the order in which cabinets take them.")
    first = cabinets["first_port"]
    last = first + cabinets["splitters"] - 1
    ports = [f"{low} – {high}" for low, high in zip(first, last, strict=True)]
    sheet.table(
        [
            Column("Office", cabinets["office"].tolist(), width=30),
            Column("Ports of the office", ports, width=16),
            Column("Cabinet", cabinets["id"].tolist(), width=34),
            Column("Ports", cabinets["ports"].tolist(), "integer", 10),
            Column("Splitters", cabinets["splitters"].tolist(), "integer", 10, total=True),
            Column("Closures", count.tolist(), "integer", 10, total=True),
            Column("Dwellings", cabinets["dwellings"].tolist(), "integer", 12, total=True),
            Column("Feeder, m", cabinets["feeder_m"].tolist(), "quantity", 12),
        ],
        total="Total",
        freeze=3,
        find=True,
    )
