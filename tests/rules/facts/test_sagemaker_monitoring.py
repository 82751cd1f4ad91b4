from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import sagemaker_monitoring
from rules.facts.sagemaker_monitoring import Monitor, MonitoredEndpoint
from tests.rules.facts.endpoints import ROLE, endpoint, endpoint_resource, model, sagemaker, variant

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CLUSTER = {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}}
OUTPUT = {"MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://reports/", "LocalPath": "/opt/ml/processing/output"}}]}
SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}


@pytest.fixture(autouse=True)
def served(account: Account) -> None:
    model(account, "fraud")


@pytest.fixture
def today(account: Account) -> Aws:
    """Return an Aws of the embedded account's own time."""
    return Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=datetime.now(UTC))


def monitor(account: Account, name: str, endpoint_name: str, kind: str = "ModelBias") -> None:
    watched = {"EndpointName": endpoint_name, "LocalPath": "/opt/ml/processing/input"}
    definition = {
        "MonitoringInputs": [{"EndpointInput": watched}],
        "MonitoringOutputConfig": OUTPUT,
        "MonitoringResources": CLUSTER,
        "MonitoringAppSpecification": {"ImageUri": "156813124566.dkr.ecr.us-east-1.amazonaws.com/monitor"},
        "RoleArn": ROLE,
    }
    sagemaker(account).create_monitoring_schedule(
        MonitoringScheduleName=name,
        MonitoringScheduleConfig={"MonitoringType": kind, "MonitoringJobDefinition": definition},
    )


def bias_monitor(account: Account, name: str, endpoint_name: str) -> None:
    """Make a monitor by a job definition of its own, as SageMaker Clarify does."""
    client = sagemaker(account)
    client.create_model_bias_job_definition(
        JobDefinitionName=f"{name}-definition",
        ModelBiasAppSpecification={"ImageUri": "clarify", "ConfigUri": "s3://reports/config.json"},
        ModelBiasJobInput={
            "EndpointInput": {"EndpointName": endpoint_name, "LocalPath": "/opt/ml/processing/input"},
            "GroundTruthS3Input": {"S3Uri": "s3://truth/"},
        },
        ModelBiasJobOutputConfig=OUTPUT,
        JobResources=CLUSTER,
        RoleArn=ROLE,
    )
    client.create_monitoring_schedule(
        MonitoringScheduleName=name,
        MonitoringScheduleConfig={"MonitoringType": "ModelBias", "MonitoringJobDefinitionName": f"{name}-definition"},
    )


def monitors(aws: Aws) -> tuple[Monitor, ...]:
    (found,) = sagemaker_monitoring.monitored_endpoints(aws)
    assert isinstance(found, MonitoredEndpoint)
    return found.monitors


def test_reads_an_endpoint_with_its_monitors(account: Account, today: Aws) -> None:
    resource = endpoint(account, "fraud", tags=(("stage", "prod"),))
    bias_monitor(account, "fraud-bias", "fraud")
    monitor(account, "fraud-quality", "fraud", "ModelQuality")
    sagemaker(account).stop_monitoring_schedule(MonitoringScheduleName="fraud-quality")

    assert sagemaker_monitoring.monitored_endpoints(today) == (
        MonitoredEndpoint(
            resource,
            {"stage": "prod"},
            serving=True,
            serverless=False,
            monitors=(
                Monitor("fraud-bias", "ModelBias", "Scheduled", completed_days_ago=0),
                Monitor("fraud-quality", "ModelQuality", "Stopped", completed_days_ago=0),
            ),
        ),
    )


def test_monitors_of_other_endpoints_do_not_count(account: Account, today: Aws) -> None:
    endpoint(account, "fraud")
    monitor(account, "other", "fraud-old")

    assert monitors(today) == ()


@pytest.mark.parametrize(
    ("variants", "serverless"),
    [
        pytest.param((variant("a", ServerlessConfig=SERVERLESS),), True, id="serverless"),
        pytest.param((variant("a", ServerlessConfig=SERVERLESS), variant("b")), False, id="one of two"),
        pytest.param((variant("a"),), False, id="instances"),
    ],
)
def test_says_which_endpoints_are_serverless(
    account: Account, aws: Aws, variants: tuple[dict[str, Any], ...], *, serverless: bool
) -> None:
    endpoint(account, "fraud", *variants)

    (found,) = sagemaker_monitoring.monitored_endpoints(aws)

    assert isinstance(found, MonitoredEndpoint)
    assert found.serverless is serverless


