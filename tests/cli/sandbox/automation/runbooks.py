"""A small runbook in an embedded account, with parts to change."""

import json
from typing import Any

from cli.sandbox import Account

ROLE_ARN = "arn:aws:iam::123456789012:role/runbook"
RUNS = "arn:aws:ssm:us-east-1:123456789012:automation-execution/*"
TRUST: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Service": "ssm.amazonaws.com"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}, "ArnLike": {"aws:SourceArn": RUNS}},
}
ALLOWED: dict[str, Any] = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::*"}
LOCATE: dict[str, Any] = {
    "name": "Locate",
    "action": "aws:executeAwsApi",
    "inputs": {"Service": "s3", "Api": "GetBucketVersioning", "Bucket": "{{ Bucket }}"},
    "outputs": [{"Name": "Status", "Selector": "$.Status", "Type": "String"}],
}
PARAMETERS: dict[str, Any] = {
    "Bucket": {"type": "String", "allowedPattern": "[a-z]+"},
    "Often": {"type": "Integer", "default": 1, "allowedValues": [1, 2]},
    "Loud": {"type": "Boolean", "default": False},
    "Names": {"type": "StringList", "default": []},
    "Tags": {"type": "StringMap", "default": {}},
}


def step(name: str, action: str, /, **members: Any) -> dict[str, Any]:
    return {"name": name, "action": f"aws:{action}", **members}


def document(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "schemaVersion": "0.3",
        "assumeRole": ROLE_ARN,
        "parameters": PARAMETERS,
        "variables": {"Said": {"type": "String", "default": "nothing"}},
        "mainSteps": list(steps or (LOCATE,)),
    } | changes


def put(account: Account, content: dict[str, Any], *, trust: dict[str, Any] = TRUST) -> None:
    """Put a document named runbook, its role and a versioned bucket into the account."""
    session = account.session()
    policy = {"Version": "2012-10-17", "Statement": [trust]}
    session.client("iam").create_role(RoleName="runbook", AssumeRolePolicyDocument=json.dumps(policy))
    allowed = json.dumps({"Version": "2012-10-17", "Statement": [ALLOWED]})
    session.client("iam").put_role_policy(RoleName="runbook", PolicyName="own", PolicyDocument=allowed)
    session.client("s3").create_bucket(Bucket="logs")
    enabled = {"Status": "Enabled"}
    session.client("s3").put_bucket_versioning(Bucket="logs", VersioningConfiguration=enabled)
    session.client("ssm").create_document(
        Name="runbook", DocumentType="Automation", DocumentFormat="JSON", Content=json.dumps(content)
    )
