import json
from dataclasses import replace

import pytest

from rules.engine.resource import Resource
from rules.engine.verdict import Verdict, compliant, non_compliant
from rules.facts.kms import Key
from rules.facts.logs import LogGroup
from rules.logging.bedrock_log_group_protected import BedrockLogGroupProtected
from rules.permissions.document import PolicyType, parse

KEY = "arn:aws:kms:us-east-1:123456789012:key/1111"
GROUP = LogGroup(
    resource=Resource("AWS::Logs::LogGroup", "ai", "ai", "arn:aws:logs:us-east-1:123456789012:log-group:ai"),
    tags={},
    retention_days=365,
    key_arn=KEY,
    key=Key(KEY, "CUSTOMER", "Enabled", rotation=True),
    masked=False,
    policies=(),
)
SHARED = parse(
    json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Sid": "Audit",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "logs:FilterLogEvents",
                "Resource": "*",
            },
        }
    ),
    PolicyType.RESOURCE,
)
UNPROTECTED = replace(GROUP, retention_days=None, key_arn=None, key=None, policies=(SHARED,))
GOOD = compliant(f"Log events are kept for 365 days and encrypted with {KEY}.")


@pytest.mark.parametrize(
    ("group", "verdict"),
    [
        pytest.param(GROUP, GOOD, id="retained, encrypted and private"),
        pytest.param(
            replace(GROUP, retention_days=None),
            non_compliant("Log events never expire; a retention of at least 90 days is wanted."),
            id="no retention",
        ),
        pytest.param(
            replace(GROUP, retention_days=30),
            non_compliant("Log events expire after 30 days; at least 90 days is wanted."),
            id="short retention",
        ),
        pytest.param(
            replace(GROUP, key_arn=None, key=None),
            non_compliant("Log events are encrypted with a key that AWS owns; a customer-managed key is wanted."),
            id="no key",
        ),
        pytest.param(
            replace(GROUP, key=Key(KEY, "CUSTOMER", "Disabled", rotation=None)),
            non_compliant(f"Log events are encrypted with {KEY}, whose state is Disabled; Enabled is wanted."),
            id="disabled key",
        ),
        pytest.param(
            UNPROTECTED,
            non_compliant(
                'Statement "Audit" lets in account 111122223333.',
                "Log events are encrypted with a key that AWS owns; a customer-managed key is wanted.",
                "Log events never expire; a retention of at least 90 days is wanted.",
            ),
            id="everything wrong at once",
        ),
    ],
)
def test_judges_the_log_group(group: LogGroup, verdict: Verdict) -> None:
    assert BedrockLogGroupProtected().judge(group) == verdict


@pytest.mark.parametrize(
    ("parameters", "group", "verdict"),
    [
        pytest.param(
            {"trustedAccounts": "111122223333"}, replace(GROUP, policies=(SHARED,)), GOOD, id="trusted account"
        ),
        pytest.param(
            {"maxRetentionDays": "180"},
            GROUP,
            non_compliant("Log events expire after 365 days; 90 to 180 days is wanted."),
            id="retention has an upper bound",
        ),
        pytest.param(
            {"requireCmk": "false", "minRetentionDays": "0"},
            replace(UNPROTECTED, policies=()),
            compliant("Log events are never deleted and encrypted with a key that AWS owns."),
            id="neither key nor retention asked for",
        ),
        pytest.param(
            {"requireDataProtection": "true"},
            GROUP,
            non_compliant("No data-protection policy masks sensitive data."),
            id="masking asked for, and missing",
        ),
        pytest.param({"requireDataProtection": "true"}, replace(GROUP, masked=True), GOOD, id="masking asked for"),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], group: LogGroup, verdict: Verdict) -> None:
    assert BedrockLogGroupProtected.configured(parameters).judge(group) == verdict
