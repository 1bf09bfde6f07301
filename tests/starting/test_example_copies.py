"""`karez new --from`: examples are copied whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import karez.starting.example as example_module
from karez.errors import UsageFault
from karez.flow.new import new
from karez.starting import copy_example, example_names
from karez.starting.aside import written_aside


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf with one small example that has been run."""
    example = tmp_path / "shelf" / "xinjiang"
    (example / "layers").mkdir(parents=True)
    (example / "programme.toml").write_text("format = 1\n")
    (example / "layers" / "sites.csv").write_text("id\n")
    (example / "runs" / "abc").mkdir(parents=True)
    (example / "runs" / "abc" / "summary.json").write_text("{}")
    (tmp_path / "shelf" / "no_example").mkdir()
    monkeypatch.setattr(example_module, "_shelf", lambda: tmp_path / "shelf")
    return tmp_path / "shelf"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_example_is_copied_without_its_runs(shelf: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "mine"
    assert copy_example("xinjiang", target) == target
    assert contents(target) == {"programme.toml": b"format = 1\n", "layers/sites.csv": b"id\n"}
    assert [path.name for path in target.parent.iterdir()] == ["mine"]


def test_new_copies_the_reference_programme_where_nothing_is_named(shelf: Path, tmp_path: Path) -> None:
    assert contents(new(tmp_path / "mine")) == contents(copy_example("xinjiang", tmp_path / "other"))


def test_an_example_and_a_country_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="not both"):
        new(tmp_path / "mine", example="xinjiang", country="KG")


def test_an_unknown_example_names_the_nearest(shelf: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="Did you mean `xinjiang`"):
        copy_example("xinjang", tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_path_is_no_name_of_an_example(shelf: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="no example"):
        copy_example("../shelf/xinjiang", tmp_path / "mine")


@pytest.mark.parametrize("kind", ["file", "folder", "dead link"])
def test_a_name_that_is_taken_is_refused_and_left_as_it_is(shelf: Path, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "mine"
    if kind == "file":
        target.write_text("kept")
    elif kind == "folder":
        target.mkdir()
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageFault, match="exists already"):
        copy_example("xinjiang", target)
    assert kind != "file" or target.read_text() == "kept"
    assert kind != "folder" or not list(target.iterdir())


def test_a_copy_that_fails_leaves_nothing(shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(shutil, "copytree", fail)
    with pytest.raises(OSError, match="no space"):
        copy_example("xinjiang", tmp_path / "work" / "mine")
    assert not list((tmp_path / "work").iterdir())


def test_a_place_that_cannot_be_written_is_a_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageFault, match="cannot be made"), written_aside(tmp_path / "file" / "mine"):
        pass


def test_a_folder_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "mine"
    with pytest.raises(UsageFault, match="exists already"), written_aside(target) as aside:
        (aside / "new").write_text("")
        target.mkdir()
        (target / "old").write_text("")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert [path.name for path in target.iterdir()] == ["old"]


def test_the_examples_of_the_checkout_are_found() -> None:
    assert {"kyrgyzstan", "xinjiang"} <= set(example_names())
