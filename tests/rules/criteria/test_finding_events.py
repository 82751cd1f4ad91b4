from dataclasses import replace

import pytest

from rules.criteria.event_patterns import VARIES
from rules.criteria.finding_events import Level, finding_events, obstacles, silence, through, ways
from rules.engine.resource import account_resource
from rules.facts.bedrock_usage import BedrockUsage
from rules.facts.event_rules import EventRule
from rules.facts.guardduty import Detector, FindingResponse
from tests.rules.facts import alerts

GUARDDUTY, SECURITY_HUB = "aws.guardduty", "aws.securityhub"
ACCOUNT = FindingResponse(
    resource=account_resource("123456789012", "aws"),
    region="us-east-1",
    usage=BedrockUsage(agents=1),
    offered=True,
    detector=Detector("d1", enabled=True, features={}, administrator="111122223333"),
    in_security_hub=True,
    event_buses="arn:aws:events:us-east-1:123456789012:event-bus/",
    event_rules=(),
)


def rule(source: str, name: str = "findings", **detail: object) -> EventRule:
    return replace(alerts.RULE, name=name, pattern={"source": [source], **({"detail": detail} if detail else {})})


def with_rules(*rules: EventRule, in_security_hub: bool = True) -> FindingResponse:
    return replace(ACCOUNT, event_rules=rules, in_security_hub=in_security_hub)


@pytest.mark.parametrize(
    ("least", "severities", "labels"),
    [
        ("medium", [4, 5, 6, 7, 8, 9], ["MEDIUM", "HIGH", "CRITICAL"]),
        ("high", [7, 8, 9], ["HIGH", "CRITICAL"]),
        ("critical", [9], ["CRITICAL"]),
    ],
)
def test_findings_have_the_severities_of_a_level_and_graver_ones(
    least: Level, severities: list[int], labels: list[str]
) -> None:
    own, imported = (finding_events(ACCOUNT, source, least) for source in (GUARDDUTY, SECURITY_HUB))

    assert [event["detail"]["severity"] for event in own] == severities
    assert [event["detail"]["findings"][0]["Severity"]["Label"] for event in imported] == labels


def test_the_event_of_guardduty_is_as_documented() -> None:
    assert finding_events(ACCOUNT, GUARDDUTY, "critical") == [
        {
            "version": "0",
            "id": VARIES,
            "detail-type": "GuardDuty Finding",
            "source": "aws.guardduty",
            "account": "123456789012",
            "time": VARIES,
            "region": "us-east-1",
            "resources": [],
            "detail": {
                "accountId": "123456789012",
                "region": "us-east-1",
                "severity": 9,
                "service": {"serviceName": "guardduty", "archived": False, VARIES: VARIES},
                VARIES: VARIES,
            },
        }
    ]


def test_the_event_of_security_hub_is_as_documented() -> None:
    assert finding_events(ACCOUNT, SECURITY_HUB, "critical") == [
        {
            "version": "0",
            "id": VARIES,
            "detail-type": "Security Hub Findings - Imported",
            "source": "aws.securityhub",
            "account": "123456789012",
            "time": VARIES,
            "region": "us-east-1",
            "resources": VARIES,
            "detail": {
                "findings": [
                    {
                        "ProductName": "GuardDuty",
                        "CompanyName": "Amazon",
                        "AwsAccountId": "123456789012",
                        "Region": "us-east-1",
                        "RecordState": "ACTIVE",
                        "Workflow": {"Status": "NEW"},
                        "WorkflowState": "NEW",
                        "Severity": {"Label": "CRITICAL", VARIES: VARIES},
                        VARIES: VARIES,
                    }
                ]
            },
        }
    ]


