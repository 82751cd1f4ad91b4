"""The page of limits names managed rules; this holds it to the table of them."""

import re
from pathlib import Path

from cdk.managed.groups import GROUPS

PAGE = (Path(__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
IDENTIFIERS = {rule.identifier for group in GROUPS for rule in group.rules}
BEFORE, _, LEFT_OUT = PAGE.partition("Left out on purpose:\n\n")


def identifiers(text: str) -> set[str]:
    return set(re.findall(r"`([A-Z0-9]+(?:_[A-Z0-9]+)+)`", text))


def test_what_is_left_out_is_not_in_the_table() -> None:
    left_out = identifiers(LEFT_OUT.partition("\n\n")[0])

    assert left_out
    assert left_out & IDENTIFIERS == set()


def test_other_rules_on_the_page_are_in_the_table() -> None:
    named = identifiers(BEFORE) | identifiers(LEFT_OUT.partition("\n\n")[2])

    assert named
    assert named <= IDENTIFIERS
