"""Facts about AWS Lambda functions and what their execution roles may do."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import UnexpectedAnswerError, error_code
from rules.engine.resource import Resource, Unreadable
from rules.facts.iam import role_name
from rules.facts.iam_account import roles
from rules.facts.iam_principals import Principal, role_principal
from rules.frozen import dataclass
from rules.permissions.access import NO_ACCESS, Access, effective_access
from rules.permissions.domains import MODEL_INVOCATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws

FUNCTION_TYPE = "AWS::Lambda::Function"
GONE = "ResourceNotFoundException"
FUNCTION = "arn:{partition}:lambda:{region}:{account}:function:*"


@dataclass(frozen=True)
class Vpc:
    """Where in a VPC a function runs."""

    id: str
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]


@dataclass(frozen=True)
class Function:
    """
    A function as it is unpublished ($LATEST), with its execution role.

    `role` is None where the role no longer exists: such a function cannot call anything. `tags` are read only of
    functions that can call models, and {} for others. `timeout` is in seconds, `memory_size` in MiB.
    """

    resource: Resource
    tags: Mapping[str, str]
    role_arn: str
    role: Principal | None
    vpc: Vpc | None
    timeout: int
    memory_size: int

    @cached_property
    def model_access(self) -> Access:
        """What the execution role may do with models; NO_ACCESS without a role."""
        if self.role is None:
            return NO_ACCESS
        return effective_access(self.role.policies, MODEL_INVOCATION, self.role.surroundings)


@reads(Action("lambda:ListFunctions"))
def configurations(aws: Aws) -> tuple[Mapping[str, Any], ...]:
    """Return the configuration of every function of the Region as Lambda lists it, environment variables included."""
    return tuple(
        configuration
        for page in aws.client("lambda").get_paginator("list_functions").paginate()
        for configuration in page["Functions"]
    )


@reads(Action("lambda:GetFunctionConfiguration", FUNCTION))
def configuration(aws: Aws, name: str) -> Mapping[str, Any] | None:
    """Return the configuration of one function as `configurations` does, None when it is gone."""
    try:
        found: Mapping[str, Any] = aws.client("lambda").get_function_configuration(FunctionName=name)
    except ClientError as error:
        if error_code(error) == GONE:
            return None
        raise
    return found


@reads(
    Action("lambda:ListTags", FUNCTION),
    uses=(configurations, roles),
)
def functions(aws: Aws) -> tuple[Function | Unreadable, ...]:
    """Return every function of the Region, with its role (Lambda API, ListFunctions)."""
    described = [_described(configuration) for configuration in configurations(aws)]
    by_arn = {one.resource.arn: one for one in roles(aws)}

    def read(function: Function) -> Function | Unreadable:
        return _complete(aws, function, by_arn.get(function.role_arn))

    return aws.read_each(described, lambda function: function.resource, read, gone=(GONE,))


@reads(
    Action("lambda:ListTags", FUNCTION),
    uses=(configuration, role_principal),
)
def function(aws: Aws, resource: Resource) -> Function | Unreadable | None:
    """Return one function as `functions` does, None when it is gone (Lambda API, GetFunctionConfiguration)."""
    found = configuration(aws, resource.name)
    if found is None:
        return None
    described = _described(found)
    role = role_principal(aws, role_name(described.role_arn))
    return _complete(aws, described, role if role and role.resource.arn == described.role_arn else None)


def _described(configuration: Mapping[str, Any]) -> Function:
    arn, name = configuration["FunctionArn"], configuration["FunctionName"]
    vpc = configuration.get("VpcConfig") or {}
    return Function(
        resource=Resource(FUNCTION_TYPE, name, name, arn),
        tags={},
        role_arn=configuration["Role"],
        role=None,
        # Lambda answers for a function outside any VPC with a VpcConfig of empty texts and lists, or with none.
        vpc=Vpc(vpc["VpcId"], tuple(vpc["SubnetIds"]), tuple(vpc["SecurityGroupIds"])) if vpc.get("VpcId") else None,
        timeout=configuration["Timeout"],
        memory_size=configuration["MemorySize"],
    )


def _complete(aws: Aws, function: Function, role: Principal | Unreadable | None) -> Function | Unreadable:
    if isinstance(role, Unreadable):
        return Unreadable(function.resource, role.code, f"Role {role.resource.name}: {role.message}")
    if role is None and function.role_arn.split(":")[4] != aws.account_id:
        raise UnexpectedAnswerError(f"its execution role {function.role_arn} is in another account")
    complete = replace(function, role=role)
    if not complete.model_access.allowed:
        return complete
    arn = f"{function.resource.arn}"
    tags = aws.tags(arn, lambda: aws.client("lambda").list_tags(Resource=arn).get("Tags", {}))
    return replace(complete, tags=tags)
