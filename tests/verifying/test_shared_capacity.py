"""Satellite services whose capacity the sites of a cell share: in settings, design, schedule, bounds and proof."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_copy import RunCopy
from shapely import Point

from flow_run import Run, run_project
from karez.appraising.sharing import cells, sellable_mbps
from karez.flow.verify import verify
from karez.model.satellites import EARTH_RADIUS_KM, SatelliteService
from karez.verifying.shared_capacity import cell_of, sellable
from orbits import orbit_project

GOLDEN = Path(__file__).parent / "golden_orbits.json"
LEAST = {"orbit": "LEO", "mbps": 100.0, "latency_ms": 40.0, "costs": [{"item": "kit", "per": "terminal"}]}


def _service(**more: float) -> SatelliteService:
    return SatelliteService.model_validate({**LEAST, **more})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("orbits")
    return run_project(orbit_project(folder / "project"), folder)


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("free")
    return run_project(orbit_project(folder / "project", leo=1e6, geo=1e3), folder)


def test_the_plan_proves_and_no_cell_is_oversold(run: Run) -> None:
    verdict = verify(run.planned.folder)
    assert verdict.failures == ()
    drawn: dict[tuple[str, str], float] = defaultdict(float)
    for site in run.sites[run.sites["cell"].fillna("") != ""].to_dict("records"):
        drawn[site["service"], site["cell"]] += site["demand_mbps"]
    services = run.planned.plan.programme.satellites
    assert drawn
    for (service, cell), mbps in drawn.items():
        assert mbps <= sellable(services[service], cell) + 1e-6


def test_a_full_cell_binds_and_says_so(run: Run) -> None:
    rows = run.planned.plan.proof.constraints.set_index("name")
    full = [name for name in rows.index if name.startswith("shared:leo:")]
    assert full
    used, limit = rows.loc[full[0], ["used", "limit"]]
    assert limit == 6500.0
    assert limit - 1260.0 < used <= limit  # the homes of ``south`` find no room beside those of ``middle``
    assert any(entry["name"] == full[0] for entry in run.summary["rules"])


def test_without_the_limit_service_is_no_worse(run: Run, free: Run) -> None:
    with_limit, without = (one.planned.plan.certificates[1] for one in (run, free))
    assert without.value > with_limit.value
    for one in (run, free):
        _, schedule, _, whole = one.planned.plan.certificates
        assert schedule.bound >= schedule.value
        assert whole.bound >= whole.value


def test_every_satellite_site_names_its_service_and_gets_its_speed(run: Run) -> None:
    by_orbit = run.sites[run.sites["technology"] == "satellite"]
    assert set(by_orbit["service"]) == {"leo"}
    assert set(by_orbit["mbps"]) == {100.0}
    assert by_orbit["meets_standard"].all()
    assert (run.sites.loc[run.sites["technology"] != "satellite", "service"].fillna("") == "").all()
    assert "satellite:geo" in set(run.sites["next_best"].dropna())


def test_a_site_too_large_for_its_cell_is_not_offered_the_service(run: Run) -> None:
    offered = run.planned.plan.proof.plan_options
    assert not ((offered["site_id"] == "home-capital") & (offered["service"] == "leo")).any()
    assert ((offered["site_id"] == "home-middle") & (offered["service"] == "leo")).any()


def test_the_plan_is_the_one_last_looked_at(run: Run, request: pytest.FixtureRequest) -> None:
    wanted = ["id", "technology", "service", "cell", "year", "next_best"]
    answers = run.sites[wanted].astype(object).where(run.sites[wanted].notna(), "").astype(str)
    told = {
        "sites": answers.to_dict("records"),
        "certificates": {one.scope: [one.value, one.bound] for one in run.planned.plan.certificates},
    }
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert told["sites"] == golden["sites"]
    for scope, figures in golden["certificates"].items():
        assert told["certificates"][scope] == pytest.approx(figures, rel=1e-9)


LON, LAT = st.floats(-180.0, 179.999), st.floats(-90.0, 90.0)
SIZE = st.floats(1.0, 5000.0)


@settings(max_examples=100, deadline=None)
@given(LON, LAT, SIZE)
def test_cells_of_planner_and_proof_are_the_same(lon: float, lat: float, size: float) -> None:
    about = _service(cell_km=size, mbps_per_km2=0.01, oversubscription=2.0, share=0.5)
    band, column = cells(gpd.GeoDataFrame(geometry=[Point(lon, lat)], crs="EPSG:4326"), about)
    name = cell_of(about, lon, lat)
    assert name == f"{band[0]}.{column[0]}"
    assert sellable(about, name) == pytest.approx(sellable_mbps(about, band)[0], rel=1e-9)


@settings(max_examples=8, deadline=None)
@given(st.floats(600.0, 5000.0))
def test_cells_cover_the_globe_once(size: float) -> None:
    about = _service(cell_km=size, mbps_per_km2=1.0)
    bands = round(np.pi * EARTH_RADIUS_KM / size)
    middles = (np.arange(bands) + 0.5) * 180.0 / bands - 90.0
    area = 0.0
    for lat in middles.tolist():
        around = max(1, round(2 * np.pi * EARTH_RADIUS_KM * np.cos(np.radians(lat)) / size))
        points = gpd.GeoDataFrame(geometry=[Point(-180.0 + 360.0 * (k + 0.5) / around, lat) for k in range(around)])
        band, column = cells(points, about)
        assert column.tolist() == list(range(around))
        area += sellable_mbps(about, band).sum()
    assert area == pytest.approx(4.0 * np.pi * EARTH_RADIUS_KM**2, rel=1e-9)


def test_a_cell_near_the_equator_is_about_as_large_as_it_is_said_to_be() -> None:
    about = _service(cell_km=24.0, mbps_per_km2=1.0)
    band, _ = cells(gpd.GeoDataFrame(geometry=[Point(85.0, 1.0)]), about)
    assert sellable_mbps(about, band)[0] == pytest.approx(24.0**2, rel=0.01)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"cell_km": 10.0}, "needs a capacity"),
        ({"cell_mbps": 10.0}, "needs `cell_km`"),
        ({"cell_km": 10.0, "cell_mbps": 10.0, "mbps_per_km2": 1.0}, "given twice"),
        ({"cell_km": 10.0, "cell_mbps": 0.0}, "greater than 0"),
    ],
)
def test_a_capacity_that_is_none_is_refused(more: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        _service(**more)


TAMPERED = {
    "a site sold twice its demand": (
        "UPDATE sites SET demand_mbps = demand_mbps * 2 WHERE id = 'home-middle'",
        "demand",
    ),
    "a cell next door": ("UPDATE sites SET cell = '96.1' WHERE id = 'home-middle'", "shared capacity"),
    "a service that is none": ("UPDATE sites SET service = 'meo' WHERE id = 'home-middle'", "shared capacity"),
    "homes moved into a full cell": (
        "UPDATE sites SET technology = 'satellite', service = 'leo', cell = (SELECT cell FROM sites WHERE id = "
        "'home-middle') WHERE id = 'home-south'",
        "shared capacity",
    ),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_what_was_tampered_with_is_found(case: str, run: Run, tmp_path: Path) -> None:
    statement, check = TAMPERED[case]
    copy = RunCopy(run.planned.folder, tmp_path / "run")
    copy.sql(statement)
    assert check in {each.name for each in verify(copy.folder).checks if not each.passed}


def test_more_capacity_than_the_settings_give_does_not_prove(run: Run, tmp_path: Path) -> None:
    def doubled(table: pd.DataFrame) -> None:
        table.loc[table["name"].str.startswith("shared:"), "limit"] *= 2

    copy = RunCopy(run.planned.folder, tmp_path / "run")
    copy.table("constraints", doubled)
    failed = {each.name for each in verify(copy.folder).checks if not each.passed}
    assert {"constraints", "schedule bound"} <= failed


def test_capacity_has_a_price_that_the_bounds_use(run: Run, tmp_path: Path) -> None:
    def free(multipliers: dict[str, dict[str, float]]) -> None:
        for name in multipliers["plan"]:
            if name.startswith("shared:"):
                assert multipliers["plan"][name] > 0
                multipliers["plan"][name] = 0.0

    copy = RunCopy(run.planned.folder, tmp_path / "run")
    copy.json("proof/multipliers.json", free)
    assert "plan bound" in {each.name for each in verify(copy.folder).checks if not each.passed}
