"""A large account, drawn from a seed: what GetAccountAuthorizationDetails tells of its roles, users and policies."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

ACCOUNT = "123456789012"
ROLES, USERS, GROUPS, LOCAL_POLICIES = 10_000, 2_000, 60, 300
SEED = 2026
_BOUNDED, _OWN_POLICY, _LOCAL = 0.3, 0.1, 0.5
"""Shares: roles with a boundary, users with an inline policy, attachments that are customer-managed."""

Document = dict[str, Any]


def managed_documents() -> dict[str, Document]:
    """Return the documents of all AWS-managed policies that moto carries, by ARN."""
    policies = json.loads(aws_managed_policies_data)
    return {f"arn:aws:iam::aws:policy{each['Path']}{name}": each["Document"] for name, each in policies.items()}


def organisation(seed: int = SEED) -> dict[str, Any]:
    """Return the authorization details of an account with 10,000 roles and 2,000 users."""
    return _Drawing(Random(seed)).details()  # noqa: S311 - a reproducible account, not a secret


class _Drawing:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._aws = managed_documents()
        self._local: dict[str, Document] = {}

    def details(self) -> dict[str, Any]:
        for number in range(LOCAL_POLICIES):
            self._local[f"arn:aws:iam::{ACCOUNT}:policy/team-{number}"] = self._document(number)
        boundaries = [f"arn:aws:iam::{ACCOUNT}:policy/boundary-{number}" for number in range(6)]
        for number, arn in enumerate(boundaries):
            self._local[arn] = _boundary(number)
        groups = [self._group(number) for number in range(GROUPS)]
        roles = [self._role(number, boundaries) for number in range(ROLES)]
        users = [self._user(number, groups) for number in range(USERS)]
        return {
            "RoleDetailList": roles,
            "UserDetailList": users,
            "GroupDetailList": groups,
            "Policies": [_managed(arn, document) for arn, document in (self._aws | self._local).items()],
        }

    def _role(self, number: int, boundaries: list[str]) -> Document:
        name = f"service-{number}"
        bounded = {}
        if self._random.random() < _BOUNDED:
            bounded = {"PermissionsBoundary": {"PermissionsBoundaryArn": self._random.choice(boundaries)}}
        return {
            "RoleName": name,
            "RoleId": f"AROA{number:017}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
            "RolePolicyList": [
                {"PolicyName": f"own-{each}", "PolicyDocument": self._document(number)}
                for each in range(self._random.choice((0, 1, 1, 1, 2)))
            ],
            "AttachedManagedPolicies": self._attached(self._random.choice((0, 1, 1, 2, 3))),
            **bounded,
        }

    def _user(self, number: int, groups: list[Document]) -> Document:
        return {
            "UserName": f"person-{number}",
            "UserId": f"AIDA{number:017}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:user/person-{number}",
            "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": self._document(number)}]
            if self._random.random() < _OWN_POLICY
            else [],
            "AttachedManagedPolicies": self._attached(self._random.choice((0, 0, 1))),
            "GroupList": [
                group["GroupName"] for group in self._random.sample(groups, self._random.choice((1, 1, 2, 3)))
            ],
        }

    def _group(self, number: int) -> Document:
        return {
            "GroupName": f"group-{number}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:group/group-{number}",
            "GroupPolicyList": [{"PolicyName": "own", "PolicyDocument": self._document(number)}],
            "AttachedManagedPolicies": self._attached(2),
        }

    def _attached(self, count: int) -> list[dict[str, str]]:
        local, aws = list(self._local), list(self._aws)
        arns = [self._random.choice(local if self._random.random() < _LOCAL else aws) for _ in range(count)]
        return [{"PolicyArn": arn, "PolicyName": arn.rpartition("/")[2]} for arn in arns]

    def _document(self, number: int) -> Document:
        statements = [
            _allow(
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/service-{number}:*",
            ),
            _allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::data-{number}/*"),
            _allow("dynamodb:*Item", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table-{number}"),
        ]
        drawn = self._random.random()
        for share, statement in _AI.items():
            if drawn < share:
                statements += statement(number)
                break
        return {"Version": "2012-10-17", "Statement": statements}


def _allow(action: str | list[str], resource: str | list[str], **elements: object) -> Document:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def _model(number: int) -> str:
    return f"arn:aws:bedrock:us-east-1::foundation-model/provider-{number % 40}.model-v{number % 7}:0"


_INVOKE = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
_AI: Mapping[float, Any] = {
    0.10: lambda number: [_allow(_INVOKE, [_model(number), _model(number + 1)])],
    0.14: lambda number: [
        _allow("bedrock:InvokeModel*", f"arn:aws:bedrock:*::foundation-model/provider-{number % 40}.*")
    ],
    0.16: lambda _: [_allow("bedrock:*", "*")],
    0.18: lambda number: [
        _allow("bedrock:InvokeModel", "*"),
        {"Effect": "Deny", "Action": "bedrock:*", "NotResource": _model(number)},
    ],
    0.20: lambda number: [
        _allow("bedrock:InvokeModel", f"arn:aws:bedrock:us-east-1:{ACCOUNT}:application-inference-profile/p{number}"),
        _allow(
            "bedrock:InvokeModel",
            "arn:aws:bedrock:*::foundation-model/*",
            Condition={"StringLike": {"bedrock:InferenceProfileArn": f"arn:aws:bedrock:*:*:*-profile/p{number}"}},
        ),
    ],
    0.22: lambda _: [_allow("*", "*")],
    0.24: lambda number: [
        _allow("bedrock:Retrieve", f"arn:aws:bedrock:us-east-1:{ACCOUNT}:knowledge-base/KB{number:08}"),
        _allow("sagemaker:InvokeEndpoint", f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/endpoint-{number}"),
    ],
    0.25: lambda _: [{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}],
}
"""Up to which draw a document gets which statements; the rest have nothing to do with AI."""


def _boundary(number: int) -> Document:
    allowed = ["s3:*", "logs:*", "dynamodb:*", "sqs:*", "lambda:*"]
    choices: list[list[Document]] = [
        [_allow(allowed, "*")],
        [_allow([*allowed, "bedrock:*"], "*")],
        [_allow([*allowed, "bedrock:InvokeModel*"], "*")],
        [_allow(allowed, "*"), _allow("bedrock:InvokeModel", [_model(1), _model(2)])],
        [_allow("*", "*"), {"Effect": "Deny", "Action": ["iam:*", "organizations:*"], "Resource": "*"}],
        [
            _allow("*", "*"),
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}},
            },
        ],
    ]
    return {"Version": "2012-10-17", "Statement": choices[number]}


def _managed(arn: str, document: Document) -> Document:
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": document}
    name = arn.rpartition("/")[2]
    return {"Arn": arn, "PolicyName": name, "DefaultVersionId": "v1", "PolicyVersionList": [version]}
