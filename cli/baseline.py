"""Known violations that somebody accepts for a while: a reviewed file of entries with owner, reason and last day."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cli.report import Acceptance
from cli.rule_names import rule_ids, unknown
from rules.engine.verdict import Compliance, printable, shortened
from rules.permissions.patterns import wildcards

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cli.report import Evaluation, Report

LARGEST = 4 * 1024 * 1024
LONGEST_TEXT = 500
REQUIRED = ("rule", "resourceType", "owner", "reason", "expires")
SUBJECTS = ("resource", "pattern")
NARROWING = ("account", "region")
KEYS = (*REQUIRED, *SUBJECTS, *NARROWING)


class BaselineError(Exception):
    """A file is not a baseline; the message is one line that names the file, the entry and what is wrong with it."""


@dataclass(frozen=True)
class Entry:
    """
    One entry: which violations of a rule are accepted, by whom, why and until when.

    `resource` is an exact resource id; or `pattern` takes ids and names with `*` and `?`. `account` and `region` narrow
    it down where they are there. `position` counts from 1.
    """

    position: int
    rule: str
    resource_type: str
    acceptance: Acceptance
    resource: str | None = None
    pattern: str | None = None
    account: str | None = None
    region: str | None = None

    def __str__(self) -> str:
        return printable(f"Entry {self.position} ({self.rule}, {shortened(self.resource or self.pattern or '', 80)})")

    def is_about(self, report: Report) -> bool:
        """Say whether a place is one that the entry is about."""
        return self.account in (None, report.account_id) and self.region in (None, report.region)

    def takes(self, report: Report, one: Evaluation) -> bool:
        """Say whether an evaluation is a violation that the entry is about."""
        return (
            one.verdict.compliance is Compliance.NON_COMPLIANT
            and one.rule.id == self.rule
            and one.resource.type == self.resource_type
            and self.is_about(report)
            and self._names(one)
        )

    def _names(self, one: Evaluation) -> bool:
        if self.pattern is None:
            return one.resource.id == self.resource
        matcher = wildcards(self.pattern)
        return matcher.matches(one.resource.id) or matcher.matches(one.resource.name)


@dataclass(frozen=True)
class Baseline:
    """The entries of a file, in its order."""

    entries: tuple[Entry, ...]

    def applied(self, reports: Sequence[Report]) -> tuple[Report, ...]:
        """
        Return the reports with what is accepted, and with a warning for each entry that accepts nothing.

        An entry accepts until the end of its last day, in UTC, of the run. One of a rule or place that was not
        evaluated whole is not called unmatched.
        """
        accepted = tuple(
            replace(report, evaluations=tuple(self._judged(report, one) for one in report.evaluations))
            for report in reports
        )
        return (replace(accepted[0], warnings=(*accepted[0].warnings, *self._warnings(reports))), *accepted[1:])

    def _judged(self, report: Report, one: Evaluation) -> Evaluation:
        today = report.started_at.date()
        for entry in self._of(one):
            if today <= entry.acceptance.expires and entry.takes(report, one):
                return replace(one, accepted=entry.acceptance)
        return one

    def _of(self, one: Evaluation) -> Iterable[Entry]:
        """Yield the entries that may be about a resource, in the file's order: a file may have thousands."""
        exact = self._by_resource.get((one.rule.id, one.resource.id), ())
        return sorted((*exact, *self._by_resource.get((one.rule.id, None), ())), key=lambda entry: entry.position)

    @cached_property
    def _by_resource(self) -> dict[tuple[str, str | None], list[Entry]]:
        """The entries by rule and resource id; those with a pattern are under None."""
        found: dict[tuple[str, str | None], list[Entry]] = {}
        for entry in self.entries:
            found.setdefault((entry.rule, entry.resource), []).append(entry)
        return found

    def _warnings(self, reports: Sequence[Report]) -> Iterable[str]:
        today = min(report.started_at for report in reports).date()
        matched = {
            entry.position
            for report in reports
            for one in report.evaluations
            for entry in self._of(one)
            if entry.takes(report, one)
        }
        for entry in self.entries:
            if entry.rule not in rule_ids():
                yield f"{entry} of the baseline accepts nothing: {unknown('rule', entry.rule, rule_ids(), SEE_LIST)}."
            elif today > entry.acceptance.expires:
                day = entry.acceptance.expires.isoformat()
                owner = printable(entry.acceptance.owner)
                yield f"{entry} of the baseline expired on {day} and accepts nothing any more; its owner is {owner}."
            elif entry.position not in matched and _evaluated(entry, reports):
                yield f"{entry} of the baseline accepts nothing: there is no such violation any more."


