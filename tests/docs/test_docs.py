"""The documentation says what is so: generated pages are fresh, links lead somewhere, examples on a page work."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED_BLOCK = re.compile(r"^`(?P<name>[\w.]+)`[^\n]*:\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
QUOTE = re.compile(r"^```\w*\n# from (?P<name>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LARGEST_PICTURE = 300_000


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _anchors(page: Path) -> set[str]:
    """Anchors as forges make them of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        yield from ((page, target) for target in LINK.findall(text) if "://" not in target)


def test_the_reference_page_is_what_the_package_says() -> None:
    module = _load(ROOT / "docs" / "make_reference.py")
    committed = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert committed == module.page(), "docs/reference.md is stale; write it again with: make docs"
    committed = (ROOT / "docs" / "street-reference.md").read_text(encoding="utf-8")
    assert committed == module.street_page(), "docs/street-reference.md is stale; write it again with: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    broken = []
    for target in (target for source, target in _links() if source == page):
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(target)
    assert not broken


def test_every_page_of_the_docs_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    missing = [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "index.md" and page.name not in index]
    assert not missing


def test_what_a_page_quotes_from_a_file_stands_there() -> None:
    for page in PAGES:
        for name, text in QUOTE.findall(page.read_text(encoding="utf-8")):
            assert text.strip() in (ROOT / name).read_text(encoding="utf-8"), f"{page.name} misquotes {name}"


def test_every_block_of_figures_is_one_that_can_be_made() -> None:
    module = _load(ROOT / "docs" / "make_figures.py")
    for page in module.PAGES:
        text = page.read_text(encoding="utf-8")
        names = re.findall(r"<!-- figures: (\w+) -->", text)
        assert names
        assert set(names) <= set(module.FIGURES)
        assert len(module.BLOCK.findall(text)) == len(names)


def test_pictures_are_small_enough_for_a_page() -> None:
    large = [p.name for p in (ROOT / "docs" / "pictures").glob("*") if p.stat().st_size > LARGEST_PICTURE]
    assert not large


def test_every_runtime_dependency_is_explained() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = settings["project"]["optional-dependencies"].values()
    wanted = [*settings["project"]["dependencies"], *(one for extra in extras for one in extra)]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    names = [re.split(r"[<>=;\[ ]", one)[0].lower() for one in wanted]
    assert [name for name in names if f"| {name} |" not in page and f"{name}," not in page] == []


def test_pinned_requirements_cover_every_dependency_and_name_no_address() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for file, wanted in (
        ("runtime.txt", settings["project"]["dependencies"]),
        ("dev.txt", [*settings["project"]["dependencies"], *settings["dependency-groups"]["dev"]]),
    ):
        text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
        pinned = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
        names = {re.split(r"[<>=;\[ ]", one)[0].lower().replace("_", "-") for one in wanted}
        assert names <= pinned
        assert "://" not in text and "--index" not in text
        assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[\w.-]+==)", text))


def test_the_project_on_the_page_is_planned_as_the_page_says(tmp_path: Path) -> None:
    from karez.flow.plan import plan

    page = (ROOT / "docs" / "project-folder.md").read_text(encoding="utf-8")
    files = {match["name"]: match["text"] for match in NAMED_BLOCK.finditer(page)}
    assert set(files) == {
        "programme.toml",
        "sites.csv",
        "sources.csv",
        "roads.geojson",
        "areas.geojson",
        "catalogue.csv",
        "SOURCES.md",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    sites = plan(tmp_path, out=tmp_path / "runs" / "first").plan.sites
    technology = dict(zip(sites["id"], sites["technology"], strict=True))
    assert technology == {"town": "fibre", "middle": "fibre", "upper": "fibre", "hut": "satellite"}
