"""
Measure how well credentials are found in the labelled set, beside what others find.

    python -m tests.rules.criteria.credentials.measure [gitleaks.toml]

With gitleaks' own configuration, all of its rules are measured; detect-secrets is where it is installed.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rules.criteria.credentials.detection import credentials_in_variable
from tests.rules.criteria.credentials.labelled import PARTS, labelled
from tests.rules.criteria.credentials.peers import detect_secrets, gitleaks, taken_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.rules.criteria.credentials.labelled import Labelled

    Detector = Callable[[str, str], bool]


@dataclass(frozen=True)
class Figures:
    """
    How a detector did.

    `found`, `missed` and `wrong` are numbers of variables: with a credential and found, with one and not found, and
    without one but found.
    """

    found: int
    missed: int
    wrong: int

    @property
    def precision(self) -> float:
        """The share of what was found that is a credential; 1.0 where nothing was found."""
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of the credentials that was found; 1.0 where there is none."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0


def ours(name: str, value: str) -> bool:
    """Say whether the pack finds a credential in a variable."""
    return bool(credentials_in_variable(name, value))


def figures(detector: Detector, variables: Iterable[Labelled]) -> Figures:
    """Return how a detector does on labelled variables."""
    outcomes = Counter((each.secret, detector(each.name, each.value)) for each in variables)
    return Figures(outcomes[True, True], outcomes[True, False], outcomes[False, True])


def by_kind(detector: Detector, variables: Iterable[Labelled]) -> Iterator[tuple[str, bool, int, int]]:
    """Yield each kind, whether it is a credential, how many of them were found, and how many there are."""
    there: Counter[tuple[bool, str]] = Counter()
    found: Counter[tuple[bool, str]] = Counter()
    for each in variables:
        there[each.secret, each.kind] += 1
        found[each.secret, each.kind] += detector(each.name, each.value)
    for (secret, kind), number in sorted(there.items(), key=lambda one: (not one[0][0], one[0][1])):
        yield kind, secret, found[secret, kind], number


def report(config: Path | None) -> Iterator[str]:
    """Yield the lines of the report; `config` is gitleaks' configuration where it is at hand."""
    detectors: dict[str, Detector] = {"ours": ours, "gitleaks' formats": taken_over}
    if config is not None:
        detectors["gitleaks, all rules"] = gitleaks(config)
    if (peer := detect_secrets()) is not None:
        detectors["detect-secrets"] = peer
    for part in PARTS:
        variables = labelled(part)
        yield f"{part}: {len(variables)} variables, {sum(each.secret for each in variables)} with a credential"
        for name, detector in detectors.items():
            each = figures(detector, variables)
            yield f"  {name:20} precision {each.precision:6.1%}  recall {each.recall:6.1%}"
        for kind, secret, found, number in by_kind(ours, variables):
            what = "found" if secret else "taken for a credential"
            yield f"    {kind:26} {found:3} of {number:3} {what}"


def main(arguments: list[str]) -> None:
    """Print the report."""
    for line in report(Path(arguments[0]) if arguments else None):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