SEE_LIST = "'ai-config-rules list' names them all"


def _evaluated(entry: Entry, reports: Sequence[Report]) -> bool:
    """Say whether the rule of an entry was evaluated without any failure in some place that the entry is about."""
    places = [
        report for report in reports if entry.is_about(report) and any(rule.id == entry.rule for rule in report.rules)
    ]
    failed = any(failure.rule.id == entry.rule for report in places for failure in report.failures)
    return bool(places) and not failed


def read_baseline(path: Path) -> Baseline:
    """Return the baseline in a TOML or YAML file; raises BaselineError for anything else."""
    name = repr(printable(str(path)))
    try:
        content = _content(path)
        return Baseline(tuple(_entries(content)))
    except OSError as error:
        raise BaselineError(f"{name}: {error.strerror}") from error
    except _EntryError as error:
        raise BaselineError(f"{name}: {printable(str(error))}") from error
    except (tomllib.TOMLDecodeError, _YamlError, RecursionError, ValueError, OverflowError) as error:
        # A date such as 2026-02-30 is a ValueError of the YAML reader.
        kind = "YAML" if _is_yaml(path) else "TOML"
        raise BaselineError(f"{name} is no {kind}: {shortened(printable(str(error)), 160)}") from error


class _EntryError(Exception):
    """What is wrong with the content of a file."""


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in (".yaml", ".yml")


def _content(path: Path) -> object:
    if path.suffix.lower() != ".toml" and not _is_yaml(path):
        raise _EntryError("a baseline is a file that ends in .toml, .yaml or .yml")
    if path.stat().st_size > LARGEST:
        raise _EntryError(f"larger than {LARGEST // 1024 // 1024} MiB")
    text = path.read_text(encoding="utf-8")
    return _of_yaml(text) if _is_yaml(path) else tomllib.loads(text)


class _YamlError(Exception):
    """The text is not YAML; the message is the reader's."""


def _of_yaml(text: str) -> Any:
    # Every check would wait for a reader that few baselines need.
    import yaml  # noqa: PLC0415

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise _YamlError(str(error)) from error


def _entries(content: object) -> Iterable[Entry]:
    if not isinstance(content, dict) or set(content) != {"accepted"} or not isinstance(content["accepted"], list):
        raise _EntryError("a baseline has one list, accepted, and nothing else")
    for position, given in enumerate(content["accepted"], start=1):
        yield _entry(position, given)


def _entry(position: int, given: object) -> Entry:
    if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
        raise _EntryError(f"entry {position} is no table of keys")
    for key in given:
        if key not in KEYS:
            raise _EntryError(f"entry {position}: {unknown('key', key, KEYS)}")
    for key in REQUIRED:
        if key not in given:
            raise _EntryError(f"entry {position} has no {key}")
    if ("resource" in given) is ("pattern" in given):
        raise _EntryError(f"entry {position} has to have either resource or pattern")
    texts = {key: _text(position, key, value) for key, value in given.items() if key != "expires"}
    if "pattern" in texts and not texts["pattern"].strip("*?"):
        raise _EntryError(f"entry {position}: pattern {texts['pattern']!r} takes everything; name something in it")
    return Entry(
        position,
        texts["rule"],
        texts["resourceType"],
        Acceptance(texts["owner"], texts["reason"], _day(position, given["expires"])),
        texts.get("resource"),
        texts.get("pattern"),
        texts.get("account"),
        texts.get("region"),
    )


def _text(position: int, key: str, value: Any) -> str:
    if key == "account" and type(value) is int:
        # YAML takes an account id for a number; one that begins with zeros has lost them.
        raise _EntryError(f"entry {position}: account is a number; put it in quotes")
    if not isinstance(value, str) or not value.strip():
        raise _EntryError(f"entry {position}: {key} is no text")
    if key in ("owner", "reason") and (len(value) > LONGEST_TEXT or not value.strip().isprintable()):
        raise _EntryError(f"entry {position}: {key} is not one line of at most {LONGEST_TEXT} characters")
    return value.strip() if key in ("owner", "reason") else value


def _day(position: int, value: object) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise _EntryError(f"entry {position}: expires is not a day such as 2027-03-31")
