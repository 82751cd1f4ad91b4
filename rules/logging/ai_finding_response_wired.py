"""Rule: ai-finding-response-wired."""

from typing import Annotated, Literal

from rules.criteria.finding_events import Level, silence, ways
from rules.engine.duties import Severity
from rules.engine.parameters import AccountIds
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable
from rules.facts import guardduty
from rules.facts.guardduty import FindingResponse
from rules.frozen import dataclass

Source = Literal["aws.guardduty", "aws.securityhub"]


@dataclass(frozen=True)
class AiFindingResponseWired(PeriodicRule[FindingResponse]):
    """
    Checks if Amazon GuardDuty watches accounts that use Amazon Bedrock, and if somebody is told of its findings.

    The rule is NON_COMPLIANT if GuardDuty or its AI Protection is off, or if no enabled EventBridge rule sends its
    grave findings to a live target.

    ## Why
    GuardDuty sees stolen credentials that invoke models and guardrails that somebody removes.
    A finding that nobody is told of changes nothing.

    ## Fix
    CreateDetector or UpdateDetector, in each Region that uses Amazon Bedrock:

        aws guardduty update-detector --detector-id <id> --enable --features Name=AI_PROTECTION,Status=ENABLED

    and an EventBridge rule on the default bus, with a target, for
    `{"source": ["aws.guardduty"], "detail": {"severity": [{"numeric": [">=", 7]}]}}`.
    In the AWS CDK, `guardduty.CfnDetector(self, "Detector", enable=True, features=[…])` and `events.Rule`.

    ## Limits
    AI Protection counts as missing only where GuardDuty lists it. One rule has to cover every finding of a severity:
    shares of several, such as a rule per type, are not added up. Suppression rules of GuardDuty are not judged.
    A topic needs a confirmed subscription, a function has to exist, and both have to let EventBridge in; other targets
    are taken as they are, but a log group alone tells nobody. Where GuardDuty's administrator account answers findings,
    name it as a trusted account; what it does is not seen from here. Of Security Hub only the findings of CSPM count.
    """

    title = "GuardDuty watches over AI, and its findings reach somebody"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/guardduty/latest/ug/ai-protection.html",
        "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html",
    )
    reports = ("AWS::::Account",)
    nothing_to_judge = "This account does not use Amazon Bedrock in this Region."
    collect = guardduty.finding_response

    sources: Annotated[tuple[Source, ...], "Whose events may tell of findings; one of them is enough."] = (
        "aws.guardduty",
        "aws.securityhub",
    )
    min_severity: Annotated[Level, "Least severity of findings that somebody has to be told of."] = "high"
    require_ai_protection: Annotated[bool, "Whether AI Protection has to be on where the Region has it."] = True
    trusted_accounts: AccountIds = ()

    def judge(self, account: FindingResponse, /) -> Verdict:
        """Return whether GuardDuty watches, and somebody is told."""
        if not (account.usage.in_use or account.usage.mantle):
            return not_applicable(self.nothing_to_judge)
        if not account.offered:
            return not_applicable("This Region does not have Amazon GuardDuty.")
        detector = account.detector
        if detector is None or not detector.enabled:
            return non_compliant("GuardDuty is off in this Region, which uses Amazon Bedrock.")
        defects = []
        protection = detector.features.get("AI_PROTECTION", "ENABLED")
        if self.require_ai_protection and protection != "ENABLED":
            defects.append(f"AI Protection of GuardDuty is {protection}; ENABLED is wanted.")
        if not (found := ways(account, self.sources, self.min_severity, self.trusted_accounts)):
            defects.extend(silence(account, self.sources, self.min_severity))
        if defects:
            return non_compliant(*dict.fromkeys(defects))
        return compliant(f"GuardDuty is on, and its findings reach {listed(found)}.")


handler = AiFindingResponseWired.lambda_handler()
