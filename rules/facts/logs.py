"""Facts about Amazon CloudWatch Logs log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts import kms
from rules.frozen import dataclass
from rules.permissions.document import PolicyType, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.permissions.document import PolicyDocument

LOG_GROUP = "arn:{partition}:logs:{region}:{account}:log-group:*"


@dataclass(frozen=True)
class LogGroup:
    """
    A log group and what protects it (CloudWatch Logs API, LogGroup).

    `retention_days` is None for events that never expire. `key_arn` is None where CloudWatch Logs encrypts with a
    key of its own; `key` is what KMS says of the key, None when KMS does not know it. `masked` tells that a
    data-protection policy, the group's own or the account's, is active. `policies` are the resource policies of the
    account and of the group.
    """

    resource: Resource
    tags: Mapping[str, str]
    retention_days: int | None
    key_arn: str | None
    key: kms.Key | None
    masked: bool
    policies: tuple[PolicyDocument, ...]


@reads(Action("logs:DescribeLogGroups"))
def description(aws: Aws, name: str) -> Mapping[str, Any] | None:
    """Return what DescribeLogGroups says of the log group of exactly this name, None when there is none."""
    pages = aws.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    groups = (group for page in pages for group in page["logGroups"])
    return next((group for group in groups if group["logGroupName"] == name), None)


@reads(Action("logs:DescribeResourcePolicies"))
def account_policies(aws: Aws) -> tuple[PolicyDocument, ...]:
    """Return the resource policies of the account, which name the log groups that they are about."""
    return _policies(aws)


@reads(
    Action("logs:DescribeResourcePolicies"),
    Action("logs:ListTagsForResource", LOG_GROUP),
    uses=(description, account_policies, kms.key),
)
def log_group(aws: Aws, name: str) -> LogGroup | None:
    """Return the log group of exactly this name with its key, None when there is none."""
    described = description(aws, name)
    if described is None:
        return None
    resource = log_group_resource(aws, name)
    key_arn = described.get("kmsKeyId")
    own = _policies(aws, resourceArn=resource.arn, policyScope="RESOURCE")
    return LogGroup(
        resource=resource,
        tags=aws.tags(
            f"{resource.arn}", lambda: aws.client("logs").list_tags_for_resource(resourceArn=resource.arn)["tags"]
        ),
        retention_days=described.get("retentionInDays"),
        key_arn=key_arn,
        key=kms.key(aws, key_arn) if key_arn else None,
        masked=described.get("dataProtectionStatus") == "ACTIVATED"
        or "ACCOUNT_DATA_PROTECTION" in described.get("inheritedProperties", ()),
        policies=(*account_policies(aws), *own),
    )


def log_group_resource(aws: Aws, name: str) -> Resource:
    """Return a log group of this account and Region as AWS Config names it; its ARN is the one without `:*`."""
    return Resource("AWS::Logs::LogGroup", name, name, aws.arn("logs", f"log-group:{name}"))


def log_group_name(identifier: str) -> str:
    """Return the name of the log group that a name or either form of its ARN (with and without `:*`) stands for."""
    _, is_arn, name = identifier.partition(":log-group:")
    return name.removesuffix(":*") if is_arn else identifier


def _policies(aws: Aws, **scope: object) -> tuple[PolicyDocument, ...]:
    pages = aws.client("logs").get_paginator("describe_resource_policies").paginate(**scope)
    return tuple(
        parse(policy["policyDocument"], PolicyType.RESOURCE)
        for page in pages
        for policy in page["resourcePolicies"]
        if policy.get("resourceArn") == scope.get("resourceArn")
    )
