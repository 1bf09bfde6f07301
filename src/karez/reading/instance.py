"""Published Steiner problems: ``.gr`` (PACE 2018) and ``.stp`` (SteinLib, DIMACS 11), plain or gzipped.

Both are lines of a keyword and numbers in sections. What files really hold is read, not what their headers say:
``RootP`` makes a prize-collecting problem rooted whether or not its problem line says so, prizes may come in any order,
columns may be parted by tabs.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation, localcontext
from pathlib import Path

import numpy as np

from karez.errors import DataFault, Fault
from karez.model.instance import Instance

FORCED = -1
MOST_FAULTS = 1_000
LARGEST_SUM = 1 << 62
_GZIP_MAGIC = b"\x1f\x8b"
_SUFFIXES = (".gz", ".stp", ".gr")
_LONGEST_NUMBER = 60


@dataclass
class _Draft:
    """What has been read so far, and what was wrong with it."""

    file: str
    faults: list[Fault] = field(default_factory=list)
    sections: set[str] = field(default_factory=set)
    section: str = ""
    nodes: int | None = None
    edges_said: tuple[int, int] | None = None
    edge: list[tuple[int, int, Decimal, int]] = field(default_factory=list)
    terminal: list[tuple[int, int]] = field(default_factory=list)
    prize: list[tuple[int, Decimal, int]] = field(default_factory=list)
    root: list[tuple[int, int]] = field(default_factory=list)
    prize_root: list[tuple[int, int]] = field(default_factory=list)

    def refuse(self, line: int | None, column: str, problem: str, remedy: str) -> None:
        """Note a fault."""
        if len(self.faults) < MOST_FAULTS:
            row = "" if line is None else str(line)
            self.faults.append(Fault(self.file, "", row, column, problem, remedy))


def read_instance(path: Path) -> Instance:
    """Read one problem.

    Parameters
    ----------
    path : Path
        A ``.gr`` or ``.stp`` file, gzipped or not; what it is shows from its bytes.

    Returns
    -------
    Instance
        The problem, decimals scaled to whole numbers.

    Raises
    ------
    DataFault
        Every fault of the file at once, with its line.
    """
    draft = _Draft(path.name)
    try:
        for number, line in enumerate(_lines(path), start=1):
            _read_line(draft, number, line)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, FileNotFoundError):
            draft.refuse(None, "", "the file does not exist", "Check the name")
        elif isinstance(error, IsADirectoryError):
            draft.refuse(None, "", "this is a folder", "Name a .gr or .stp file")
        else:
            draft.refuse(None, "", f"the file cannot be read to its end ({error})", "Fetch it again; it is damaged")
        raise DataFault(draft.faults) from error
    except UnicodeError as error:
        draft.refuse(None, "", "the file is not text", "Name a .gr or .stp file, plain or gzipped")
        raise DataFault(draft.faults) from error
    _check(draft)
    if draft.faults:
        raise DataFault(draft.faults)
    return _instance(draft)


def _lines(path: Path) -> Iterator[str]:
    with path.open("rb") as raw:
        zipped = raw.read(2) == _GZIP_MAGIC
        raw.seek(0)
        with gzip.open(raw, "rb") if zipped else raw as text:
            for line in text:
                if b"\0" in line:
                    raise UnicodeError("a zero byte")
                yield line.decode("utf-8", errors="replace")


def _read_line(draft: _Draft, number: int, line: str) -> None:
    words = line.split()
    if not words:
        return
    head = words[0].lower()
    if head == "section":
        draft.section = words[1].lower() if len(words) > 1 else ""
        draft.sections.add(draft.section)
    elif head == "end":
        draft.section = ""
    elif draft.section in _READERS and head in _READERS[draft.section]:
        _READERS[draft.section][head](draft, number, words)


def _node(draft: _Draft, number: int, word: str, column: str) -> int | None:
    try:
        node = int(word)
    except ValueError:
        draft.refuse(number, column, f"`{word}` is no node number", "Write a whole number from 1")
        return None
    return node


def _amount(draft: _Draft, number: int, word: str, column: str) -> Decimal | None:
    try:
        amount = Decimal(word) if len(word) <= _LONGEST_NUMBER else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or (amount and abs(amount.adjusted()) > _LONGEST_NUMBER):
        draft.refuse(number, column, f"`{word}` is no number", "Write a number that is not negative")
        return None
    if amount < 0:
        draft.refuse(number, column, f"{word} is negative", "Write a number that is not negative")
        return None
    return amount


def _count(draft: _Draft, number: int, words: list[str]) -> tuple[int, int] | None:
    try:
        count = int(words[1])
    except (IndexError, ValueError):
        draft.refuse(number, words[0], "a count is missing", "Write a whole number after the keyword")
        return None
    return count, number


def _too_short(draft: _Draft, number: int, words: list[str], least: int) -> bool:
    if len(words) >= least:
        return False
    draft.refuse(number, words[0], "the line is too short", f"Write {least - 1} numbers after `{words[0]}`")
    return True


def _read_nodes(draft: _Draft, number: int, words: list[str]) -> None:
    count = _count(draft, number, words)
    if count is None:
        return
    if count[0] < 1:
        draft.refuse(number, "Nodes", "there are no nodes", "Write how many nodes there are, at least 1")
        return
    draft.nodes = count[0]


def _read_edges(draft: _Draft, number: int, words: list[str]) -> None:
    draft.edges_said = _count(draft, number, words)


def _read_edge(draft: _Draft, number: int, words: list[str]) -> None:
    if _too_short(draft, number, words, 4):
        return
    tail = _node(draft, number, words[1], "E")
    head = _node(draft, number, words[2], "E")
    cost = _amount(draft, number, words[3], "E")
    if tail is not None and head is not None and cost is not None:
        draft.edge.append((tail, head, cost, number))


def _read_arc(draft: _Draft, number: int, words: list[str]) -> None:
    draft.refuse(number, words[0], "directed arcs are not supported", "Give an undirected problem with lines `E`")


def _read_terminal(draft: _Draft, number: int, words: list[str]) -> None:
    if not _too_short(draft, number, words, 2):
        node = _node(draft, number, words[1], "T")
        if node is not None:
            draft.terminal.append((node, number))


def _read_prize(draft: _Draft, number: int, words: list[str]) -> None:
    if _too_short(draft, number, words, 3):
        return
    node = _node(draft, number, words[1], "TP")
    prize = _amount(draft, number, words[2], "TP")
    if node is not None and prize is not None:
        draft.prize.append((node, prize, number))


def _read_root(draft: _Draft, number: int, words: list[str]) -> None:
    if not _too_short(draft, number, words, 2):
        node = _node(draft, number, words[1], words[0])
        if node is not None:
            (draft.prize_root if words[0].lower() == "rootp" else draft.root).append((node, number))


_READERS: dict[str, dict[str, Callable[[_Draft, int, list[str]], None]]] = {
    "graph": {"nodes": _read_nodes, "edges": _read_edges, "e": _read_edge, "a": _read_arc},
    "terminals": {"t": _read_terminal, "tp": _read_prize, "root": _read_root, "rootp": _read_root},
}


def _check(draft: _Draft) -> None:
    for name in ("graph", "terminals"):
        if name not in draft.sections:
            draft.refuse(None, name, f"the section {name.capitalize()} is missing", "Add it, or fetch the file again")
    if draft.nodes is None:
        if "graph" in draft.sections:
            draft.refuse(None, "Nodes", "the number of nodes is missing", "Write `Nodes n` in the section Graph")
        return
    _check_nodes(draft, draft.nodes)
    _check_counts(draft)
    _check_roots(draft)
    if not draft.faults:
        _check_connected(draft, draft.nodes)


def _check_nodes(draft: _Draft, n: int) -> None:
    mentions = [(node, "E", line) for tail, head, _, line in draft.edge for node in (tail, head)]
    mentions += [(node, "T", line) for node, line in draft.terminal]
    mentions += [(node, "TP", line) for node, _, line in draft.prize]
    mentions += [(node, "Root", line) for node, line in (*draft.root, *draft.prize_root)]
    for node, column, line in mentions:
        if not 1 <= node <= n:
            draft.refuse(line, column, f"there is no node {node}", f"Write a node number from 1 to {n}")
    seen: dict[int, int] = {}
    for node, _, line in draft.prize:
        if node in seen:
            draft.refuse(
                line, "TP", f"node {node} has a prize already, from line {seen[node]}", "Keep one of the lines"
            )
        seen.setdefault(node, line)


def _check_counts(draft: _Draft) -> None:
    found = len(draft.edge)
    if draft.edges_said is not None and draft.edges_said[0] != found and not draft.faults:
        said, line = draft.edges_said
        draft.refuse(line, "Edges", f"{said} edges are announced, {found} are there", "Fetch the file again")
    if not (draft.terminal or draft.prize or draft.prize_root or draft.faults):
        draft.refuse(None, "T", "there is no terminal", "Write a line `T node` or `TP node prize`")


def _check_roots(draft: _Draft) -> None:
    roots = _roots(draft)
    if len({node for node, _ in roots}) > 1:
        _, line = roots[-1]
        draft.refuse(line, "RootP", "there is more than one root", "Keep one of the lines")


def _roots(draft: _Draft) -> list[tuple[int, int]]:
    """Lines that name a root; in a plain Steiner problem a root says nothing."""
    return draft.prize_root + (draft.root if draft.prize else [])


def _must(draft: _Draft) -> set[int]:
    return {node for node, _ in draft.terminal} | {node for node, _ in _roots(draft)}


def _check_connected(draft: _Draft, n: int) -> None:
    must = sorted(_must(draft))
    if len(must) < 2:
        return
    from_root = _component(draft, n, must[0])
    for node, line in draft.terminal:
        if not from_root[node]:
            draft.refuse(
                line,
                "T",
                f"terminal {node} does not hang together with terminal {must[0]}",
                "Add the edges that are missing, or drop the terminal",
            )


def _component(draft: _Draft, n: int, source: int) -> list[bool]:
    leader = list(range(n + 1))

    def find(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for tail, head, _, _ in draft.edge:
        leader[find(tail)] = find(head)
    home = find(source)
    return [find(node) == home for node in range(n + 1)]


def _instance(draft: _Draft) -> Instance:
    assert draft.nodes is not None
    scale, whole = _whole(draft)
    prize = np.zeros(draft.nodes, np.int64)
    for (node, _, _), amount in zip(draft.prize, whole[len(draft.edge) :], strict=True):
        prize[node - 1] = amount
    for node in _must(draft):
        prize[node - 1] = FORCED
    roots = _roots(draft)
    return Instance(
        name=_name(draft.file),
        n=draft.nodes,
        tail=np.array([tail - 1 for tail, _, _, _ in draft.edge], np.int32),
        head=np.array([head - 1 for _, head, _, _ in draft.edge], np.int32),
        cost=np.array(whole[: len(draft.edge)], np.int64),
        prize=prize,
        root=roots[0][0] - 1 if roots else None,
        scale=scale,
        collecting=bool(draft.prize or roots),
    )


def _whole(draft: _Draft) -> tuple[int, list[int]]:
    """The power of ten that makes every cost and prize whole, and all of them times it, exactly."""
    amounts = [cost for _, _, cost, _ in draft.edge] + [prize for _, prize, _ in draft.prize]
    with localcontext(prec=4 * _LONGEST_NUMBER):
        digits = max((-_exponent(amount) for amount in amounts), default=0)
        whole = [int(amount.scaleb(max(0, digits))) for amount in amounts]
    scale: int = 10 ** max(0, digits)
    if sum(whole) >= LARGEST_SUM:
        problem = f"costs and prizes add up to {sum(whole)} in units of 1/{scale}, more than 2^62 − 1"
        raise DataFault([Fault(draft.file, problem=problem, remedy="Round them to fewer decimals, or scale them down")])
    return scale, whole


def _exponent(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _name(file: str) -> str:
    name = file
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name
