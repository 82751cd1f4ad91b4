"""Facts about AI resources that have policies of their own: model package groups, endpoints and guardrails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_tags, sagemaker_endpoints
from rules.facts.listings import every
from rules.facts.sagemaker_endpoints import ENDPOINT
from rules.facts.sagemaker_resources import tags, unless_gone
from rules.frozen import dataclass
from rules.permissions.document import PolicyType, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.engine.aws import Aws
    from rules.permissions.document import PolicyDocument

GROUP = "arn:{partition}:sagemaker:{region}:{account}:model-package-group/*"
GUARDRAIL = "arn:{partition}:bedrock:{region}:{account}:guardrail/*"
GONE = ("ResourceNotFoundException",)

# How SageMaker says that a group has no policy, or is gone: with one code, and these words.
NO_GROUP_POLICY = ("Cannot find resource policy", "Cannot find Model Package Group", "does not exist")


@dataclass(frozen=True)
class GuardedResource:
    """A resource with the policy that is attached to it, None where there is none."""

    resource: Resource
    tags: Mapping[str, str]
    policy: PolicyDocument | None


@reads(
    Action("sagemaker:ListModelPackageGroups"),
    Action("sagemaker:GetModelPackageGroupPolicy", GROUP),
    Action("sagemaker:ListTags", GROUP),
)
def model_package_groups(aws: Aws) -> tuple[GuardedResource | Unreadable, ...]:
    """Return every model package group (SageMaker API, GetModelPackageGroupPolicy)."""
    sagemaker = aws.client("sagemaker")

    def identify(summary: Mapping[str, Any]) -> Resource:
        arn = summary["ModelPackageGroupArn"]
        return Resource("AWS::SageMaker::ModelPackageGroup", arn, summary["ModelPackageGroupName"], arn)

    def read(summary: Mapping[str, Any]) -> GuardedResource | None:
        group = identify(summary)
        policy = _policy(
            lambda: sagemaker.get_model_package_group_policy(ModelPackageGroupName=group.name)["ResourcePolicy"],
            _is_group_without_policy,
        )
        found = unless_gone(lambda: tags(aws, group.id))
        return None if found is None else GuardedResource(group, found, policy)

    summaries = every(aws, "sagemaker", "list_model_package_groups", "ModelPackageGroupSummaryList")
    return aws.read_each(summaries, identify, read)


@reads(Action("sagemaker:GetEndpointPolicy", ENDPOINT), uses=(sagemaker_endpoints.endpoints,))
def endpoints(aws: Aws) -> tuple[GuardedResource | Unreadable, ...]:
    """
    Return every endpoint that serves.

    An endpoint without a policy is answered with a ValidationException. Source:
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_GetEndpointPolicy.html
    """
    sagemaker = aws.client("sagemaker")

    def read(endpoint: sagemaker_endpoints.Endpoint) -> GuardedResource:
        policy = _policy(
            lambda: sagemaker.get_endpoint_policy(EndpointName=endpoint.resource.name).get("ResourcePolicy"),
            lambda error: error_code(error) in ("ValidationException", "ResourceNotFound"),
        )
        return GuardedResource(endpoint.resource, endpoint.tags, policy)

    found = sagemaker_endpoints.endpoints(aws)
    unreadable = tuple(each for each in found if isinstance(each, Unreadable))
    serving = [each for each in found if not isinstance(each, Unreadable) and each.serving]
    return unreadable + aws.read_each(serving, lambda endpoint: endpoint.resource, read)


@reads(
    Action("bedrock:ListGuardrails", GUARDRAIL),
    Action("bedrock:GetResourcePolicy", GUARDRAIL),
    Action("bedrock:ListTagsForResource", GUARDRAIL),
)
def guardrails(aws: Aws) -> tuple[GuardedResource | Unreadable, ...]:
    """Return every guardrail of the account (Amazon Bedrock API, GetResourcePolicy)."""
    bedrock = aws.client("bedrock")

    def identify(summary: Mapping[str, Any]) -> Resource:
        return Resource("AWS::Bedrock::Guardrail", summary["arn"], summary["name"], summary["arn"])

    def read(summary: Mapping[str, Any]) -> GuardedResource:
        arn = summary["arn"]
        policy = _policy(
            lambda: bedrock.get_resource_policy(resourceArn=arn).get("resourcePolicy"),
            lambda error: error_code(error) in GONE,
        )
        return GuardedResource(identify(summary), bedrock_tags.tags(aws, arn), policy)

    return aws.read_each(every(aws, "bedrock", "list_guardrails", "guardrails"), identify, read, gone=GONE)


@reads(uses=(model_package_groups, endpoints, guardrails))
def guarded_resources(aws: Aws) -> tuple[GuardedResource | Unreadable, ...]:
    """Return every AI resource that can have a policy of its own."""
    return (*model_package_groups(aws), *endpoints(aws), *guardrails(aws))


def _policy(read: Callable[[], str | None], is_absent: Callable[[ClientError], bool]) -> PolicyDocument | None:
    """Return the policy that `read` answers, None where there is none; a policy that cannot be parsed raises."""
    try:
        text = read()
    except ClientError as error:
        if is_absent(error):
            return None
        raise
    return parse(text, PolicyType.RESOURCE) if text else None


def _is_group_without_policy(error: ClientError) -> bool:
    message = str(error.response["Error"].get("Message", ""))
    return error_code(error) == "ValidationException" and any(words in message for words in NO_GROUP_POLICY)
