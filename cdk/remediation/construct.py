"""Runbooks as part of a stack: a document and a role each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk.remediation.offer import document_name, logical_id, runbooks
from cdk.remediation.role import permissions, trust
from cdk.role import wildcards

if TYPE_CHECKING:
    from cdk.remediation.runbook import Runbook
    from cdk.remediation.settings import Remediation


class Runbooks(Construct):
    """The documents of all runbooks, which have to be there before a remediation names one."""

    def __init__(self, scope: Construct, construct_id: str, *, prefix: str, remediation: Remediation) -> None:
        super().__init__(scope, construct_id)
        self.documents = [self._document(prefix, runbook) for runbook in runbooks(remediation)]

    def _document(self, prefix: str, runbook: Runbook) -> ssm.CfnDocument:
        name = logical_id(runbook.id)
        role = iam.CfnRole(
            self,
            f"{name}Role",
            description=f"What the runbook {runbook.id} calls.",
            assume_role_policy_document={"Version": "2012-10-17", "Statement": [trust()]},
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="runbook",
                    policy_document={"Version": "2012-10-17", "Statement": permissions(runbook)},
                )
            ],
        )
        cdk.Validations.of(role).acknowledge(*_acknowledged(runbook))
        return ssm.CfnDocument(
            self,
            name,
            name=document_name(prefix, runbook.id),
            document_type="Automation",
            document_format="JSON",
            # Otherwise CloudFormation would replace a changed document, which its fixed name does not allow.
            update_method="NewVersion",
            content=runbook.document(role.attr_arn),
        )


def _acknowledged(runbook: Runbook) -> list[cdk.Acknowledgment]:
    """Return why each wildcard in a runbook's role is as narrow as it can be (cdk-nag rule AwsSolutions-IAM5)."""
    any_one = "Whoever starts the runbook names the resource"
    none = "AWS grants these actions on no narrower resource"
    return [
        cdk.Acknowledgment(
            id=f"AwsSolutions-IAM5[Resource::{resource}]",
            reason=f"{none if resource == '*' else any_one}: {', '.join(actions)}.",
        )
        for resource, actions in wildcards(runbook.permissions).items()
    ]
