"""Compiled kernels find a place even where nothing but the temporary directory can be written."""

from __future__ import annotations

from pathlib import Path

import numba
import pytest

from karez.kernels import cache_folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary directory of its own, and no cache folder set."""
    monkeypatch.setenv(cache_folder.SETTING, "")
    monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)
    monkeypatch.setattr(cache_folder.tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_nothing_is_set_where_the_folder_of_the_source_can_be_written(temporary: Path) -> None:
    cache_folder.ensure_cache_folder(temporary)
    assert cache_folder.os.environ[cache_folder.SETTING] == ""


def test_a_folder_of_the_user_alone_is_taken_where_nothing_else_can_be_written(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_folder, "_writable", lambda _: False)
    cache_folder.ensure_cache_folder(temporary)
    chosen = Path(numba.config.CACHE_DIR)
    assert chosen.parent == temporary
    assert chosen.stat().st_mode & 0o077 == 0
    assert cache_folder.os.environ[cache_folder.SETTING] == str(chosen)


def test_a_folder_that_others_can_write_is_not_trusted(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_folder, "_writable", lambda _: False)
    foreign = cache_folder._own_temporary_folder()
    foreign.chmod(0o777)
    cache_folder.ensure_cache_folder(temporary)
    assert Path(numba.config.CACHE_DIR) != foreign


def test_what_the_user_sets_stands(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache_folder.SETTING, "chosen")
    monkeypatch.setattr(cache_folder, "_writable", lambda _: False)
    cache_folder.ensure_cache_folder(temporary)
    assert cache_folder.os.environ[cache_folder.SETTING] == "chosen"
