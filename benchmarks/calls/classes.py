"""How the API calls of rules grow with an account: the class of every call, measured, and as it is written down."""

from __future__ import annotations

import json
import math
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.loaders import create_loader  # noqa: TID251 - which operations have pages is in botocore's models

from benchmarks.calls.counting import Asked
from benchmarks.company import Size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.calls.counting import Calls

WRITTEN = Path(__file__).with_name("classes.json")

SMALL = Size(
    roles=40,
    users=4,
    functions=12,
    buckets=4,
    guardrails=4,
    models=4,
    endpoints=4,
    jobs=4,
    parts=4,
    networks=2,
    keys=4,
    alarms=4,
)
FACTOR = 4
SIZES = (SMALL, SMALL.times(FACTOR))
STEEPEST = 1.5
"""The exponent from which on calls grow faster than the account: shares of small companies are not exactly alike."""

NOTHING = Asked()


class Growth(IntEnum):
    """How the number of calls grows, the better ones first."""

    CONSTANT = 0
    PAGE = 1
    ITEM = 2
    WORSE = 3

    @property
    def label(self) -> str:
        """What tables say."""
        return ("constant", "per page", "per item", "faster than the account")[self]


Classes = dict[str, dict[str, Growth]]
"""By rule, the class of each operation that it calls ("bedrock:GetGuardrail")."""


def compared(small: Calls, large: Calls) -> Classes:
    """Return the classes of all rules' calls, from two companies of which the second is larger by `FACTOR`."""
    return {
        rule_id: {
            name: growth(name, small[rule_id].get(name, NOTHING), large[rule_id].get(name, NOTHING))
            for name in sorted({*small[rule_id], *large[rule_id]})
        }
        for rule_id in small
    }


def growth(name: str, small: Asked, large: Asked) -> Growth:
    """
    Return the class of an operation, by what was asked of it in a small company and in a large one.

    One question whose answer has pages, or that names many things at once, is asked again for each so many of them.
    """
    if len(large.questions) > len(small.questions):
        exponent = math.log(large.calls / max(small.calls, 1), FACTOR)
        return Growth.WORSE if exponent > STEEPEST else Growth.ITEM
    if has_pages(name) or large.longest > small.longest:
        return Growth.PAGE
    return Growth.CONSTANT if large.calls <= small.calls else Growth.WORSE


@cache
def has_pages(name: str) -> bool:
    """Say whether botocore knows how an operation's answer is paged."""
    service, _, operation = name.partition(":")
    loader = create_loader()
    if "paginators-1" not in _models(service):
        return False
    return operation in loader.load_service_model(service, "paginators-1")["pagination"]


@cache
def _models(service: str) -> frozenset[str]:
    loader = create_loader()
    return frozenset(kind for kind in ("paginators-1",) if service in loader.list_available_services(type_name=kind))


def written() -> Classes:
    """Return the classes as they are written down."""
    read: dict[str, dict[str, str]] = json.loads(WRITTEN.read_text(encoding="utf-8"))
    return {rule_id: {name: Growth[each] for name, each in found.items()} for rule_id, found in read.items()}


def write(classes: Classes) -> None:
    """Write classes down."""
    named = {rule_id: {name: each.name for name, each in found.items()} for rule_id, found in classes.items()}
    WRITTEN.write_text(f"{json.dumps(named, indent=2, sort_keys=True)}\n", encoding="utf-8")


def worse(now: Classes, before: Classes) -> list[str]:
    """Return a sentence for each call of a rule that is in a worse class than before, or new and more than constant."""
    found = []
    for rule_id, operations in now.items():
        for name, each in operations.items():
            known = before.get(rule_id, {}).get(name, Growth.CONSTANT)
            if each > known:
                found.append(f"{rule_id}: {name} is called {each.label}; it was {known.label}.")
    return found


def table(classes: Mapping[str, Mapping[str, Growth]]) -> list[str]:
    """Return the lines of a table in Markdown."""
    lines = ["| rule | once | for each page | for each item |", "|---|---|---|---|"]
    for rule_id, found in classes.items():
        cells = [
            ", ".join(f"`{name}`" for name, each in found.items() if each is wanted)
            for wanted in (Growth.CONSTANT, Growth.PAGE, Growth.ITEM)
        ]
        lines.append(f"| [{rule_id}](rules/{rule_id}.md) | {' | '.join(cells)} |")
    return lines
