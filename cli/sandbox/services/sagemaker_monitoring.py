"""Amazon SageMaker Model Monitor: schedules, each with one execution that is completed as soon as it is scheduled."""

from collections.abc import Iterable
from typing import Any, Final

from moto.sagemaker.models import sagemaker_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Result, operation
from cli.sandbox.shelves import Record, Shelf

SCHEDULES: Final = Shelf("sagemaker", "monitoring schedule", ("MonitoringScheduleName", "MonitoringScheduleArn"))
_PAGE: Final = 10
_OF_SCHEDULE: Final = ("MonitoringScheduleName", "MonitoringType", "MonitoringJobDefinitionName", "EndpointName")
_DEFINITIONS: Final = {
    "DataQuality": ("data_quality_job_definitions", "data_quality_job_input"),
    "ModelBias": ("model_bias_job_definitions", "model_bias_job_input"),
    "ModelQuality": ("model_quality_job_definitions", "model_quality_job_input"),
    "ModelExplainability": ("model_explainability_job_definitions", "model_explainability_job_input"),
}


@operation("sagemaker", "CreateMonitoringSchedule")
def create_monitoring_schedule(call: Call) -> Result:
    """Create a schedule, and the execution that it begins with."""
    name, config = call.params["MonitoringScheduleName"], call.params["MonitoringScheduleConfig"]
    if name in SCHEDULES.records(call):
        raise AwsError("ResourceInUse", f"The monitoring schedule {name} exists already.")
    kind = config.get("MonitoringType", "DataQuality")
    record = {
        "MonitoringScheduleName": name,
        "MonitoringScheduleArn": call.arn(f"monitoring-schedule/{name}"),
        "MonitoringScheduleStatus": "Scheduled",
        "MonitoringType": kind,
        "MonitoringScheduleConfig": config,
        "MonitoringJobDefinitionName": config.get("MonitoringJobDefinitionName"),
        "EndpointName": _endpoint(call, kind),
        "CreationTime": call.now,
        "LastModifiedTime": call.now,
    }
    record["executions"] = [
        {
            **{
                member: record[member]
                for member in (
                    "MonitoringScheduleName",
                    "MonitoringType",
                    "MonitoringJobDefinitionName",
                    "EndpointName",
                )
                if record[member] is not None
            },
            "ScheduledTime": call.now,
            "CreationTime": call.now,
            "LastModifiedTime": call.now,
            "MonitoringExecutionStatus": "Completed",
            "ProcessingJobArn": call.arn(f"processing-job/{name}"),
        }
    ]
    return SCHEDULES.answer(call, SCHEDULES.put(call, record))


@operation("sagemaker", "DescribeMonitoringSchedule")
def describe_monitoring_schedule(call: Call) -> Result:
    """Return one schedule with its last execution."""
    record = _schedule(call)
    return SCHEDULES.answer(call, record | {"LastMonitoringExecutionSummary": record["executions"][-1]})


@operation("sagemaker", "StopMonitoringSchedule")
def stop_monitoring_schedule(call: Call) -> Result:
    """Stop a schedule: nothing is executed any more."""
    _schedule(call)["MonitoringScheduleStatus"] = "Stopped"
    return {}


@operation("sagemaker", "StartMonitoringSchedule")
def start_monitoring_schedule(call: Call) -> Result:
    """Start a stopped schedule again."""
    _schedule(call)["MonitoringScheduleStatus"] = "Scheduled"
    return {}


@operation("sagemaker", "DeleteMonitoringSchedule")
def delete_monitoring_schedule(call: Call) -> Result:
    """Delete a schedule."""
    del SCHEDULES.records(call)[_schedule(call)["MonitoringScheduleName"]]
    return {}


@operation("sagemaker", "ListMonitoringSchedules", page_size=_PAGE)
def list_monitoring_schedules(call: Call) -> Result:
    """Return schedules, perhaps only those of an endpoint, a kind or a state."""
    asked = {
        "EndpointName": "EndpointName",
        "MonitoringTypeEquals": "MonitoringType",
        "StatusEquals": "MonitoringScheduleStatus",
        "MonitoringJobDefinitionName": "MonitoringJobDefinitionName",
    }
    return SCHEDULES.listing(call, _asked(call, SCHEDULES.records(call).values(), asked))


@operation("sagemaker", "ListMonitoringExecutions", page_size=_PAGE)
def list_monitoring_executions(call: Call) -> Result:
    """Return executions, newest first unless the call asks for the contrary."""
    asked = {
        "MonitoringScheduleName": "MonitoringScheduleName",
        "EndpointName": "EndpointName",
        "MonitoringTypeEquals": "MonitoringType",
        "StatusEquals": "MonitoringExecutionStatus",
    }
    every = (execution for record in SCHEDULES.records(call).values() for execution in record["executions"])
    found = sorted(_asked(call, every, asked), key=lambda execution: execution["ScheduledTime"])
    if call.params.get("SortOrder", "Descending") == "Descending":
        found.reverse()
    return {"MonitoringExecutionSummaries": found}


def _asked(call: Call, records: Iterable[Record], members: dict[str, str]) -> list[Record]:
    wanted = {member: call.params[name] for name, member in members.items() if name in call.params}
    return [each for each in records if wanted.items() <= {key: each.get(key) for key in wanted}.items()]


def _schedule(call: Call) -> Record:
    name = call.params["MonitoringScheduleName"]
    if name not in SCHEDULES.records(call):
        raise AwsError("ResourceNotFound", f"Monitoring schedule {name} does not exist.")
    return SCHEDULES.records(call)[name]


def _endpoint(call: Call, kind: str) -> Any:
    """Return the endpoint that a new schedule watches, None for one that watches batch transformation."""
    config = call.params["MonitoringScheduleConfig"]
    if "MonitoringJobDefinition" in config:
        inputs = config["MonitoringJobDefinition"]["MonitoringInputs"][0]
    else:
        definitions, member = _DEFINITIONS[kind]
        known = getattr(sagemaker_backends[call.account_id][call.region], definitions)
        name = config["MonitoringJobDefinitionName"]
        if name not in known:
            raise AwsError("ValidationException", f"Could not find {kind} job definition {name}.")
        inputs = getattr(known[name], member)
    return inputs.get("EndpointInput", {}).get("EndpointName")
