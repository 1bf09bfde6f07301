"""The closing summaries of ``plan`` and ``solve``."""

from __future__ import annotations

from pathlib import Path

from karez.cli.screen import out, table
from karez.model.certificate import Certificate
from karez.model.instance import SolvedInstance
from karez.model.plan import Plan


def print_plan(plan: Plan, folder: Path, *, verbose: bool) -> None:
    """Show what the plan reaches, year by year, how well it is proven, and where it lies."""
    from karez.reporting.wording import in_plain_words

    worth, agreement = plan.appraisal, plan.programme.agreement
    money = f"M {agreement.currency}"
    years = table(
        f"{agreement.name}: {agreement.region}",
        "year",
        f"budget, nominal {money}",
        f"capex, nominal {money}",
        f"capex, real {money}",
        "homes to standard",
        right=(
            "year",
            f"budget, nominal {money}",
            f"capex, nominal {money}",
            f"capex, real {money}",
            "homes to standard",
        ),
    )
    for row, coverage in zip(worth.by_year.itertuples(), worth.total_coverage["coverage"], strict=True):
        years.add_row(
            str(row.year),
            f"{row.budget_nominal / 1e6:,.1f}",
            f"{row.capex_nominal / 1e6:,.1f}",
            f"{row.capex_real / 1e6:,.1f}",
            f"{coverage:.1%}",
        )
    out.print(years)
    projects = table(
        "Projects", "project", "sites", f"capex, real {money}", "share", "covered", "target", right=("sites", "share")
    )
    for row in worth.by_project.itertuples():
        met = worth.targets[worth.targets["project"] == row.project]
        words = ", ".join(
            f"{target.target:.0%} in {target.year}: {'met' if target.met else 'missed'}" for target in met.itertuples()
        )
        projects.add_row(
            row.name, f"{row.sites:,}", f"{row.capex_real / 1e6:,.1f}", f"{row.share:.1%}", f"{row.coverage:.1%}", words
        )
    out.print(projects)
    proofs = table("How good it is proven to be", "what", "value", "bound", "gap", right=("value", "bound", "gap"))
    for certificate in plan.certificates:
        proofs.add_row(certificate.name, f"{certificate.value:,.0f}", *_bound(certificate))
    out.print(proofs)
    for certificate in plan.certificates:
        if certificate.scope in ("design", "plan"):
            out.print(f"- {in_plain_words(certificate, plan.improvement)}", highlight=False, soft_wrap=True)
    if verbose:
        for note in plan.notes:
            out.print(f"- {note.stage}: {note.text}", highlight=False, soft_wrap=True)
    out.print(f"Results: {folder}", highlight=False, soft_wrap=True)
    out.print(f"Report:  {folder / 'report.html'}", highlight=False, soft_wrap=True)


def print_risk(plan: Plan, folder: Path) -> None:
    """Show what may come of the plan, in sentences and ranges, and where it lies."""
    from karez.reporting.risk_section import risk_findings, risk_section

    section = risk_section(plan)
    title = f"What may come of it: {section['draws']:,} draws"
    bands = table(title, "figure", "planned", "P10", "P50", "P90", right=("planned", "P10", "P50", "P90"))
    for row in section["bands"]:
        bands.add_row(row["label"], row["plan"], row["p10"], row["p50"], row["p90"])
    out.print(bands)
    for sentence in risk_findings(plan):
        out.print(f"- {sentence}", highlight=False, soft_wrap=True)
    out.print(f"Results: {folder}", highlight=False, soft_wrap=True)
    out.print(f"Report:  {folder / 'report.html'}#risk", highlight=False, soft_wrap=True)


def _bound(certificate: Certificate) -> tuple[str, str]:
    if certificate.bound is None or certificate.gap is None:
        return "none", "not proven"
    return f"{certificate.bound:,.0f}", f"{certificate.gap:.2%}"


def print_solution(solved: SolvedInstance, *files: Path | None) -> None:
    """Show the certificate of a solved instance, and the files that were written of it."""
    rows = table(str(solved.instance), "value", "bound", "gap", "seconds", right=("value", "bound", "gap", "seconds"))
    rows.add_row(str(solved.value), str(solved.bound), f"{solved.gap:.4%}", f"{solved.seconds:.2f}")
    out.print(rows)
    out.print(solved.proof, highlight=False, soft_wrap=True)
    for file in filter(None, files):
        out.print(f"Written: {file}", highlight=False, soft_wrap=True)
