"""A report of `check --format json`, read back: by text alone, since the rules of then may not be those of today."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from cli.formats.json_report import SCHEMA_VERSION
from cli.report import UNKNOWN_ACCOUNT, Acceptance
from rules.engine.duties import Duty, Severity
from rules.engine.verdict import Compliance, printable, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LARGEST = 512 * 1024 * 1024
"""Bytes; a report of a hundred thousand evaluations has about fifty million."""

DUTIES = {duty.folder: duty for duty in Duty}


class ReportFileError(Exception):
    """A file is not a report; the message is one line that names the file and what is wrong with it."""


@dataclass(frozen=True, order=True)
class Where:
    """An account and Region; the account is UNKNOWN_ACCOUNT where nobody could say it."""

    account_id: str
    region: str


@dataclass(frozen=True)
class Judged:
    """An evaluation, as it was written."""

    where: Where
    rule_id: str
    severity: Severity
    duty: Duty
    resource_type: str
    resource_id: str
    resource_name: str
    resource_arn: str | None
    compliance: Compliance
    annotation: str
    accepted: Acceptance | None

    @property
    def violates(self) -> bool:
        """Whether the resource is NON_COMPLIANT, and nobody accepts that."""
        return self.compliance is Compliance.NON_COMPLIANT and self.accepted is None


@dataclass(frozen=True)
class Missed:
    """Something that was not evaluated; without a resource the whole rule."""

    where: Where
    rule_id: str
    resource_id: str | None
    code: str
    message: str


@dataclass(frozen=True)
class Visited:
    """A place of the run: when it was read, which rules were to run, and why it could not be opened if so."""

    where: Where
    started_at: datetime
    finished_at: datetime
    rules: tuple[str, ...]
    error: str | None


@dataclass(frozen=True)
class StoredReport:
    """A whole report; `parameters` are those in force by rule and name, empty for reports that do not say them."""

    judged: tuple[Judged, ...]
    missed: tuple[Missed, ...]
    visited: tuple[Visited, ...]
    parameters: Mapping[str, Mapping[str, str | None]]
    started_at: datetime
    finished_at: datetime


def read_report(path: Path) -> StoredReport:
    """Return the report in a file; raises ReportFileError for anything else."""
    return report_in(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """Return what is in a file of a report; raises ReportFileError."""
    name = repr(printable(str(path)))
    try:
        if path.stat().st_size > LARGEST:
            raise ReportFileError(f"{name}: larger than {LARGEST // 1024 // 1024} MiB")
        return path.read_bytes()
    except OSError as error:
        raise ReportFileError(f"{name}: {error.strerror}") from error


def report_in(content: bytes, path: Path) -> StoredReport:
    """Return the report that a file's content is; raises ReportFileError, which names the file, for anything else."""
    name = repr(printable(str(path)))
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ReportFileError(f"{name} is no JSON: {shortened(printable(str(error)), 120)}") from error
    try:
        return report_of(whole)
    except ShapeError as error:
        raise ReportFileError(f"{name} is no report of 'check --format json': {error}") from error


class ShapeError(Exception):
    """Something is not where or what the contract says; the message says where."""


