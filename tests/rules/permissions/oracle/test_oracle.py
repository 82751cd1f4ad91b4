"""The bounded comparison; the full one is python -m tests.rules.permissions.oracle."""

import json

import pytest

from rules.permissions.document import parse
from tests.rules.permissions.oracle.comparison import compare, oddities
from tests.rules.permissions.oracle.generated import REQUESTS, drawn
from tests.rules.permissions.oracle.managed import managed_subjects
from tests.rules.permissions.oracle.simulator import RefusedError, Request, Subject, ask
from tests.rules.permissions.principals import INVOKE, MODEL_A, MODEL_B, ROLE, USER, allow, deny, statement

pytestmark = [pytest.mark.slow, pytest.mark.repeats]

SEED = 20_260_101
PRINCIPALS = 100
EVERY = 10
"""Of the managed policies that say nothing of models one of so many is decided here; all are in the full comparison."""
EVERY_OF_MODELS = 3
"""The same of those that do."""


def test_generated_principals_are_decided_alike() -> None:
    report = compare(drawn(PRINCIPALS, SEED))

    assert report.differences == []
    assert report.subjects == PRINCIPALS
    assert report.allowed > PRINCIPALS


def test_aws_managed_policies_are_decided_alike() -> None:
    of_models = [one for one in managed_subjects() if speaks_of_models(one)]
    others = [one for one in managed_subjects() if not speaks_of_models(one)]
    report = compare([*of_models[::EVERY_OF_MODELS], *others[::EVERY]])

    assert report.differences == []
    assert not report.explained
    assert len(of_models) > 90
    assert report.subjects > 170
    assert report.allowed > 170


def speaks_of_models(subject: Subject) -> bool:
    """Say whether a policy names an action of Amazon Bedrock or SageMaker, or every action."""
    return any(word in json.dumps(subject.policies) for word in ('"bedrock:', '"sagemaker:', '"Action": "*"'))


def document(*statements: dict[str, object], version: str = "2012-10-17") -> dict[str, object]:
    return {"Version": version, "Statement": list(statements)}


def test_the_simulator_answers_for_itself() -> None:
    requests = (Request(INVOKE, MODEL_A), Request(INVOKE, MODEL_B))
    one = document(allow(INVOKE, MODEL_A))

    assert ask([Subject(ROLE, (one,), requests), Subject(ROLE, (one, document(deny("*"))), requests)]) == [
        [True, False],
        [False, False],
    ]


def test_what_the_simulator_refuses_is_no_answer() -> None:
    with pytest.raises(RefusedError, match="identityPolicyErrors"):
        ask([Subject(ROLE, (document({"Effect": "Allow", "Action": INVOKE}),), REQUESTS)])


WRONG = (
    ("wildcard in the resource type", document(allow(INVOKE, "arn:aws:bedrock:*:*:*model/amazon.titan-text-lite-v1"))),
    ("ARN of fewer than six parts", document(allow(INVOKE, f"arn:aws:bedrock:*{MODEL_B[26:]}"))),
    (
        "ARN of fewer than six parts",
        document(statement("Allow", Action=INVOKE, NotResource="arn:aws:sagemaker:*")),
    ),
    (
        "policy variable in version 2008-10-17",
        document(allow(INVOKE, "arn:aws:bedrock:*::foundation-model/${aws:username}"), version="2008-10-17"),
    ),
    (
        "variable without a value in NotResource",
        document(statement("Allow", Action=INVOKE, NotResource="arn:aws:bedrock:*::foundation-model/${aws:SourceVpc}")),
    ),
)


@pytest.mark.parametrize(("reason", "policy"), WRONG, ids=[f"{number}: {case[0]}" for number, case in enumerate(WRONG)])
def test_a_documented_difference_is_one(reason: str, policy: dict[str, object]) -> None:
    ana = "arn:aws:bedrock:us-east-1::foundation-model/ana"
    report = compare([Subject(USER, (policy,), (Request(INVOKE, MODEL_B), Request(INVOKE, ana)))])

    assert report.differences == []
    assert set(report.explained) == {reason}


def test_an_ordinary_policy_has_no_documented_difference() -> None:
    policy = document(allow(INVOKE, [MODEL_A, "arn:aws:bedrock:*::foundation-model/amazon.*", "*"]))

    assert list(oddities(Subject(USER, (policy,), REQUESTS), INVOKE)) == []
    assert parse(policy).statements
