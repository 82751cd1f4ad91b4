"""Packs with every rule that AWS manages, put into an embedded account through Amazon S3 as AWS Config asks for."""

from collections.abc import Iterator
from typing import Any

import pytest

from cdk import pack
from cdk.managed.groups import GROUPS
from cdk.managed.rule import ManagedChoice
from cdk.settings import Settings
from cli.sandbox import EmbeddedAccount

EVERYTHING = ManagedChoice(GROUPS, frozenset(group.key for group in GROUPS))
REGION = "us-east-1"
BUCKET = "pack-templates"


@pytest.fixture
def session() -> Iterator[Any]:
    with EmbeddedAccount() as account:
        session = account.session(REGION)
        session.client("config").put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::123456789012:role/config"}
        )
        session.client("s3").create_bucket(Bucket=BUCKET)
        yield session


def put(session: Any, template: str, **parameters: str) -> dict[str, dict[str, Any]]:
    """Put a pack through Amazon S3 and return the rules that it brought by identifier."""
    session.client("s3").put_object(Bucket=BUCKET, Key="pack", Body=template.encode())
    config = session.client("config")
    config.put_conformance_pack(
        ConformancePackName="ai-config",
        TemplateS3Uri=f"s3://{BUCKET}/pack",
        ConformancePackInputParameters=[
            {"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()
        ],
    )
    [status] = config.describe_conformance_pack_status()["ConformancePackStatusDetails"]
    assert status["ConformancePackState"] == "CREATE_COMPLETE", status
    pages = config.get_paginator("describe_config_rules").paginate()
    return {rule["Source"]["SourceIdentifier"]: rule for page in pages for rule in page["ConfigRules"]}


def test_every_rule_of_aws_is_stored_and_evaluated_by_nobody(session: Any) -> None:
    settings = Settings(rules=(), managed=EVERYTHING)

    rules = put(session, pack.as_json(pack.deployed_pack(settings, REGION)))

    said = session.client("config").describe_conformance_pack_compliance(ConformancePackName="ai-config")
    assert set(rules) == {rule.identifier for rule in EVERYTHING.rules_in(REGION)}
    assert {rule["Source"]["Owner"] for rule in rules.values()} == {"AWS"}
    assert rules["CMK_BACKING_KEY_ROTATION_ENABLED"]["MaximumExecutionFrequency"] == "TwentyFour_Hours"
    assert "MaximumExecutionFrequency" not in rules["SAGEMAKER_MODEL_IN_VPC"]
    assert {rule["ComplianceType"] for rule in said["ConformancePackRuleComplianceList"]} == {"INSUFFICIENT_DATA"}


def test_the_pack_that_stands_alone_takes_switches_and_inputs(session: Any) -> None:
    template = pack.as_yaml(pack.standalone_pack(Settings(rules=(), managed=ManagedChoice(GROUPS))))
    off = {group.parameter: "false" for group in GROUPS}

    rules = put(session, template, **off | {"IncludeLambda": "true"}, LambdaRuntimes="python3.15")

    assert set(rules) == {"LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED", "LAMBDA_FUNCTION_SETTINGS_CHECK"}
    assert rules["LAMBDA_FUNCTION_SETTINGS_CHECK"]["InputParameters"] == '{"runtime": "python3.15"}'
