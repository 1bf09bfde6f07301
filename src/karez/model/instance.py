"""A Steiner problem as published in a file, and its answer in the file's own terms."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from karez.model.tree_certificate import TreeCertificate

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Instance:
    """A Steiner tree or prize-collecting Steiner tree problem, its decimals scaled to whole numbers.

    Parameters
    ----------
    name : str
        Name of the file; names inside files differ too often.
    n : int
        Number of nodes, numbered from 0 here and from 1 in the file.
    tail, head : int32[m]
        Ends of each edge.
    cost : int64[m]
        Cost of each edge, times `scale`.
    prize : int64[n]
        What leaving a node out costs, times `scale`; −1 where it must be in the tree; 0 for all others.
    root : int | None
        Node that is in the tree, None if any tree will do.
    scale : int
        A power of ten that turns every number of the file into a whole one.
    collecting : bool
        Whether prizes are collected; a plain Steiner problem has terminals only.
    """

    name: str
    n: int
    tail: Ints
    head: Ints
    cost: Longs
    prize: Longs
    root: int | None
    scale: int
    collecting: bool

    def own_unit(self, amount: int) -> int | float:
        """A scaled amount in the file's own unit; a whole number stays one.

        >>> empty = np.empty(0, np.int32)
        >>> Instance("x", 1, empty, empty, empty, empty, None, 100, False).own_unit(1250)
        12.5
        """
        exact = Fraction(amount, self.scale)
        return int(exact) if exact.denominator == 1 else float(exact)

    def sha256(self) -> str:
        """Hash of what the problem says, in hexadecimal: the same however its file is named, zipped or laid out.

        Hashed are a line with n, the number of edges, scale and root (−1 for none) in decimals, parted by blanks, then
        tails, heads, costs and prizes as 64-bit integers, lowest byte first.

        >>> empty = np.empty(0, np.int32)
        >>> Instance("x", 1, empty, empty, empty, empty, None, 100, False).sha256()[:12]
        '48aab87a48b1'
        """
        root = -1 if self.root is None else self.root
        digest = hashlib.sha256(f"{self.n} {len(self.cost)} {self.scale} {root}\n".encode())
        for array in (self.tail, self.head, self.cost, self.prize):
            digest.update(array.astype("<i8").tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class SolvedInstance:
    """The certificate of an instance and its tree, in the file's unit and numbering.

    Parameters
    ----------
    instance : str
        Name of the file.
    value, bound : int | float
        Value of the tree (edges plus prizes not collected) and what no tree can fall below.
    gap : float
        Distance of the two over the value, as a fraction; 0 if they are equal.
    proof : str
        How the bound was had.
    seconds : float
        Time spent solving, without start-up and compilation.
    edges : tuple of (int, int)
        The tree's edges as pairs of node numbers, as in the file.
    nodes : tuple of int
        The tree's nodes, as in the file.
    proven : TreeCertificate
        The same with all that proves it, what ``--certificate`` writes.
    trace : tuple of (float, number, number)
        Seconds, value and bound whenever one of the two got better.
    """

    instance: str
    value: int | float
    bound: int | float
    gap: float
    proof: str
    seconds: float
    edges: tuple[tuple[int, int], ...]
    nodes: tuple[int, ...]
    proven: TreeCertificate
    trace: tuple[tuple[float, int | float, int | float], ...] = ()

    def certificate(self) -> dict[str, Any]:
        """What ``--json`` prints: instance, value, bound, gap, proof, seconds."""
        names = ("instance", "value", "bound", "gap", "proof", "seconds")
        return {name: getattr(self, name) for name in names}

    def solution(self) -> dict[str, Any]:
        """What ``--out`` writes: the certificate, edges as pairs, nodes."""
        return {**self.certificate(), "edges": [list(pair) for pair in self.edges], "nodes": list(self.nodes)}
