from dataclasses import replace
from typing import Any

import pytest

from rules.engine.errors import ParameterError
from rules.engine.resource import account_resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.bedrock_usage import BedrockUsage
from rules.facts.guardduty import Detector, FindingResponse
from rules.logging.ai_finding_response_wired import AiFindingResponseWired
from tests.rules.facts import alerts

DETECTOR = Detector("d1", enabled=True, features={"AI_PROTECTION": "ENABLED"}, administrator=None)
RULE = replace(alerts.RULE, name="findings", pattern={"source": ["aws.guardduty"]})
ACCOUNT = FindingResponse(
    resource=account_resource("123456789012", "aws"),
    region="us-east-1",
    usage=BedrockUsage(agents=1),
    offered=True,
    detector=DETECTOR,
    in_security_hub=False,
    event_buses="arn:aws:events:us-east-1:123456789012:event-bus/",
    event_rules=(RULE,),
)
GOOD = compliant("GuardDuty is on, and its findings reach EventBridge rule findings.")
UNTOLD = "Nobody is told of findings of high severity or above."
PARTLY = "EventBridge rule findings may leave out some of these events."


def matching(detail: dict[str, Any], **changes: Any) -> FindingResponse:
    """Return an account whose rule looks into the findings of GuardDuty."""
    pattern = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"], "detail": detail}
    return replace(ACCOUNT, event_rules=(replace(RULE, pattern=pattern, **changes),))


def importing(finding: dict[str, Any], *, in_security_hub: bool = True) -> FindingResponse:
    """Return an account whose rule looks into the findings of AWS Security Hub CSPM."""
    pattern = {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {"findings": finding},
    }
    rule = replace(RULE, pattern=pattern)
    return replace(ACCOUNT, in_security_hub=in_security_hub, event_rules=(rule,))


@pytest.mark.parametrize(
    ("account", "verdict"),
    [
        pytest.param(ACCOUNT, GOOD, id="on and answered"),
        pytest.param(
            replace(ACCOUNT, usage=BedrockUsage()),
            not_applicable("This account does not use Amazon Bedrock in this Region."),
            id="no use of Amazon Bedrock",
        ),
        pytest.param(
            replace(ACCOUNT, usage=BedrockUsage(mantle=True)), GOOD, id="use through the bedrock-mantle endpoint"
        ),
        pytest.param(
            replace(ACCOUNT, offered=False, detector=None),
            not_applicable("This Region does not have Amazon GuardDuty."),
            id="a Region without GuardDuty",
        ),
        pytest.param(
            replace(ACCOUNT, detector=None),
            non_compliant("GuardDuty is off in this Region, which uses Amazon Bedrock."),
            id="no detector",
        ),
        pytest.param(
            replace(ACCOUNT, detector=replace(DETECTOR, enabled=False)),
            non_compliant("GuardDuty is off in this Region, which uses Amazon Bedrock."),
            id="a suspended detector",
        ),
        pytest.param(
            replace(ACCOUNT, detector=replace(DETECTOR, features={"AI_PROTECTION": "DISABLED"})),
            non_compliant("AI Protection of GuardDuty is DISABLED; ENABLED is wanted."),
            id="AI Protection off",
        ),
        pytest.param(
            replace(ACCOUNT, detector=replace(DETECTOR, features={"AI_PROTECTION": "PAUSED"})),
            non_compliant("AI Protection of GuardDuty is PAUSED; ENABLED is wanted."),
            id="AI Protection in a state that nobody knows yet",
        ),
        pytest.param(
            replace(ACCOUNT, detector=replace(DETECTOR, features={"S3_DATA_EVENTS": "DISABLED"})),
            GOOD,
            id="a Region without AI Protection",
        ),
        pytest.param(replace(ACCOUNT, event_rules=()), non_compliant(UNTOLD), id="no rule"),
        pytest.param(
            replace(ACCOUNT, event_rules=(), detector=replace(DETECTOR, features={"AI_PROTECTION": "DISABLED"})),
            non_compliant("AI Protection of GuardDuty is DISABLED; ENABLED is wanted.", UNTOLD),
            id="everything wrong at once",
        ),
    ],
)
def test_judges_the_account(account: FindingResponse, verdict: Verdict) -> None:
    assert AiFindingResponseWired().judge(account) == verdict


