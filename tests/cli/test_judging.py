from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from cli.account import OpenAccount, open_session
from cli.judging import Watcher, judge
from cli.report import Failure
from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.collector import reads
from rules.engine.resource import Resource, Unreadable
from rules.engine.verdict import Verdict, not_applicable
from rules.facts.kms import key
from tests.rules.engine.sample_rules import BUCKET, CONTENT, AccountGood, BoxesGood, BoxGood, box

LOCKED = Unreadable(Resource(BUCKET, "locked", "locked", None), "AccessDenied", "GetKey: not authorized")
SECRET = "AKIAIOSFODNN7EXAMPLE"


@reads()
def keys_of_nobody(aws: Aws) -> tuple[Any, ...]:
    """Return nothing, after asking for a key that does not exist."""
    key(aws, "alias/none")
    return ()


class KeysOfNobody(BoxesGood):
    """A rule that has nothing to judge."""

    id = "keys-of-nobody"
    collect = keys_of_nobody


@dataclass(frozen=True)
class Broken(BoxesGood):
    """A rule with a defect."""

    id = "broken"

    def judge(self, one: Any, /) -> Verdict:
        """Fail, quoting a secret."""
        raise RuntimeError(SECRET + str(one))


@pytest.fixture(autouse=True)
def content() -> Iterator[None]:
    CONTENT.clear()
    yield
    CONTENT.clear()


@pytest.fixture
def opened(account: Account) -> OpenAccount:
    return open_session(account.session())


class Notes(Watcher):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.through: list[str] = []

    def started(self, rule_id: str) -> None:
        self.begun.append(rule_id)

    def done(self, rule_id: str) -> None:
        self.through.append(rule_id)


def found(report: Any) -> list[tuple[str, str, str]]:
    return [(one.rule.id, one.resource.name, one.verdict.compliance.value) for one in report.evaluations]


def test_reports_rules_in_order_and_their_resources_sorted(opened: OpenAccount) -> None:
    CONTENT.extend([box("b", good=False), box("a"), box("z", resource_type="AWS::IAM::Role"), box("other", good=None)])
    report = judge([BoxGood(), BoxesGood()], opened)

    assert found(report) == [
        *(("box-good", "z", "COMPLIANT"), ("box-good", "a", "COMPLIANT"), ("box-good", "b", "NON_COMPLIANT")),
        *(("boxes-good", "z", "COMPLIANT"), ("boxes-good", "a", "COMPLIANT"), ("boxes-good", "b", "NON_COMPLIANT")),
    ]
    assert (report.account_id, report.region, report.failures) == ("123456789012", "us-east-1", ())
    assert report.rules == (BoxGood, BoxesGood)
    assert report.started_at <= report.finished_at


def test_says_when_there_is_nothing_to_judge(opened: OpenAccount) -> None:
    (one,) = judge([BoxesGood()], opened).evaluations

    assert (one.resource, one.verdict) == (opened.aws.account, not_applicable("There are no boxes."))


def test_reads_shared_facts_once_and_counts_calls(account: Account, opened: OpenAccount) -> None:
    report = judge([BoxesGood(), BoxGood(), AccountGood()], opened)

    assert [call.action for call in account.calls] == ["sts:GetCallerIdentity", "kms:ListKeys"]
    assert report.api_calls == 2


def test_counts_a_retried_call_once(account: Account, opened: OpenAccount) -> None:
    account.faults.add(Fault("throttle", "kms:ListKeys", times=2))
    report = judge([BoxesGood()], opened)

    assert report.failures == ()
    assert [call.action for call in account.calls].count("kms:ListKeys") == 3
    assert report.api_calls == 2


def test_a_failed_rule_has_no_verdicts_and_silences_no_other(account: Account, opened: OpenAccount) -> None:
    CONTENT.append(box("a"))
    account.faults.add(Fault("deny", "kms:ListKeys"))
    report = judge([BoxesGood(), KeysOfNobody()], opened)

    assert [(one.rule.id, one.resource, one.code) for one in report.failures] == [
        ("boxes-good", None, "AccessDeniedException")
    ]
    assert "ListKeys" in report.failures[0].message
    assert found(report) == [("keys-of-nobody", "123456789012", "NOT_APPLICABLE")]


def test_an_unreadable_resource_is_named_beside_the_readable_ones(opened: OpenAccount) -> None:
    CONTENT.extend([box("a"), LOCKED, box("b", good=False)])
    report = judge([BoxesGood()], opened)

    assert found(report) == [("boxes-good", "a", "COMPLIANT"), ("boxes-good", "b", "NON_COMPLIANT")]
    assert report.failures == (Failure(BoxesGood, LOCKED.resource, "AccessDenied", "GetKey: not authorized"),)


def test_only_unreadable_resources_leave_no_verdict_at_all(opened: OpenAccount) -> None:
    CONTENT.append(LOCKED)

    assert judge([BoxesGood()], opened).evaluations == ()


def test_a_defect_is_reported_by_type_without_what_it_quotes(opened: OpenAccount) -> None:
    CONTENT.append(box("a"))
    report = judge([Broken(), BoxGood()], opened)

    (failure,) = report.failures
    assert (failure.rule, failure.resource, failure.code) == (Broken, None, "InternalError")
    assert "RuntimeError at rules/engine/assessment.py:" in failure.message
    assert SECRET not in failure.message
    assert found(report) == [("box-good", "a", "COMPLIANT")]


def test_tells_when_each_rule_is_through(opened: OpenAccount) -> None:
    watcher = Notes()
    judge([BoxesGood(), BoxGood(), AccountGood()], opened, watcher)

    assert sorted(watcher.begun) == sorted(watcher.through) == ["account-good", "box-good", "boxes-good"]


def test_an_interruption_is_passed_on(opened: OpenAccount) -> None:
    class Interrupting(Watcher):
        def done(self, rule_id: str) -> None:
            raise KeyboardInterrupt(rule_id)

    with pytest.raises(KeyboardInterrupt):
        judge([BoxesGood(), BoxGood()], opened, Interrupting())


def test_tells_the_parameters_in_force(opened: OpenAccount) -> None:
    report = judge([BoxGood(), BoxesGood.configured({"least": "5", "kinds": "text", "exemptTag": "owner=me"})], opened)

    assert report.parameters == {
        "box-good": {"exemptTag": None},
        "boxes-good": {
            "exemptTag": "owner=me",
            "least": "5",
            "share": "0.5",
            "strict": "true",
            "label": None,
            "mode": "any",
            "kinds": "text",
            "trustedAccounts": None,
        },
    }


@reads()
def tagged_boxes(aws: Aws) -> tuple[Any, ...]:
    """Return a box with the tags that were read of it."""
    return (replace(box("a"), tags=aws.tags("a", lambda: {"team": "ai"})),)


class TaggedBoxes(BoxesGood):
    """A rule whose boxes have tags."""

    id = "tagged-boxes"
    collect = tagged_boxes


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        pytest.param({}, "COMPLIANT", id="no exemption"),
        pytest.param({"exemptTag": "team=ai"}, "NOT_APPLICABLE", id="an exemption"),
    ],
)
def test_tags_are_read_where_a_rule_exempts(opened: OpenAccount, parameters: dict[str, str], wanted: str) -> None:
    reports = [judge([TaggedBoxes.configured({})], opened), judge([TaggedBoxes.configured(parameters)], opened)]

    assert [found(report) for report in reports] == [
        [("tagged-boxes", "a", "COMPLIANT")],
        [("tagged-boxes", "a", wanted)],
    ]
