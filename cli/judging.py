"""Judging an account with many rules at once: one pass of the account, one failure per rule that fails."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.report import Evaluation, Failure, Report
from rules.engine.assessment import Assessment, assess
from rules.engine.errors import CollectionError
from rules.engine.parameters import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.account import OpenAccount
    from rules.engine.rule import Rule

RULES_AT_ONCE = 12
"""Rules under way together: some of them always wait for what another one reads for all."""

ROOT = Path(__file__).parent.parent


class Watcher:
    """Somebody who is told about each rule, from whichever thread; this one does not care."""

    def started(self, rule_id: str) -> None:
        """Take note that a rule begins to read."""

    def done(self, rule_id: str) -> None:
        """Take note that a rule is through."""


NOBODY = Watcher()


def judge(rules: Sequence[Rule[Any]], account: OpenAccount, watcher: Watcher = NOBODY) -> Report:
    """
    Return the report of `rules` on the account.

    Facts that several rules need are read once; tags are not read where no rule exempts by them. A rule that fails has
    no evaluations and one failure; a resource that cannot be read is a failure beside the rule's other evaluations.
    """
    exempting = any(rule.exempt_tag is not None for rule in rules)
    aws = account.aws if exempting else account.aws.without_exemptions()

    def watched(rule: Rule[Any]) -> Assessment:
        watcher.started(rule.id)
        return assess(rule, aws)

    with ThreadPoolExecutor(RULES_AT_ONCE, thread_name_prefix="rule") as pool:
        try:
            running = {pool.submit(watched, rule): rule for rule in rules}
            for future in as_completed(running):
                watcher.done(running[future].id)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    evaluations: list[Evaluation] = []
    failures: list[Failure] = []
    for future, rule in running.items():
        judged, failed = _outcome(type(rule), future)
        evaluations += sorted(judged, key=lambda one: (one.resource.type, one.resource.name, one.resource.id))
        failures += failed
    return Report(
        account_id=account.aws.account_id,
        region=account.aws.region,
        started_at=account.aws.now,
        finished_at=datetime.now(UTC),
        rules=tuple(type(rule) for rule in rules),
        evaluations=tuple(evaluations),
        failures=tuple(failures),
        api_calls=account.calls.count,
        parameters={rule.id: in_force(rule) for rule in rules},
    )


def in_force(rule: Rule[Any]) -> dict[str, str | None]:
    """Return a configured rule's parameters by name: the text that AWS Config would carry, None where not set."""
    return {each.name: written(getattr(rule, each.field)) for each in rule.parameters()}


def _outcome(rule: type[Rule[Any]], future: Future[Assessment]) -> tuple[list[Evaluation], list[Failure]]:
    error = future.exception()
    if error is None:
        assessment = future.result()
        return (
            [Evaluation(rule, one.resource, one.verdict) for one in assessment.judged],
            [Failure(rule, one.resource, one.code, one.message) for one in assessment.unreadable],
        )
    if isinstance(error, CollectionError):
        return [], [Failure(rule, None, error.code, error.message)]
    if not isinstance(error, Exception):
        raise error
    return [], [Failure(rule, None, "InternalError", _defect(error))]


def _defect(error: Exception) -> str:
    """Return what to report about a defect of a rule: the type and the place, since a message may quote secrets."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(ROOT / "rules"):
            place = f" at {file.relative_to(ROOT).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"The rule failed with {type(error).__name__}{place}; this is a defect of the program."
