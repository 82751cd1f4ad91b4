import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import guardduty
from rules.facts.bedrock_usage import BedrockUsage
from rules.facts.guardduty import Detector, FindingResponse

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:respond"
PRODUCT = "arn:aws:securityhub:us-east-1:123456789012:product-subscription/aws/guardduty"


@pytest.fixture
def client(account: Account) -> Any:
    return account.session().client("guardduty")


def make_rule(account: Account) -> None:
    events = account.session().client("events")
    events.put_rule(Name="findings", EventPattern=json.dumps({"source": ["aws.guardduty"]}))
    events.put_targets(Rule="findings", Targets=[{"Id": "1", "Arn": TOPIC}, {"Id": "2", "Arn": FUNCTION}])


def the_detector(aws: Aws) -> Detector:
    found = guardduty.detectors(aws)
    assert found is not None
    (detector,) = found
    return detector


def test_an_empty_account_has_guardduty_off(aws: Aws) -> None:
    assert guardduty.finding_response(aws) == (
        FindingResponse(
            resource=aws.account,
            region="us-east-1",
            usage=BedrockUsage(),
            offered=True,
            detector=None,
            in_security_hub=False,
            event_buses="arn:aws:events:us-east-1:123456789012:event-bus/",
            event_rules=(),
        ),
    )


def test_reads_the_detector_and_the_rules(account: Account, client: Any, aws: Aws) -> None:
    detector_id = client.create_detector(Enable=True)["DetectorId"]
    make_rule(account)

    (fact,) = guardduty.finding_response(aws)

    assert isinstance(fact, FindingResponse)
    assert fact.detector is not None
    assert fact.detector.detector_id == detector_id
    assert [rule.name for rule in fact.event_rules] == ["findings"]


@pytest.mark.parametrize(("enabled", "ai"), [(True, "ENABLED"), (True, "DISABLED"), (False, "DISABLED")])
def test_reads_what_the_detector_looks_at(client: Any, aws: Aws, *, enabled: bool, ai: str) -> None:
    client.create_detector(Enable=enabled, Features=[{"Name": "AI_PROTECTION", "Status": ai}])

    detector = the_detector(aws)

    assert (detector.enabled, detector.features["AI_PROTECTION"], detector.administrator) == (enabled, ai, None)


def test_reads_who_administers_it(client: Any, aws: Aws) -> None:
    client.create_detector(Enable=True)
    client.enable_organization_admin_account(AdminAccountId="111122223333")

    assert the_detector(aws).administrator == "111122223333"


def test_a_region_without_guardduty_does_not_offer_it(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "guardduty:ListDetectors"))

    (fact,) = guardduty.finding_response(aws)

    assert isinstance(fact, FindingResponse)
    assert not fact.offered
    assert fact.detector is None


def test_tells_whether_security_hub_takes_findings_in(account: Account, aws: Aws) -> None:
    account.session().client("securityhub").enable_security_hub()
    account.faults.page_size(1)

    assert guardduty.in_security_hub(aws) is True


def test_tells_that_security_hub_takes_other_findings_only(account: Account, aws: Aws) -> None:
    hub = account.session().client("securityhub")
    hub.enable_security_hub()
    hub.disable_import_findings_for_product(ProductSubscriptionArn=PRODUCT)

    assert guardduty.in_security_hub(aws) is False


def test_a_region_without_security_hub_takes_none_in(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "securityhub:ListEnabledProductsForImport"))

    assert guardduty.in_security_hub(aws) is False


@pytest.mark.parametrize(
    "action",
    [
        "guardduty:ListDetectors",
        "guardduty:GetDetector",
        "guardduty:GetAdministratorAccount",
        "securityhub:ListEnabledProductsForImport",
        "events:ListRules",
    ],
)
def test_a_denied_answer_is_no_answer(account: Account, client: Any, aws: Aws, action: str) -> None:
    client.create_detector(Enable=True)
    account.faults.deny(action)

    with pytest.raises(ClientError, match=r"AccessDenied"):
        guardduty.finding_response(aws)


def test_unreadable_targets_make_the_account_unreadable(account: Account, aws: Aws) -> None:
    make_rule(account)
    account.faults.deny("events:ListTargetsByRule")

    (fact,) = guardduty.finding_response(aws)

    assert isinstance(fact, Unreadable)
    assert (fact.resource, fact.code) == (aws.account, "AccessDeniedException")


def test_declares_the_actions_that_it_uses(account: Account, client: Any, aws: Aws) -> None:
    client.create_detector(Enable=True)
    make_rule(account)
    before = len(account.calls)

    guardduty.finding_response(aws)

    assert {call.action for call in list(account.calls)[before:]} == {
        action.name for action in guardduty.finding_response.actions
    }
