"""Several Regions, profiles and roles in one run: opened and judged side by side, each with a report of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, UnknownRegionError

from cli.account import (
    AccountError,
    Calls,
    open_session,
    region_of,
    role_credentials,
    session_of,
    with_credentials,
)
from cli.judging import in_force, judge
from cli.report import UNKNOWN_ACCOUNT, Failure, Report, Unopened
from cli.rule_names import unknown
from rules.engine.errors import error_code, error_message
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import boto3

    from cli.account import OpenAccount
    from cli.judging import Watcher
    from rules.engine.rule import Rule

PLACES_AT_ONCE = 4
"""Places under way together; each has threads of its own, and API rate limits are per account and Region."""


@dataclass(frozen=True)
class Place:
    """A Region, read with the credentials of a profile (None: whatever boto3 finds), or of a role that these assume."""

    region: str
    profile: str | None = None
    role_arn: str | None = None

    def __str__(self) -> str:
        origins = [f"profile {self.profile}" if self.profile else "", self.role_arn or ""]
        return printable(", ".join([self.region, *(origin for origin in origins if origin)]))


@dataclass(frozen=True)
class Opened:
    """A place, and its account or why it could not be opened."""

    place: Place
    account: OpenAccount | AccountError


@dataclass(frozen=True)
class Task:
    """What is to be judged in a place that is open; without `rules` nothing is left for it."""

    place: Place
    account: OpenAccount
    rules: tuple[Rule[Any], ...]


@dataclass(frozen=True)
class Plan:
    """
    What is to be judged where: tasks and the reports of places that could not be opened, in the places' order.

    `doubles` are places that lead to an account and Region of another one.
    """

    steps: tuple[Task | Report, ...]
    doubles: tuple[Place, ...] = ()

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Return the places that are open."""
        return tuple(step for step in self.steps if isinstance(step, Task))


def open_places(
    regions: Sequence[str], profiles: Sequence[str], role_arns: Sequence[str], external_id: str | None
) -> tuple[Opened, ...]:
    """
    Return every combination of Regions, profiles and roles, opened side by side; each combination once.

    Without Regions each profile has its own. Raises AccountError for an unknown profile or Region, and when not one
    place can be opened.
    """
    openers = [
        opener
        for profile in dict.fromkeys(profiles) or (None,)
        for opener in _openers(profile, tuple(dict.fromkeys(regions)), tuple(dict.fromkeys(role_arns)), external_id)
    ]
    with ThreadPoolExecutor(PLACES_AT_ONCE, thread_name_prefix="open") as pool:
        opened = tuple(pool.map(_open, openers))
    errors = [one.account for one in opened if isinstance(one.account, AccountError)]
    if len(errors) == len(opened):
        others = f" (and {len(errors) - 1} other places could not be opened)" if len(errors) > 1 else ""
        raise AccountError(f"{errors[0]}{others}", errors[0].code)
    return opened


def plan(rules: Sequence[Rule[Any]], places: Iterable[Opened]) -> Plan:
    """
    Return what is to be judged where.

    Rules on IAM are judged once for each account, in its first place that is open. An account and Region that two
    places lead to is judged once. A place that could not be opened has a failure for each rule.
    """
    every = tuple(places)
    regional = tuple(rule for rule in rules if not rule.is_global)
    accounts = {
        _origin(one.place): one.account.aws.account_id for one in every if not isinstance(one.account, AccountError)
    }
    steps: list[Task | Report] = []
    doubles: list[Place] = []
    seen: set[tuple[str, str]] = set()
    complete: set[object] = {_origin(one.place) for one in every if _origin(one.place) in accounts}
    for one in every:
        if isinstance(one.account, AccountError):
            account_id = accounts.get(_origin(one.place)) or _account_in(one.place.role_arn)
            here = regional if _origin(one.place) in complete else tuple(rules)
            complete.add(_origin(one.place))
            steps.append(_unopened(one.place, one.account, account_id, here))
            continue
        aws = one.account.aws
        if (aws.account_id, aws.region) in seen:
            doubles.append(one.place)
            continue
        whole = all(account_id != aws.account_id for account_id, _ in seen)
        seen.add((aws.account_id, aws.region))
        steps.append(Task(one.place, one.account, tuple(rules) if whole else regional))
    return Plan(tuple(steps), tuple(doubles))


