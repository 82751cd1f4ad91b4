import json
import re
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchmarks.calls.counting import NOW, CountingSession
from benchmarks.company import COMPANY, GROUP, SIZES, build
from cli.sandbox import ACCOUNT_ID, REGION, embedded_account
from cli.sandbox.company.aurelia import PARAMETERS
from rules.engine.assessment import assess
from rules.engine.aws import Aws
from rules.engine.catalogue import all_rules

SMALL = COMPANY.times(0.02)

MADE_UP = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b"
    r"|\b(vpc|subnet|sg|vpce|eni)-[0-9a-f]{8,17}"
    r"|(?<=[/\"])[a-z0-9]{12}(?![\w-])|(?<=scalable-target/)[a-z0-9]{36}|(?<=[/\"])[A-Z0-9]{10}(?![\w-])"
    r"|(?<=tuning-\d-001-)[a-z0-9]{8}|(?<=automl-\d-)[a-z0-9-]+"
)
"""Identifiers that the account makes up, and times."""
NAMES_OF_MADE_UP = ("Id", "Ids", "ID", "Token", "DnsName", "creationTime")


def answers(*, by_api: bool) -> Counter[str]:
    """Return what the account answers to every question of every rule, without what AWS makes up."""
    with embedded_account() as account:
        build(SMALL, account, by_api=by_api)
        session: Any = CountingSession(account)
        for rule in all_rules():
            aws = Aws(session, account_id=ACCOUNT_ID, region=REGION, now=NOW)
            assess(rule.configured(PARAMETERS.get(rule.id, {})), aws)
        return Counter(comparable(json.loads(question), answer) for question, answer in session.known.items())


def comparable(question: list[Any], answer: Any) -> str:
    told = answer.response if isinstance(answer, ClientError) else answer
    content = {name: value for name, value in told.items() if name != "ResponseMetadata"}
    return MADE_UP.sub("…", json.dumps([plain(question), plain(content)], sort_keys=True))


def plain(value: Any, name: str = "") -> Any:
    """Return a value without times and identifiers, lists in an order that no identifier decides."""
    if isinstance(value, dict):
        return {key: plain(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((plain(each, name) for each in value), key=lambda each: MADE_UP.sub("…", json.dumps(each)))
    if isinstance(value, datetime) or name.endswith(NAMES_OF_MADE_UP):
        return "…"
    return value


@pytest.mark.slow
def test_what_is_built_behind_the_api_is_what_is_built_over_it() -> None:
    over, behind = answers(by_api=True), answers(by_api=False)
    assert (sorted((over - behind).elements()), sorted((behind - over).elements())) == ([], [])
    assert over.total() > 200


@pytest.mark.parametrize(("factor", "roles", "guardrails"), [(1, 2_000, 100), (4, 8_000, 400), (0.001, 2, 1)])
def test_times_makes_more_of_everything_but_one_at_least(factor: float, roles: int, guardrails: int) -> None:
    size = COMPANY.times(factor)
    assert (size.roles, size.guardrails) == (roles, guardrails)


def test_sizes_are_as_large_as_their_figures_say() -> None:
    assert SIZES == {"company": COMPANY, "group": GROUP}
    assert (COMPANY.roles, COMPANY.functions, COMPANY.buckets) == (2_000, 300, 200)
    assert {COMPANY.guardrails, COMPANY.models, COMPANY.endpoints, COMPANY.jobs} == {100}
    assert (GROUP.roles, GROUP.buckets, GROUP.functions) == (10_000, 5_000, 2_000)
    assert {GROUP.guardrails, GROUP.endpoints, GROUP.models} == {1_000}
