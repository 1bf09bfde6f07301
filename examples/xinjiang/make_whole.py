"""Make a copy of the reference project whose plan holds rings, hops and satellites with little room, all in one.

``python examples/xinjiang/make_whole.py FOLDER`` copies this folder without its runs, and in the copy

- takes out microwave as priced by distance: with hops it is an edge of the network, never both (rule 6),
- lets sites behind a hop pay for their last metres what they pay behind a fibre: the hop ends at the mast of the place,
- takes out the capacity of a satellite from the costs of every category: the service of ``whole/settings.toml`` has it,
- adds ``whole/settings.toml`` to the settings and ``whole/catalogue.csv`` to the catalogue.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
BY_DISTANCE = re.compile(r"\[\[technologies\.microwave\.bands\]\]\n.*?\n\]\n+", re.DOTALL)
LINES = r"(\[\n(?: .*\n)*\]|\[[^\n]*\])\n"
LOCAL = re.compile(rf"fibre = {LINES}microwave = {LINES}")
CAPACITY = re.compile(r'^ *\{ item = "satellite_capacity".*\n', re.MULTILINE)


def make(target: Path) -> None:
    """Make the copy; the folder must not exist."""
    shutil.copytree(HERE, target, ignore=shutil.ignore_patterns("runs", "studies", "whole", "make_whole.py", ".*"))
    programme, catalogue = target / "programme.toml", target / "catalogue.csv"
    settings = BY_DISTANCE.sub("", programme.read_text(encoding="utf-8"))
    settings = CAPACITY.sub("", LOCAL.sub(r"fibre = \1\nmicrowave = \1\n", settings))
    programme.write_text(settings + (HERE / "whole" / "settings.toml").read_text(encoding="utf-8"), encoding="utf-8")
    rows = (HERE / "whole" / "catalogue.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    catalogue.write_text(catalogue.read_text(encoding="utf-8") + "".join(rows[1:]), encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
