"""
Model invocation logging of Amazon Bedrock: whether it is off, on as wanted, or on in another way.

A configuration is replaced as a whole, so one that somebody made in another way is left alone.
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_PutModelInvocationLoggingConfiguration.html
"""

from collections.abc import Mapping
from typing import Any

import boto3  # noqa: TID251 - a script of a runbook is no rule

DESTINATIONS = ("cloudWatchConfig", "s3Config")


class LoggingIsOnError(Exception):
    """Invocation logging is on already, in another way than it would be switched on."""


def inspect(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Return whether logging is on as wanted; raise LoggingIsOnError when it is on in another way."""
    wanted = event["LoggingConfig"]
    # Where logging is off, the answer has no configuration at all.
    found = boto3.client("bedrock").get_model_invocation_logging_configuration().get("loggingConfig") or {}
    if not any(found.get(name) for name in DESTINATIONS):
        return {"IsRight": False}
    different = sorted(name for name, value in wanted.items() if not holds(found.get(name), value))
    if different:
        message = (
            f"Model invocation logging is on already and differs in {', '.join(different)}. "
            "This runbook switches on what is off and changes nothing else."
        )
        raise LoggingIsOnError(message)
    return {"IsRight": True}


def holds(found: Any, wanted: Any) -> bool:
    """Say whether a part of a configuration has all that is wanted; what it has besides does not matter."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(holds(found.get(name), value) for name, value in wanted.items())
    # An empty key prefix is not answered.
    return bool(found == wanted or (wanted == "" and found is None))
