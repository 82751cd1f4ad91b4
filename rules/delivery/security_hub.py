"""AWS Security Hub CSPM: importing findings without losing any, and reading back those of this pack."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

from rules.delivery.finding import LONGEST_ID, PROVIDER, Finding, product_arn
from rules.engine.collector import Action
from rules.engine.errors import READ_ERRORS, error_code, error_message
from rules.engine.verdict import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rules.engine.aws import Aws

T = TypeVar("T")

log = logging.getLogger(__name__)

HUB = "arn:{partition}:securityhub:{region}:{account}:hub/default"
ACTIONS = frozenset(
    {
        Action(
            "securityhub:BatchImportFindings",
            "arn:{partition}:securityhub:{region}:{account}:product/{account}/default",
        ),
        Action("securityhub:GetFindings", HUB),
    }
)

# https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html
BATCH = 100
FILTER_VALUES = 20
"""Values that GetFindings takes for one attribute of its filter."""

WAITS = (0.5, 1.0, 2.0)
"""Seconds before each further attempt at what was refused for the moment."""

PERMANENT = frozenset({"InvalidInput", "FindingSizeExceeded"})
"""Refusals that another attempt does not change."""
NOT_ENABLED = frozenset({"InvalidAccess", "InvalidAccessException", "SubscriptionRequiredException"})


class SecurityHubError(Exception):
    """AWS Security Hub did not take or show findings; the message says what to do, or what it answered."""


class SecurityHub:
    """The findings of one account and Region."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._client = aws.client("securityhub")

    def put(self, findings: Iterable[Finding]) -> dict[str, str]:
        """
        Import findings, in batches; return what AWS Security Hub said of each that it refused, by finding id.

        AWS Security Hub ignores a finding whose UpdatedAt is not after that of the finding that it has
        (https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html), so that
        what comes late or twice changes nothing. Raises SecurityHubError when it is not enabled or fails as a whole.
        """
        refused: dict[str, str] = {}
        for batch in batches(list(findings), BATCH):
            refused |= self._put_batch({one["Id"]: one for one in batch})
        return refused

    def existing(self, finding_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the findings of these ids that there are, by id; raises SecurityHubError."""
        found: dict[str, dict[str, Any]] = {}
        for ids in batches(sorted(set(finding_ids)), FILTER_VALUES):
            for one in self._find({"Id": [{"Value": one, "Comparison": "EQUALS"} for one in ids]}):
                found[one["Id"]] = one
        return found

    def open_findings(self) -> dict[str, dict[str, Any]]:
        """Return every ACTIVE finding of this pack, by id; raises SecurityHubError."""
        wanted = {
            "ProductFields": [{"Key": "ProviderName", "Value": PROVIDER, "Comparison": "EQUALS"}],
            "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
        }
        return {one["Id"]: one for one in self._find(wanted)}

    def _find(self, wanted: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield findings of this account and Region only: administrators and aggregation Regions see others' too."""
        aws = self._aws
        product = product_arn(aws.partition, aws.region, aws.account_id)
        own = {
            "ProductArn": [{"Value": product, "Comparison": "EQUALS"}],
            "AwsAccountId": [{"Value": aws.account_id, "Comparison": "EQUALS"}],
        }
        pages = self._client.get_paginator("get_findings").paginate(
            Filters={**own, **wanted}, PaginationConfig={"PageSize": BATCH}
        )
        try:
            for page in pages:
                for one in page["Findings"]:
                    if one["ProductArn"] == product and one["AwsAccountId"] == aws.account_id:
                        yield one
        except READ_ERRORS as error:
            raise self._failed(error) from error

    def _put_batch(self, batch: dict[str, Finding]) -> dict[str, str]:
        refused: dict[str, str] = {}
        for wait in (*WAITS, None):
            failed = self._import(batch)
            for one in failed:
                if one["ErrorCode"] in NOT_ENABLED:
                    raise self._not_enabled()
            refused |= {one["Id"]: _said(one) for one in failed if one["ErrorCode"] in PERMANENT}
            batch = {one["Id"]: batch[one["Id"]] for one in failed if one["ErrorCode"] not in PERMANENT}
            if not batch or wait is None:
                return refused | {one["Id"]: _said(one) for one in failed if one["Id"] in batch}
            time.sleep(wait)
        return refused

    def _import(self, batch: Mapping[str, Finding]) -> Sequence[dict[str, Any]]:
        """Return the findings of one call that were refused, having made sure that the others were taken."""
        try:
            answer = self._client.batch_import_findings(Findings=list(batch.values()))
        except READ_ERRORS as error:
            raise self._failed(error) from error
        failed: Sequence[dict[str, Any]] = answer.get("FailedFindings") or ()
        unknown = [one["Id"] for one in failed if one["Id"] not in batch]
        if unknown or answer["SuccessCount"] != len(batch) - len(failed):
            raise SecurityHubError(
                f"AWS Security Hub answered for {answer['SuccessCount']} findings taken and {len(failed)} refused "
                f"of {len(batch)}; refused but never sent: {listed(unknown, longest=LONGEST_ID) or 'none'}"
            )
        return failed

    def _failed(self, error: Exception) -> SecurityHubError:
        if error_code(error) in NOT_ENABLED:
            return self._not_enabled()
        return SecurityHubError(f"AWS Security Hub: {error_code(error)}: {error_message(error)}")

    def _not_enabled(self) -> SecurityHubError:
        return SecurityHubError(
            f"AWS Security Hub CSPM is not enabled in {self._aws.region} of account {self._aws.account_id}, so that no "
            "finding can be imported. Enable it there, or deploy with the setting securityHub = false."
        )


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield `items` in groups of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def told(**members: object) -> None:
    """Write one line of JSON to the function's log."""
    log.setLevel(logging.INFO)
    log.info(json.dumps(members, default=str))


def _said(failed: Mapping[str, Any]) -> str:
    return f"{failed['ErrorCode']}: {failed['ErrorMessage']}"
