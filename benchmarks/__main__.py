"""``python -m benchmarks [name …]``: run the named benchmarks, or all; print and write their tables."""

from __future__ import annotations

import sys

from benchmarks.registry import as_markdown, benchmarks, machine, write


def main(names: list[str]) -> int:
    """Run; return the exit code."""
    known = benchmarks()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    print(machine())
    for name in names or known:
        print(f"\n{known[name].about}\n")
        rows = known[name].run()
        print(as_markdown(rows))
        print(f"written to {write(known[name], rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
