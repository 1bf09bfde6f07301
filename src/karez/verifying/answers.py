"""Every site gets an answer, and an answer that is allowed (rules 5 and 6)."""

from __future__ import annotations

from collections.abc import Iterator

from karez.model.programme import Programme
from karez.verifying.run import Run
from karez.verifying.verdict import Check, Finding, conclude


def answers(run: Run) -> Check:
    """Technology, year and reason of every site (rule 5)."""
    return conclude("answers", f"{len(run.sites):,} sites, each with technology, year and reason", _findings(run))


def _findings(run: Run) -> Iterator[Finding]:
    sites = run.sites
    unserved = sites["technology"] == "unserved"
    for key in sites.loc[unserved & sites["year"].notna(), "id"]:
        yield Finding("unserved, but has a year", str(key))
    for key in sites.loc[~unserved & sites["year"].isna(), "id"]:
        yield Finding("served, but has no year", str(key))
    for key in sites.loc[sites["reason"].fillna("").str.strip() == "", "id"]:
        yield Finding("without a reason", str(key))
    for key in sites.loc[sites["technology"].isin(run.programme.networked) & (sites["node_id"].fillna("") == ""), "id"]:
        yield Finding("served by the network, but hangs on no node", str(key))


def standards(run: Run) -> Check:
    """Whether each technology is allowed at its site, and whether it meets the project's standard."""
    return conclude("standards", "technologies allowed, standards as the settings say", _standard_findings(run))


def _standard_findings(run: Run) -> Iterator[Finding]:
    columns = zip(
        run.sites["id"].astype(str),
        run.sites["project"],
        run.sites["category"],
        run.sites["technology"],
        run.sites["service"].fillna(""),
        run.sites["meets_standard"],
        strict=True,
    )
    for key, project, category, technology, service, meets in columns:
        if technology != "unserved" and not allowed(run.programme, project, category, technology):
            yield Finding(f"{technology} may not serve it", key)
        if bool(meets) != meets_standard(run.programme, project, technology, service):
            yield Finding("meets_standard is not what speed and latency of its technology say", key)


def allowed(programme: Programme, project_id: str, category: str, technology: str) -> bool:
    """Whether project and category let the technology serve a site."""
    project = programme.project(project_id)
    if category in project.fibre_mandatory and technology != "fibre":
        return False
    return technology in project.technologies and technology in programme.categories[category].costs


def meets_standard(programme: Programme, project_id: str, technology: str, service: str) -> bool:
    """Whether a technology, or service of satellites, is fast enough, and answers fast enough, for the standard."""
    gives = programme.gives(technology, service)
    if gives is None:
        return False
    standard = programme.project(project_id).standard
    return gives.mbps >= standard.mbps and gives.latency_ms <= standard.latency_ms
