"""``python -m benchmarks [name …]``: run the named benchmarks, or all; print and write their tables.

Options are for benchmarks that have sets (`solving`): ``--set NAME`` takes the sets whose names begin so, ``--seconds
N`` other limits than theirs (both may be given several times), ``--long`` their long limits too. With ``--set``,
``--seconds`` or ``--long`` only the rows measured are replaced in the table, each with its own day and machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks.registry import Options, as_markdown, benchmarks, machine, write


def main(arguments: Sequence[str]) -> int:
    """Run; return the exit code."""
    names, options = _read(arguments)
    known = benchmarks()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No benchmark {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    without = [name for name in names or known if not known[name].has_sets]
    if options.part and without:
        print(f"No sets to choose from in {', '.join(without)}; name the benchmark: solving.", file=sys.stderr)
        return 2
    print(machine())
    for name in names or known:
        print(f"\n{known[name].about}\n")
        try:
            rows = known[name].run(options)
        except LookupError as error:
            print(error.args[0], file=sys.stderr)
            return 2
        print(as_markdown(rows))
        command = " ".join(["python -m benchmarks", name, *options.words()])
        print(f"written to {write(known[name], rows, command, part=options.part or options.long)}")
    return 0


def _read(arguments: Sequence[str]) -> tuple[list[str], Options]:
    """Names and options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run benchmarks.")
    parser.add_argument("name", nargs="*", help="benchmarks; all if none is named")
    parser.add_argument("--set", action="append", default=[], help="sets whose names begin so")
    parser.add_argument("--seconds", action="append", default=[], type=float, help="limits instead of the sets' own")
    parser.add_argument("--long", action="store_true", help="the long limits too")
    read = parser.parse_args(arguments)
    return read.name, Options(tuple(read.set), tuple(sorted(read.seconds)), read.long)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
