"""Who may run a runbook's steps, and what they may call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdk.role import statements

if TYPE_CHECKING:
    from cdk.remediation.runbook import Runbook

Statement = dict[str, Any]

ACCOUNT = {"Ref": "AWS::AccountId"}


def trust() -> Statement:
    """
    Return the statement by which AWS Systems Manager assumes the role, for runs of this account and Region only.

    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html
    """
    runs = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:automation-execution/*"
    return {
        "Effect": "Allow",
        "Principal": {"Service": "ssm.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": {"Fn::Sub": runs}}},
    }


def permissions(runbook: Runbook) -> list[Statement]:
    """Return the statements that allow exactly what the steps call; an S3 bucket's ARN does not say whose it is."""
    allowed = []
    for statement in statements(runbook.permissions):
        if all(action.startswith("s3:") for action in statement["Action"]):
            allowed.append(statement | {"Condition": {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}})
        else:
            allowed.append(statement)
    if runbook.passes:
        allowed.append(
            {
                "Effect": "Allow",
                "Action": ["iam:PassRole"],
                "Resource": [runbook.passes.arn],
                "Condition": {"StringEquals": {"iam:PassedToService": runbook.passes.service}},
            }
        )
    return allowed
