"""One invocation of a rule's Lambda function: the event that AWS Config sent, judged, reported, and failed loudly."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from rdklib import Evaluation, Evaluator

from rules.engine.assessment import Assessment, assess, assess_change
from rules.engine.aws import Aws
from rules.engine.errors import MESSAGE_LIMIT, EventError, ReportingError, UnreadableResourcesError
from rules.engine.notification import CHANGE, changed_resource, checked, now_of
from rules.engine.reporting import LEFT_SCOPE, Reporter
from rules.engine.surroundings import refuse_detours
from rules.engine.verdict import Compliance, listed, printable, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rdklib import ClientFactory

    from rules.engine.resource import Unreadable
    from rules.engine.rule import ChangeRule, Rule

log = logging.getLogger(__name__)

DELETED = frozenset({"ResourceDeleted", "ResourceDeletedNotRecorded", "ResourceNotRecorded"})

PROMPT = timedelta(hours=1)
"""How old a notification may be to tell the time: AWS Lambda tries again for hours, and queues keep events for days."""


class Invocation(dict[str, Any]):
    """
    The event in the form that rdklib reads, with what the invocation learns on its way.

    Raises EventError for an event that AWS Config does not send.
    """

    def __init__(self, event: object) -> None:
        taken, self.notification = checked(event)
        super().__init__(taken)
        is_change = self.notification["messageType"] == CHANGE
        self.changed = changed_resource(self.notification) if is_change else None
        self.unreadable: tuple[Unreadable, ...] = ()
        self._reporter: Reporter | None = None

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Invocation:
        """Return the invocation that rdklib hands around as its event, or a new one for a plain event."""
        return event if isinstance(event, cls) else cls(event)

    def periodic(self, rule: Rule[Any], client_factory: ClientFactory) -> list[Evaluation]:
        """Judge the account; return the evaluations, with earlier verdicts that have to go as NOT_APPLICABLE."""
        aws, reporter = self._open(client_factory)
        assessment = assess(rule, aws)
        self.unreadable = assessment.unreadable
        evaluations = _evaluations(assessment)
        reported = {(one.resource.type, one.resource.id) for one in assessment.judged}
        kept = {(one.resource.type, one.resource.id) for one in assessment.unreadable}
        left = {(one.resource.type, one.resource.id): one.verdict for one in assessment.out_of_scope}
        for key in reporter.to_clear(self["configRuleName"], reported, kept):
            sentence = left[key].annotation if key in left else LEFT_SCOPE
            evaluations.append(Evaluation(Compliance.NOT_APPLICABLE.value, key[1], key[0], sentence))
        return evaluations

    def change(self, rule: ChangeRule[Any], client_factory: ClientFactory, item: Mapping[str, Any]) -> list[Evaluation]:
        """
        Judge the changed resource as it is now; a deleted one, or one that left the scope, is NOT_APPLICABLE.

        The news of a deletion may come after the resource was made anew: what can be read is not deleted.
        """
        aws, _ = self._open(client_factory)
        if self["eventLeftScope"]:
            return [Evaluation(Compliance.NOT_APPLICABLE.value, annotation="The resource left the rule's scope.")]
        assessment = assess_change(rule, aws, changed_resource(self.notification))
        is_there = any(one.verdict.in_scope for one in assessment.judged)
        if item.get("configurationItemStatus") in DELETED and not is_there:
            return [Evaluation(Compliance.NOT_APPLICABLE.value, annotation="The resource was deleted.")]
        self.unreadable = assessment.unreadable
        return _evaluations(assessment)

    def finish(self) -> None:
        """
        Report what had to wait, then fail for resources that could not be read.

        Raises UnreadableResourcesError naming them; everything else is reported by then.
        """
        if self._reporter is not None:
            self._reporter.finish(self["accountId"])
        if self.unreadable:
            names = listed(
                (f"{one.resource.type} {one.resource.name} ({one.code}: {one.message})" for one in self.unreadable),
                most=10,
                longest=400,
            )
            message = f"{len(self.unreadable)} could not be read: {names}"
            raise UnreadableResourcesError(message, (one.resource for one in self.unreadable))

    def _open(self, client_factory: ClientFactory) -> tuple[Aws, Reporter]:
        if boto3.DEFAULT_SESSION is None:
            boto3.setup_default_session()
        session = boto3.DEFAULT_SESSION
        aws = Aws(session, account_id=self["accountId"], region=session.region_name, now=self._now())
        reporter = Reporter(aws.client("config"), self._ordering())
        # rdklib asks this factory for the client that it reports through.
        client_factory.build_client = lambda *_args, **_keywords: reporter
        self._reporter = reporter
        return aws, reporter

    def _ordering(self) -> str:
        item = self.notification.get("configurationItem") or {}
        return str(item.get("configurationItemCaptureTime") or self.notification.get("notificationCreationTime"))

    def _now(self) -> datetime:
        """Return the time to judge by: that of a prompt notification, so that the same event is judged alike."""
        now = datetime.now(UTC)
        made = now_of(self.notification)
        return made if made is not None and abs(now - made) < PROMPT else now


def handler_of(rule: type[Rule[Any]]) -> Callable[[Mapping[str, Any], object], None]:
    """
    Return the Lambda entry point of a rule class.

    It returns None when everything was evaluated and stored. It raises otherwise: AWS Config ignores what a
    function returns, and only a failed invocation shows up in the Errors metric, the retries and the on-failure
    queue. rdklib turns errors into a returned dictionary, which is a failure here.
    It refuses an environment that could lead it to other answers than AWS's (see `refuse_detours`).
    """

    def handler(event: Mapping[str, Any], context: object) -> None:
        log.setLevel(logging.INFO)
        refuse_detours()
        invocation = Invocation(event)
        if invocation.changed is not None and invocation.changed.type not in rule.resource_types:
            allowed = ", ".join(rule.resource_types) or "none"
            given = shortened(printable(invocation.changed.type), MESSAGE_LIMIT)
            raise EventError(f"{rule.id} is not triggered by changes of {given}; allowed: {allowed}")
        outcome = Evaluator(rule(), list(rule.resource_types), is_applicable_status=True).handle(invocation, context)
        if isinstance(outcome, dict):
            code = outcome.get("customerErrorCode") or "InternalError"
            reason = outcome.get("customerErrorMessage") or outcome.get("internalErrorDetails")
            raise ReportingError(f"{rule.id}: {code}: {shortened(printable(str(reason)), MESSAGE_LIMIT)}")
        log.info(json.dumps({"ruleId": rule.id, "reported": len(outcome), "unreadable": len(invocation.unreadable)}))
        invocation.finish()

    return handler


def _evaluations(assessment: Assessment) -> list[Evaluation]:
    return [
        Evaluation(one.verdict.compliance.value, one.resource.id, one.resource.type, one.verdict.annotation)
        for one in assessment.judged
    ]
