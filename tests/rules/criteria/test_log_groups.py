import json
from dataclasses import replace
from typing import Any

import pytest

from rules.criteria.log_groups import key_defects, outsider_defects, retention_defects
from rules.engine.resource import Resource
from rules.facts.kms import Key
from rules.facts.logs import LogGroup
from rules.permissions.document import PolicyDocument, PolicyType, parse

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
ARN = "arn:aws:logs:us-east-1:123456789012:log-group:ai"
GROUP = LogGroup(
    resource=Resource("AWS::Logs::LogGroup", "ai", "ai", ARN),
    tags={},
    retention_days=365,
    key_arn=KEY,
    key=Key(KEY, "CUSTOMER", "Enabled", rotation=True),
    masked=False,
    policies=(),
)


def policy(principal: Any, action: Any, resource: str, **more: Any) -> PolicyDocument:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource, **more}
    return parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), PolicyType.RESOURCE)


@pytest.mark.parametrize(
    ("days", "least", "most", "defects"),
    [
        pytest.param(365, 90, 0, (), id="longer than the least"),
        pytest.param(90, 90, 90, (), id="exactly the bounds"),
        pytest.param(60, 90, 0, ("Log events expire after 60 days; at least 90 days is wanted.",), id="too short"),
        pytest.param(365, 0, 180, ("Log events expire after 365 days; 1 to 180 days is wanted.",), id="too long"),
        pytest.param(
            None, 90, 0, ("Log events never expire; a retention of at least 90 days is wanted.",), id="no retention"
        ),
        pytest.param(
            None, 90, 365, ("Log events never expire; a retention of 90 to 365 days is wanted.",), id="none, two bounds"
        ),
        pytest.param(None, 0, 0, (), id="no bounds"),
    ],
)
def test_judges_the_retention(days: int | None, least: int, most: int, defects: tuple[str, ...]) -> None:
    assert retention_defects(replace(GROUP, retention_days=days), least, most) == defects


@pytest.mark.parametrize(
    ("group", "defects"),
    [
        pytest.param(GROUP, (), id="a customer-managed key"),
        pytest.param(
            replace(GROUP, key_arn=None, key=None),
            ("Log events are encrypted with a key that AWS owns; a customer-managed key is wanted.",),
            id="no key",
        ),
        pytest.param(
            replace(GROUP, key=Key(KEY, "CUSTOMER", "Disabled", rotation=None)),
            (f"Log events are encrypted with {KEY}, whose state is Disabled; Enabled is wanted.",),
            id="a disabled key",
        ),
        pytest.param(
            replace(GROUP, key=None), (f"Log events are encrypted with {KEY}, which KMS does not know.",), id="gone"
        ),
    ],
)
def test_judges_the_key(group: LogGroup, defects: tuple[str, ...]) -> None:
    assert key_defects(group) == defects


@pytest.mark.parametrize(
    ("policies", "defects"),
    [
        pytest.param((), (), id="no policies"),
        pytest.param(
            (policy({"AWS": "444455556666"}, "logs:GetLogEvents", f"{ARN}:*"),),
            ("Statement 1 lets in account 444455556666.",),
            id="an untrusted account reads the streams",
        ),
        pytest.param(
            (policy({"AWS": "444455556666"}, "logs:*", "*"), policy("*", "logs:StartQuery", ARN)),
            ("Statement 1 lets in account 444455556666.", "Statement 1 lets in everybody."),
            id="two policies",
        ),
        pytest.param((policy({"AWS": "111122223333"}, "logs:*", "*"),), (), id="a trusted account"),
        pytest.param((policy({"AWS": "123456789012"}, "logs:*", "*"),), (), id="the account itself"),
        pytest.param((policy({"AWS": "444455556666"}, "logs:*", f"{ARN}-other:*"),), (), id="another log group"),
        pytest.param((policy({"AWS": "444455556666"}, "logs:PutLogEvents", "*"),), (), id="an account that writes"),
        pytest.param(
            (policy({"Service": "es.amazonaws.com"}, ["logs:PutLogEvents", "logs:CreateLogStream"], "*"),),
            (),
            id="a service that writes",
        ),
    ],
)
def test_finds_who_reads_from_outside(policies: tuple[PolicyDocument, ...], defects: tuple[str, ...]) -> None:
    assert outsider_defects(replace(GROUP, policies=policies), ("111122223333",)) == defects
