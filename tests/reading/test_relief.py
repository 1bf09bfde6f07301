"""Elevation rasters of several kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from karez.errors import DataFault, Fault
from karez.model.inputs import Relief
from karez.reading import read
from karez.reading.findings import Findings
from karez.reading.relief import read_relief

HEIGHT = np.arange(12, dtype=np.float32).reshape(3, 4) * 100


def from_origin(west: float, north: float, step_east: float, step_south: float) -> Affine:
    return Affine(step_east, 0.0, west, 0.0, -step_south, north)


NORTH_UP = from_origin(80.0, 41.0, 0.25, 0.5)


def write(path: Path, height: np.ndarray, transform: Affine, crs: str | None, nodata: float | None = None) -> None:
    rows, columns = height.shape
    about = {"driver": "GTiff", "count": 1, "dtype": str(height.dtype), "width": columns, "height": rows}
    with rasterio.open(path, "w", **about, crs=crs, transform=transform, nodata=nodata) as raster:
        raster.write(height, 1)


def relief_of(folder: Path) -> tuple[Relief | None, Findings]:
    findings = Findings()
    return read_relief(folder, "relief.tif", findings), findings


def test_north_up_raster_is_read_as_it_stands(tmp_path: Path) -> None:
    write(tmp_path / "relief.tif", HEIGHT, NORTH_UP, "EPSG:4326", nodata=300.0)
    relief, findings = relief_of(tmp_path)
    assert relief is not None
    assert (relief.west, relief.north, relief.step_lon, relief.step_lat) == (80.0, 41.0, 0.25, 0.5)
    assert np.isnan(relief.elevation_m[0, 3])
    assert relief.elevation_m[2, 3] == 1100.0
    assert not findings.notes
    assert set(findings.hashes) == {"relief.tif"}


def test_integer_raster_is_read_as_metres(tmp_path: Path) -> None:
    write(tmp_path / "relief.tif", HEIGHT.astype(np.int16), NORTH_UP, "EPSG:4326", nodata=-32768)
    relief, _ = relief_of(tmp_path)
    assert relief is not None
    assert np.array_equal(relief.elevation_m, HEIGHT)


def test_south_up_raster_is_turned(tmp_path: Path) -> None:
    write(tmp_path / "relief.tif", HEIGHT[::-1].copy(), Affine(0.25, 0, 80.0, 0, 0.5, 39.5), "EPSG:4326")
    relief, _ = relief_of(tmp_path)
    assert relief is not None
    assert relief.north == 41.0
    assert np.array_equal(relief.elevation_m, HEIGHT)


def test_raster_in_metres_is_reprojected_with_a_note(tmp_path: Path) -> None:
    write(
        tmp_path / "relief.tif",
        np.full((40, 40), 1500.0, dtype=np.float32),
        from_origin(6e5, 4.5e6, 1e3, 1e3),
        "EPSG:32644",
    )
    relief, findings = relief_of(tmp_path)
    assert relief is not None
    assert relief.west == pytest.approx(82.18, abs=0.05)
    assert relief.north == pytest.approx(40.65, abs=0.05)
    assert np.nanmean(relief.elevation_m) == pytest.approx(1500.0)
    assert "EPSG:32644" in findings.notes[0].text


@pytest.mark.parametrize("case", ["no crs", "no transform", "no data", "truncated", "text"])
def test_raster_that_cannot_be_used_is_refused(tmp_path: Path, case: str) -> None:
    path = tmp_path / "relief.tif"
    height = np.full((64, 64), -1.0, dtype=np.float32)
    transform = NORTH_UP if case != "no transform" else from_origin(0, 0, 1, 1)
    if case == "no transform":
        with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
            write(path, height, Affine.identity(), None)
    else:
        write(path, height, transform, None if case == "no crs" else "EPSG:4326", -1.0 if case == "no data" else None)
    if case == "truncated":
        path.write_bytes(path.read_bytes()[:3000])
    if case == "text":
        path.write_text("no raster", encoding="utf-8")
    relief, findings = relief_of(tmp_path)
    assert relief is None
    assert [fault.file for fault in findings.faults] == ["relief.tif"]


def faults_with_relief(tiny: Path, transform: Affine) -> tuple[Fault, ...]:
    write(tiny / "relief.tif", HEIGHT, transform, "EPSG:4326")
    text = (tiny / "programme.toml").read_text(encoding="utf-8")
    (tiny / "programme.toml").write_text(
        text.replace("[layers]\n", '[layers]\nrelief = "relief.tif"\n'), encoding="utf-8"
    )
    try:
        read(tiny)
    except DataFault as error:
        return error.faults
    return ()


def test_relief_of_the_region_is_taken(tiny: Path) -> None:
    assert faults_with_relief(tiny, NORTH_UP) == ()


def test_relief_of_another_region_is_refused(tiny: Path) -> None:
    faults = faults_with_relief(tiny, from_origin(10.0, 41.0, 0.25, 0.5))
    assert "elsewhere" in faults[0].problem
