"""Whatever happens to the bytes of a file, a project is read or refused with its faults; nothing else."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest

from karez.errors import DataFault
from karez.reading import read
from projects import Form, tiny_project

FORMS: tuple[Form, ...] = ("gpkg", "parquet", "fgb", "geojson", "csv")


def damage(content: bytes, draw: random.Random) -> bytes:
    """Change, cut and insert bytes at some places."""
    damaged = bytearray(content)
    for _ in range(draw.choice([1, 1, 3, 20, 200])):
        if not damaged:
            break
        place = draw.randrange(len(damaged))
        what = draw.random()
        if what < 0.5:
            damaged[place] = draw.randrange(256)
        elif what < 0.7:
            del damaged[place : place + draw.randrange(1, 50)]
        elif what < 0.85:
            damaged[place:place] = draw.randbytes(draw.randrange(1, 20))
        else:
            damaged[place : place + 8] = draw.choice([b"nan     ", b"1e999   ", b"-1      ", b'""      ', b"null    "])
    return bytes(damaged)


@pytest.mark.parametrize("form", FORMS)
def test_damaged_bytes_are_read_or_refused(tmp_path: Path, form: Form) -> None:
    folder = tiny_project(tmp_path / form, form)
    files = sorted(path for path in folder.iterdir() if path.suffix != ".md")
    for path in files:
        whole = path.read_bytes()
        for seed in range(3):
            path.write_bytes(damage(whole, random.Random(f"{path.name} {seed}")))
            with suppress(DataFault):
                read(folder)
        path.write_bytes(whole)


def test_number_too_large_in_a_line_is_refused(tmp_path: Path) -> None:
    folder = tiny_project(tmp_path / "csv", "csv")
    text = (folder / "roads.csv").read_text(encoding="utf-8")
    (folder / "roads.csv").write_text(text.replace("(80.1 40.3", "(80.1 1e999", 1), encoding="utf-8")
    with pytest.raises(DataFault, match="row 2"):
        read(folder)


def test_letters_that_are_no_utf_8_in_geojson_are_refused(tmp_path: Path) -> None:
    folder = tiny_project(tmp_path / "geojson", "geojson")
    content = (folder / "sites.geojson").read_bytes()
    (folder / "sites.geojson").write_bytes(content.replace(b"Capital", b"C\xd2pital"))
    with pytest.raises(DataFault, match=r"sites\.geojson"):
        read(folder)
