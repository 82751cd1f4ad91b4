"""The full comparison: python -m tests.rules.permissions.oracle --principals 20000 --seed 1."""

import argparse
import json
import sys
from collections.abc import Iterator

from tests.rules.permissions.oracle.comparison import Report, compare
from tests.rules.permissions.oracle.generated import drawn
from tests.rules.permissions.oracle.managed import managed_subjects

SHOWN = 5


def main() -> int:
    """Print seed, counts and agreement; exit 1 when any decision differs without a documented reason."""
    parser = argparse.ArgumentParser(description="Compare our IAM decisions with @cloud-copilot/iam-simulate.")
    parser.add_argument("--principals", type=int, default=20_000, help="generated principals (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same principals (default: %(default)s)")
    chosen = parser.parse_args()
    managed = compare(managed_subjects())
    sys.stdout.writelines(told("AWS-managed policies", managed))
    generated = compare(drawn(chosen.principals, chosen.seed))
    sys.stdout.writelines(told(f"generated principals, seed {chosen.seed}", generated))
    return 1 if managed.differences or generated.differences else 0


def told(what: str, report: Report) -> Iterator[str]:
    """Return the lines of one report."""
    yield (
        f"{what}: {report.subjects:,} principals, {report.requests:,} requests ({report.allowed:,} allowed), "
        f"agreement {report.agreement:.4%}\n"
    )
    for reason, count in report.explained.most_common():
        yield f"  differs for a documented reason: {reason}: {count:,}\n"
    for difference in report.differences[:SHOWN]:
        yield f"  DIFFERS: {difference.request}: {difference.words}\n"
        yield f"    {json.dumps(difference.subject.message()['simulation'])}\n"


if __name__ == "__main__":
    sys.exit(main())
