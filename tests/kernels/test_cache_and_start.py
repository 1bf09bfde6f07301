"""What is in the cache of compiled kernels, and what numba loads when the first is called."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from karez.flow.compiling import is_first_run
from karez.kernels.cache_folder import SETTING
from karez.solving import warm_up
from karez.solving.warming import charge_all

ASK = "from karez.flow.compiling import is_first_run; print(is_first_run('solve'), is_first_run('plan'))"


def asked(cache: Path) -> tuple[bool, bool]:
    """Whether a new process with this cache takes itself for the first to solve, and to plan."""
    output = python(ASK, **{SETTING: str(cache)})
    solve, plan = output.split()
    return solve == "True", plan == "True"


def python(program: str, **settings: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env={**os.environ, **settings}, check=True, capture_output=True, text=True).stdout


def test_with_an_empty_cache_both_solve_and_plan_compile(tmp_path: Path) -> None:
    assert asked(tmp_path) == (True, True)


def test_once_kernels_are_warm_solve_says_no_more_that_it_compiles() -> None:
    warm_up()
    assert not is_first_run("solve")


def test_a_cache_left_by_solving_is_not_taken_for_one_of_planning(tmp_path: Path) -> None:
    warm_up()
    kept = Path(str(charge_all.stats.cache_path))
    there = tmp_path / folder_name(tmp_path)
    there.mkdir(exist_ok=True)
    for index in kept.glob("*.nbi"):
        if not index.name.startswith("chains."):
            shutil.copy(index, there)
    assert asked(tmp_path) == (False, True)


def test_an_index_of_another_source_does_not_count_as_compiled(tmp_path: Path) -> None:
    warm_up()
    kept = Path(str(charge_all.stats.cache_path))
    there = tmp_path / folder_name(tmp_path)
    there.mkdir(exist_ok=True)
    for index in kept.glob("*.nbi"):
        # Every index under the name of another kernel: its stamp is that of another source.
        shutil.copy(index, there)
    foreign = next(there.glob("ascent.ascend-*.nbi"))
    for index in there.glob("packing.charge_all-*.nbi"):
        shutil.copy(foreign, index)
    assert asked(tmp_path)[0]


def folder_name(cache: Path) -> str:
    """Name of the folder in which numba keeps kernels of ours below a cache folder that was set."""
    program = "from karez.kernels.packing import charge_all; print(charge_all.stats.cache_path)"
    return Path(python(program, **{SETTING: str(cache)}).strip()).name


@pytest.mark.parametrize("begin", ["start_without_blas()", "start_without_blas(); start_without_blas()"])
def test_numba_begins_without_linear_algebra_and_has_it_when_a_kernel_wants_it(begin: str) -> None:
    program = f"""
import sys
import numpy as np
from numba import njit
from karez.kernels.start import start_without_blas
{begin}
njit(lambda x: x + 1)(1)
assert "scipy.linalg" not in sys.modules
from numba.np import arraymath, linalg
assert arraymath.ensure_blas is linalg.ensure_blas
assert linalg.ensure_blas.__module__ == "numba.np.linalg"
one = np.ones((2, 2))
assert njit(lambda a: np.dot(a, a))(one).tolist() == [[2.0, 2.0], [2.0, 2.0]]
assert "scipy.linalg" in sys.modules
"""
    python(program)
