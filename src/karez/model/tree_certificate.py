"""What proves a solved Steiner problem to somebody who has the problem and does not trust the solver."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Node = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(ge=0, lt=1 << 62)]
Bound = Annotated[int, Field(gt=-(1 << 62), lt=1 << 62)]
"""A poor dual solution may prove less than nothing."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class CertifiedCase(_Frozen):
    """One case of the bound: what holds of a tree that is in none of the cases before.

    Nodes are numbered from 1 as in the file; amounts are whole numbers in units of 1/scale.

    Parameters
    ----------
    root : int | None
        Node that is in the tree. None for trees that hold none of the nodes left out, whatever else they hold.
    left_out : tuple[int, …]
        Nodes that are not in the tree and whose prizes are lost: the roots of the cases before.
    entry : int
        Only without a root, and 0 for none: cost of an edge from one node more, the way in, to every node with a prize
        that is not left out. A tree with such a node is then entered over exactly one of these edges. The way in is
        the root of the moats, and `entry` is taken off what they add up to.
    node, radius : tuple[int, …]
        The moats in the order in which they are grown.
    bound : int
        No tree of this case has a lower value: radii plus prizes left out, less `entry`; with a way in no more than
        all prizes together, the value of a tree without any.
    """

    root: Node | None
    left_out: tuple[Node, ...]
    entry: Whole = 0
    bound: Bound
    node: tuple[Node, ...]
    radius: tuple[Whole, ...]

    @model_validator(mode="after")
    def _one_radius_a_node(self) -> CertifiedCase:
        if len(self.node) != len(self.radius):
            raise ValueError(f"{len(self.node)} nodes of moats, but {len(self.radius)} radii")
        return self


class TreeCertificate(_Frozen):
    """A tree, its value, its bound and the dual solution that proves it. The problem stays in its own file.

    Parameters
    ----------
    format : int
        Version of this form.
    instance : str
        Name of the problem.
    file : str
        Where the problem lies, as seen from the certificate.
    sha256 : str
        Hash of the problem's content, :meth:`karez.model.instance.Instance.sha256`.
    scale : int
        Power of ten that makes every number of the file whole.
    value, bound, gap
        As :class:`karez.model.instance.SolvedInstance` has them, in the file's own unit.
    proof : str
        How the bound was had.
    whole_value, whole_bound : int
        Value and bound in units of 1/scale.
    replayable_bound : int
        The part of the bound that the moats prove, in units of 1/scale; less than the bound after an exact search.
    edges : tuple of (int, int, int)
        The tree's edges: both ends, numbered from 1 as in the file, and the cost in units of 1/scale.
    nodes : tuple of int
        The tree's nodes.
    cases : tuple[CertifiedCase, …]
        Every tree is in one of them; the least of their bounds is the replayable bound.
    """

    format: Literal[1] = 1
    instance: str
    file: str
    sha256: str
    scale: Annotated[int, Field(ge=1)]
    value: int | float
    bound: int | float
    gap: float
    proof: str
    whole_value: Whole
    whole_bound: Bound
    replayable_bound: Bound
    edges: tuple[tuple[Node, Node, Whole], ...]
    nodes: tuple[Node, ...]
    cases: tuple[CertifiedCase, ...]

    def to_json(self) -> str:
        """The certificate as text: a line for every entry, so that a person can read its head."""
        return _lines(self, but="cases", and_last=[_lines(case) for case in self.cases])


def _lines(model: BaseModel, but: str = "", and_last: list[str] | None = None) -> str:
    entries = model.model_dump(mode="json", exclude={but})
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items()]
    if and_last is not None:
        lines.append(f"{json.dumps(but)}: [{', '.join(and_last)}]")
    return "{\n" + ",\n".join(lines) + "\n}"
