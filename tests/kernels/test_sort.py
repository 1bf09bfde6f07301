"""Sorting in kernels."""

from __future__ import annotations

import numpy as np
import pytest

from karez.kernels.sort import ascending


@pytest.mark.parametrize("size", [0, 1, 2, 3, 17, 1000])
def test_positions_are_those_of_a_stable_sort(size):
    key = np.random.default_rng(size).integers(0, 20, size)
    assert ascending(key).tolist() == np.argsort(key, kind="stable").tolist()
