from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

INLINE = {
    "MonitoringInputs": [{"EndpointInput": {"EndpointName": "fraud", "LocalPath": "/in"}}],
    "MonitoringOutputConfig": {"MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://reports/", "LocalPath": "/out"}}]},
    "MonitoringResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}},
    "MonitoringAppSpecification": {"ImageUri": "monitor"},
    "RoleArn": "arn:aws:iam::123456789012:role/monitoring",
}


@pytest.fixture
def sagemaker(account: Account) -> Any:
    return account.session().client("sagemaker")


def schedule(sagemaker: Any, name: str, kind: str = "DataQuality") -> None:
    sagemaker.create_monitoring_schedule(
        MonitoringScheduleName=name,
        MonitoringScheduleConfig={"MonitoringJobDefinition": INLINE, "MonitoringType": kind},
    )


def listed(sagemaker: Any, operation: str, member: str, **asked: str) -> list[str]:
    pages = sagemaker.get_paginator(operation).paginate(**asked)
    return [each["MonitoringScheduleName"] for page in pages for each in page[member]]


def test_a_schedule_begins_with_a_completed_execution(sagemaker: Any) -> None:
    schedule(sagemaker, "quality", "ModelQuality")

    described = sagemaker.describe_monitoring_schedule(MonitoringScheduleName="quality")

    assert described["MonitoringScheduleStatus"] == "Scheduled"
    assert described["EndpointName"] == "fraud"
    assert described["MonitoringType"] == "ModelQuality"
    assert described["LastMonitoringExecutionSummary"]["MonitoringExecutionStatus"] == "Completed"


def test_an_execution_is_a_processing_job(sagemaker: Any) -> None:
    schedule(sagemaker, "quality", "ModelQuality")
    described = sagemaker.describe_monitoring_schedule(MonitoringScheduleName="quality")
    arn = described["LastMonitoringExecutionSummary"]["ProcessingJobArn"]

    job = sagemaker.describe_processing_job(ProcessingJobName=arn.rpartition("/")[2])

    assert job["ProcessingJobArn"] == arn
    assert job["MonitoringScheduleArn"] == described["MonitoringScheduleArn"]
    assert job["ProcessingResources"] == INLINE["MonitoringResources"]
    assert job["AppSpecification"] == INLINE["MonitoringAppSpecification"]
    (output,) = job["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"]["S3Uri"] == "s3://reports/"


def test_a_schedule_stops_starts_and_goes(sagemaker: Any) -> None:
    schedule(sagemaker, "quality")
    states = []
    for change in (sagemaker.stop_monitoring_schedule, sagemaker.start_monitoring_schedule):
        change(MonitoringScheduleName="quality")
        described = sagemaker.describe_monitoring_schedule(MonitoringScheduleName="quality")
        states.append(described["MonitoringScheduleStatus"])
    sagemaker.delete_monitoring_schedule(MonitoringScheduleName="quality")

    assert states == ["Stopped", "Scheduled"]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        sagemaker.describe_monitoring_schedule(MonitoringScheduleName="quality")


def test_schedules_and_executions_are_listed_as_asked(sagemaker: Any) -> None:
    schedule(sagemaker, "first", "ModelBias")
    schedule(sagemaker, "second", "ModelQuality")
    sagemaker.stop_monitoring_schedule(MonitoringScheduleName="second")
    schedules = ("list_monitoring_schedules", "MonitoringScheduleSummaries")
    executions = ("list_monitoring_executions", "MonitoringExecutionSummaries")

    assert listed(sagemaker, *schedules) == ["first", "second"]
    assert listed(sagemaker, *schedules, MonitoringTypeEquals="ModelBias") == ["first"]
    assert listed(sagemaker, *schedules, StatusEquals="Stopped") == ["second"]
    assert listed(sagemaker, *schedules, EndpointName="other") == []
    assert listed(sagemaker, *executions) == ["second", "first"]
    assert listed(sagemaker, *executions, SortOrder="Ascending") == ["first", "second"]
    assert listed(sagemaker, *executions, MonitoringScheduleName="first", StatusEquals="Completed") == ["first"]
    assert listed(sagemaker, *executions, StatusEquals="Failed") == []


def test_a_schedule_needs_a_name_of_its_own_and_a_definition_that_exists(sagemaker: Any) -> None:
    schedule(sagemaker, "quality")

    with pytest.raises(ClientError, match="ResourceInUse"):
        schedule(sagemaker, "quality")
    with pytest.raises(ClientError, match="Could not find ModelBias job definition"):
        sagemaker.create_monitoring_schedule(
            MonitoringScheduleName="bias",
            MonitoringScheduleConfig={"MonitoringJobDefinitionName": "nothing", "MonitoringType": "ModelBias"},
        )
