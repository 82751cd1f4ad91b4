"""Roles and users: most have nothing to do with AI, some may do what they need, some far too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.company.grounds import CLAUDE, MODEL, REGION, allow, arn, document, one_in
from cli.sandbox import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.company.grounds import Grounds

INVOKE = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
BOUNDARY, ADMINISTRATORS = "arn:aws:iam::aws:policy/PowerUserAccess", "arn:aws:iam::aws:policy/AdministratorAccess"
READERS = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"

SHARES: dict[int, Callable[[int], list[dict[str, Any]]]] = {
    3: lambda _: [allow(INVOKE, CLAUDE)],
    7: lambda _: [allow("bedrock:InvokeModel*", "arn:aws:bedrock:*::foundation-model/*")],
    9: lambda number: [
        allow("bedrock:Retrieve", arn("bedrock", f"knowledge-base/KB{number:08}")),
        allow("sagemaker:InvokeEndpoint", arn("sagemaker", f"endpoint/endpoint-{number}")),
    ],
    11: lambda number: [
        allow(INVOKE, arn("bedrock", f"application-inference-profile/p{number:011}")),
        allow(
            INVOKE,
            [CLAUDE, f"arn:aws:bedrock:us-west-2::foundation-model/{MODEL}"],
            Condition={
                "StringEquals": {"bedrock:InferenceProfileArn": arn("bedrock", f"inference-profile/us.{MODEL}")}
            },
        ),
    ],
    13: lambda _: [allow("bedrock:*"), {"Effect": "Deny", "Action": "bedrock:*", "NotResource": CLAUDE}],
    15: lambda _: [{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}],
    17: lambda _: [allow("*")],
}
"""What roles may do beside their daily work, by the last figure of their number in a system to the base of 20."""


def build(grounds: Grounds) -> None:
    """Make roles for functions, for Amazon Bedrock and for everything else, then users."""
    for number in range(grounds.size.roles):
        _role(grounds, number)
    for number in range(grounds.size.users):
        name = f"person-{number}"
        grounds.ask("iam", "CreateUser", UserName=name)
        own = allow(INVOKE, CLAUDE) if one_in(number, 4) else allow("s3:GetObject", f"arn:aws:s3:::data-{number}/*")
        grounds.ask("iam", "PutUserPolicy", UserName=name, PolicyName="own", PolicyDocument=document(own))
    for number in range(min(grounds.size.parts, grounds.size.users)):
        age = {"CredentialAgeDays": 14} if one_in(number, 2) else {}
        grounds.ask(
            "iam",
            "CreateServiceSpecificCredential",
            UserName=f"person-{number}",
            ServiceName="bedrock.amazonaws.com",
            **age,
        )


def for_bedrock(grounds: Grounds) -> int:
    """Return how many of the roles are for Amazon Bedrock: they come after those of functions."""
    return max(1, grounds.size.roles // 50)


def name_of(grounds: Grounds, number: int) -> str:
    """Return the name of a role: first those of functions, then those for Amazon Bedrock, then all others."""
    if number < grounds.size.functions:
        return f"function-{number}"
    return f"bedrock-{number}" if number < grounds.size.functions + for_bedrock(grounds) else f"service-{number}"


def service_role(grounds: Grounds, number: int) -> str:
    """Return the name of a role that Amazon Bedrock works with."""
    return name_of(grounds, grounds.size.functions + number % for_bedrock(grounds))


def _role(grounds: Grounds, number: int) -> None:
    name = name_of(grounds, number)
    kind = name.partition("-")[0]
    service = {"function": "lambda", "bedrock": "bedrock"}.get(kind, "sagemaker" if one_in(number, 5) else "ec2")
    trust: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    if kind == "bedrock" and not one_in(number, 7):
        trust["Condition"] = {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}
    bounded = {"PermissionsBoundary": BOUNDARY} if one_in(number, 6) else {}
    grounds.ask("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=document(trust), **bounded)
    work = [
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], arn("logs", f"log-group:/aws/lambda/{name}:*")),
        allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::data-{number}/*"),
        allow("dynamodb:*Item", f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/table-{number}"),
    ]
    more = SHARES.get(number % 20)
    statements = [*work, *(more(number) if more else ())]
    grounds.ask("iam", "PutRolePolicy", RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    if one_in(number, 10, 5):
        grounds.ask("iam", "AttachRolePolicy", RoleName=name, PolicyArn=READERS)
    if one_in(number, 100, 50):
        grounds.ask("iam", "AttachRolePolicy", RoleName=name, PolicyArn=ADMINISTRATORS)
