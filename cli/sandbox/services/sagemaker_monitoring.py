"""Amazon SageMaker Model Monitor: schedules, each with one execution that is completed as soon as it is scheduled."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.sagemaker.models import sagemaker_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Result, operation
from cli.sandbox.services.sagemaker_jobs import process_for
from cli.sandbox.shelves import Record, Shelf

SCHEDULES: Final = Shelf("sagemaker", "monitoring schedule", ("MonitoringScheduleName", "MonitoringScheduleArn"))
_PAGE: Final = 10
_OF_SCHEDULE: Final = ("MonitoringScheduleName", "MonitoringType", "MonitoringJobDefinitionName", "EndpointName")
_DEFINITIONS: Final = {
    "DataQuality": "data_quality",
    "ModelBias": "model_bias",
    "ModelQuality": "model_quality",
    "ModelExplainability": "model_explainability",
}


@operation("sagemaker", "CreateMonitoringSchedule")
def create_monitoring_schedule(call: Call) -> Result:
    """Create a schedule, and the execution that it begins with."""
    name, config = call.params["MonitoringScheduleName"], call.params["MonitoringScheduleConfig"]
    if name in SCHEDULES.records(call):
        raise AwsError("ResourceInUse", f"The monitoring schedule {name} exists already.")
    kind = config.get("MonitoringType", "DataQuality")
    definition = _definition(call, kind)
    record = {
        "MonitoringScheduleName": name,
        "MonitoringScheduleArn": call.arn(f"monitoring-schedule/{name}"),
        "MonitoringScheduleStatus": "Scheduled",
        "MonitoringType": kind,
        "MonitoringScheduleConfig": config,
        "MonitoringJobDefinitionName": config.get("MonitoringJobDefinitionName"),
        "EndpointName": definition["MonitoringInputs"][0].get("EndpointInput", {}).get("EndpointName"),
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
    process_for(call, {"MonitoringScheduleArn": record["MonitoringScheduleArn"]}, name, _as_job(definition))
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


def _definition(call: Call, kind: str) -> Record:
    """Return the job definition of a new schedule, as the schedule itself may have it."""
    config = call.params["MonitoringScheduleConfig"]
    if "MonitoringJobDefinition" in config:
        definition: Record = config["MonitoringJobDefinition"]
        return definition
    noun, name = _DEFINITIONS[kind], config["MonitoringJobDefinitionName"]
    known = getattr(sagemaker_backends[call.account_id][call.region], f"{noun}_job_definitions")
    if name not in known:
        raise AwsError("ValidationException", f"Could not find {kind} job definition {name}.")
    of_kind = {each: getattr(known[name], f"{noun}_{each}") for each in ("job_input", "job_output_config")}
    return {
        "MonitoringInputs": [of_kind["job_input"]],
        "MonitoringOutputConfig": of_kind["job_output_config"],
        "MonitoringAppSpecification": getattr(known[name], f"{noun}_app_specification"),
        "MonitoringResources": known[name].job_resources,
        "NetworkConfig": known[name].network_config,
        "RoleArn": known[name].role_arn,
    }


def _as_job(definition: Mapping[str, Any]) -> Record:
    """Return the settings of a processing job that a job definition stands for."""
    written = definition["MonitoringOutputConfig"]
    outputs = [
        {"OutputName": f"result-{number}", "S3Output": {"S3UploadMode": "EndOfJob", **output["S3Output"]}}
        for number, output in enumerate(written["MonitoringOutputs"])
    ]
    key = {"KmsKeyId": written["KmsKeyId"]} if "KmsKeyId" in written else {}
    return {
        "AppSpecification": {"ImageUri": definition["MonitoringAppSpecification"]["ImageUri"]},
        "NetworkConfig": definition.get("NetworkConfig"),
        "ProcessingOutputConfig": {"Outputs": outputs, **key},
        "ProcessingResources": definition["MonitoringResources"],
        "RoleArn": definition["RoleArn"],
    }
