"""Amazon SageMaker AI: jobs with all of their settings, and the jobs that tuning and AutoML jobs start themselves.

Jobs are over when they are created, where AWS takes minutes to days.
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.sagemaker.models import sagemaker_backends

from cli.sandbox.calls import Call
from cli.sandbox.constraints import check
from cli.sandbox.identifiers import random_id
from cli.sandbox.operations import Moto, Result, amendment, repage
from cli.sandbox.shelves import Record

_PAGE: Final = 10
_FORGOTTEN: Final = "Moto forgets settings of jobs, and when they started."
_ALONE: Final = "Moto's tuning and AutoML jobs start no jobs of their own."
_TRAINING: Final = (
    "Environment",
    "InfraCheckConfig",
    "ModelPackageConfig",
    "ProfilerConfig",
    "RemoteDebugConfig",
    "ServerlessJobConfig",
)

repage(
    "sagemaker",
    "ListProcessingJobs",
    "ListTrainingJobs",
    "ListTransformJobs",
    reason="Moto filters a page after it was cut, and answers everything at once.",
    page_size=_PAGE,
)


@amendment("sagemaker", "CreateTrainingJob", reason=_FORGOTTEN)
def create_training_job(call: Call, moto: Moto) -> Result:
    """Train: the job is completed. A serverless job has no algorithm and no instances of the account."""
    check(call.service, call.operation, call.params)
    answer = moto({"AlgorithmSpecification": {"TrainingInputMode": "File"}, **call.params})
    _remember(call, "training", call.params["TrainingJobName"], {name: call.params.get(name) for name in _TRAINING})
    return answer


@amendment("sagemaker", "DescribeTrainingJob", reason=_FORGOTTEN)
def describe_training_job(call: Call, moto: Moto) -> Result:
    """Return a training job with everything that it was created with."""
    answer = dict(moto()) | _remembered(call, "training", call.params["TrainingJobName"])
    # An empty key is how AWS answers that the job names none.
    answer["OutputDataConfig"] = {"KmsKeyId": "", **answer["OutputDataConfig"]}
    if "ServerlessJobConfig" in answer:
        del answer["AlgorithmSpecification"]
    return answer


@amendment("sagemaker", "CreateProcessingJob", reason=_FORGOTTEN)
def create_processing_job(call: Call, moto: Moto) -> Result:
    """Process: the job is completed."""
    check(call.service, call.operation, call.params)
    answer = moto()
    kept = {name: call.params.get(name) for name in ("Environment", "ProcessingResources")}
    _remember(call, "processing", call.params["ProcessingJobName"], kept)
    return answer


@amendment("sagemaker", "DescribeProcessingJob", reason=_FORGOTTEN)
def describe_processing_job(call: Call, moto: Moto) -> Result:
    """Return a processing job with everything that it was created with."""
    answer = moto()
    started = {"ProcessingStartTime": answer["CreationTime"]}
    return {**answer, **started, **_remembered(call, "processing", call.params["ProcessingJobName"])}


@amendment("sagemaker", "CreateModel", reason="Moto's models are never isolated from the network.")
def create_model(call: Call, moto: Moto) -> Result:
    """Create a model, isolated from the network where that is asked."""
    check(call.service, call.operation, call.params)
    answer = moto()
    isolated = call.params.get("EnableNetworkIsolation", False)
    _backend(call)._models[call.params["ModelName"]].enable_network_isolation = isolated  # noqa: SLF001 - moto's store
    return answer


@amendment("sagemaker", "CreateTransformJob", reason="Moto cannot list the tags of a job that has none.")
def create_transform_job(call: Call, moto: Moto) -> Result:
    """Apply a model: the job is completed."""
    check(call.service, call.operation, call.params)
    return moto({"Tags": [], **call.params})


@amendment("sagemaker", "DescribeTransformJob", reason="AWS answers an empty key where a job names none.")
def describe_transform_job(call: Call, moto: Moto) -> Result:
    """Return a transform job with everything that it was created with."""
    del call
    answer = moto()
    return {**answer, "TransformOutput": {"KmsKeyId": "", **answer["TransformOutput"]}}


@amendment("sagemaker", "CreateHyperParameterTuningJob", reason=_ALONE)
def create_hyper_parameter_tuning_job(call: Call, moto: Moto) -> Result:
    """Tune: every definition has trained once."""
    check(call.service, call.operation, call.params)
    answer = moto({"Tags": [], **call.params})
    definitions = [call.params.get("TrainingJobDefinition"), *call.params.get("TrainingJobDefinitions", ())]
    for definition in filter(None, definitions):
        name = f"{call.params['HyperParameterTuningJobName']}-001-{random_id(8)}"
        _train(call, name, definition, {"TuningJobArn": answer["HyperParameterTuningJobArn"]})
    return answer


@amendment("sagemaker", "CreateAutoMLJobV2", reason=_ALONE)
def create_auto_ml_job_v2(call: Call, moto: Moto) -> Result:
    """Have a model made: data was processed and a candidate trained, in jobs that AWS configured."""
    check(call.service, call.operation, call.params)
    answer = moto()
    params, parent = call.params, {"AutoMLJobArn": answer["AutoMLJobArn"]}
    security = params.get("SecurityConfig", {})
    network = {
        name: security[name] for name in ("VpcConfig", "EnableInterContainerTrafficEncryption") if name in security
    }
    cluster = {"InstanceType": "ml.m5.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50}
    name = f"{params['AutoMLJobName']}-{random_id(8)}"
    definition = {
        **network,
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "OutputDataConfig": params["OutputDataConfig"],
        "ResourceConfig": cluster,
        "RoleArn": params["RoleArn"],
    }
    _train(call, name, definition, parent)
    prepared = {
        "AppSpecification": {"ImageUri": "382416733822.dkr.ecr.us-east-1.amazonaws.com/sagemaker-auto-ml-data:1"},
        "NetworkConfig": network,
        "ProcessingResources": {"ClusterConfig": cluster},
        "RoleArn": params["RoleArn"],
    }
    process_for(call, parent, name, prepared)
    return answer


def process_for(call: Call, parent: Record, name: str, settings: Mapping[str, Any]) -> None:
    """Run the processing job of something else: `parent` says which, `settings` are as a job itself would have them."""
    _backend(call).create_processing_job(
        app_specification=settings["AppSpecification"],
        experiment_config=None,
        network_config=settings.get("NetworkConfig") or None,
        processing_inputs=None,
        processing_job_name=name,
        processing_output_config=settings.get("ProcessingOutputConfig"),
        role_arn=settings["RoleArn"],
        tags=[],
        stopping_condition=None,
    )
    _remember(call, "processing", name, {**parent, "ProcessingResources": settings["ProcessingResources"]})


def _train(call: Call, name: str, definition: Mapping[str, Any], parent: Record) -> None:
    _backend(call).create_training_job(
        training_job_name=name,
        hyper_parameters=definition.get("StaticHyperParameters", {}),
        algorithm_specification=dict(definition["AlgorithmSpecification"]),
        role_arn=definition["RoleArn"],
        input_data_config=definition.get("InputDataConfig"),
        output_data_config=definition["OutputDataConfig"],
        resource_config=definition.get("ResourceConfig", {}),
        vpc_config=definition.get("VpcConfig"),
        stopping_condition=definition.get("StoppingCondition", {}),
        tags=[],
        enable_network_isolation=definition.get("EnableNetworkIsolation", False),
        enable_inter_container_traffic_encryption=definition.get("EnableInterContainerTrafficEncryption", False),
        enable_managed_spot_training=False,
        checkpoint_config=None,
        debug_hook_config=None,
        debug_rule_configurations=None,
        tensor_board_output_config=None,
        experiment_config=None,
    )
    _remember(call, "training", name, parent)


def _backend(call: Call) -> Any:
    return sagemaker_backends[call.account_id][call.region]


def _remember(call: Call, kind: str, name: str, settings: Record) -> None:
    call.table(f"settings of {kind} jobs")[name] = {
        member: value for member, value in settings.items() if value is not None
    }


def _remembered(call: Call, kind: str, name: str) -> Record:
    settings: Record = call.table(f"settings of {kind} jobs").get(name, {})
    return settings
