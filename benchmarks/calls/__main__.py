"""`python -m benchmarks.calls`: measure how the API calls of rules grow, and write the classes and their table down."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.calls.classes import SIZES, compared, table, worse, write, written
from benchmarks.calls.counting import counted

DOCUMENT = Path(__file__).parents[2] / "docs" / "scale.md"
BEGIN = "<!-- calls: made by `python -m benchmarks.calls` -->"
END = "<!-- end of calls -->"


def main() -> None:
    """Write `classes.json` and the table of docs/scale.md anew, and say which calls are in a worse class now."""
    small, large = counted(SIZES)
    now = compared(small.calls, large.calls)
    sys.stdout.writelines(f"{sentence}\n" for sentence in worse(now, written()))
    write(now)
    DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


def with_table(document: str) -> str:
    """Return a document with the table of what is written down between its marks; raises ValueError without them."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document lacks {BEGIN} or {END}")
    return "\n".join([f"{before}{BEGIN}", "", *table(written()), "", f"{END}{after}"])


if __name__ == "__main__":
    main()
