"""Facts about the environment variables of AWS Lambda functions: what they hold is told, the values are not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.criteria.credentials.detection import credentials_in_variable
from rules.engine.collector import Action, reads
from rules.engine.resource import Unreadable
from rules.facts import kms
from rules.facts.lambda_functions import GONE, Function, configuration, configurations, function, functions
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource

DECRYPT = Action("kms:Decrypt", "arn:{partition}:kms:{region}:*:key/*", via="lambda")
"""Lambda shows variables that a customer-managed key encrypts to callers that may decrypt them
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html)."""


@dataclass(frozen=True)
class Found:
    """A credential in an environment variable: the variable's name, and the kind in words ("an AWS access key")."""

    variable: str
    kind: str


@dataclass(frozen=True)
class FunctionEnvironment:
    """
    The environment of an unpublished function.

    `calls_models` says whether the function can call models; only then are its variables looked at. `variables` is
    their number, `credentials` what was found in them. `key_name` is the ARN of the key that the function names for
    them, None for the one that AWS manages; `key` is what KMS says of it, and is asked only where there are variables.
    """

    resource: Resource
    tags: Mapping[str, str]
    calls_models: bool
    variables: int = 0
    credentials: tuple[Found, ...] = ()
    key_name: str | None = None
    key: kms.Key | None = None

    @classmethod
    def from_api(
        cls, function: Function, described: Mapping[str, Any], patterns: tuple[str, ...], key: kms.Key | None
    ) -> FunctionEnvironment:
        """Return the environment of a function that can call models, from its FunctionConfiguration."""
        variables = _variables(described)
        return cls(
            resource=function.resource,
            tags=function.tags,
            calls_models=True,
            variables=len(variables),
            credentials=tuple(
                Found(name, kind)
                for name, value in sorted(variables.items())
                for kind in credentials_in_variable(name, value, patterns)
            ),
            key_name=described.get("KMSKeyArn"),
            key=key,
        )


@reads(DECRYPT, uses=(configurations, functions, kms.key))
def environments(aws: Aws, patterns: tuple[str, ...] = ()) -> tuple[FunctionEnvironment | Unreadable, ...]:
    """
    Return the environment of every function of the Region (Lambda API, ListFunctions).

    `patterns` are regular expressions of what else counts as a credential.
    """
    described = {one["FunctionArn"]: one for one in configurations(aws)}

    def read(one: Function | Unreadable) -> FunctionEnvironment | Unreadable:
        return one if isinstance(one, Unreadable) else _read(aws, one, described[str(one.resource.arn)], patterns)

    return aws.read_each(functions(aws), lambda one: one.resource, read, gone=(GONE,))


@reads(DECRYPT, uses=(configuration, function, kms.key))
def environment(
    aws: Aws, resource: Resource, patterns: tuple[str, ...] = ()
) -> FunctionEnvironment | Unreadable | None:
    """Return one environment as `environments` does, None when its function is gone."""
    described = configuration(aws, resource.name)
    found = function(aws, resource)
    if described is None or found is None or isinstance(found, Unreadable):
        return found if isinstance(found, Unreadable) else None
    return _read(aws, found, described, patterns)


def _read(
    aws: Aws, function: Function, described: Mapping[str, Any], patterns: tuple[str, ...]
) -> FunctionEnvironment | Unreadable:
    if not function.model_access.allowed:
        return FunctionEnvironment(function.resource, function.tags, calls_models=False)
    refused = (described.get("Environment") or {}).get("Error")
    if refused:
        # Without its variables, such a function would look as if it had none.
        code, message = refused.get("ErrorCode", "Unknown"), refused.get("Message", "no message")
        return Unreadable(function.resource, code, f"its environment variables could not be decrypted: {message}")
    name = described.get("KMSKeyArn")
    key = kms.key(aws, name) if name and _variables(described) else None
    return FunctionEnvironment.from_api(function, described, patterns, key)


def _variables(described: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] = (described.get("Environment") or {}).get("Variables") or {}
    return found