@pytest.mark.parametrize(
    ("completed", "violated", "days"),
    [
        pytest.param([3, 4], [], 3, id="completed"),
        pytest.param([], [5], 5, id="completed with violations"),
        pytest.param([9], [2], 2, id="the last of both"),
        pytest.param([], [], None, id="never"),
    ],
)
def test_counts_the_days_since_the_last_completed_execution(
    aws: Aws, completed: list[int], violated: list[int], days: int | None
) -> None:
    schedule = {
        "MonitoringScheduleName": "fraud-bias",
        "MonitoringScheduleArn": "arn:aws:sagemaker:us-east-1:123456789012:monitoring-schedule/fraud-bias",
        "MonitoringScheduleStatus": "Scheduled",
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
        "EndpointName": "fraud",
    }
    described = {
        "EndpointName": "fraud",
        "EndpointArn": endpoint_resource("fraud").arn,
        "EndpointStatus": "InService",
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
    }
    with Stubber(aws.client("sagemaker")) as sagemaker_says:
        sagemaker_says.add_response("list_endpoints", {"Endpoints": [described]})
        sagemaker_says.add_response("describe_endpoint", described)
        sagemaker_says.add_response("list_tags", {"Tags": []})
        sagemaker_says.add_response("list_monitoring_schedules", {"MonitoringScheduleSummaries": [schedule]})
        for status, ages in (("Completed", completed), ("CompletedWithViolations", violated)):
            asked = {
                "MonitoringScheduleName": "fraud-bias",
                "StatusEquals": status,
                "SortBy": "ScheduledTime",
                "SortOrder": "Descending",
            }
            executions = [executed(status, NOW - timedelta(days=age, hours=1)) for age in ages]
            sagemaker_says.add_response(
                "list_monitoring_executions", {"MonitoringExecutionSummaries": executions}, asked
            )

        assert monitors(aws) == (Monitor("fraud-bias", "DataQuality", "Scheduled", completed_days_ago=days),)


def executed(status: str, time: datetime) -> dict[str, Any]:
    return {
        "MonitoringScheduleName": "fraud-bias",
        "ScheduledTime": time,
        "CreationTime": time,
        "LastModifiedTime": time,
        "MonitoringExecutionStatus": status,
    }


def test_a_schedule_that_watches_no_endpoint_is_left_out(account: Account, aws: Aws) -> None:
    endpoint(account, "fraud")
    batch = {
        "DataCapturedDestinationS3Uri": "s3://captured/",
        "DatasetFormat": {"Json": {"Line": True}},
        "LocalPath": "/opt/ml/processing/input",
    }
    definition = {
        "MonitoringInputs": [{"BatchTransformInput": batch}],
        "MonitoringOutputConfig": OUTPUT,
        "MonitoringResources": CLUSTER,
        "MonitoringAppSpecification": {"ImageUri": "monitor"},
        "RoleArn": ROLE,
    }
    sagemaker(account).create_monitoring_schedule(
        MonitoringScheduleName="batch", MonitoringScheduleConfig={"MonitoringJobDefinition": definition}
    )

    assert dict(sagemaker_monitoring.schedules(aws)) == {}


def test_reads_every_page(account: Account, today: Aws) -> None:
    for name in ("first", "second"):
        endpoint(account, name)
        for number in range(2):
            monitor(account, f"{name}-{number}", name)
    account.faults.page_size(1)

    found = sagemaker_monitoring.monitored_endpoints(today)

    assert {each.resource.name: len(each.monitors) for each in found if isinstance(each, MonitoredEndpoint)} == {
        "first": 2,
        "second": 2,
    }


def test_an_account_without_endpoints_has_none(aws: Aws) -> None:
    assert sagemaker_monitoring.monitored_endpoints(aws) == ()


def test_a_region_without_model_monitor_has_no_monitors(account: Account, aws: Aws) -> None:
    endpoint(account, "fraud")
    account.faults.add(Fault("unknown-operation", "sagemaker:ListMonitoringSchedules"))

    assert monitors(aws) == ()


def test_a_schedule_that_was_deleted_since_it_was_listed_never_completed(account: Account, today: Aws) -> None:
    endpoint(account, "fraud")
    monitor(account, "fraud-bias", "fraud")
    account.faults.add(Fault("gone", "sagemaker:ListMonitoringExecutions"))

    assert monitors(today) == (Monitor("fraud-bias", "ModelBias", "Scheduled", completed_days_ago=None),)


def test_one_endpoint_that_cannot_be_read_leaves_the_others(account: Account, aws: Aws) -> None:
    fraud = endpoint(account, "fraud")
    other = endpoint(account, "other")
    monitor(account, "fraud-bias", "fraud")
    account.faults.deny("sagemaker:ListMonitoringExecutions", resource="fraud-bias")

    found = {each.resource: type(each) for each in sagemaker_monitoring.monitored_endpoints(aws)}

    assert found == {fraud: Unreadable, other: MonitoredEndpoint}


@pytest.mark.parametrize("action", ["sagemaker:ListEndpoints", "sagemaker:ListMonitoringSchedules"])
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        sagemaker_monitoring.monitored_endpoints(aws)


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    endpoint(account, "fraud")
    monitor(account, "fraud-bias", "fraud")
    before = len(account.calls)

    sagemaker_monitoring.monitored_endpoints(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in sagemaker_monitoring.monitored_endpoints.actions}