@pytest.mark.parametrize(
    ("account", "verdict"),
    [
        pytest.param(matching({"severity": [{"numeric": [">=", 7]}]}), GOOD, id="grave findings"),
        pytest.param(matching({"severity": [7, 7.0, 8, 8.0, 9, 9.0]}), GOOD, id="grave findings by number"),
        pytest.param(matching({"severity": [{"numeric": [">", 7]}]}), non_compliant(UNTOLD), id="above the least"),
        pytest.param(
            matching({"severity": [{"numeric": [">=", 7, "<", 9]}]}), non_compliant(UNTOLD), id="without critical ones"
        ),
        pytest.param(matching({"severity": [{"numeric": ["<", 4]}]}), non_compliant(UNTOLD), id="harmless findings"),
        pytest.param(
            matching({"type": [{"prefix": "CryptoCurrency:"}]}), non_compliant(UNTOLD, PARTLY), id="some types"
        ),
        pytest.param(matching({"service": {"archived": [False]}}), GOOD, id="what is not archived"),
        pytest.param(
            matching({"service": {"archived": [False]}, "accountId": ["111122223333"]}),
            non_compliant(UNTOLD),
            id="findings of another account",
        ),
        pytest.param(
            matching({}, state="DISABLED"),
            non_compliant(UNTOLD, "EventBridge rule findings is DISABLED."),
            id="a disabled rule",
        ),
        pytest.param(
            matching({}, targets=()),
            non_compliant(UNTOLD, "EventBridge rule findings has no target."),
            id="no target",
        ),
        pytest.param(
            replace(
                ACCOUNT,
                event_rules=(
                    replace(RULE, name="high", pattern={"detail": {"severity": [{"numeric": [">=", 7, "<", 9]}]}}),
                    replace(RULE, name="critical", pattern={"detail": {"severity": [{"numeric": [">=", 9]}]}}),
                ),
            ),
            compliant("GuardDuty is on, and its findings reach EventBridge rule high and EventBridge rule critical."),
            id="a rule for each severity",
        ),
    ],
)
def test_judges_rules_on_findings(account: FindingResponse, verdict: Verdict) -> None:
    assert AiFindingResponseWired().judge(account) == verdict


@pytest.mark.parametrize(
    ("account", "verdict"),
    [
        pytest.param(importing({"Severity": {"Label": ["HIGH", "CRITICAL"]}}), GOOD, id="grave findings"),
        pytest.param(
            importing(
                {
                    "ProductName": ["GuardDuty"],
                    "RecordState": ["ACTIVE"],
                    "Workflow": {"Status": ["NEW"]},
                    "Severity": {"Label": [{"anything-but": ["LOW", "INFORMATIONAL"]}]},
                }
            ),
            GOOD,
            id="new findings of GuardDuty",
        ),
        pytest.param(importing({"Severity": {"Label": ["CRITICAL"]}}), non_compliant(UNTOLD), id="critical ones only"),
        pytest.param(importing({"ProductName": ["Macie"]}), non_compliant(UNTOLD), id="findings of Macie"),
        pytest.param(
            importing({"Types": [{"prefix": "TTPs/"}]}), non_compliant(UNTOLD, PARTLY), id="some types of findings"
        ),
        pytest.param(
            importing({"Severity": {"Label": ["HIGH", "CRITICAL"]}}, in_security_hub=False),
            non_compliant(UNTOLD, "AWS Security Hub CSPM takes in no findings of GuardDuty."),
            id="findings that never arrive",
        ),
        pytest.param(
            importing({"Types": [{"prefix": "TTPs/"}]}, in_security_hub=False),
            non_compliant(UNTOLD, "AWS Security Hub CSPM takes in no findings of GuardDuty."),
            id="some findings that never arrive",
        ),
    ],
)
def test_findings_may_go_through_security_hub(account: FindingResponse, verdict: Verdict) -> None:
    assert AiFindingResponseWired().judge(account) == verdict


MANAGED = replace(ACCOUNT, event_rules=(), detector=replace(DETECTOR, administrator="111122223333"))


@pytest.mark.parametrize(
    ("parameters", "account", "verdict"),
    [
        pytest.param(
            {},
            MANAGED,
            non_compliant(UNTOLD, "Their administrator account 111122223333 is not a trusted account."),
            id="an administrator that is not trusted",
        ),
        pytest.param(
            {"trustedAccounts": "111122223333"},
            MANAGED,
            compliant("GuardDuty is on, and its findings reach administrator account 111122223333."),
            id="a trusted administrator",
        ),
        pytest.param(
            {"trustedAccounts": "111122223333"},
            replace(ACCOUNT, event_rules=()),
            non_compliant(UNTOLD),
            id="a trusted account that administers nothing",
        ),
        pytest.param(
            {"requireAiProtection": "false"},
            replace(ACCOUNT, detector=replace(DETECTOR, features={"AI_PROTECTION": "DISABLED"})),
            GOOD,
            id="AI Protection not asked for",
        ),
        pytest.param(
            {"sources": "aws.securityhub"}, ACCOUNT, non_compliant(UNTOLD), id="only what comes through Security Hub"
        ),
        pytest.param(
            {"minSeverity": "critical"}, matching({"severity": [{"numeric": [">=", 9]}]}), GOOD, id="critical findings"
        ),
        pytest.param(
            {"minSeverity": "medium"},
            matching({"severity": [{"numeric": [">=", 7]}]}),
            non_compliant("Nobody is told of findings of medium severity or above."),
            id="findings of medium severity",
        ),
    ],
)
def test_follows_its_parameters(parameters: dict[str, str], account: FindingResponse, verdict: Verdict) -> None:
    assert AiFindingResponseWired.configured(parameters).judge(account) == verdict


def test_refuses_other_sources() -> None:
    with pytest.raises(ParameterError, match=r"aws\.guardduty, aws\.securityhub"):
        AiFindingResponseWired.configured({"sources": "aws.macie"})
