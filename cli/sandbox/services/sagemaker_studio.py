"""Amazon SageMaker AI: policies of model package groups, user profiles, lifecycle configurations, feature groups."""

import json
from typing import Any, Final

from moto.sagemaker.models import sagemaker_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError
from cli.sandbox.operations import Result, operation
from cli.sandbox.shelves import Shelf

PROFILES: Final = Shelf(
    "sagemaker",
    "user profile",
    ("UserProfileName",),
    "UserProfileName",
    "CreationTime",
    missing="ResourceNotFound",
    within=("DomainId",),
)
LIFECYCLES: Final = Shelf(
    "sagemaker",
    "Studio lifecycle configuration",
    ("StudioLifecycleConfigName", "StudioLifecycleConfigArn"),
    "StudioLifecycleConfigName",
    "CreationTime",
    missing="ResourceNotFound",
)
_GROUPS: Final = Shelf("sagemaker", "feature group", ("FeatureGroupName",), "FeatureGroupName", "CreationTime")
_CONFIGS: Final = Shelf(
    "sagemaker",
    "lifecycle configuration",
    ("NotebookInstanceLifecycleConfigName",),
    "NotebookInstanceLifecycleConfigName",
    "CreationTime",
)
_POLICIES: Final = "model package group policies"


@operation("sagemaker", "PutModelPackageGroupPolicy")
def put_model_package_group_policy(call: Call) -> Result:
    """Attach a policy to a model package group."""
    arn = _group_arn(call)
    try:
        json.loads(call.params["ResourcePolicy"])
    except json.JSONDecodeError as error:
        raise AwsError("ValidationException", "The resource policy is no JSON document.") from error
    call.table(_POLICIES)[arn] = call.params["ResourcePolicy"]
    return {"ModelPackageGroupArn": arn}


@operation("sagemaker", "GetModelPackageGroupPolicy")
def get_model_package_group_policy(call: Call) -> Result:
    """Return a model package group's policy."""
    arn = _group_arn(call)
    if arn not in call.table(_POLICIES):
        raise AwsError("ValidationException", f"Cannot find resource policy for: {arn}")
    return {"ResourcePolicy": call.table(_POLICIES)[arn]}


@operation("sagemaker", "DeleteModelPackageGroupPolicy")
def delete_model_package_group_policy(call: Call) -> Result:
    """Take a model package group's policy away."""
    arn = _group_arn(call)
    if call.table(_POLICIES).pop(arn, None) is None:
        raise AwsError("ValidationException", f"Cannot find resource policy for: {arn}")
    return {}


@operation("sagemaker", "CreateUserProfile")
def create_user_profile(call: Call) -> Result:
    """Create a user profile in a domain."""
    domain, name = call.params["DomainId"], call.params["UserProfileName"]
    if domain not in _backend(call).domains:
        raise AwsError("ResourceNotFound", f"The domain {domain} does not exist.")
    record = {
        **call.params,
        "UserProfileArn": call.arn(f"user-profile/{domain}/{name}"),
        "Status": "InService",
        "CreationTime": call.now,
        "LastModifiedTime": call.now,
    }
    return PROFILES.answer(call, PROFILES.put(call, record))


@operation("sagemaker", "ListUserProfiles", page_size=10)
def list_user_profiles(call: Call) -> Result:
    """Return user profiles, of one domain or of all."""
    domain = call.params.get("DomainIdEquals")
    return PROFILES.listing(call, [each for each in PROFILES.inside(call) if domain in (None, each["DomainId"])])


@operation("sagemaker", "CreateStudioLifecycleConfig")
def create_studio_lifecycle_config(call: Call) -> Result:
    """Keep a script that Studio runs."""
    record = {
        **call.params,
        "StudioLifecycleConfigArn": call.arn(f"studio-lifecycle-config/{call.params['StudioLifecycleConfigName']}"),
        "CreationTime": call.now,
        "LastModifiedTime": call.now,
    }
    return LIFECYCLES.answer(call, LIFECYCLES.put(call, record))


@operation("sagemaker", "ListNotebookInstanceLifecycleConfigs", page_size=10)
def list_notebook_instance_lifecycle_configs(call: Call) -> Result:
    """Return the lifecycle configurations of notebook instances that moto keeps."""
    configs = _backend(call).notebook_instance_lifecycle_configurations.values()
    return _CONFIGS.listing(
        call,
        [
            {
                "NotebookInstanceLifecycleConfigName": config.notebook_instance_lifecycle_config_name,
                "NotebookInstanceLifecycleConfigArn": config.arn,
                "CreationTime": config.creation_time,
                "LastModifiedTime": config.last_modified_time,
            }
            for config in configs
        ],
    )


@operation("sagemaker", "ListFeatureGroups", page_size=10)
def list_feature_groups(call: Call) -> Result:
    """Return the feature groups that moto keeps."""
    return _GROUPS.listing(
        call,
        [
            {
                "FeatureGroupName": group.feature_group_name,
                "FeatureGroupArn": group.arn,
                "CreationTime": group.creation_time,
                "FeatureGroupStatus": "Created",
            }
            for group in _backend(call).feature_groups.values()
        ],
    )


PROFILES.serves_get("DescribeUserProfile", "UserProfileName")
PROFILES.serves_delete("DeleteUserProfile", "UserProfileName")
LIFECYCLES.serves_get("DescribeStudioLifecycleConfig", "StudioLifecycleConfigName")
LIFECYCLES.serves_list("ListStudioLifecycleConfigs", page_size=10)
LIFECYCLES.serves_delete("DeleteStudioLifecycleConfig", "StudioLifecycleConfigName")


def _backend(call: Call) -> Any:
    return sagemaker_backends[call.account_id][call.region]


def _group_arn(call: Call) -> str:
    name = call.params["ModelPackageGroupName"].rsplit("/", 1)[-1]
    groups = _backend(call).model_package_groups
    if name not in groups:
        raise AwsError("ValidationException", f"ModelPackageGroup {name} does not exist.")
    return str(groups[name].arn)
