"""Principals for tests, written down in a few words."""

from collections.abc import Iterable, Mapping
from typing import Any

from rules.permissions.document import PolicyType, parse
from rules.permissions.principal import Policy, PolicyKind, PrincipalPolicies

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/app"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
MODELS = "arn:aws:bedrock:us-east-1::foundation-model"
MODEL_A = f"{MODELS}/anthropic.claude-v2:1"
MODEL_B = f"{MODELS}/amazon.titan-text-lite-v1"
PROFILE = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.anthropic.claude-v2:1"
KNOWLEDGE_BASE = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:knowledge-base/KB12345678"
ENDPOINT = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/churn"
INVOKE = "bedrock:InvokeModel"

Texts = str | list[str]
Block = dict[str, Any]


def allow(action: Texts, resource: Texts = "*", condition: Mapping[str, Any] | None = None, **elements: Any) -> Block:
    """Return an Allow statement; `elements` adds others such as Sid."""
    conditions = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Action": action, "Resource": resource, **conditions, **elements}


def deny(action: Texts, resource: Texts = "*", condition: Mapping[str, Any] | None = None, **elements: Any) -> Block:
    """Return a Deny statement."""
    return {**allow(action, resource, condition, **elements), "Effect": "Deny"}


def statement(effect: str, **elements: Any) -> Block:
    """Return a statement of exactly these elements, such as NotAction and NotResource."""
    return {"Effect": effect, **elements}


def policy(
    *statements: Block,
    name: str = "app",
    kind: PolicyKind = PolicyKind.INLINE,
    version: str = "2012-10-17",
    arn: str | None = None,
    group: str | None = None,
) -> Policy:
    """Return a policy of these statements."""
    policy_type = PolicyType.RESOURCE if kind is PolicyKind.RESOURCE_CONTROL else PolicyType.IDENTITY
    document = parse({"Version": version, "Statement": list(statements)}, policy_type)
    return Policy(name, kind, document, arn, group)


def boundary(*statements: Block) -> Policy:
    """Return a permissions boundary of these statements."""
    return policy(*statements, name="limit", kind=PolicyKind.BOUNDARY)


def service_control(*statements: Block) -> Policy:
    """Return a service control policy of these statements."""
    return policy(*statements, name="scp", kind=PolicyKind.SERVICE_CONTROL)


def principal(
    *statements: Block, limit: Policy | None = None, policies: Iterable[Policy] = (), arn: str = ROLE
) -> PrincipalPolicies:
    """Return a principal with one inline policy of these statements, and with other policies."""
    own = (policy(*statements),) if statements else ()
    return PrincipalPolicies(arn, (*own, *policies), limit)
