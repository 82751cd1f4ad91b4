"""Runbooks in an embedded account, with their roles, without CloudFormation: that takes seconds."""

import json
from collections.abc import Mapping
from typing import Any

from cdk.remediation import role
from cdk.remediation.runbook import Runbook
from cli.sandbox import ACCOUNT_ID, REGION, Account
from cli.sandbox.automation import Execution, execute

PLACE = {"AWS::AccountId": ACCOUNT_ID, "AWS::Partition": "aws", "AWS::Region": REGION}


def resolved(node: Any) -> Any:
    """Return a part of a template with its pseudo parameters filled in."""
    if isinstance(node, dict):
        if set(node) == {"Ref"}:
            return PLACE[node["Ref"]]
        if set(node) == {"Fn::Sub"}:
            text = str(node["Fn::Sub"])
            for name, value in PLACE.items():
                text = text.replace("${" + name + "}", value)
            return text
        return {key: resolved(each) for key, each in node.items()}
    if isinstance(node, list):
        return [resolved(each) for each in node]
    return node


def install(account: Account, runbook: Runbook, **changes: Mapping[str, Any]) -> str:
    """Put the runbook and its role into the account and return the document's name."""
    session = account.session()
    trust = {"Version": "2012-10-17", "Statement": [changes.get("trust", role.trust())]}
    name = f"test-{runbook.id}"
    arn = session.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(resolved(trust)))
    allowed = {"Version": "2012-10-17", "Statement": role.permissions(runbook)}
    session.client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(resolved(allowed)))
    session.client("ssm").create_document(
        Name=name,
        DocumentType="Automation",
        DocumentFormat="JSON",
        Content=json.dumps(resolved(runbook.document(arn["Role"]["Arn"]))),
    )
    return name


def run(account: Account, runbook: Runbook, **parameters: str) -> Execution:
    """Install the runbook where it is not yet, run it and return what happened."""
    installed = {each["Name"] for each in account.session().client("ssm").list_documents()["DocumentIdentifiers"]}
    name = f"test-{runbook.id}"
    if name not in installed:
        install(account, runbook)
    return execute(account, name, parameters)


def actions(account: Account, execution: Execution) -> set[str]:
    """Return the IAM actions that the calls of a run needed."""
    return {call.action for call in account.calls.of(execution.access_key_id)}


def outcome(execution: Execution) -> tuple[str, str]:
    """Return the status of a run and the first word of what it says that it did."""
    return execution.status, str(execution.variables["Outcome"]).partition(":")[0]