def judge_places(plan_: Plan, watcher: Callable[[Task], Watcher]) -> tuple[Report, ...]:
    """Return the reports of a plan in its order, judged on a bounded pool."""
    tasks = plan_.tasks
    if len(tasks) == 1:
        # In this thread, where an interruption stops what has not begun.
        judged = [_judged(tasks[0], watcher(tasks[0]))]
    else:
        with ThreadPoolExecutor(PLACES_AT_ONCE, thread_name_prefix="place") as pool:
            try:
                judged = list(pool.map(lambda task: _judged(task, watcher(task)), tasks))
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    found = iter(judged)
    return tuple(step if isinstance(step, Report) else next(found) for step in plan_.steps)


def _judged(task: Task, watcher: Watcher) -> Report:
    report = judge(task.rules, task.account, watcher)
    return replace(report, profile=task.place.profile, role_arn=task.place.role_arn)


def _openers(
    profile: str | None, regions: Sequence[str], role_arns: Sequence[str], external_id: str | None
) -> list[_Opener]:
    """Return what opens the places of one profile, whose credentials are looked for once."""
    session = session_of(profile=profile)
    places = [
        Place(region, profile, role_arn)
        for role_arn, region in product(role_arns or (None,), regions or (region_of(session),))
    ]
    for place in places:
        try:
            session.get_partition_for_region(place.region)
        except UnknownRegionError as error:
            raise AccountError(_no_region(session, place.region)) from error
    try:
        credentials: Any = session.get_credentials()
    except (BotoCoreError, ClientError) as error:
        credentials = AccountError(f"no credentials: {error_message(error)}", error_code(error))
    return [_Opener(place, credentials, external_id) for place in places]


@dataclass(frozen=True)
class _Opener:
    """A place with the credentials of its profile: None where there are none, or why they could not be had."""

    place: Place
    credentials: Any
    external_id: str | None


def _open(opener: _Opener) -> Opened:
    place = opener.place
    if isinstance(opener.credentials, AccountError):
        return Opened(place, opener.credentials)
    calls = Calls()
    credentials = opener.credentials
    if place.role_arn is not None and credentials is not None:
        credentials = role_credentials(
            credentials, place.role_arn, region=place.region, external_id=opener.external_id, calls=calls
        )
    session: boto3.session.Session = with_credentials(credentials, profile=place.profile, region=place.region)
    try:
        return Opened(place, open_session(session, calls))
    except AccountError as error:
        return Opened(place, error)


def _unopened(place: Place, error: AccountError, account_id: str, rules: tuple[Rule[Any], ...]) -> Report:
    now = datetime.now(UTC)
    message = f"The place could not be opened: {error}."
    return Report(
        account_id=account_id,
        region=place.region,
        started_at=now,
        finished_at=now,
        rules=tuple(type(rule) for rule in rules),
        evaluations=(),
        failures=tuple(Failure(type(rule), None, error.code, message) for rule in rules),
        api_calls=0,
        parameters={rule.id: in_force(rule) for rule in rules},
        profile=place.profile,
        role_arn=place.role_arn,
        unopened=Unopened(error.code, str(error)),
    )


def _origin(place: Place) -> tuple[str | None, str | None]:
    """Return where a place's credentials come from: the same origin is the same account."""
    return place.profile, place.role_arn


def _account_in(role_arn: str | None) -> str:
    return UNKNOWN_ACCOUNT if role_arn is None else role_arn.split(":")[4]


def _no_region(session: boto3.session.Session, region: str) -> str:
    partitions = session.get_available_partitions()
    known = [name for partition in partitions for name in session.get_available_regions("sts", partition)]
    return unknown("Region", printable(region), known)
