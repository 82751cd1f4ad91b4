"""Events: a rule's function says in one line what it does not understand, and stores no verdict on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.sandbox import ACCOUNT_ID, Account, embedded_account
from cli.sandbox.config_events import ChangedResource
from cli.sandbox.services.config_rules import ConfigAccount
from rules.engine.errors import CollectionError, EventError, ReportingError, UnreadableResourcesError
from rules.engine.resource import ACCOUNT_TYPE
from rules.guardrails.bedrock_guardrail_content_filtered import BedrockGuardrailContentFiltered
from tests.fuzz.budget import examples
from tests.fuzz.limits import at_most
from tests.fuzz.odd_values import as_text, changed, odd_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULE: Final = BedrockGuardrailContentFiltered
NAME: Final = RULE.id
DECLARED: Final = (CollectionError, EventError, ReportingError, UnreadableResourcesError)
LONGEST: Final = 5_000
CATEGORIES: Final = ("SEXUAL", "VIOLENCE", "HATE", "INSULTS", "MISCONDUCT", "PROMPT_ATTACK")


class Rig:
    """AWS Config with the rule, an account with a good guardrail, and the right events about it."""

    def __init__(self, account: Account) -> None:
        bedrock, config = boto3.client("bedrock"), boto3.client("config")
        filters = [
            {"type": one, "inputStrength": "HIGH", "outputStrength": "NONE" if one == "PROMPT_ATTACK" else "HIGH"}
            for one in CATEGORIES
        ]
        self.arn: str = bedrock.create_guardrail(
            name="good",
            blockedInputMessaging="No.",
            blockedOutputsMessaging="No.",
            contentPolicyConfig={"filtersConfig": filters},
        )["guardrailArn"]
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": f"arn:aws:iam::{ACCOUNT_ID}:role/r"}
        )
        config.put_config_rule(
            ConfigRule={"ConfigRuleName": NAME, "Source": {"Owner": "AWS", "SourceIdentifier": "ANY"}}
        )
        self.results = ConfigAccount(ACCOUNT_ID, "us-east-1", "aws", account.tables).results(NAME)
        self._handler = RULE.lambda_handler()
        events, kind = account.config_events(), "AWS::Bedrock::Guardrail"
        resource = ChangedResource(kind, self.arn, "good", self.arn, configuration={"name": "good"})
        self.events: Mapping[str, dict[str, Any]] = {
            "scheduled": events.scheduled(NAME),
            "changed": events.changed(NAME, resource),
            "oversized": events.oversized(NAME, resource),
            "timed": events.oversized(NAME, resource, timed=True),
            "deleted": events.changed(NAME, ChangedResource(kind, self.arn, "good", status="ResourceDeleted")),
            "left": events.changed(NAME, resource, left_scope=True),
        }

    def stored(self, event: Mapping[str, Any]) -> tuple[dict[tuple[str, str], str], str | None]:
        """Return what AWS Config has after the event, and the message of a failure of a declared kind."""
        self.results.clear()
        try:
            with at_most(5):
                self._handler(event, None)
        except DECLARED as error:
            return self._rows(), str(error)
        return self._rows(), None

    def _rows(self) -> dict[tuple[str, str], str]:
        return {key: row["ComplianceType"] for key, row in self.results.items()}


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with embedded_account() as account:
        yield Rig(account)


@pytest.mark.slow
def test_the_events_themselves_are_understood(rig: Rig) -> None:
    verdicts = {name: rig.stored(event) for name, event in rig.events.items()}
    resource = ("AWS::Bedrock::Guardrail", rig.arn)
    good: Any = ({resource: "COMPLIANT"}, None)
    gone: Any = ({resource: "NOT_APPLICABLE"}, None)
    assert verdicts == {
        "scheduled": good,
        "changed": good,
        "oversized": good,
        "timed": good,
        # Late news: the guardrail is there.
        "deleted": good,
        "left": gone,
    }


KINDS: Final = st.sampled_from(("scheduled", "changed", "oversized", "timed", "deleted", "left"))


@pytest.mark.slow
@given(st.data(), KINDS)
@examples(150)
def test_a_changed_notification_is_judged_rightly_or_refused(rig: Rig, data: st.DataObject, kind: str) -> None:
    event = rig.events[kind]
    notification = data.draw(changed(json.loads(event["invokingEvent"])))
    require_sense(rig, event | {"invokingEvent": data.draw(as_text(notification))})


@pytest.mark.slow
@given(st.data(), KINDS)
@examples(100)
def test_a_changed_event_is_judged_rightly_or_refused(rig: Rig, data: st.DataObject, kind: str) -> None:
    require_sense(rig, data.draw(changed(rig.events[kind])))


@pytest.mark.slow
@given(st.data(), KINDS)
@examples(50)
def test_parameters_of_an_event_are_taken_or_refused(rig: Rig, data: st.DataObject, kind: str) -> None:
    given_ = data.draw(st.dictionaries(st.sampled_from(("exemptTag", "minStrength", "x", "")), odd_values()))
    require_sense(rig, rig.events[kind] | {"ruleParameters": data.draw(as_text(given_))})


def require_sense(rig: Rig, event: Any) -> None:
    """Require what the event says to be understood: only the good guardrail, by id or ARN, is COMPLIANT."""
    stored, failure = rig.stored(event)
    for kind, resource_id in stored:
        assert kind in (ACCOUNT_TYPE, "AWS::Bedrock::Guardrail")
        if stored[kind, resource_id] == "COMPLIANT":
            assert rig.arn in (resource_id, *_arns(event))
        else:
            assert stored[kind, resource_id] == "NOT_APPLICABLE"
    if failure is not None:
        assert failure.isprintable(), failure
        assert len(failure) <= LONGEST, failure
        assert not stored


def _arns(event: Any) -> list[Any]:
    notification = json.loads(event["invokingEvent"])
    item = notification.get("configurationItem") or notification.get("configurationItemSummary") or {}
    return [item.get("ARN"), item.get("arn")]
