import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account
from cli.sandbox.config_events import ChangedResource, ConfigEvents
from rules.engine.aws import Aws
from rules.engine.errors import CollectionError, EventError, ReportingError, UnreadableResourcesError
from rules.engine.resource import Resource, Unreadable
from rules.engine.rule import Rule
from tests.rules.engine.sample_rules import BUCKET, CONTENT, BoxesGood, BoxGood, box

RULE = "boxes-conformance-pack-abc123xyz"
ACCOUNT = ("AWS::::Account", "123456789012")
UNREADABLE = Unreadable(Resource(BUCKET, "dark", "dark"), "AccessDenied", "GetBucketPolicy: no")


class Rig:
    """AWS Config with one rule, and that rule's function."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.config = boto3.client("config")
        self.config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::123456789012:role/r"}
        )
        self.put({})
        self.events: ConfigEvents = account.config_events()

    def put(self, parameters: dict[str, str]) -> None:
        self.config.put_config_rule(
            ConfigRule={
                "ConfigRuleName": RULE,
                "Source": {"Owner": "AWS", "SourceIdentifier": "ANY"},
                "InputParameters": json.dumps(parameters),
            }
        )

    def scheduled(self, rule: type[Rule[Any]] = BoxesGood) -> None:
        rule.lambda_handler()(self.events.scheduled(RULE), None)

    def changed(self, name: str = "a", **item: Any) -> None:
        resource = ChangedResource(BUCKET, name, name, **item)
        BoxGood.lambda_handler()(self.events.changed(RULE, resource), None)

    @property
    def results(self) -> dict[tuple[str, str], tuple[str, str]]:
        pages = self.config.get_paginator("get_compliance_details_by_config_rule").paginate(ConfigRuleName=RULE)
        return {
            (qualifier["ResourceType"], qualifier["ResourceId"]): (result["ComplianceType"], result["Annotation"])
            for page in pages
            for result in page["EvaluationResults"]
            for qualifier in [result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]]
        }


GOOD = ("COMPLIANT", "The box is good.")
BAD = ("NON_COMPLIANT", "The box is bad; a good one is wanted.")
LEFT = ("NOT_APPLICABLE", "The resource no longer exists, or left the scope of the rule.")


@pytest.fixture
def rig(account: Account) -> Iterator[Rig]:
    CONTENT.clear()
    yield Rig(account)
    CONTENT.clear()


def test_reports_every_resource_in_batches_of_a_hundred(rig: Rig) -> None:
    CONTENT.extend(box(f"box-{number}", good=number % 2 == 0) for number in range(250))

    rig.scheduled()

    puts = [call for call in rig.account.calls if call.operation == "PutEvaluations"]
    assert len(puts) == 3
    assert len(rig.results) == 250
    assert rig.results[BUCKET, "box-0"] == GOOD
    assert rig.results[BUCKET, "box-249"] == BAD


def test_an_empty_account_is_not_applicable(rig: Rig) -> None:
    rig.scheduled()

    assert rig.results == {ACCOUNT: ("NOT_APPLICABLE", "There are no boxes.")}


def test_what_left_becomes_not_applicable_with_the_reason_where_it_is_known(rig: Rig) -> None:
    CONTENT.extend([box("gone", good=False), box("moved", good=False), box("here", good=False)])
    rig.scheduled()

    CONTENT[:] = [box("moved", good=None), box("here", good=True)]
    rig.scheduled()

    assert rig.results == {
        (BUCKET, "gone"): LEFT,
        (BUCKET, "moved"): ("NOT_APPLICABLE", "This box is none of the rule's business."),
        (BUCKET, "here"): GOOD,
    }


def test_the_same_id_under_another_type_is_another_resource(rig: Rig) -> None:
    CONTENT.append(box("twin", good=False, resource_type="AWS::EC2::VPC"))
    rig.scheduled()

    CONTENT[:] = [box("twin")]
    rig.scheduled()

    assert rig.results == {("AWS::EC2::VPC", "twin"): LEFT, (BUCKET, "twin"): GOOD}


def test_an_unreadable_resource_keeps_its_evaluation_and_fails_the_invocation(rig: Rig) -> None:
    CONTENT.extend([box("a", good=False), box("dark", good=False), box("b")])
    rig.scheduled()

    CONTENT[:] = [box("a"), UNREADABLE, box("b", good=False)]
    with pytest.raises(UnreadableResourcesError) as failure:
        rig.scheduled()

    assert str(failure.value) == f"1 could not be read: {BUCKET} dark (AccessDenied: GetBucketPolicy: no)"
    assert rig.results == {(BUCKET, "a"): GOOD, (BUCKET, "dark"): BAD, (BUCKET, "b"): BAD}


def test_nothing_is_sent_when_only_unreadable_resources_are_there(rig: Rig) -> None:
    CONTENT.append(UNREADABLE)

    with pytest.raises(UnreadableResourcesError):
        rig.scheduled()

    assert rig.results == {}


def test_a_denied_listing_fails_the_invocation_and_leaves_evaluations_alone(rig: Rig) -> None:
    CONTENT.append(box("a", good=False))
    rig.scheduled()

    rig.account.faults.deny("kms:ListKeys")
    with pytest.raises(CollectionError, match="boxes-good: AccessDeniedException"):
        rig.scheduled()

    assert rig.results == {(BUCKET, "a"): BAD}


def test_a_refused_parameter_fails_the_invocation_and_names_what_is_allowed(rig: Rig) -> None:
    rig.put({"least": "many"})

    with pytest.raises(ReportingError, match=r"parameter least='many'; allowed: whole numbers from 1 to 90"):
        rig.scheduled()

    assert rig.results == {}


def test_parameters_reach_the_rule(rig: Rig) -> None:
    rig.put({"exemptTag": "exempt=yes"})
    CONTENT.append(box("a", good=False, exempt="yes"))

    rig.scheduled()

    assert rig.results == {(BUCKET, "a"): ("NOT_APPLICABLE", "Exempt by the tag exempt=yes.")}


def test_a_failed_report_fails_the_invocation(rig: Rig) -> None:
    CONTENT.append(box("a"))
    rig.account.faults.deny("config:PutEvaluations")

    with pytest.raises(ReportingError, match="AccessDeniedException"):
        rig.scheduled()


def test_an_expired_token_fails_the_invocation(rig: Rig) -> None:
    event = rig.events.scheduled(RULE) | {"resultToken": "expired"}

    with pytest.raises(ReportingError, match="resultToken"):
        BoxesGood.lambda_handler()(event, None)


@pytest.mark.parametrize(
    ("good", "result"),
    [(True, GOOD), (False, BAD), (None, ("NOT_APPLICABLE", "This box is none of the rule's business."))],
)
def test_a_change_is_answered_by_reading_the_resource_again(
    rig: Rig, good: bool | None, result: tuple[str, str]
) -> None:
    CONTENT.append(box("a", good=good))

    rig.changed("a", configuration={"lies": "in the configuration item"})

    assert rig.results == {(BUCKET, "a"): result}


def test_an_oversized_change_is_answered_from_its_summary(rig: Rig) -> None:
    CONTENT.append(box("a", good=False))

    for timed in (False, True):
        event = rig.events.oversized(RULE, ChangedResource(BUCKET, "a", "a"), timed=timed)
        BoxGood.lambda_handler()(event, None)

    assert rig.results == {(BUCKET, "a"): BAD}
    assert "GetResourceConfigHistory" not in {call.operation for call in rig.account.calls}


@pytest.mark.parametrize("status", ["ResourceDeleted", "ResourceDeletedNotRecorded", "ResourceNotRecorded"])
def test_a_deleted_resource_becomes_not_applicable(rig: Rig, status: str) -> None:
    rig.changed("a", status=status)

    assert rig.results == {(BUCKET, "a"): ("NOT_APPLICABLE", "The resource was deleted.")}


def test_a_deleted_resource_need_not_be_readable(rig: Rig) -> None:
    CONTENT.append(box("a", good=False))
    rig.account.faults.deny("kms:DescribeKey")

    rig.changed("a", status="ResourceDeleted")

    assert rig.results == {(BUCKET, "a"): ("NOT_APPLICABLE", "The resource was deleted.")}


def test_late_news_of_a_deletion_says_nothing_of_what_was_made_anew(rig: Rig) -> None:
    CONTENT.append(box("a", good=False))

    rig.changed("a", status="ResourceDeleted")

    assert rig.results == {(BUCKET, "a"): BAD}


def test_a_resource_that_left_the_scope_becomes_not_applicable(rig: Rig) -> None:
    CONTENT.append(box("a", good=False))
    event = rig.events.changed(RULE, ChangedResource(BUCKET, "a", "a"), left_scope=True)

    BoxGood.lambda_handler()(event, None)

    assert rig.results == {(BUCKET, "a"): ("NOT_APPLICABLE", "The resource left the rule's scope.")}


def test_an_unreadable_change_leaves_the_evaluation_alone_and_fails(rig: Rig) -> None:
    CONTENT.append(box("a", good=False))
    rig.changed("a")

    rig.account.faults.deny("kms:DescribeKey")
    with pytest.raises(UnreadableResourcesError, match="1 could not be read: AWS::S3::Bucket a"):
        rig.changed("a")

    assert rig.results == {(BUCKET, "a"): BAD}


def test_one_run_reads_a_fact_once_and_the_next_run_reads_it_again(rig: Rig) -> None:
    rig.scheduled()
    rig.scheduled()

    assert [call.operation for call in rig.account.calls].count("ListKeys") == 2


TOLD: list[datetime] = []


@dataclass(frozen=True)
class Timed(BoxesGood):
    """A rule that tells what time it judges by."""

    def facts(self, aws: Aws) -> tuple[()]:
        TOLD.append(aws.now)
        return ()


@pytest.mark.parametrize(
    ("minutes", "prompt"),
    [(-10, True), (-59, True), (-61, False), (59, True), (61, False)],
    ids=["prompt", "just prompt", "tried again for hours", "by a clock that is ahead", "by a clock that is far ahead"],
)
def test_judges_by_the_time_of_a_prompt_event(rig: Rig, minutes: int, *, prompt: bool) -> None:
    TOLD.clear()
    now = datetime.now(UTC)
    sent = (now + timedelta(minutes=minutes)).replace(microsecond=0)
    event = rig.events.scheduled(RULE)
    notification = json.loads(event["invokingEvent"]) | {"notificationCreationTime": sent.isoformat()}
    Timed.lambda_handler()(event | {"invokingEvent": json.dumps(notification)}, None)

    (told,) = TOLD
    assert told == sent if prompt else abs(told - now) < timedelta(minutes=1)


def test_a_resource_of_a_type_that_config_does_not_take_is_told_of_the_account(rig: Rig) -> None:
    kind = "AWS::SageMaker::TrainingJob"
    rig.account.faults.refuse_resource_type(kind)
    CONTENT.append(box("job", good=False, resource_type=kind))
    rig.scheduled()

    assert rig.results == {
        ACCOUNT: ("NON_COMPLIANT", f"NON_COMPLIANT: job. AWS Config takes no evaluations of {kind}.")
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resultToken": ""}, "the event has no resultToken; only AWS Config may invoke this function"),
        ({"invokingEvent": "{"}, "the event's invokingEvent is not a notification of AWS Config"),
        ({"invokingEvent": "[]"}, "the event's invokingEvent is not a notification of AWS Config"),
        (
            {"invokingEvent": '{"messageType": "ConfigurationSnapshotDeliveryCompleted"}'},
            (
                "messageType is 'ConfigurationSnapshotDeliveryCompleted'; "
                "allowed: ConfigurationItemChangeNotification, "
                "OversizedConfigurationItemChangeNotification, ScheduledNotification"
            ),
        ),
        (
            {"invokingEvent": '{"messageType": "OversizedConfigurationItemChangeNotification"}'},
            "the notification has no configuration item",
        ),
        (
            {
                "invokingEvent": '{"messageType": "ConfigurationItemChangeNotification", '
                '"configurationItem": {"configurationItemStatus": "OK", "resourceType": "AWS::S3::Bucket"}}'
            },
            "the configuration item has no 'resourceId'",
        ),
    ],
)
def test_refuses_what_config_does_not_send(rig: Rig, changes: dict[str, str], message: str) -> None:
    with pytest.raises(EventError) as refused:
        BoxGood.lambda_handler()(rig.events.scheduled(RULE) | changes, None)

    assert str(refused.value) == message


def test_a_rule_that_changes_do_not_trigger_refuses_them(rig: Rig) -> None:
    event = rig.events.changed(RULE, ChangedResource(BUCKET, "a"))

    with pytest.raises(EventError, match="boxes-good is not triggered by changes of AWS::S3::Bucket; allowed: none"):
        BoxesGood.lambda_handler()(event, None)


def test_an_error_that_rdklib_would_swallow_reaches_lambda(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def confused(*_: object) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "DescribeKey")

    monkeypatch.setattr(BoxesGood, "judge", confused)
    CONTENT.append(box("a"))

    with pytest.raises(ReportingError, match="slow down"):
        rig.scheduled()


def test_the_wheel_of_rdklib_is_the_one_that_calls_put_evaluations() -> None:
    evaluations = import_module("rdklib.util.evaluations")

    assert evaluations.process_evaluations.__module__ == "rdklib.util.external"
