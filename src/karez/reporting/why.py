"""The folder of ``karez why``: what each rule costs, or which rules conflict and what would help."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd

from karez.model.rule_price import Conflict, RulePrice, RuleStudy
from karez.reporting.book import Book, Column, Sheet
from karez.reporting.figures import at_most, change, money, number, percent
from karez.reporting.files import write_csv, write_json
from karez.reporting.findings import KeyFigure
from karez.reporting.interval_chart import Interval, intervals
from karez.reporting.page import Figure, Section, Study, Table, kicker, render_study
from karez.reporting.run_folder import Progress, write_whole
from karez.reporting.unit import fitting_unit

SLIGHT = 5e-5
"""Shares smaller than this are not told."""
CERTAIN, OPEN = "#1c5f99", "#b9cfe0"


def write_why(study: RuleStudy, folder: Path, *, force: bool = False, progress: Progress | None = None) -> Path:
    """Write ``why.html``, ``.csv``, ``.xlsx`` and ``.json`` into the new folder `folder`.

    Raises
    ------
    UsageFault
        If `folder` is there and `force` is not set.
    """
    table = study.table()
    writers = {
        "why.json": partial(write_json, study.summary()),
        "why.csv": partial(write_csv, table),
        "why.xlsx": partial(_workbook, study, table),
        "why.html": partial(_page, study),
    }
    return write_whole(writers, folder, force=force, progress=progress)


def write_conflict(conflict: Conflict, folder: Path, *, force: bool = False) -> Path:
    """Write ``why.html`` and ``why.json`` of a programme without a plan into the new folder `folder`."""
    writers = {
        "why.json": partial(write_json, conflict.summary()),
        "why.html": partial(_conflict_page, conflict),
    }
    return write_whole(writers, folder, force=force)


def sentences(study: RuleStudy) -> list[str]:
    """What the rules cost, a sentence each, the dearest first; then those that cost nothing that could be told."""
    singles = [price for price in study.prices if price.kind != "budget"]
    told = [sentence(study, price) for price in singles if _telling(price)]
    budget = [sentence(study, price) for price in study.prices if price.kind == "budget"]
    free = [price for price in singles if not _telling(price)]
    if free:
        widest = max(price.lost_at_most for price in free)
        named = "; ".join(price.words for price in free)
        told.append(f"No cost was found of: {named}. It is proven that none of them costs more than {at_most(widest)}.")
    return told + budget


def _telling(price: RulePrice) -> bool:
    """Whether a price is large enough for a sentence of its own."""
    return price.lost >= SLIGHT or price.saved_at_least >= SLIGHT * price.base.cost


def sentence(study: RuleStudy, price: RulePrice) -> str:
    """The price of a rule in words, with what of it is certain.

    Service is what the schedule maximises: discounted, weighted years of service.
    """
    currency = study.programme.agreement.currency
    if price.kind == "budget":
        more = percent(price.gained or 0.0)
        return f"A tenth more money in every year brings {more} more service; money without end {percent(price.lost)}."
    head = f"{price.words[:1].upper()}{price.words[1:]}: that costs {percent(price.lost, 2)} of all service"
    year, homes = worst_year(study, price)
    if abs(homes) >= SLIGHT:
        verb = "fewer" if homes > 0 else "more"
        head += f", and {number(100 * abs(homes), 1)} points {verb} of all homes to standard at the end of {year}"
    if price.saved > 0:
        head += f"; the same service would cost {money(price.saved, currency)} less, present value"
    return f"{head}. {doubt(price, currency)}{tenth(price)}"


def worst_year(study: RuleStudy, price: RulePrice) -> tuple[int, float]:
    """Year in which the rule moves coverage of homes most, and by how much; positive: it takes them."""
    pairs = zip(study.programme.agreement.calendar_years, price.homes_lost(), strict=True)
    return max(pairs, key=lambda pair: abs(pair[1]))


def doubt(price: RulePrice, currency: str) -> str:
    """What is proven of a price."""
    most = f"at most {at_most(price.lost_at_most)} of service and {money(price.saved_at_most, currency)}"
    if price.lost_at_least > 0:
        return f"Proven: at least {percent(price.lost_at_least, 2)}, {most}."
    if price.saved_at_least > 0:
        return f"Proven: at least {money(price.saved_at_least, currency)}, {most}."
    return f"That lies within the uncertainty of the proofs: {most}."


def tenth(price: RulePrice) -> str:
    """What a tenth of loosening brings, where there is anything to tell."""
    if price.gained is None or price.gained < SLIGHT:
        return ""
    return f" A tenth looser ({price.looser_words}) brings {percent(price.gained, 2)}."


def _page(study: RuleStudy, path: Path) -> None:
    agreement = study.programme.agreement
    first = study.base
    page = Study(
        kicker=kicker(agreement),
        title="What a rule costs",
        subtitle=f"{agreement.name}: every rule taken away in turn, and the programme planned again.",
        keys=[
            KeyFigure("Rules", number(len(study.prices)), "of the programme, some together"),
            KeyFigure(
                "Certain to cost something",
                number(sum(p.certain for p in study.prices)),
                "beyond the proofs' uncertainty",
            ),
            KeyFigure(
                "Plan proven to",
                at_most((first.service_bound - first.service) / (first.service or 1.0)),
                "of the best order of building",
            ),
        ],
        sections=[
            Section("answer", "What the rules cost", points=sentences(study), figures=[_chart(study)]),
            Section("rules", "Every rule", text=[READING], tables=[_prices(study), _homes(study), _looser(study)]),
        ],
        basis=(
            f"Service is discounted, weighted years of service. Present cost is in {agreement.currency} at prices of "
            f"{agreement.price_year}, at equal service. Prices of several rules do not add up."
        ),
        notes=study.notes,
        record=study.record,
        command="karez why",
    )
    path.write_text(render_study(page), encoding="utf-8", newline="\n")


READING = (
    "Found is the difference of the plan and of the best plan found without the rule. At least and at most are what "
    "the two certificates prove of it: bound and plan with the rule, bound and plan without. Where at least is zero, "
    "the difference lies within the uncertainty of the proofs. A rule that changes what is counted (a priority, a "
    "standard) is measured as is counted without it."
)


def _chart(study: RuleStudy) -> Figure:
    rows = [
        Interval(price.words, 100 * price.lost_at_least, 100 * price.lost, 100 * price.lost_at_most)
        for price in study.prices
        if price.kind != "budget"
    ]
    drawing = intervals("Share of service that each rule takes", rows, unit="% of service", colours=(CERTAIN, OPEN))
    caption = "Bars end at what was found; the pale part ends at what is proven to be the most."
    legend = (("Found", CERTAIN), ("At most, as proven", OPEN))
    return Figure("What each rule takes of all service", caption, drawing, legend)


def _prices(study: RuleStudy) -> Table:
    currency = study.programme.agreement.currency
    size, unit = fitting_unit([price.saved_at_most for price in study.prices if price.kind != "budget"], currency)
    heads = [
        "Rule",
        "Service lost",
        "At least",
        "At most",
        f"Present cost, {unit}",
        "At least",
        "At most",
        "Solved anew",
    ]
    rows = [
        [
            price.words,
            percent(price.lost, 3),
            percent(price.lost_at_least, 3),
            percent(price.lost_at_most, 3),
            number(price.saved / size, 2),
            number(price.saved_at_least / size, 2),
            number(price.saved_at_most / size, 2),
            ("network and years" if price.redesigned else "years") if price.binds else "no: has no price in the proof",
        ]
        for price in study.prices
    ]
    return Table("Price of each rule", heads, rows, words=frozenset({0, 7}))


def _homes(study: RuleStudy) -> Table:
    years = study.programme.agreement.calendar_years
    rows = [["With all rules", *(percent(share) for share in study.base.homes)]]
    rows += [
        [price.words, *(change(lost).removesuffix(" %") for lost in price.homes_lost())]
        for price in study.prices
        if price.binds
    ]
    return Table(
        "Coverage of homes to standard; below, points gained without the rule", ["Rule", *map(str, years)], rows
    )


def _looser(study: RuleStudy) -> Table:
    rows = [
        [price.words, price.looser_words, percent(price.gained, 3)]
        for price in study.prices
        if price.gained is not None
    ]
    return Table("A tenth looser", ["Rule", "Then", "Brings, of service"], rows, words=frozenset({0, 1}))


def _workbook(study: RuleStudy, table: pd.DataFrame, path: Path) -> None:
    agreement = study.programme.agreement
    with Book(path, f"{agreement.name}: what a rule costs") as book:
        basis = f"Present cost in {agreement.currency} at prices of {agreement.price_year}"
        sheet = Sheet(book, "Rules", "What each rule costs", basis)
        shares = ("service_lost", "service_lost_at_least", "service_lost_at_most", "service_gained_if_looser")
        columns = []
        for name in table.columns:
            values, title = table[name].tolist(), name.replace("_", " ").capitalize()
            if name in shares or name.startswith("homes_lost"):
                columns.append(Column(title, values, "share", 14))
            elif name.startswith("present"):
                columns.append(Column(title, values, "money", 18))
            else:
                words = ["yes" if v is True else "no" if v is False else str(v) for v in values]
                columns.append(
                    Column(title, words, "long" if name == "words" else "text", 44 if name == "words" else 22)
                )
        sheet.table(columns, freeze=1)


def _conflict_page(conflict: Conflict, path: Path) -> None:
    agreement = conflict.programme.agreement
    rows = [
        [
            one.words,
            "drop it"
            if one.share is None and one.enough
            else ("not alone" if one.share is None else percent(one.share)),
            one.result or "–",
            percent(one.proven) if one.share is not None else "–",
        ]
        for one in conflict.loosenings
    ]
    heads = ["Rule", "Least change found", "It then says", "Less is proven not to do"]
    page = Study(
        kicker=kicker(agreement),
        title="Why there is no plan",
        subtitle=f"{agreement.name}: rules that cannot all be kept.",
        keys=[],
        sections=[
            Section(
                "answer",
                "Which rules conflict",
                points=conflict.sentences(),
                tables=[Table("What would help, each alone", heads, rows, words=frozenset({0, 1, 2}))],
            )
        ],
        basis="Each change was tried by planning again with it, all other rules kept.",
        record=conflict.record,
        command="karez why",
    )
    path.write_text(render_study(page), encoding="utf-8", newline="\n")
