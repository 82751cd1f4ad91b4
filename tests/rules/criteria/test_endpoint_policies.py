from typing import Any

import pytest

from rules.criteria.endpoint_policies import admission_defects, is_default, model_defects
from rules.permissions.document import PolicyDocument, PolicyType, parse
from rules.permissions.resource_policy import Trust

TRUST = Trust("123456789012", "aws")
DEFAULT = {"Action": "*", "Effect": "Allow", "Resource": "*", "Principal": "*"}

EXCLUDING = {"Action": "*", "Effect": "Allow", "Resource": "*", "NotPrincipal": {"AWS": "123456789012"}}


def policy(*statements: dict[str, Any]) -> PolicyDocument:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, PolicyType.RESOURCE)


@pytest.mark.parametrize(
    ("statements", "default"),
    [
        pytest.param([DEFAULT], True, id="as AWS writes it"),
        pytest.param([DEFAULT | {"Principal": {"AWS": "*"}, "Action": ["*"]}], True, id="written another way"),
        pytest.param([DEFAULT | {"Action": ["bedrock:InvokeModel", "*"]}], True, id="with a needless action"),
        pytest.param([DEFAULT | {"Principal": {"AWS": "123456789012"}}], False, id="for one account"),
        pytest.param([DEFAULT | {"Action": "bedrock:*"}], False, id="for one service"),
        pytest.param([DEFAULT | {"Resource": "arn:aws:bedrock:*::foundation-model/*"}], False, id="for some resources"),
        pytest.param(
            [DEFAULT | {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}], False, id="under a condition"
        ),
        pytest.param([DEFAULT | {"Effect": "Deny"}], False, id="the other way round"),
        pytest.param([DEFAULT, DEFAULT | {"Effect": "Deny", "Action": "s3:*"}], False, id="with a Deny"),
        pytest.param([EXCLUDING], False, id="for everybody but one account"),
        pytest.param([], False, id="empty"),
    ],
)
def test_the_default_policy_lets_everybody_do_everything(statements: list[dict[str, Any]], default: bool) -> None:
    assert is_default(policy(*statements)) is default


def test_an_empty_policy_lets_nobody_through() -> None:
    assert list(admission_defects(policy(), TRUST)) == []
    assert list(model_defects(policy(), TRUST, "bedrock-runtime", ("amazon.nova-lite-v1:0",))) == []


def test_conditions_on_who_asks_do_not_make_models_fewer() -> None:
    own = DEFAULT | {"Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/app"}}}

    (defect,) = model_defects(policy(own), TRUST, "bedrock-runtime", ("amazon.nova-lite-v1:0",))

    assert defect.startswith("Statement 1 allows bedrock:InvokeModel")
