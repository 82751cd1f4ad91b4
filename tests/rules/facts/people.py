"""Roles and users for tests: made in an embedded account, and as IAM lists them."""

import json
from typing import Any

from cli.sandbox import ACCOUNT_ID
from rules.engine.resource import Unreadable
from rules.facts.iam_principals import Principal

AWS_MANAGED = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"


TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def allows(action: str, resource: str = "*") -> dict[str, Any]:
    statement = {"Sid": "Only", "Effect": "Allow", "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


ALLOWS = json.dumps(allows("bedrock:InvokeModel"))
MALFORMED = json.dumps({"Version": "2012-10-17", "Statement": {"Action": "*", "Resource": "*"}})


def make_company(iam: Any) -> None:
    """Make a role and a user that have a policy of every kind, and one of each that has none."""
    arns = {}
    for name, action in (("models", "bedrock:InvokeModel"), ("limit", "bedrock:*"), ("unattached", "*")):
        made = iam.create_policy(PolicyName=name, Path="/ai/", PolicyDocument=json.dumps(allows(action)))
        arns[name] = made["Policy"]["Arn"]
    for action, default in (("bedrock:Converse", True), ("bedrock:NotTheDefault", False)):
        document = json.dumps(allows(action))
        iam.create_policy_version(PolicyArn=arns["models"], PolicyDocument=document, SetAsDefault=default)

    tags = [{"Key": "team", "Value": "ai"}]
    trust = json.dumps(TRUST)
    iam.create_role(RoleName="app", Path="/service-role/", AssumeRolePolicyDocument=trust, Tags=tags)
    iam.put_role_policy(RoleName="app", PolicyName="inline", PolicyDocument=json.dumps(allows("s3:GetObject")))
    iam.put_role_policy(RoleName="app", PolicyName="earlier", PolicyDocument=json.dumps(allows("sqs:*")))
    iam.attach_role_policy(RoleName="app", PolicyArn=arns["models"])
    iam.attach_role_policy(RoleName="app", PolicyArn=AWS_MANAGED)
    iam.put_role_permissions_boundary(RoleName="app", PermissionsBoundary=arns["limit"])
    iam.create_role(RoleName="bare", AssumeRolePolicyDocument=trust)

    iam.create_group(GroupName="developers")
    iam.put_group_policy(GroupName="developers", PolicyName="own", PolicyDocument=json.dumps(allows("sns:*")))
    iam.attach_group_policy(GroupName="developers", PolicyArn=arns["models"])
    iam.create_group(GroupName="nobody")
    iam.create_user(UserName="ada", Path="/people/", Tags=tags, PermissionsBoundary=AWS_MANAGED)
    iam.put_user_policy(UserName="ada", PolicyName="inline", PolicyDocument=json.dumps(allows("s3:PutObject")))
    iam.attach_user_policy(UserName="ada", PolicyArn=arns["models"])
    iam.add_user_to_group(GroupName="developers", UserName="ada")
    iam.create_user(UserName="bob")


def role_detail(name: str, **details: Any) -> dict[str, Any]:
    identity = {"RoleName": name, "RoleId": f"AROA{name.upper():0>17}", "Arn": f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"}
    return {"Path": "/", **identity, **details}


def user_detail(name: str, **details: Any) -> dict[str, Any]:
    identity = {"UserName": name, "UserId": f"AIDA{name.upper():0>17}", "Arn": f"arn:aws:iam::{ACCOUNT_ID}:user/{name}"}
    return {"Path": "/", **identity, **details}


def policy_detail(arn: str, **documents: Any) -> dict[str, Any]:
    versions = [{"VersionId": version, "Document": document} for version, document in documents.items()]
    return {"Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": versions}


def arn_of(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:policy/{name}"


def attached(*names: str) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyArn": arn_of(name)} for name in names]


def boundary(name: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn_of(name)}


def handles(fact: Principal | Unreadable) -> list[str]:
    assert isinstance(fact, Principal)
    return [policy.handle for policy in (*fact.policies.policies, fact.policies.boundary) if policy is not None]