class Object:
    """A JSON object that is taken apart by key; every method raises ShapeError for what the contract does not allow."""

    def __init__(self, content: object, name: str) -> None:
        if not isinstance(content, dict):
            raise ShapeError(f"{name} is no object")
        self._content: dict[str, Any] = content
        self._name = name

    def has(self, key: str) -> bool:
        """Say whether there is anything but null under a key."""
        return self._content.get(key) is not None

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        found = self._content.get(key)
        if not isinstance(found, str) or not found:
            raise self._wrong(key, "a text")
        return found

    def any_text(self, key: str) -> str:
        """Return a text, "" included."""
        found = self._content.get(key)
        if not isinstance(found, str):
            raise self._wrong(key, "a text")
        return found

    def optional(self, key: str) -> str | None:
        """Return a text, or None where there is null or nothing."""
        return self.text(key) if self.has(key) else None

    def one_of(self, key: str, known: Mapping[str, Any]) -> Any:
        """Return what a text stands for."""
        found = self.text(key)
        if found not in known:
            raise self._wrong(key, f"one of {', '.join(known)}")
        return known[found]

    def moment(self, key: str) -> datetime:
        """Return a moment in UTC."""
        try:
            return datetime.strptime(self.text(key), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise self._wrong(key, "a moment such as 2026-11-01T12:00:00Z") from None

    def day(self, key: str) -> date:
        """Return a day."""
        try:
            return date.fromisoformat(self.text(key))
        except ValueError:
            raise self._wrong(key, "a day such as 2026-11-01") from None

    def objects(self, key: str) -> Iterator[Object]:
        """Yield the objects of a list."""
        found = self._content.get(key)
        if not isinstance(found, list):
            raise self._wrong(key, "a list")
        for position, each in enumerate(found):
            yield Object(each, f"{key}[{position}]")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        found = self._content.get(key)
        if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
            raise self._wrong(key, "a list of texts")
        return tuple(found)

    def inner(self, key: str) -> Object:
        """Return an object within this one."""
        return Object(self._content.get(key), f"{self._name}.{shortened(printable(key), 60)}")

    def settings(self, key: str) -> dict[str, str | None]:
        """Return an object of texts and nulls."""
        found = self._content.get(key)
        if not isinstance(found, dict) or not all(each is None or isinstance(each, str) for each in found.values()):
            raise self._wrong(key, "an object of texts")
        return found

    def keys(self) -> tuple[str, ...]:
        """Return the keys."""
        return tuple(self._content)

    def version(self, key: str, known: int) -> None:
        """Raise ShapeError unless the number is the known one."""
        found = self._content.get(key)
        if type(found) is not int or found != known:
            raise self._wrong(key, str(known))

    def _wrong(self, key: str, wanted: str) -> ShapeError:
        if key not in self._content:
            return ShapeError(f"{self._name} has no {key}")
        return ShapeError(f"{shortened(printable(key), 60)} of {self._name} is not {wanted}")


def report_of(whole: object) -> StoredReport:
    """Return the report under the keys of the contract; raises ShapeError."""
    content = Object(whole, "the report")
    content.version("schemaVersion", SCHEMA_VERSION)
    first = Where(content.text("accountId"), content.text("region"))
    judged = tuple(_judged(each, first) for each in content.objects("evaluations"))
    missed = tuple(_missed(each, first) for each in content.objects("errors"))
    started, finished = content.moment("startedAt"), content.moment("finishedAt")
    if content.has("places"):
        visited = tuple(_visited(each) for each in content.objects("places"))
    else:
        rules = dict.fromkeys([*(one.rule_id for one in judged), *(one.rule_id for one in missed)])
        visited = (Visited(first, started, finished, tuple(rules), None),)
    parameters: dict[str, dict[str, str | None]] = {}
    if content.has("parameters"):
        given = content.inner("parameters")
        parameters = {rule_id: given.settings(rule_id) for rule_id in given.keys()}  # noqa: SIM118 - no dict
    return StoredReport(judged, missed, visited, parameters, started, finished)


def _judged(content: Object, whole: Where) -> Judged:
    return Judged(
        where=_where(content, whole),
        rule_id=content.text("ruleId"),
        severity=content.one_of("severity", {severity.name: severity for severity in Severity}),
        duty=content.one_of("duty", DUTIES),
        resource_type=content.text("resourceType"),
        resource_id=content.text("resourceId"),
        resource_name=content.text("resourceName"),
        resource_arn=content.optional("resourceArn"),
        compliance=content.one_of("compliance", {each.value: each for each in Compliance}),
        annotation=content.text("annotation"),
        accepted=_accepted(content.inner("accepted")) if content.has("accepted") else None,
    )


def _accepted(content: Object) -> Acceptance:
    return Acceptance(content.text("owner"), content.text("reason"), content.day("expires"))


def _missed(content: Object, whole: Where) -> Missed:
    return Missed(
        where=_where(content, whole),
        rule_id=content.text("ruleId"),
        resource_id=content.optional("resourceId"),
        code=content.text("code"),
        message=content.any_text("message"),
    )


def _visited(content: Object) -> Visited:
    error = content.inner("error") if content.has("error") else None
    return Visited(
        where=Where(content.optional("accountId") or UNKNOWN_ACCOUNT, content.text("region")),
        started_at=content.moment("startedAt"),
        finished_at=content.moment("finishedAt"),
        rules=content.texts("rules"),
        error=None if error is None else f"{error.text('code')}: {error.any_text('message')}",
    )


def _where(content: Object, whole: Where) -> Where:
    """Return where something is from; what a report of one place does not say is that place's."""
    if not content.has("region"):
        return whole
    return Where(content.optional("accountId") or UNKNOWN_ACCOUNT, content.text("region"))
