"""Reporting: evaluations reach AWS Config completely, or the invocation fails."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.errors import READ_ERRORS, ReportingError, error_code, error_message
from rules.engine.resource import ACCOUNT_TYPE
from rules.engine.verdict import Compliance, annotation, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BATCH = 100
"""Evaluations that one PutEvaluations call takes."""

ACCEPTED_TYPES = frozenset(
    {
        "AWS::::Account",
        "AWS::Bedrock::ApplicationInferenceProfile",
        "AWS::Bedrock::DataSource",
        "AWS::Bedrock::Guardrail",
        "AWS::Bedrock::KnowledgeBase",
        "AWS::Bedrock::Prompt",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCEndpoint",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SageMaker::Domain",
        "AWS::SageMaker::Endpoint",
        "AWS::SageMaker::EndpointConfig",
        "AWS::SageMaker::Model",
        "AWS::SageMaker::ModelPackageGroup",
        "AWS::SageMaker::NotebookInstance",
    }
)
"""
Types that AWS Config is known to take evaluations of: those it records, and AWS::Logs::LogGroup, which its own
managed rules report. PutEvaluations refuses a whole batch for one type that it does not know, so any other type
goes in a batch of its own, with the account to fall back on.
"""

Key = tuple[str, str]

SKEW = timedelta(minutes=5)
"""By how much the clocks of AWS Config and of the function may differ."""


class Reporter:
    """
    The `config` client that rdklib reports through, for one invocation.

    rdklib never reads FailedEvaluations and sends an empty list when there is nothing to say; this does neither.
    """

    def __init__(self, client: Any, ordering: str) -> None:
        self._client = client
        self._ordering = ordering
        self._refused: list[dict[str, Any]] = []
        self._token: tuple[str, bool] = ("", False)
        self._account_to_clear: str | None = None
        self._later: set[Key] = set()
        self._failed: list[dict[str, Any]] = []
        self._sent = 0

    def earlier_verdicts(self, config_rule_name: str) -> Iterator[tuple[Key, datetime | None]]:
        """
        Yield (type, id) of every resource that the rule's last evaluations call COMPLIANT or NON_COMPLIANT.

        With each comes the time of the event that brought the evaluation, None where AWS Config does not say.
        """
        pages = self._client.get_paginator("get_compliance_details_by_config_rule").paginate(
            ConfigRuleName=config_rule_name,
            ComplianceTypes=[Compliance.COMPLIANT.value, Compliance.NON_COMPLIANT.value],
            PaginationConfig={"PageSize": BATCH},
        )
        for page in pages:
            for result in page["EvaluationResults"]:
                identifier = result["EvaluationResultIdentifier"]
                qualifier = identifier["EvaluationResultQualifier"]
                yield (qualifier["ResourceType"], qualifier["ResourceId"]), identifier.get("OrderingTimestamp")

    def to_clear(self, config_rule_name: str, reported: set[Key], kept: set[Key]) -> list[Key]:
        """
        Return the resources whose earlier verdict has to become NOT_APPLICABLE: not reported now, not unreadable.

        The account is left for `finish` when types might be refused, because it is what they fall back on.
        What a later event brought an evaluation of is neither cleared nor reported: a resource that was made while the
        account was being read is not gone, and whatever reads slowly or runs again has seen less than that event. A
        time to come is no time of an event.
        Raises ReportingError when the earlier verdicts cannot be read.
        """
        uncertain = any(resource_type not in ACCEPTED_TYPES for resource_type, _ in reported)
        stale = []
        with _failing_safely():
            earlier = list(self.earlier_verdicts(config_rule_name))
        latest = datetime.now(UTC) + SKEW
        self._later = {key for key, moment in earlier if moment is not None and self._moment < moment <= latest}
        for key, _ in earlier:
            if key in reported or key in kept or key in self._later:
                continue
            if key[0] == ACCOUNT_TYPE and uncertain:
                self._account_to_clear = key[1]
            else:
                stale.append(key)
        return stale

    def put_evaluations(
        self,
        *,
        Evaluations: Sequence[dict[str, Any]],  # noqa: N803 - boto3's parameter names, as rdklib calls it
        ResultToken: str,  # noqa: N803 - the same
        TestMode: bool = False,  # noqa: N803 - the same
    ) -> None:
        """
        Report evaluations to AWS Config, types that it may refuse in batches of their own.

        Raises ReportingError when AWS Config does not answer; `finish` tells of those that it did not store.
        """
        self._token = (ResultToken, TestMode)
        own = [one for one in Evaluations if _key(one) not in self._later]
        certain = [one for one in own if one["ComplianceResourceType"] in ACCEPTED_TYPES]
        with _failing_safely():
            for batch in _batches(certain):
                self._put(batch)
            self._put_uncertain(own)

    def finish(self, account_id: str) -> None:
        """
        Report what was refused by its type as one evaluation of the account, which names the offenders.

        Raises ReportingError when that or any evaluation before was not stored.
        """
        with _failing_safely():
            if self._refused:
                self._put([_on_account(self._refused, account_id)])
            elif self._account_to_clear is not None:
                self._put([_cleared(self._account_to_clear, self._ordering)])
        if self._failed:
            every = (f"{one['ComplianceResourceType']} {one['ComplianceResourceId']}" for one in self._failed)
            names = listed(every, longest=400)
            raise ReportingError(f"AWS Config did not store {len(self._failed)} of {self._sent} evaluations: {names}")

    @property
    def _moment(self) -> datetime:
        """The time of the event that this invocation answers."""
        moment = datetime.fromisoformat(self._ordering)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def _put_uncertain(self, evaluations: Sequence[dict[str, Any]]) -> None:
        by_type: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in evaluations:
            if one["ComplianceResourceType"] not in ACCEPTED_TYPES:
                by_type[one["ComplianceResourceType"]].append(one)
        for uncertain in by_type.values():
            for batch in _batches(uncertain):
                self._put_or_set_aside(batch)

    def _put_or_set_aside(self, batch: list[dict[str, Any]]) -> None:
        try:
            self._put(batch)
        except ClientError as error:
            message = str(error.response["Error"].get("Message", "")).lower()
            if error_code(error) != "InvalidParameterValueException" or "resource type" not in message:
                raise
            self._refused.extend(batch)

    def _put(self, batch: list[dict[str, Any]]) -> None:
        token, test_mode = self._token
        answer = self._client.put_evaluations(Evaluations=batch, ResultToken=token, TestMode=test_mode)
        self._sent += len(batch)
        self._failed.extend(answer.get("FailedEvaluations") or ())


@contextmanager
def _failing_safely() -> Iterator[None]:
    """Turn what AWS answers into a ReportingError: rdklib would print the message as it is, and return it."""
    try:
        yield
    except READ_ERRORS as error:
        raise ReportingError(f"{error_code(error)}: {error_message(error)}") from error


def _batches(evaluations: Sequence[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    for start in range(0, len(evaluations), BATCH):
        yield list(evaluations[start : start + BATCH])


def _key(evaluation: dict[str, Any]) -> Key:
    return evaluation["ComplianceResourceType"], evaluation["ComplianceResourceId"]


def _on_account(refused: Sequence[dict[str, Any]], account_id: str) -> dict[str, Any]:
    by_compliance: dict[str, list[str]] = defaultdict(list)
    for one in refused:
        by_compliance[one["ComplianceType"]].append(one["ComplianceResourceId"].rpartition("/")[2])
    for compliance in (Compliance.NON_COMPLIANT, Compliance.COMPLIANT, Compliance.NOT_APPLICABLE):
        if compliance in by_compliance:
            break
    types = listed(sorted({one["ComplianceResourceType"] for one in refused}))
    names = sorted(by_compliance[compliance])
    return {
        "ComplianceResourceType": ACCOUNT_TYPE,
        "ComplianceResourceId": account_id,
        "ComplianceType": compliance.value,
        "Annotation": annotation(
            [f"{compliance.value}: {listed(names)}.", f"AWS Config takes no evaluations of {types}."]
        ),
        "OrderingTimestamp": refused[0]["OrderingTimestamp"],
    }


def _cleared(account_id: str, ordering: str) -> dict[str, Any]:
    return {
        "ComplianceResourceType": ACCOUNT_TYPE,
        "ComplianceResourceId": account_id,
        "ComplianceType": Compliance.NOT_APPLICABLE.value,
        "Annotation": LEFT_SCOPE,
        "OrderingTimestamp": ordering,
    }


LEFT_SCOPE = "The resource no longer exists, or left the scope of the rule."
"""The annotation of an earlier verdict that has to go."""
