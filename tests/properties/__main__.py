"""The same evaluations every time, at length: python -m tests.properties --examples 50."""

import argparse
import sys
from collections.abc import Iterator

from cli.sandbox.company.aurelia import REGIONS
from tests.properties.companies import Company, differences, evaluations, open_company
from tests.properties.judging import one_by_one, pools, together
from tests.properties.orders import Shuffled
from tests.properties.pages import Paged
from tests.properties.timing import Delayed, LastFirst

SHOWN = 20
"""Differences that are told one by one."""

POOLS = ((1, 1), (2, 4), (8, 4), (8, 16))
"""Readers per listing and rules at once."""

Found = tuple[str, list[str]]


def main() -> int:
    """Print for each property how many runs there were and how many differed; exit 1 unless none did."""
    parser = argparse.ArgumentParser(prog="python -m tests.properties", description=__doc__)
    parser.add_argument("--examples", type=int, default=50, help="examples of each property (default: %(default)s)")
    examples = parser.parse_args().examples
    runs: dict[str, list[list[str]]] = {}
    with open_company(grafts=examples) as company:
        for name, found in in_other_forms(company, examples):
            runs.setdefault(name, []).append(found)
    for name, found in at_other_times(company, examples):
        runs.setdefault(name, []).append(found)
    for name, each in runs.items():
        sys.stdout.write(f"{name:44} {len(each):5,} runs, {sum(map(bool, each)):3} with another evaluation\n")
    different = [sentence for each in runs.values() for found in each for sentence in found]
    sys.stdout.writelines(f"  {sentence}\n" for sentence in different[:SHOWN])
    return 1 if different or not runs else 0


def in_other_forms(company: Company, examples: int) -> Iterator[Found]:
    """Yield what differs in other pages and orders."""
    for region in REGIONS:
        whole = evaluations(company.twins, region)
        for size in (1, 2, 3, 7, 100):
            yield "pages of another size", differences(whole, evaluations(company.twins, region, Paged(size)))
        for seed in range(examples):
            gaps = Paged(1 + seed % 3, seed)
            yield "pages without items among them", differences(whole, evaluations(company.twins, region, gaps))
            yield "another order", differences(whole, evaluations(company.twins, region, Shuffled(seed)))
            scions = company.scions[seed]
            grafted = evaluations(company.twins, region, Shuffled(0, scions))
            again = evaluations(company.twins, region, Shuffled(seed + 1, scions))
            yield "another order of longer lists", differences(grafted, again)


def at_other_times(company: Company, examples: int) -> Iterator[Found]:
    """Yield what differs when answers come at other times."""
    for region in REGIONS:
        wanted = one_by_one(company.twins, region)
        for seed in range(examples):
            readers, rules_at_once = POOLS[seed % len(POOLS)]
            with pools(readers, rules_at_once):
                late = together(company.twins, region, Delayed(seed))
                reverse = together(company.twins, region, LastFirst())
            yield f"answers late, {readers} readers, {rules_at_once} rules", differences(wanted, late)
            yield f"last answer first, {readers} readers, {rules_at_once} rules", differences(wanted, reverse)


if __name__ == "__main__":
    sys.exit(main())
