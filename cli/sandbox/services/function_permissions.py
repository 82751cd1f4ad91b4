"""AWS Lambda: who may invoke a function by its resource policy."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.utils import get_backend

_INVOKE: Final = ("lambda:invokefunction", "lambda:*", "*")


def may_invoke(function_arn: str, service: str, account_id: str) -> bool:
    """Say whether the function exists and its policy lets `service` invoke it on behalf of `account_id`."""
    parts = function_arn.split(":")
    if len(parts) < 7:  # noqa: PLR2004 - arn:partition:lambda:region:account:function:name
        return False
    backend = get_backend(parts[4], parts[3])
    try:
        function = backend.get_function(function_arn)
    except LambdaClientError:
        return False
    return any(_allows(statement, service, account_id) for statement in function.policy.statements)


def _allows(statement: Mapping[str, Any], service: str, account_id: str) -> bool:
    principal = statement.get("Principal", {})
    if statement.get("Effect") != "Allow" or not isinstance(principal, Mapping):
        return False
    if principal.get("Service") != service or str(statement.get("Action", "")).lower() not in _INVOKE:
        return False
    return all(
        _holds(key.lower(), str(value), account_id)
        for tests in statement.get("Condition", {}).values()
        for key, value in tests.items()
    )


def _holds(key: str, value: str, account_id: str) -> bool:
    """Say whether a condition that AddPermission can write holds for a service that calls for `account_id`."""
    if key == "aws:sourceaccount":
        return value == account_id
    if key == "aws:sourcearn":
        pattern = [*value.split(":"), "", "", "", "", ""][4]
        return fnmatchcase(account_id, pattern)
    return False
