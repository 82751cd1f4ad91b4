"""What imports take: `python -m benchmarks.imports`, or with `--each` every handler by itself."""

import argparse
import sys

from benchmarks.imports.comparison import ratios_to_library, rows
from benchmarks.table import markdown


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each is imported (default: %(default)s)")
    parser.add_argument("--each", action="store_true", help="the ratio of each handler to rdklib, slowest first")
    chosen = parser.parse_args()
    try:
        lines = each(chosen.rounds) if chosen.each else list(markdown(rows(chosen.rounds, lambda _: None)))
    except ChildProcessError as error:
        sys.exit(str(error))
    sys.stdout.writelines(f"{line}\n" for line in lines)


def each(rounds: int) -> list[str]:
    """Return a line for each handler."""
    ratios, _, _ = ratios_to_library(rounds)
    return [f"{ratio:.3f}  {name}" for name, ratio in sorted(ratios.items(), key=lambda one: -one[1])]


if __name__ == "__main__":
    main()