@pytest.mark.parametrize(
    ("response", "source", "rules"),
    [
        pytest.param(with_rules(rule(GUARDDUTY)), GUARDDUTY, ["findings"], id="all of them"),
        pytest.param(with_rules(), GUARDDUTY, [], id="no rule"),
        pytest.param(
            with_rules(rule(GUARDDUTY, "low", severity=[7, 8]), rule(GUARDDUTY, "high", severity=[9])),
            GUARDDUTY,
            ["low", "high"],
            id="a rule for each severity",
        ),
        pytest.param(with_rules(rule(GUARDDUTY, severity=[7, 8])), GUARDDUTY, [], id="all but one severity"),
        pytest.param(with_rules(rule(SECURITY_HUB)), SECURITY_HUB, ["findings"], id="through Security Hub"),
        pytest.param(
            with_rules(rule(SECURITY_HUB), in_security_hub=False), SECURITY_HUB, [], id="Security Hub takes in none"
        ),
        pytest.param(
            with_rules(rule(GUARDDUTY), in_security_hub=False), GUARDDUTY, ["findings"], id="without Security Hub"
        ),
    ],
)
def test_knows_the_rules_that_tell_of_findings(response: FindingResponse, source: str, rules: list[str]) -> None:
    assert through(response, source, "high") == rules


PARTLY = "EventBridge rule findings may leave out some of these events."
NOT_TAKEN = "AWS Security Hub CSPM takes in no findings of GuardDuty."


@pytest.mark.parametrize(
    ("response", "source", "why"),
    [
        pytest.param(with_rules(), GUARDDUTY, [], id="no rule"),
        pytest.param(with_rules(rule(GUARDDUTY)), GUARDDUTY, [], id="all told"),
        pytest.param(with_rules(rule(GUARDDUTY, type=["x"])), GUARDDUTY, [PARTLY], id="some types, said once"),
        pytest.param(
            with_rules(rule(GUARDDUTY, type=["x"]), rule(GUARDDUTY, "all")), GUARDDUTY, [], id="another rule tells"
        ),
        pytest.param(
            with_rules(rule(GUARDDUTY, type=["x"]), in_security_hub=False), GUARDDUTY, [PARTLY], id="of GuardDuty alone"
        ),
        pytest.param(
            with_rules(rule(SECURITY_HUB, findings={"Types": ["x"]})), SECURITY_HUB, [PARTLY], id="some types, imported"
        ),
        pytest.param(with_rules(in_security_hub=False), SECURITY_HUB, [], id="no rule, and nothing taken in"),
        pytest.param(
            with_rules(rule(SECURITY_HUB), in_security_hub=False), SECURITY_HUB, [NOT_TAKEN], id="a rule for nothing"
        ),
    ],
)
def test_knows_why_nobody_is_told(response: FindingResponse, source: str, why: list[str]) -> None:
    assert obstacles(response, source, "high") == why


def test_names_every_way_that_is_trusted() -> None:
    account = with_rules(rule(GUARDDUTY), rule(SECURITY_HUB, "hub"))

    assert ways(account, (GUARDDUTY, SECURITY_HUB), "high", ()) == ["EventBridge rule findings", "EventBridge rule hub"]
    assert ways(ACCOUNT, (GUARDDUTY,), "high", {"111122223333"}) == ["administrator account 111122223333"]
    assert ways(replace(ACCOUNT, detector=None), (GUARDDUTY,), "high", {"111122223333"}) == []


@pytest.mark.parametrize(
    ("response", "said"),
    [
        pytest.param(
            with_rules(rule(GUARDDUTY, type=["x"])),
            [
                "Nobody is told of findings of medium severity or above.",
                "Their administrator account 111122223333 is not a trusted account.",
                PARTLY,
            ],
            id="an administrator and a rule on some",
        ),
        pytest.param(
            replace(ACCOUNT, detector=None),
            ["Nobody is told of findings of medium severity or above."],
            id="no detector",
        ),
        pytest.param(
            replace(ACCOUNT, detector=Detector("d1", enabled=True, features={}, administrator=None)),
            ["Nobody is told of findings of medium severity or above."],
            id="no administrator",
        ),
    ],
)
def test_says_why_nobody_is_told(response: FindingResponse, said: list[str]) -> None:
    assert silence(response, (GUARDDUTY, SECURITY_HUB), "medium") == said
