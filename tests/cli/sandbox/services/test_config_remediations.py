import json
import time
from typing import Any

import pytest

from cli.sandbox import Account
from tests.cli.sandbox.automation.runbooks import LOCATE, document, put
from tests.cli.sandbox.services.test_config import code_of, rule
from tests.cli.sandbox.services.test_conformance_packs import TEMPLATE, names, status
from tests.cli.sandbox.services.test_conformance_packs import put as put_pack

REMEDIATION: dict[str, Any] = {
    "ConfigRuleName": "own",
    "TargetType": "SSM_DOCUMENT",
    "TargetId": "runbook",
    "Parameters": {
        "Bucket": {"ResourceValue": {"Value": "RESOURCE_ID"}},
        "Often": {"StaticValue": {"Values": ["2"]}},
    },
}
LOGS = {"resourceType": "AWS::S3::Bucket", "resourceId": "logs"}
GONE = {"resourceType": "AWS::S3::Bucket", "resourceId": "gone"}
OWN_DOCUMENT = TEMPLATE.replace("AWS-EnableLogging", "runbook")


def ended(config: Any, **wanted: Any) -> dict[str, Any]:
    """Return the runs by resource id as soon as all have ended."""
    for _ in range(200):
        answer = config.describe_remediation_execution_status(ConfigRuleName="own", **wanted)
        runs = {each["ResourceKey"]["resourceId"]: each for each in answer["RemediationExecutionStatuses"]}
        if not [run for run in runs.values() if run["State"] == "IN_PROGRESS"]:
            return runs
        time.sleep(0.05)
    raise AssertionError("A run has not ended.")


def test_a_remediation_runs_the_document_for_each_resource(account: Account, config: Any) -> None:
    put(account, document())
    config.put_config_rule(ConfigRule=rule("own"))
    config.put_remediation_configurations(RemediationConfigurations=[REMEDIATION])

    answer = config.start_remediation_execution(ConfigRuleName="own", ResourceKeys=[LOGS, GONE])
    runs = ended(config)

    assert answer["FailedItems"] == []
    assert {name: run["State"] for name, run in runs.items()} == {"logs": "SUCCEEDED", "gone": "FAILED"}
    assert [(each["Name"], each["State"]) for each in runs["logs"]["StepDetails"]] == [("Locate", "SUCCEEDED")]
    assert runs["gone"]["StepDetails"][0]["ErrorMessage"].startswith("NoSuchBucket")
    assert list(ended(config, ResourceKeys=[GONE])) == ["gone"]


def test_refusals(account: Account, config: Any) -> None:
    config.put_config_rule(ConfigRule=rule("own"))

    assert (
        code_of(config.put_remediation_configurations, RemediationConfigurations=[REMEDIATION])
        == "InvalidParameterValueException"
    )
    assert (
        code_of(config.start_remediation_execution, ConfigRuleName="own", ResourceKeys=[LOGS])
        == "NoSuchRemediationConfigurationException"
    )
    assert (
        code_of(config.describe_remediation_execution_status, ConfigRuleName="own")
        == "NoSuchRemediationConfigurationException"
    )
    assert account.calls


def test_a_pack_waits_for_its_documents(account: Account, config: Any) -> None:
    put_pack(config, template=OWN_DOCUMENT)

    assert status(config)["ConformancePackState"] == "CREATE_FAILED"
    assert "The SSM document runbook does not exist" in status(config)["ConformancePackStatusReason"]
    assert names(config) == []

    put(account, document(LOCATE))
    put_pack(config, template=OWN_DOCUMENT)
    assert status(config)["ConformancePackState"] == "UPDATE_COMPLETE"


@pytest.mark.usefixtures("account")
def test_rules_of_a_pack_get_remediations_from_the_pack_alone(config: Any) -> None:
    put_pack(config)
    [name] = names(config)

    assert (
        code_of(
            config.put_remediation_configurations,
            RemediationConfigurations=[REMEDIATION | {"ConfigRuleName": name, "TargetId": "AWS-EnableLogging"}],
        )
        == "InsufficientPermissionsException"
    )


@pytest.mark.usefixtures("account")
def test_a_remediation_goes_with_its_place_in_the_pack(config: Any) -> None:
    put_pack(config)
    [name] = names(config)
    before = config.describe_remediation_configurations(ConfigRuleNames=[name])["RemediationConfigurations"]
    put_pack(config, template=TEMPLATE[: TEMPLATE.index("  Fix:")])
    after = config.describe_remediation_configurations(ConfigRuleNames=[name])["RemediationConfigurations"]

    assert (len(before), after) == (1, [])
    assert json.dumps(names(config)) == json.dumps([name])
