import json
from typing import Any

import pytest

from rules.criteria.key_policies import lets_role
from rules.permissions.document import PolicyType, parse

ROLE = "arn:aws:iam::123456789012:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
ROOT = "arn:aws:iam::123456789012:root"
OWNER = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
MACIE = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "kms:Decrypt", "Resource": "*"}
IN_ACCOUNT = {"StringEquals": {"kms:CallerAccount": "123456789012"}}


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        pytest.param([OWNER], False, id="only the account, which leaves it to policies of the role"),
        pytest.param([OWNER | {"Principal": {"AWS": "123456789012"}}], False, id="only the account, by its id"),
        pytest.param([OWNER, MACIE], True, id="the role"),
        pytest.param([OWNER, MACIE | {"Principal": {"AWS": [ROOT, ROLE]}}], True, id="the role beside the account"),
        pytest.param([MACIE | {"Action": "kms:De*"}], True, id="the role, by a pattern of actions"),
        pytest.param([MACIE | {"Action": "kms:Encrypt"}], False, id="the role may do something else"),
        pytest.param([MACIE | {"Principal": {"AWS": ROLE[:-1]}}], False, id="another role"),
        pytest.param(
            [MACIE | {"Principal": {"Service": "macie.amazonaws.com"}}], False, id="the service, not its role"
        ),
        pytest.param([OWNER | {"Principal": "*", "Condition": IN_ACCOUNT}], True, id="everybody in the account"),
        pytest.param(
            [
                OWNER
                | {
                    "Principal": "*",
                    "Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/train-*"}},
                }
            ],
            False,
            id="everybody with another role",
        ),
        pytest.param([MACIE, MACIE | {"Effect": "Deny", "Principal": "*"}], False, id="denied to everybody"),
        pytest.param([MACIE, OWNER | {"Effect": "Deny"}], False, id="denied to the account"),
    ],
)
def test_a_key_lets_a_role_in_by_its_own_policy(statements: list[dict[str, Any]], *, allowed: bool) -> None:
    document = parse(json.dumps({"Version": "2012-10-17", "Statement": statements}), PolicyType.RESOURCE)

    assert lets_role(document, ROLE, "kms:Decrypt") is allowed
