"""A linear programme whose rows and columns come and go, with bounds that are exact in integers."""

from __future__ import annotations

import highspy
import numpy as np
import numpy.typing as npt

from karez.solving.certified import Ints, Longs
from karez.solving.graph import exact_sum

LARGEST = 1 << 60
UNBOUNDED = 1 << 40
"""Stands for no bound on a row."""

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

OPTIONS: dict[str, bool | float | str] = {
    "output_flag": False, "threads": 1, "random_seed": 0, "presolve": "off", "solver": "simplex",
    "simplex_scale_strategy": 0, "run_crossover": "off",
}  # fmt: skip
"""Of HiGHS; rows of ones need no scaling."""

ROUGH = 1e-4
"""Gap at which interior points stop, if nothing else is said."""

INTERIOR = 50
"""Simplex iterations that a step of interior points counts."""

Status = highspy.HighsBasisStatus


def _key(index: Ints, sign: Longs, least: int) -> bytes:
    return index.tobytes() + bytes([least & 1]) + sign.astype(np.int8).tobytes()


class Programme:
    """Least ``objective · x`` with 0 ≤ x ≤ 1, of which open columns and current rows are handed to HiGHS.

    Parameters
    ----------
    objective : int64[columns]
        Costs.
    open_columns : bool[columns]
        Columns that may be other than 0.

    Attributes
    ----------
    interior : bool
        Whether it is solved by interior points, roughly, until :meth:`turn_to_vertices`.
    """

    def __init__(self, objective: Longs, open_columns: Bools) -> None:
        self.interior = False
        self.objective = objective
        total = exact_sum(np.abs(objective)) + 1
        self.scale = 1
        while self.scale < 1 << 20 and total * self.scale * 64 < LARGEST:
            self.scale *= 2
        self.unit = max(1.0, total / 1e6)
        self.lower = np.zeros(objective.size)
        self.upper = open_columns.astype(np.float64)
        self.start = np.zeros(1, np.int64)
        self.index: Ints = np.empty(0, np.int32)
        self.sign: Longs = np.empty(0, np.int64)
        self.least: Longs = np.empty(0, np.int64)
        self.most: Longs = np.empty(0, np.int64)
        self.tag: Ints = np.empty(0, np.int32)
        self.age: Ints = np.empty(0, np.int32)
        self.waiting: list[tuple[Ints, Longs, int, int, int]] = []
        self.seen: set[bytes] = set()
        self.model = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in OPTIONS.items():
            self.model.setOptionValue(option, value)
        self.column: Ints = np.empty(0, np.int32)
        self.shown: Ints = np.full(objective.size, -1, np.int32)

    @property
    def rows(self) -> int:
        """Rows there are."""
        return int(self.least.size)

    def add(self, index: Ints, sign: Longs, least: int, most: int, tag: int = -1) -> bool:
        """Have a row added with the next flush, unless there is the same.

        Parameters
        ----------
        index, sign : int32, int64
            Columns, and 1 or −1 for each.
        least, most : int
            What their sum must be, or ``UNBOUNDED`` with its sign.
        tag : int
            The caller's mark; rows with a tag ≥ 0 stay for good.

        Returns
        -------
        bool
            Whether it was new.
        """
        order = np.argsort(index, kind="stable")
        index, sign = index[order], sign[order]
        key = _key(index, sign, least)
        if key in self.seen:
            return False
        self.seen.add(key)
        self.waiting.append((index, sign, least, most, tag))
        return True

    def flush(self) -> None:
        """Hand waiting rows to HiGHS."""
        if not self.waiting:
            return
        first, size = self.rows, self.index.size
        sizes = [row[0].size for row in self.waiting]
        self.index = np.concatenate([self.index, *(row[0] for row in self.waiting)])
        self.sign = np.concatenate([self.sign, *(row[1] for row in self.waiting)])
        self.start = np.concatenate([self.start, size + np.cumsum(sizes)])
        self.least = np.append(self.least, [row[2] for row in self.waiting])
        self.most = np.append(self.most, [row[3] for row in self.waiting])
        self.tag = np.append(self.tag, [row[4] for row in self.waiting]).astype(np.int32)
        self.age = np.append(self.age, np.zeros(len(sizes), np.int32)).astype(np.int32)
        self.waiting.clear()
        if self.column.size:
            self._show(first)

    def _show(self, first: int) -> None:
        """Add rows from a number on to the model; columns not shown are left out."""
        begin = self.start[first]
        index = self.shown[self.index[begin:]]
        kept = index >= 0
        ends = np.concatenate([[0], np.cumsum(kept)])[self.start[first:] - begin]
        self.model.addRows(
            self.rows - first,
            np.where(self.least[first:] == -UNBOUNDED, -highspy.kHighsInf, self.least[first:]),
            np.where(self.most[first:] == UNBOUNDED, highspy.kHighsInf, self.most[first:]),
            int(ends[-1]), ends[:-1].astype(np.int32), index[kept], self.sign[begin:][kept].astype(np.float64),
        )  # fmt: skip

    def rebuild(self, keep: Bools | None = None) -> None:
        """Make the model anew of the open columns and these rows, and go on from the same basis."""
        self.flush()
        statuses = self._statuses()
        if keep is not None:
            self._forget(keep)
        before = self.column
        self.column = np.flatnonzero(self.upper > 0).astype(np.int32)
        if statuses is not None and before.size:
            place = np.searchsorted(before, self.column)
            rows = np.arange(len(statuses[1])) if keep is None else np.flatnonzero(keep)
            statuses = [statuses[0][i] for i in place], [statuses[1][i] for i in rows]
        self.shown[:] = -1
        self.shown[self.column] = np.arange(self.column.size, dtype=np.int32)
        self.model.clearModel()
        none = np.empty(0, np.int32)
        size = self.column.size
        self.model.addCols(
            size, self.objective[self.column] / self.unit, np.zeros(size), self.upper[self.column], 0,
            np.zeros(size, np.int32), none, np.empty(0),
        )  # fmt: skip
        if self.rows:
            self._show(0)
        if statuses is not None:
            self._restore(*statuses)

    def drop(self, keep: Bools) -> None:
        """Drop all rows but these, and closed columns; rows that wait stay."""
        waiting, self.waiting = self.waiting, []
        self.rebuild(keep)
        self.waiting = waiting

    def _forget(self, keep: Bools) -> None:
        for row in np.flatnonzero(~keep):
            part = slice(self.start[row], self.start[row + 1])
            self.seen.discard(_key(self.index[part], self.sign[part], int(self.least[row])))
        members = np.repeat(keep, np.diff(self.start))
        self.start = np.concatenate([[0], np.cumsum(np.diff(self.start)[keep])])
        self.index, self.sign = self.index[members], self.sign[members]
        self.least, self.most = self.least[keep], self.most[keep]
        self.tag, self.age = self.tag[keep], self.age[keep]

    def _statuses(self) -> tuple[list[Status], list[Status]] | None:
        basis = self.model.getBasis()
        if not basis.valid or not self.column.size:
            return None
        return list(basis.col_status), list(basis.row_status)

    def _restore(self, column_status: list[Status], row_status: list[Status]) -> None:
        """Set a basis, made square where a column that has been closed was basic."""
        basis = highspy.HighsBasis()
        basis.col_status = column_status
        basis.row_status = row_status
        basis.valid = True
        basis.alien = True
        self.model.setBasis(basis)

    def set_bounds(self, lower: Floats, upper: Floats) -> None:
        """Set the bounds of the columns shown."""
        self.model.changeColsBounds(
            self.column.size, np.arange(self.column.size, dtype=np.int32), lower[self.column], upper[self.column]
        )

    def turn_inside(self, gap: float = ROUGH) -> None:
        """Solve by interior points from now on, as closely as said."""
        self.interior = True
        self.model.setOptionValue("solver", "ipm")
        self.model.setOptionValue("ipm_optimality_tolerance", gap)

    def turn_to_vertices(self) -> None:
        """Solve by the simplex method from now on."""
        self.interior = False
        self.model.setOptionValue("solver", "simplex")

    def effort(self) -> int:
        """About how many simplex iterations the last run was worth."""
        info = self.model.getInfo()
        return 100 + max(0, int(info.simplex_iteration_count)) + INTERIOR * max(0, int(info.ipm_iteration_count))

    def solve(self) -> tuple[highspy.HighsModelStatus, Floats, Floats]:
        """Run HiGHS: its status, x of all columns, and the duals of the rows."""
        if not self.column.size:
            self.rebuild()
        self.flush()
        self.model.run()
        solution = self.model.getSolution()
        x = np.zeros(self.objective.size)
        if len(solution.col_value):
            x[self.column] = solution.col_value
        dual = np.nan_to_num(np.array(solution.row_dual), posinf=0.0, neginf=0.0)
        if dual.size == self.rows:
            weak = max(1e-9, 1e-8 * abs(self.model.getInfo().objective_function_value)) if self.interior else 1e-9
            self.age = np.where(np.abs(dual) > weak, 0, self.age + 1).astype(np.int32)
        return self.model.getModelStatus(), x, dual

    def ray(self, status: highspy.HighsModelStatus) -> Floats:
        """Direction in which the dual is unbounded, if HiGHS has found the programme infeasible; else empty."""
        if status != highspy.HighsModelStatus.kInfeasible:
            return np.empty(0)
        _, known, ray = self.model.getDualRay()  # type: ignore[attr-defined]
        return np.array(ray) if known else np.empty(0)

    def safe_bound(
        self, dual: Floats, lower: Floats, upper: Floats, least: Longs | None = None
    ) -> tuple[int, Longs, int]:
        """Bound from rounded duals, exact in integers whatever they are.

        Parameters
        ----------
        dual : float[rows]
            Duals, of any quality.
        lower, upper : float[columns]
            Bounds of the columns, 0 or 1.
        least : int64[rows] | None
            Least sums of the rows where they differ from the programme's.

        Returns
        -------
        total : int
            Bound, `scale` times.
        margin : int64[columns]
            Reduced costs, `scale` times; below 0 only where they have been charged to the bound.
        scale : int
            The scale.
        """
        least = self.least if least is None else least
        size = np.diff(self.start)
        weigh = float((np.abs(dual) * size).sum()) * self.unit
        scale = self.scale
        while scale > 1 and weigh * scale > LARGEST:
            scale //= 2
        if not weigh * scale <= LARGEST:
            # Duals beyond all measure say nothing.
            dual = np.zeros_like(dual)
        weight = np.rint(dual * self.unit * scale).astype(np.int64)
        side = np.where(weight > 0, least, self.most)
        weight[np.abs(side) == UNBOUNDED] = 0
        margin = self.objective * scale
        np.subtract.at(margin, self.index, np.repeat(weight, size) * self.sign)
        total = exact_sum(weight * side)
        total += exact_sum(margin[(margin < 0) & (upper > 0)])
        total += exact_sum(margin[(margin > 0) & (lower > 0)])
        return total, margin, scale
