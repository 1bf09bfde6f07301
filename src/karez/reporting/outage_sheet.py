"""The sheet ``What breaks it`` of the workbook."""

from __future__ import annotations

from karez.model.plan import Plan
from karez.reporting.book import Column, Sheet
from karez.reporting.outage_views import CHEAPEST_WORDS

OUTAGES = "What breaks it"
_MOST = 500


def outage_titles(plan: Plan) -> dict[str, tuple[str, str]]:
    """Title and subtitle of the sheet; nothing where nothing hangs on the network."""
    if plan.outages is None or not plan.outages.totals["sites"]:
        return {}
    return {
        OUTAGES: (OUTAGES, "The network at the end of the programme; failure rates are settings, most assumptions.")
    }


def fill_outages(sheets: dict[str, Sheet], plan: Plan) -> None:
    """Fill the sheet of :func:`outage_titles`, if there is one."""
    if OUTAGES not in sheets or plan.outages is None:
        return
    sheet, outages = sheets[OUTAGES], plan.outages
    _standards(sheet, plan)
    reach = outages.reach
    sheet.heading("Vital sites without two ways, and the cheapest further way of each by itself, present cost")
    sheet.table(
        [
            Column("Site", reach["id"].tolist(), "text", 30),
            Column("Name", reach["name"].tolist(), "text", 24),
            Column("Category", reach["category"].tolist(), "text", 16),
            Column("Served by", reach["served_by"].tolist(), "text", 14),
            Column("Minutes lost a year", reach["minutes_lost_per_year"].tolist(), "integer", 14),
            Column("New cable, km", reach["detour_km"].tolist(), "quantity", 14),
            Column("Beside the only road, km", reach["one_road_km"].tolist(), "quantity", 14),
            Column("By cable", reach["detour_present_real"].tolist(), "money", 18),
            Column("Microwave", reach["microwave_present_real"].tolist(), "money", 18),
            Column("Satellite", reach["satellite_present_real"].tolist(), "money", 18),
            Column("Cheapest", [CHEAPEST_WORDS[word] for word in reach["cheapest"]], "text", 20),
        ]
    )
    for title, table in (
        ("Spans, by the households each cuts off alone", outages.spans),
        ("Nodes, by the households each cuts off alone", outages.nodes),
    ):
        worst = table.sort_values(["cut_off_households", "id"], ascending=[False, True])
        worst = worst[worst["cut_off_sites"] > 0].head(_MOST)
        sheet.heading(title + (f"; the first {_MOST}" if len(worst) == _MOST else ""))
        sheet.table(
            [
                Column("Id", worst["id"].tolist(), "text", 30),
                Column("Sites", worst["cut_off_sites"].tolist(), "integer", 12),
                Column("Households", worst["cut_off_households"].tolist(), "integer", 14),
                Column("Vital sites", worst["cut_off_vital"].tolist(), "integer", 12),
            ]
        )
    if len(outages.pairs):
        sheet.heading("Pairs of spans that cut off most, neither alone")
        sheet.table(
            [
                Column("Span", outages.pairs["span"].tolist(), "text", 30),
                Column("With", outages.pairs["partner"].tolist(), "text", 24),
                Column("Sites", outages.pairs["sites"].tolist(), "integer", 12),
                Column("Households", outages.pairs["households"].tolist(), "integer", 14),
            ]
        )


def _standards(sheet: Sheet, plan: Plan) -> None:
    assert plan.outages is not None
    table = plan.outages.standards
    names = {project.id: project.name for project in plan.programme.projects}
    sheet.heading("Minutes lost a year, against what each project promises")
    sheet.table(
        [
            Column("Project", [names[project] for project in table["project"]], "text", 30),
            Column("Served sites", table["sites"].tolist(), "integer", 14),
            Column("Promised availability", table["availability"].tolist(), "share", 16),
            Column("Minutes it allows", table["minutes_allowed"].tolist(), "integer", 14),
            Column("Mean of sites", table["mean_minutes"].tolist(), "integer", 14),
            Column("Worst site", table["worst_minutes"].tolist(), "integer", 14),
            Column("Sites below", table["below"].tolist(), "integer", 12),
            Column("Left open by bounds", table["open"].tolist(), "integer", 12),
        ]
    )
