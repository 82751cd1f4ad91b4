"""What a terminal reports of the company: rules side by side, on one reading of the account."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

import cli.judging
import rules.engine.aws
from cli.account import Calls, OpenAccount
from cli.judging import judge
from tests.properties.companies import Said, evaluations, opened, rules_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.properties.companies import Evaluations
    from tests.properties.recorded import Answers, Service


@contextmanager
def pools(readers: int, rules_at_once: int) -> Iterator[None]:
    """Let each listing be read by that many threads, and that many rules be judged at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules.engine.aws, "WORKERS", readers)
        patch.setattr(cli.judging, "RULES_AT_ONCE", rules_at_once)
        yield


def together(answers: Answers, region: str, service: Service) -> Evaluations:
    """Return what a terminal reports of a Region."""
    report = judge(list(rules_in(region)), OpenAccount(opened(answers, region, service), Calls()))
    found = {
        (one.rule.id, one.resource.type, one.resource.id): Said(
            one.verdict.compliance.value, one.verdict.annotation, in_scope=True
        )
        for one in report.evaluations
    }
    return found | {
        (one.rule.id, one.resource.type, one.resource.id) if one.resource else (one.rule.id, "", ""): Said(
            one.code, one.message
        )
        for one in report.failures
    }


def one_by_one(answers: Answers, region: str) -> Evaluations:
    """Return what a terminal would report if it judged one rule after the other: nothing that is out of scope."""
    every = evaluations(answers, region)
    return {key: said for key, said in every.items() if said.in_scope or said.compliance != "NOT_APPLICABLE"}
