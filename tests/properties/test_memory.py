import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any, TypeVar

import boto3
import pytest

from cli.sandbox.company.aurelia import REGIONS
from rules.engine.assessment import assess
from rules.engine.aws import Aws
from rules.engine.catalogue import all_rules
from rules.engine.collector import Collector
from rules.engine.errors import CollectionError, UnexpectedAnswerError
from rules.engine.resource import Resource
from rules.engine.rule import ChangeRule
from tests.faults.patience import impatient
from tests.properties.companies import Company, rules_in
from tests.properties.recorded import RecordedSession

READERS = 16
T = TypeVar("T")


@pytest.fixture
def aws() -> Aws:
    return Aws(boto3.session.Session(), account_id="123456789012", region="us-east-1", now=datetime.now(UTC))


def test_readers_that_come_together_read_once(aws: Aws) -> None:
    together, read = Barrier(READERS), []

    def compute() -> object:
        time.sleep(0.02)
        read.append("once")
        return object()

    def recalled(_: int) -> object:
        together.wait(timeout=30)
        return aws.recall("key", compute)

    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(recalled, range(READERS)))

    assert (len(set(map(id, found))), read) == (1, ["once"])


def test_readers_that_come_together_fail_alike_when_the_first_one_fails(aws: Aws) -> None:
    together, read = Barrier(READERS), []

    def compute() -> object:
        time.sleep(0.02)
        read.append("once")
        raise UnexpectedAnswerError("no")

    def recalled(_: int) -> str:
        together.wait(timeout=30)
        try:
            return str(aws.recall("key", compute))
        except UnexpectedAnswerError as error:
            return f"failed: {error}"

    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(recalled, range(READERS)))

    assert (set(found), read) == ({"failed: no"}, ["once"])
    with pytest.raises(UnexpectedAnswerError):
        aws.recall("key", compute)
    assert read == ["once"]


def test_readers_that_nest_on_the_pools_do_not_wait_for_each_other(aws: Aws) -> None:
    def facts(depth: int) -> tuple[object, ...]:
        if depth == 0:
            time.sleep(0.001)
            return (depth,)

        def resource(item: int) -> Resource:
            return Resource("AWS::S3::Bucket", str(item), str(item))

        return aws.read_each(range(12), resource, lambda _: aws.recall(depth - 1, lambda: facts(depth - 1)))

    with ThreadPoolExecutor(READERS) as pool:
        running = [pool.submit(aws.recall, depth, lambda depth=depth: facts(depth)) for depth in (4, 3, 2, 1, 0) * 3]
        found = [each.result(timeout=60) for each in running]

    assert found[:5] == found[5:10] == found[10:]


def collectors() -> list[Collector[..., Any]]:
    """Return every collector that a rule rests on, directly or through others."""
    own = [rule.collect for rule in all_rules()] + [rule.read for rule in all_rules() if issubclass(rule, ChangeRule)]
    return list(dict.fromkeys((*own, *(used for collector in own for used in rested_on(collector)))))


def rested_on(collector: Collector[..., Any]) -> list[Collector[..., Any]]:
    """Return what a collector declares to rest on, directly or through others."""
    waiting = list(collector.uses)
    found: dict[Collector[..., Any], None] = {}
    while waiting:
        used = waiting.pop()
        if used not in found:
            found[used] = None
            waiting.extend(used.uses)
    return list(found)


def is_in_a_circle(collector: Collector[..., Any], path: tuple[Collector[..., Any], ...] = ()) -> bool:
    """Say whether a collector waits for itself in the end."""
    return collector in path or any(is_in_a_circle(used, (*path, collector)) for used in collector.uses)


def test_collectors_never_wait_for_each_other_in_a_circle() -> None:
    assert [collector for collector in collectors() if is_in_a_circle(collector)] == []


class Nested(Aws):
    """An account whose readers are followed: `waits` has who waited for whom, by what they read."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.waits: set[tuple[str, str]] = set()
        self._reading: list[Hashable] = []

    def recall(self, key: Hashable, compute: Callable[[], T]) -> T:
        def reading() -> T:
            self._reading.append(key)
            try:
                return compute()
            finally:
                self._reading.pop()

        if key in self._reading:
            raise AssertionError(f"{key} waits for itself.")
        if self._reading:
            self.waits.add((name_of(self._reading[-1]), name_of(key)))
        return super().recall(key, reading)


def name_of(key: Hashable) -> str:
    """Return a collector's name, empty for anything else that is remembered."""
    first = key[0] if isinstance(key, tuple) else key
    return first.name if isinstance(first, Collector) else ""


@pytest.mark.parametrize("region", REGIONS)
def test_nothing_waits_for_what_it_does_not_declare(company: Company, region: str) -> None:
    session = RecordedSession(company.twins, region)
    aws = Nested(session, account_id=company.twins.account_id, region=region, now=company.twins.now)

    with impatient():
        for rule in rules_in(region):
            try:
                assess(rule, aws)
            except CollectionError as error:
                pytest.fail(str(error))

    declared = {(collector.name, used.name) for collector in collectors() for used in rested_on(collector)}
    assert {(first, then) for first, then in aws.waits if first and then} <= declared
