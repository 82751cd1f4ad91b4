"""Which models a principal really used, as CloudTrail and the invocation logs of a Region tell it."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rules.engine.errors import READ_ERRORS, SHAPE_ERRORS, UnexpectedAnswerError, error_code, error_message
from rules.permissions.domains import MODEL_INVOCATION
from rules.permissions.narrowing import Use
from rules.permissions.principal import PrincipalKind, PrincipalPolicies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rules.engine.aws import Aws

STREAM = "bedrock:InvokeModelWithResponseStream"
ACTIONS = {
    "InvokeModel": "bedrock:InvokeModel",
    "Converse": "bedrock:InvokeModel",
    "InvokeModelWithResponseStream": STREAM,
    "ConverseStream": STREAM,
    "CreateModelInvocationJob": "bedrock:CreateModelInvocationJob",
}
"""The IAM action that allows each operation (API reference of Amazon Bedrock, notes on permissions)."""

MOST_EVENTS = 500
"""Events that are looked through for each operation: CloudTrail answers two calls of 50 events a second."""
PATIENCE = 60
"""Seconds that a query of CloudWatch Logs Insights may take."""

_GEOGRAPHY = re.compile(r"(global|apac|amer|emea|[a-z]{2}(-gov)?)\.")
_QUERY = "filter {condition} | stats count(*) as calls by modelId, operation | sort calls desc"


class UnloggedError(Exception):
    """The account does not keep that log."""


@dataclass(frozen=True)
class ModelUse:
    """The uses that logs tell, each once, and a sentence for each log on what it told or why it told nothing."""

    uses: tuple[Use, ...]
    sources: tuple[str, ...]


def model_use(aws: Aws, principal: PrincipalPolicies, days: int, *, invocation_logs: bool) -> ModelUse:
    """
    Return which models a principal used in the Region of `aws` in the last days.

    CloudTrail's event history is asked first; the invocation logs only where `invocation_logs` says so, because a
    query of CloudWatch Logs Insights is billed by the volume that it reads. A log that cannot be read is a
    sentence, not an error: what is proposed from use is narrower then, never wider.
    """
    logs: list[tuple[str, Callable[[Aws, PrincipalPolicies, int], list[Use]]]] = [("CloudTrail", cloudtrail_use)]
    if invocation_logs:
        logs.append(("The model invocation log", invocation_log_use))
    uses: dict[Use, None] = {}
    sources = []
    for name, read in logs:
        try:
            found = dict.fromkeys(read(aws, principal, days))
        except UnloggedError as error:
            sources.append(str(error))
            continue
        except (*READ_ERRORS, *SHAPE_ERRORS) as error:
            sources.append(f"{name} could not be read in {aws.region} ({error_code(error)}: {error_message(error)}).")
            continue
        uses.update(found)
        count = len({use.resource for use in found})
        sources.append(f"{name} tells of {count or 'no'} model{'s' * (count != 1)} in {aws.region}, {days} days back.")
    return ModelUse(tuple(uses), tuple(sources))


def cloudtrail_use(aws: Aws, principal: PrincipalPolicies, days: int) -> list[Use]:
    """Return what the newest management events tell (CloudTrail API, LookupEvents); raises what reading raises."""
    return [
        Use(action, resource)
        for operation, action in ACTIONS.items()
        for detail in _events(aws, operation, days)
        if "errorCode" not in detail and _caller(detail["userIdentity"]) == principal.arn
        if (resource := model_arn(aws, (detail.get("requestParameters") or {}).get("modelId", "")))
    ]


def invocation_log_use(aws: Aws, principal: PrincipalPolicies, days: int) -> list[Use]:
    """
    Return what the invocation logs in CloudWatch Logs tell, without reading any prompt or answer.

    Raises what reading raises, and UnloggedError where there is no such log.
    """
    settings = aws.client("bedrock").get_model_invocation_logging_configuration().get("loggingConfig") or {}
    group = (settings.get("cloudWatchConfig") or {}).get("logGroupName")
    if not group:
        raise UnloggedError(f"Amazon Bedrock writes no invocation log to CloudWatch Logs in {aws.region}.")
    rows = _insights(aws, group, _QUERY.format(condition=_condition(aws, principal)), days)
    return [
        Use(ACTIONS[row["operation"]], resource)
        for row in rows
        if row.get("operation") in ACTIONS and (resource := model_arn(aws, row.get("modelId", "")))
    ]


def model_arn(aws: Aws, model_id: str) -> str | None:
    """
    Return the ARN of what a request names as its model, None for what is no model (such as a prompt).

    A system-defined inference profile is named by a geography and the id of its model; everything else that is not
    a foundation model is named by its ARN.
    """
    if not model_id.startswith("arn:"):
        if not model_id:
            return None
        if _GEOGRAPHY.match(model_id):
            return aws.arn("bedrock", f"inference-profile/{model_id}")
        return f"arn:{aws.partition}:bedrock:{aws.region}::foundation-model/{model_id}"
    kind = model_id.split(":", 5)[-1]
    return model_id if any(kind.startswith(form.prefix) for form in MODEL_INVOCATION.forms) else None


def _events(aws: Aws, operation: str, days: int) -> Iterator[Mapping[str, Any]]:
    pages = (
        aws.client("cloudtrail")
        .get_paginator("lookup_events")
        .paginate(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": operation}],
            StartTime=aws.now - timedelta(days=days),
            EndTime=aws.now,
            PaginationConfig={"MaxItems": MOST_EVENTS, "PageSize": 50},
        )
    )
    return (json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"])


def _caller(identity: Mapping[str, Any]) -> str | None:
    """Return the ARN of the role or user behind a CloudTrail userIdentity; a role's session names its role."""
    if identity.get("type") == "AssumedRole":
        return str(identity["sessionContext"]["sessionIssuer"]["arn"])
    return identity.get("arn")


def _condition(aws: Aws, principal: PrincipalPolicies) -> str:
    if principal.kind is PrincipalKind.USER:
        return f'identity.arn = "{principal.arn}"'
    session = f"arn:{aws.partition}:sts::{principal.account_id}:assumed-role/{principal.name}/"
    return f'identity.arn like "{session}"'


def _insights(aws: Aws, group: str, query: str, days: int) -> list[dict[str, str]]:
    logs = aws.client("logs")
    end = int(aws.now.timestamp())
    started = logs.start_query(
        logGroupName=group, startTime=end - days * 86400, endTime=end, queryString=query, limit=1000
    )
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = logs.get_query_results(queryId=started["queryId"])
        if answer["status"] == "Complete":
            return [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]]
        if answer["status"] not in ("Scheduled", "Running") or time.monotonic() > deadline:
            raise UnexpectedAnswerError(f"the query is {answer['status']}")
        time.sleep(1)
