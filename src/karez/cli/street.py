"""What ``karez street`` says in the end."""

from __future__ import annotations

import json

from karez.cli.screen import out, table
from karez.flow.street import StreetRun


def street_json(made: StreetRun) -> dict:
    """The run's summary, and where it lies."""
    summary = json.loads((made.folder / "summary.json").read_text(encoding="utf-8"))
    return {**summary, "run": str(made.folder)}


def print_street(made: StreetRun) -> None:
    """Show what the design costs, how well it is proven, and where it lies."""
    summary = street_json(made)
    totals, currency = summary["totals"], summary["currency"]
    rows = table(f"Fibre to every door: {summary['name']}", "", "", right=("",))
    rows.add_row("premises served", f"{totals['premises_served']:,} of {totals['premises']:,}")
    rows.add_row("dwellings", f"{totals['dwellings_served']:,}")
    rows.add_row("trench", f"{totals['trench_m'] / 1e3:,.1f} km")
    rows.add_row("offices, cabinets, closures", f"{totals['offices']}, {totals['cabinets']:,}, {totals['closures']:,}")
    rows.add_row("cost", f"{totals['cost_real'] / 1e6:,.2f} M {currency}")
    rows.add_row("cost per home passed", f"{totals['cost_per_home_passed_real']:,.0f} {currency}")
    share = "" if totals["take_up"] == 1.0 else f", {totals['take_up']:.0%} of them"
    rows.add_row(f"cost per home connected{share}", f"{totals['cost_per_home_connected_real']:,.0f} {currency}")
    rows.add_row("greatest loss", f"{totals['greatest_loss_db']:.1f} of {totals['budget_db']:.1f} dB")
    out.print(rows)
    proofs = table("How good it is proven to be", "what", "value", "bound", "gap", right=("value", "bound", "gap"))
    for one in summary["certificates"]:
        proofs.add_row(one["name"], f"{one['value']:,.0f}", f"{one['bound']:,.0f}", f"{one['gap']:.2%}")
    out.print(proofs)
    for note in summary["notes"]:
        out.print(f"- {note['text']}", highlight=False, soft_wrap=True)
    out.print(f"Results: {made.folder}", highlight=False, soft_wrap=True)
    out.print(f"Report:  {made.folder / 'report.html'}", highlight=False, soft_wrap=True)
