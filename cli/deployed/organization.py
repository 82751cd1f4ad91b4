"""A deployment to an organization, as its administrator account sees it: stack sets, and the aggregator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.deployed.judgement import Line, Outcome
from cli.deployed.reader import PATIENCE
from cli.deployed.readings import Unread
from rules.engine.errors import READ_ERRORS, SHAPE_ERRORS, error_code, error_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    import boto3

    from cdk.organization_settings import Organization

STACK_SETS = ("rules", "rules-and-iam")
"""What is appended to the prefix of names; one of them is missing when there is one Region only."""
SUSPENDED = "SKIPPED_SUSPENDED_ACCOUNT"
UNDER_WAY = frozenset({"PENDING", "RUNNING"})


@dataclass(frozen=True)
class StackInstance:
    """The stack of one account and Region; `status` and `detail` are those of ListStackInstances."""

    account: str
    region: str
    status: str
    detail: str
    reason: str


@dataclass(frozen=True)
class StackSet:
    """A stack set with its instances; without auto-deployment accounts that join get nothing."""

    name: str
    automatic: bool
    instances: tuple[StackInstance, ...]


@dataclass(frozen=True)
class Source:
    """A Region or account whose data the aggregator did not get."""

    name: str
    region: str
    reason: str


@dataclass(frozen=True)
class OrganizationDeployment:
    """What the administrator account says; `sources` are those that failed, None without an aggregator."""

    sets: tuple[StackSet, ...] = ()
    sources: tuple[Source, ...] | None = None
    unread: tuple[Unread, ...] = ()


def read_organization(
    session: boto3.session.Session, region: str, prefix: str, organization: Organization
) -> OrganizationDeployment:
    """Return what the administrator account says in its home Region; a call that fails is in `unread`."""
    unread: list[Unread] = []
    sets: list[StackSet] = []
    sources: tuple[Source, ...] | None = None
    try:
        client = session.client("cloudformation", region_name=region, config=PATIENCE)
        call_as = "DELEGATED_ADMIN" if organization.delegated else "SELF"
        for name in STACK_SETS:
            sets += _stack_set(client, f"{prefix}-{name}", call_as)
    except (*READ_ERRORS, *SHAPE_ERRORS) as error:
        unread.append(Unread("stack sets", f"{error_code(error)}: {error_message(error)}"))
    if organization.aggregator:
        try:
            sources = _sources(session.client("config", region_name=region, config=PATIENCE), prefix)
        except (*READ_ERRORS, *SHAPE_ERRORS) as error:
            unread.append(Unread("aggregator", f"{error_code(error)}: {error_message(error)}"))
    return OrganizationDeployment(tuple(sets), sources, tuple(unread))


def judge_organization(deployment: OrganizationDeployment) -> list[Line]:
    """Return the lines: one for each stack set and each account that it did not reach, then the aggregator."""
    lines = [Line(one.part, one.part, Outcome.UNREAD, f"Could not be read: {one.reason}.") for one in deployment.unread]
    if not deployment.sets and not any(one.part == "stack sets" for one in deployment.unread):
        text = "There is no stack set in this account and Region; `make deploy` creates it."
        lines.append(Line("stack sets", "stack sets", Outcome.WRONG, text))
    for stack_set in deployment.sets:
        lines += _judged(stack_set)
    if deployment.sources is not None:
        lines += [
            Line("aggregator", f"{one.name} in {one.region}", Outcome.WRONG, f"Not aggregated: {one.reason}.")
            for one in deployment.sources
        ] or [Line("aggregator", "aggregator", Outcome.OK, "Every source was aggregated.")]
    return lines


def _judged(stack_set: StackSet) -> Iterator[Line]:
    if not stack_set.automatic:
        text = "Auto-deployment is off, so accounts that join get no rules."
        yield Line("stack sets", stack_set.name, Outcome.WRONG, text)
    reached = 0
    for one in stack_set.instances:
        if one.status == "CURRENT":
            reached += 1
        elif one.detail != SUSPENDED:
            outcome = Outcome.WAITING if one.detail in UNDER_WAY else Outcome.WRONG
            reason = f": {one.reason}" if one.reason else ""
            place = f"{one.account} in {one.region}"
            yield Line("stack sets", place, outcome, f"{stack_set.name} is {one.status}, {one.detail}{reason}.")
    many = "" if reached == 1 else "s"
    if reached:
        yield Line("stack sets", stack_set.name, Outcome.OK, f"{reached} stack{many} of accounts and Regions current.")
    else:
        yield Line("stack sets", stack_set.name, Outcome.WRONG, "No account has a current stack.")


def _stack_set(client: Any, name: str, call_as: str) -> Iterator[StackSet]:
    try:
        described = client.describe_stack_set(StackSetName=name, CallAs=call_as)["StackSet"]
    except client.exceptions.StackSetNotFoundException:
        return
    pages = client.get_paginator("list_stack_instances").paginate(StackSetName=name, CallAs=call_as)
    instances = tuple(
        StackInstance(
            account=one["Account"],
            region=one["Region"],
            status=one["Status"],
            detail=one.get("StackInstanceStatus", {}).get("DetailedStatus", "PENDING"),
            reason=one.get("StatusReason", "").rstrip("."),
        )
        for page in pages
        for one in page["Summaries"]
    )
    yield StackSet(name, bool(described.get("AutoDeployment", {}).get("Enabled")), instances)


def _sources(client: Any, name: str) -> tuple[Source, ...]:
    pages = client.get_paginator("describe_configuration_aggregator_sources_status").paginate(
        ConfigurationAggregatorName=name, UpdateStatus=["FAILED", "OUTDATED"]
    )
    return tuple(
        Source(
            one.get("SourceId", "the organization"),
            one.get("AwsRegion", "every Region"),
            f"{one['LastUpdateStatus']}, {one.get('LastErrorMessage') or one.get('LastErrorCode') or 'no reason'}",
        )
        for page in pages
        for one in page["AggregatedSourceStatusList"]
    )
