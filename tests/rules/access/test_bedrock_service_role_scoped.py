from typing import Any

import pytest

from rules.access.bedrock_service_role_scoped import BedrockServiceRoleScoped
from rules.engine.verdict import Compliance, Verdict, compliant, non_compliant
from rules.facts.bedrock_roles import ServiceRole
from rules.permissions.document import PolicyType, parse
from tests.rules.access.facts import fact
from tests.rules.permissions.principals import allow, policy, principal

OWN, PARTNER, STRANGER = "123456789012", "111122223333", "444455556666"
ORGANIZATION = "o-a1b2c3d4e5"
BEDROCK = {"Service": "bedrock.amazonaws.com"}
SCOPED = compliant("Amazon Bedrock uses the role for trusted accounts only, and it is no administrator.")
OPEN = "Trust policy statement 1 lets in bedrock.amazonaws.com on behalf of any account."
ADMINISTRATOR = 'Inline policy "app" statement 1 allows administration of every service; name actions and resources.'
READS = allow("s3:GetObject", "arn:aws:s3:::documents/*")


def trusts(who: object = BEDROCK, condition: dict[str, Any] | None = None, **elements: object) -> dict[str, object]:
    written: dict[str, object] = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole", **elements}
    return written if condition is None else {**written, "Condition": condition}


def account(*ids: str) -> dict[str, Any]:
    return {"StringEquals": {"aws:SourceAccount": list(ids)}}


def source(arn: str) -> dict[str, Any]:
    return {"ArnLike": {"aws:SourceArn": arn}}


def role(*statements: dict[str, object], may: dict[str, object] = READS) -> ServiceRole:
    """Return a role with these statements in its trust policy, and one statement in its own."""
    subject = fact(principal(policies=[policy(may)]))
    trust = parse({"Version": "2012-10-17", "Statement": list(statements)}, PolicyType.TRUST)
    return ServiceRole(subject.resource, subject.tags, trust, subject)


def judged(fact: ServiceRole, **parameters: str) -> Verdict:
    return BedrockServiceRoleScoped.configured(parameters).judge(fact)


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        pytest.param([trusts(condition=account(OWN))], SCOPED, id="source account"),
        pytest.param([trusts(condition=source(f"arn:aws:bedrock:us-east-1:{OWN}:agent/*"))], SCOPED, id="source ARN"),
        pytest.param(
            [trusts(condition=account(OWN) | source(f"arn:aws:bedrock:*:{OWN}:knowledge-base/*"))], SCOPED, id="both"
        ),
        pytest.param(
            [trusts({"AWS": f"arn:aws:iam::{OWN}:role/deployment"}), trusts(condition=account(OWN))],
            SCOPED,
            id="a role of the account besides",
        ),
        pytest.param(
            [trusts({"Service": "lambda.amazonaws.com"}), trusts(condition=account(OWN))],
            SCOPED,
            id="another service besides, which sends no source",
        ),
        pytest.param([trusts()], non_compliant(OPEN), id="no condition"),
        pytest.param(
            [trusts(condition=account(OWN)), trusts(Sid="Also")],
            non_compliant('Trust policy statement "Also" lets in bedrock.amazonaws.com on behalf of any account.'),
            id="one of two statements",
        ),
        pytest.param(
            [trusts(condition={"Bool": {"aws:SecureTransport": "true"}})], non_compliant(OPEN), id="another condition"
        ),
        pytest.param(
            [trusts(condition=source("arn:aws:bedrock:us-east-1:*:agent/*"))],
            non_compliant(OPEN),
            id="source ARN of any account",
        ),
        pytest.param(
            [trusts({"Service": ["bedrock.amazonaws.com", "lambda.amazonaws.com"]})],
            non_compliant(OPEN),
            id="among other services",
        ),
        pytest.param(
            [trusts({"Service": "bedrock-agentcore.amazonaws.com"})],
            non_compliant("Trust policy statement 1 lets in bedrock-agentcore.amazonaws.com on behalf of any account."),
            id="agentcore",
        ),
        pytest.param([trusts("*")], non_compliant("Trust policy statement 1 lets in everybody."), id="everybody"),
    ],
)
def test_the_source_of_requests_has_to_be_held(statements: list[dict[str, object]], verdict: Verdict) -> None:
    assert judged(role(*statements)) == verdict


@pytest.mark.parametrize(
    ("may", "verdict"),
    [
        pytest.param(READS, SCOPED, id="reads documents"),
        pytest.param(allow("bedrock:*"), SCOPED, id="every action of one service, which other rules judge"),
        pytest.param(allow("*"), non_compliant(ADMINISTRATOR), id="every action"),
        pytest.param(
            allow("iam:*"),
            non_compliant('Inline policy "app" statement 1 allows administration of IAM; name actions and resources.'),
            id="every action of IAM",
        ),
    ],
)
def test_the_role_is_no_administrator(may: dict[str, object], verdict: Verdict) -> None:
    assert judged(role(trusts(condition=account(OWN)), may=may)) == verdict


def test_tells_the_trust_first() -> None:
    assert judged(role(trusts(), may=allow("*"))) == non_compliant(OPEN, ADMINISTRATOR)


def test_the_source_may_be_left_open() -> None:
    left = {"requireSourceCondition": "false"}

    assert judged(role(trusts()), **left) == compliant("The role is no administrator.")
    assert judged(role(trusts(), may=allow("*")), **left) == non_compliant(ADMINISTRATOR)


@pytest.mark.parametrize(
    ("condition", "parameters", "trusted"),
    [
        pytest.param(account(OWN, PARTNER), {"trustedAccounts": PARTNER}, True, id="trusted account"),
        pytest.param(account(OWN, PARTNER), {"trustedAccounts": STRANGER}, False, id="another account"),
        pytest.param(account(OWN, PARTNER), {}, False, id="no trusted account"),
        pytest.param(
            {"StringEquals": {"aws:SourceOrgID": ORGANIZATION}},
            {"trustedOrgIds": ORGANIZATION},
            True,
            id="organization",
        ),
        pytest.param({"StringEquals": {"aws:SourceOrgID": ORGANIZATION}}, {}, False, id="no trusted organization"),
    ],
)
def test_others_may_be_trusted(condition: dict[str, Any], parameters: dict[str, str], trusted: bool) -> None:
    verdict = judged(role(trusts(condition=condition)), **parameters)

    assert verdict.compliance is (Compliance.COMPLIANT if trusted else Compliance.NON_COMPLIANT)
