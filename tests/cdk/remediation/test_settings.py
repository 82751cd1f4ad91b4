from pathlib import Path

import pytest

from cdk.given import SettingsError
from cdk.remediation.settings import LogDestination, Remediation
from cdk.settings import read_settings
from tests.cdk.example_rules import RULES

ON = "[remediation]\nenabled = true\n"
LOGS = "[remediation.invocationLogs]\n"


def remediation_in(folder: Path, text: str) -> Remediation | None:
    file = folder / "audit.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(RULES, file=file).remediation


@pytest.mark.parametrize(
    ("text", "remediation"),
    [
        pytest.param("", None, id="off by default"),
        pytest.param("[remediation]\nenabled = false\nlogRetentionDays = 90", None, id="off"),
        pytest.param("[remediation]\nlogRetentionDays = 90", None, id="not switched on"),
        pytest.param(ON, Remediation(365), id="on"),
        pytest.param(f"{ON}logRetentionDays = 90", Remediation(90), id="another retention"),
        pytest.param(
            f'{ON}{LOGS}logGroup = "/bedrock"\nrole = "service-role/bedrock"',
            Remediation(365, LogDestination("/bedrock", "service-role/bedrock")),
            id="a log group",
        ),
        pytest.param(
            f'{ON}{LOGS}bucket = "logs-{{account}}-{{region}}"\nkeyPrefix = "a/b"',
            Remediation(365, LogDestination(bucket="logs-{account}-{region}", key_prefix="a/b")),
            id="a bucket",
        ),
    ],
)
def test_reads_what_runbooks_are_offered_with(tmp_path: Path, text: str, remediation: Remediation | None) -> None:
    assert remediation_in(tmp_path, text) == remediation


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '[remediation]\nenabled = "yes"', "remediation.enabled = 'yes'; allowed: true, false", id="switch"
        ),
        pytest.param("[remediation]\non = true", "remediation.on: unknown key 'remediation.on'", id="unknown key"),
        pytest.param(
            f"{ON}logRetentionDays = 42", "remediation.logRetentionDays = 42; allowed: 1, 3, 5", id="no such retention"
        ),
        pytest.param(f"{ON}logRetentionDays = true", "remediation.logRetentionDays = True", id="retention no number"),
        pytest.param(
            f'{ON}{LOGS}logGroup = "/bedrock"',
            "remediation.invocationLogs.role is missing; remediation.invocationLogs.logGroup is nothing without it",
            id="no role",
        ),
        pytest.param(
            f'{ON}{LOGS}role = "bedrock"', "remediation.invocationLogs.logGroup is missing", id="no log group"
        ),
        pytest.param(f'{ON}{LOGS}keyPrefix = "logs"', "remediation.invocationLogs.bucket is missing", id="no bucket"),
        pytest.param(
            f'{ON}{LOGS}bucket = "Logs"',
            "remediation.invocationLogs.bucket = 'Logs'; allowed: the name of a bucket",
            id="no bucket's name",
        ),
        pytest.param(
            f'{LOGS}logGroup = "a b"\nrole = "bedrock"',
            "remediation.invocationLogs.logGroup = 'a b'; allowed: the name of a log group",
            id="held against what is allowed while off",
        ),
        pytest.param(
            f'{ON}{LOGS}logGroup = "/bedrock"\nrole = "arn:aws:iam::123456789012:role/bedrock"',
            "remediation.invocationLogs.role = 'arn:aws:iam::123456789012:role/bedrock'; allowed: the name of a role",
            id="an ARN in the place of a name",
        ),
        pytest.param(
            f'prefix = "aws-audit"\n{ON}',
            "remediation.enabled = True; allowed: only with a prefix that does not begin with amazon, amzn, aws",
            id="a prefix that AWS keeps for itself",
        ),
    ],
)
def test_refuses_what_no_runbook_could_be_made_of(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        remediation_in(tmp_path, text)

    assert str(refused.value).startswith(f"audit.toml: {message}")
