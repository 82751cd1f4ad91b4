"""The settings of remediation; nothing here imports the CDK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdk.given import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cdk.given import Given

PART = "remediation."
KEYS = (
    "remediation.enabled",
    "remediation.logRetentionDays",
    "remediation.invocationLogs.logGroup",
    "remediation.invocationLogs.role",
    "remediation.invocationLogs.bucket",
    "remediation.invocationLogs.keyPrefix",
)

LOG_GROUP = r"[.\-_/#A-Za-z0-9]{1,512}"
ROLE = r"[\w+=,.@/-]{1,512}"
BUCKET = r"(?:[a-z0-9.-]|\{account\}|\{region\}){3,63}"
KEY_PREFIX = r"[A-Za-z0-9!_.*'()/-]{1,500}"
RESERVED = ("amazon", "amzn", "aws")
"""What names of documents may not begin with (AWS Systems Manager API, CreateDocument)."""


@dataclass(frozen=True)
class LogDestination:
    """
    Where invocation logs go: a log group with the name of the role that Amazon Bedrock writes with, a bucket, or both.

    The bucket's name may have `{account}` and `{region}` in it, since every Region needs a bucket of its own.
    """

    log_group: str = ""
    role_name: str = ""
    bucket: str = ""
    key_prefix: str = ""


@dataclass(frozen=True)
class Remediation:
    """
    What runbooks are offered with.

    Without `invocation_logs` there is no runbook that switches invocation logging on. `log_retention_days` is the
    retention that log groups get.
    """

    log_retention_days: int = 365
    invocation_logs: LogDestination | None = None


def remediation_in(given: Mapping[str, Given], *, prefix: str, retention_days: Collection[int]) -> Remediation | None:
    """
    Return what the keys under `remediation` say, None unless it is enabled; raises SettingsError.

    What is said is held against what is allowed even while remediation is off.
    """
    enabled = given.get("remediation.enabled")
    remediation = Remediation(_days(given.get("remediation.logRetentionDays"), retention_days), _destination(given))
    if enabled is None or not enabled.switch():
        return None
    if prefix.startswith(RESERVED):
        text = f"only with a prefix that does not begin with {', '.join(RESERVED)}: they are AWS's in names of runbooks"
        raise enabled.refused(text)
    return remediation


def _days(given: Given | None, allowed: Collection[int]) -> int:
    if given is None:
        return Remediation().log_retention_days
    texts = {str(days): days for days in allowed}
    if isinstance(given.value, bool) or str(given.value) not in texts:
        raise given.refused(", ".join(texts))
    return texts[str(given.value)]


def _destination(given: Mapping[str, Given]) -> LogDestination | None:
    log_group = _text(given, "logGroup", LOG_GROUP, "the name of a log group")
    role = _text(given, "role", ROLE, "the name of a role, with its path: service-role/bedrock-logging")
    bucket = _text(given, "bucket", BUCKET, "the name of a bucket, in which {account} and {region} may stand")
    key_prefix = _text(given, "keyPrefix", KEY_PREFIX, "the beginning of the keys of logs")
    _require_together(given, "logGroup", "role")
    _require_together(given, "role", "logGroup")
    _require_together(given, "keyPrefix", "bucket")
    if not log_group and not bucket:
        return None
    return LogDestination(log_group, role, bucket, key_prefix)


def _require_together(given: Mapping[str, Given], name: str, other: str) -> None:
    present, missing = f"{PART}invocationLogs.{name}", f"{PART}invocationLogs.{other}"
    if present in given and missing not in given:
        raise SettingsError(f"{given[present].source}: {missing} is missing; {present} is nothing without it")


def _text(given: Mapping[str, Given], name: str, pattern: str, allowed: str) -> str:
    found = given.get(f"{PART}invocationLogs.{name}")
    return "" if found is None else found.text(pattern, allowed)
