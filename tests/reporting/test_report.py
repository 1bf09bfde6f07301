"""The report: whole, offline, safe, and with the plan's figures."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import numpy as np
import plan_factory
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from karez.model.certificate import Certificate
from karez.model.plan import Plan
from karez.reporting.charts import nice_ticks
from karez.reporting.figures import at_most
from karez.reporting.map_data import as_script, map_data
from karez.reporting.report import render_report
from karez.reporting.wording import in_plain_words


class Page(HTMLParser):
    """What a browser would make of a page: its elements, its scripts, its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.text: list[str] = []
        self._inside = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            attrs, before = self.scripts[-1]
            self.scripts[-1] = (attrs, before + data)
        elif self._inside != "style":
            self.text.append(data)

    def ids(self) -> set[str]:
        return {str(attrs["id"]) for _, attrs in self.elements if "id" in attrs}

    def data(self) -> dict[str, Any]:
        return dict(json.loads(next(text for attrs, text in self.scripts if attrs.get("id") == "plan-data")))


@pytest.fixture(scope="module")
def html(plan: Plan) -> str:
    """The plan's report."""
    return render_report(plan)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    """The plan's report, parsed."""
    return Page(html)


def test_the_report_has_all_its_parts_and_every_link_inside_leads_somewhere(page: Page) -> None:
    parts = {"in-short", "map-section", "money", "coverage", "technologies", "proof", "assumptions", "notes", "sources"}
    assert parts | {"record", "map", "year", "play"} <= page.ids()
    targets = {str(attrs["href"])[1:] for _, attrs in page.elements if str(attrs.get("href", "")).startswith("#")}
    assert targets
    assert targets <= page.ids()
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_nothing_in_the_page_asks_for_anything_from_outside(page: Page, html: str) -> None:
    for tag, attrs in page.elements:
        assert "src" not in attrs, (tag, attrs)
        if tag == "link":
            assert str(attrs["href"]).startswith("data:")
        assert tag not in {"iframe", "object", "embed", "img", "base", "audio", "video"}
    styles = html[html.index("<style>") : html.index("</style>")]
    assert "@import" not in styles
    assert all(url.startswith("data:") for url in re.findall(r"url\(['\"]?([^)'\"]*)", styles))
    policy = next(str(a["content"]) for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "http" not in policy


def test_links_outward_are_those_of_the_sources_and_wait_to_be_clicked(page: Page) -> None:
    outward = [str(attrs["href"]) for tag, attrs in page.elements if tag == "a" and "://" in str(attrs.get("href"))]
    assert outward == ["https://www.openstreetmap.org/copyright", "https://tracker.example/p.png"]


def test_the_policy_allows_exactly_the_scripts_of_the_page(page: Page) -> None:
    policy = next(str(a["content"]) for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    running = [text for attrs, text in page.scripts if "type" not in attrs]
    assert len(running) == 2
    for text in running:
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_markup_in_names_is_shown_and_not_obeyed(hostile_plan: Plan, page: Page) -> None:
    hostile = Page(render_report(hostile_plan))
    running = [text for attrs, text in hostile.scripts if "type" not in attrs]
    assert running == [text for attrs, text in page.scripts if "type" not in attrs]
    assert not [attrs for _, attrs in hostile.elements if any(name.startswith("on") for name in attrs)]
    assert not [tag for tag, _ in hostile.elements if tag == "img"]
    assert "</script><script>alert(1)</script>" in hostile.text
    assert "Safety & <rescue>" in hostile.text
    assert hostile_plan.sites["name"].iloc[0] in hostile.data()["texts"]


@given(st.lists(st.text() | st.dictionaries(st.text(), st.text(), max_size=2), max_size=3))
def test_data_in_a_script_can_never_end_it(content: object) -> None:
    text = as_script(content)
    assert json.loads(text) == content
    assert not set(text) & {"<", ">", "&"}
    assert text.isascii()


def test_html_in_the_sources_is_shown_as_text(page: Page) -> None:
    assert "<script>alert(3)</script>" in "".join(page.text)


def test_the_report_says_the_figures_of_the_plan(plan: Plan, page: Page) -> None:
    text = " ".join(page.text)
    for project in plan.programme.projects:
        assert project.name in text
    for note in plan.notes:
        assert note.text in text
    for digest in plan.record.hashes.values():
        assert digest in text
    assert f"{plan.appraisal.totals['capex_real']:,.0f}" in text
    assert f"{plan.appraisal.totals['households_served']:,.0f}" in text
    assert "schematic" in text
    assert "never" in text, "a flip that does not come is said"


def test_the_map_draws_every_site_and_span_with_its_figures(plan: Plan, page: Page) -> None:
    data = page.data()
    assert len(data["sites"]["place"]) == len(plan.sites)
    assert len(data["spans"]["line"]) == len(plan.spans)
    assert sum(data["spans"]["length"]) == pytest.approx(plan.spans["length_m"].sum(), abs=len(plan.spans))
    assert [data["texts"][number] for number in data["sites"]["reason"]] == plan.sites["reason"].tolist()
    others = [data["texts"][number] for number in data["sites"]["other"]]
    assert [word.lower() for word in others] == plan.sites["next_best"].tolist()
    assert sum(cost is None for cost in data["sites"]["alone"]) == (plan.sites["technology"] == "unserved").sum()
    assert data["progress"]["households"][-1] == plan.appraisal.totals["households_served"]
    assert data["progress"]["km"][-1] == pytest.approx(plan.appraisal.totals["route_km_built"], abs=0.1)


def test_a_region_across_the_180th_meridian_is_drawn_in_one_piece() -> None:
    plan = plan_factory.make_plan(box=(178.0, -19.0, 4.0, 3.0))
    wrapped = {
        layer: getattr(plan, layer).set_geometry(shapely.transform(getattr(plan, layer).geometry.to_numpy(), _wrap))
        for layer in ("sites", "spans", "nodes", "areas")
    }
    bounds = map_data(dataclasses.replace(plan, **wrapped))["bounds"]
    assert bounds == pytest.approx([-2.0, -19.0, 2.0, -16.0], abs=0.2)


def _wrap(points: np.ndarray) -> np.ndarray:
    return np.column_stack([(points[:, 0] + 180) % 360 - 180, points[:, 1]])


def test_large_layers_are_thinned_and_not_dropped(plan: Plan) -> None:
    angle = np.linspace(0, 40 * np.pi, 200_000)
    spiral = shapely.LineString(np.column_stack([82 + angle / 100 * np.cos(angle), 41 + angle / 100 * np.sin(angle)]))
    spans = plan.spans.copy()
    spans.loc[0, "geometry"] = spiral
    lines = map_data(dataclasses.replace(plan, spans=spans))["spans"]["line"]
    assert 2 <= len(lines[0]) < 20_000
    assert len(lines) == len(spans)


def test_a_plan_without_spans_targets_or_notes_still_has_a_report(plan: Plan) -> None:
    worth = plan.appraisal
    bare = dataclasses.replace(
        plan,
        spans=plan.spans.iloc[:0],
        notes=(),
        appraisal=dataclasses.replace(
            worth, targets=worth.targets.iloc[:0], flips=worth.flips.iloc[:0], assumptions=worth.assumptions.iloc[:0]
        ),
    )
    assert "coverage" in Page(render_report(bare)).ids()


def test_a_certificate_without_a_bound_is_never_called_near_best(plan: Plan) -> None:
    whole = next(certificate for certificate in plan.certificates if certificate.scope == "plan")
    text = in_plain_words(whole)
    assert "not known" in text
    assert whole.proof in text
    assert "at most" not in text


@pytest.mark.parametrize(
    ("sense", "value", "bound", "words"),
    [
        ("minimise", 100.0, 100.0, "cheapest possible"),
        ("minimise", 102.0, 100.0, "at most 2 % more"),
        ("minimise", 102.0, 0.0, "not known"),
    ],
)
def test_certificates_say_what_is_proven(sense: Any, value: float, bound: float, words: str) -> None:
    assert words in in_plain_words(Certificate("x", "design", sense, value, bound, 0.0, "", 0.0))


@given(st.floats(1e-9, 10.0))
def test_at_most_never_says_less_than_there_is(share: float) -> None:
    assert float(at_most(share).removesuffix(" %")) / 100 >= share * (1 - 1e-6)


@given(st.floats(1e-6, 1e12))
def test_ticks_reach_the_top_and_are_few(top: float) -> None:
    ticks = nice_ticks(top)
    assert ticks[0] == 0
    assert ticks[-1] >= top * (1 - 1e-6)
    assert 2 <= len(ticks) <= 6


def test_the_bundled_map_library_carries_its_licence_and_is_small() -> None:
    assets = files("karez.reporting") / "assets"
    script = (assets / "maplibre-gl.js").read_text(encoding="utf-8")
    licence = (assets / "maplibre-gl.LICENSE.txt").read_text(encoding="utf-8")
    assert "3-Clause BSD" in script[:300]
    assert "MapLibre contributors" in licence
    assert "Redistributions in binary form" in licence
    assert len(script.encode()) < 2_000_000
