"""Lines as built find the spans that they are, and how far off they lie is measured."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString

from karez.errors import DataFault
from karez.flow.survey import survey
from karez.flow.track import status, verify

SPAN = "span:38dc350bc8bc"
SAID = {"day": "2026-06-01", "recorder": "site office"}


def planned(at):
    elements = status(at, as_of=date(2026, 1, 20)).elements.set_index("id")
    return shapely.from_wkb(elements.loc[SPAN, "geometry"])


def moved(line, metres):
    """The line as far to the north."""
    return shapely.transform(line.segmentize(0.005), lambda points: points + np.array([0.0, metres / 111_320.0]))


def write(lines, path):
    frame = gpd.GeoDataFrame({"name": [f"line {n}" for n in range(len(lines))]}, geometry=lines, crs="EPSG:4326")
    frame.to_file(path, driver="KML" if path.suffix == ".kml" else None)
    return path


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "kml", "gpx"])
def test_a_line_beside_a_span_is_progress_on_it_and_its_deviation_is_known(file_at, tmp_path, suffix):
    if suffix == "gpx":
        path = tmp_path / "built.gpx"
        coordinates = moved(planned(file_at), 40).coords
        points = "".join(f'<trkpt lat="{y}" lon="{x}"/>' for x, y in coordinates)
        path.write_text('<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">'
                        f"<trk><trkseg>{points}</trkseg></trk></gpx>")  # fmt: skip
    else:
        path = write([moved(planned(file_at), 40)], tmp_path / f"built.{suffix}")
    done = survey(file_at, path, constants=SAID)
    delivery = status(file_at)
    assert done.added == 1
    assert delivery.elements.set_index("id").loc[SPAN, "built_share"] == pytest.approx(1.0, abs=1e-6)
    assert 36 < delivery.lines["deviation_mean_m"].iloc[0] <= delivery.lines["deviation_greatest_m"].iloc[0] < 41
    assert all(check.passed for check in verify(file_at))
    assert survey(file_at, path, constants=SAID).added == 0


def test_half_a_line_is_half_the_span_and_strays_are_named(file_at, tmp_path):
    whole = planned(file_at)
    half = shapely.ops.substring(whole, 0.0, 0.5, normalized=True)
    far = moved(whole, 5_000)
    done = survey(file_at, write([moved(half, 10), far], tmp_path / "built.gpkg"), constants=SAID)
    share = status(file_at).elements.set_index("id").loc[SPAN, "built_share"]
    assert share == pytest.approx(0.5, abs=0.02)
    assert "rows 2" in " ".join(done.notes)


def test_lines_of_somewhere_else_are_refused(file_at, tmp_path):
    path = write([LineString(np.array([[10.0, 50.0], [10.1, 50.0]]))], tmp_path / "built.gpkg")
    with pytest.raises(DataFault, match="every planned span"):
        survey(file_at, path, constants=SAID)
