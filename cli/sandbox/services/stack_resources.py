"""
Resource types of CloudFormation that this project's stacks have and moto's CloudFormation lacks.

Moto knows the resources themselves, so each type hands its properties to moto's own service.
Moto finds resource types among the direct subclasses of CloudFormationModel.
"""

import json
import re
from contextlib import suppress
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.policy import Policy
from moto.awslambda.utils import get_backend
from moto.cloudformation import parsing
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.iam.models import Role
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from cli.sandbox.operations import replacement

Properties = dict[str, Any]


class _StackResource:
    """A resource that CloudFormation creates by handing its properties to another service."""

    def __init__(self, physical_id: str) -> None:
        self.physical_resource_id = physical_id

    @classmethod
    def put(cls, name: str, properties: Properties, account_id: str, region: str) -> str:
        """Create or replace the resource and return its physical id."""
        raise NotImplementedError

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Properties, account_id: str, region_name: str, **_: object
    ) -> "_StackResource":
        """Create the resource."""
        return cls(cls.put(resource_name, cloudformation_json.get("Properties", {}), account_id, region_name))

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "_StackResource",
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
        **_: object,
    ) -> "_StackResource":
        """Update the resource."""
        original_resource.delete(account_id, region_name)
        name = original_resource.physical_resource_id
        return cls(cls.put(name, cloudformation_json.get("Properties", {}), account_id, region_name))

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the resource."""
        raise NotImplementedError

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Say whether the type has an attribute that stacks here ask for: none has."""
        del attr
        return False


class Alarm(_StackResource, CloudFormationModel):  # type: ignore[misc]  # mypy does not follow moto
    """AWS::CloudWatch::Alarm."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names the resource."""
        return "AlarmName"

    @staticmethod
    def cloudformation_type() -> str:
        """Return the resource type."""
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def put(cls, name: str, properties: Properties, account_id: str, region: str) -> str:
        """Create or replace the alarm; its name is its physical id."""
        settings: Properties = {_snake(key): value for key, value in properties.items()}
        name = settings.pop("alarm_name", name)
        for key, number in (
            ("threshold", float),
            ("period", int),
            ("evaluation_periods", int),
            ("datapoints_to_alarm", int),
        ):
            if key in settings:
                settings[key] = number(settings[key])
        settings["description"] = settings.pop("alarm_description", "")
        for key, absent in (
            ("namespace", ""),
            ("metric_name", ""),
            ("statistic", ""),
            ("dimensions", []),
            ("alarm_actions", []),
        ):
            settings.setdefault(key, absent)
        cloudwatch_backends[account_id][region].put_metric_alarm(name=name, **settings)
        return name

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the alarm."""
        cloudwatch_backends[account_id][region_name].delete_alarms([self.physical_resource_id])


class QueuePolicy(_StackResource, CloudFormationModel):  # type: ignore[misc]  # mypy does not follow moto
    """AWS::SQS::QueuePolicy."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names the resource: it has none."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Return the resource type."""
        return "AWS::SQS::QueuePolicy"

    @classmethod
    def put(cls, name: str, properties: Properties, account_id: str, region: str) -> str:
        """Set the policy on the queues; the physical id is made up of their names."""
        del name
        queues = [url.rpartition("/")[2] for url in properties["Queues"]]
        for queue in queues:
            policy = json.dumps(properties["PolicyDocument"])
            sqs_backends[account_id][region].set_queue_attributes(queue, {"Policy": policy})
        return ",".join(queues)

    def delete(self, account_id: str, region_name: str) -> None:
        """Take the policy off the queues that are still there."""
        backend = sqs_backends[account_id][region_name]
        for queue in self.physical_resource_id.split(","):
            if queue in backend.queues:
                backend.set_queue_attributes(queue, {"Policy": ""})


class TopicPolicy(_StackResource, CloudFormationModel):  # type: ignore[misc]  # mypy does not follow moto
    """AWS::SNS::TopicPolicy."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names the resource: it has none."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Return the resource type."""
        return "AWS::SNS::TopicPolicy"

    @classmethod
    def put(cls, name: str, properties: Properties, account_id: str, region: str) -> str:
        """Set the policy on the topics; the physical id is made up of their ARNs."""
        del name
        for topic in properties["Topics"]:
            sns_backends[account_id][region].topics[topic].policy = json.dumps(properties["PolicyDocument"])
        return ",".join(properties["Topics"])

    def delete(self, account_id: str, region_name: str) -> None:
        """Leave the policy to its topics, which a stack deletes as well."""
        del account_id, region_name


class Subscription(_StackResource, CloudFormationModel):  # type: ignore[misc]  # mypy does not follow moto
    """AWS::SNS::Subscription."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names the resource: it has none."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Return the resource type."""
        return "AWS::SNS::Subscription"

    @classmethod
    def put(cls, name: str, properties: Properties, account_id: str, region: str) -> str:
        """Subscribe the endpoint; the subscription's ARN is the physical id."""
        del name
        subscribed = sns_backends[account_id][region].subscribe(
            properties["TopicArn"], properties["Endpoint"], properties["Protocol"]
        )
        return str(subscribed.arn)

    def delete(self, account_id: str, region_name: str) -> None:
        """Unsubscribe the endpoint."""
        sns_backends[account_id][region_name].unsubscribe(self.physical_resource_id)


class EventInvokeConfig(_StackResource, CloudFormationModel):  # type: ignore[misc]  # mypy does not follow moto
    """AWS::Lambda::EventInvokeConfig."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names the resource: it has none."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Return the resource type."""
        return "AWS::Lambda::EventInvokeConfig"

    @classmethod
    def put(cls, name: str, properties: Properties, account_id: str, region: str) -> str:
        """Set how the function's asynchronous invocations are retried; the function's name is the physical id."""
        del name
        config = {key: value for key, value in properties.items() if key not in ("FunctionName", "Qualifier")}
        for key in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds"):
            if key in config:
                config[key] = int(config[key])
        get_backend(account_id, region).put_function_event_invoke_config(properties["FunctionName"], config)
        return str(properties["FunctionName"])

    def delete(self, account_id: str, region_name: str) -> None:
        """Take the settings off the function if it is still there: moto deletes resources in any order."""
        with suppress(UnknownFunctionException):
            get_backend(account_id, region_name).delete_function_event_invoke_config(self.physical_resource_id)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _put_policy_as_text(role: Role, policy_name: str, policy: str | Properties) -> None:
    """Keep a role's inline policy as text: moto keeps a stack's object, and answers with Python's notation of it."""
    role.policies[policy_name] = policy if isinstance(policy, str) else json.dumps(policy)


Role.put_policy = _put_policy_as_text

_decode_policy = Policy.decode_policy


@replacement(
    Policy,
    "decode_policy",
    reason="A stack's permission names its function, which is no element of the statement that AWS makes of it.",
)
def _decoded(self: Policy, described: Properties) -> Policy:
    described.pop("FunctionName", None)
    return _decode_policy(self, described)


for listing in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
    listing.cache_clear()
