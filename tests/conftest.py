"""Fixtures that every room's tests share; modules beside this file can be imported by name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from projects import tiny_project

# A clean run on a server says the same twice; at a desk every run tries new cases.
settings.register_profile("karez", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("karez")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A small whole project folder, fresh for each test."""
    return tiny_project(tmp_path / "tiny")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer ``--update-golden``: write golden files anew, after looking at what changed."""
    parser.addoption("--update-golden", action="store_true", help="write golden files anew")
