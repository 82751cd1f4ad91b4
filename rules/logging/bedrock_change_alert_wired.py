"""Rule: bedrock-change-alert-wired."""

from typing import Annotated

from rules.criteria.change_alerts import coverage
from rules.engine.duties import Severity
from rules.engine.parameters import Matching
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, listed, non_compliant, not_applicable
from rules.facts import bedrock_alerts
from rules.facts.bedrock_alerts import ChangeAlerts
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockChangeAlertWired(PeriodicRule[ChangeAlerts]):
    """
    Checks if somebody is told when Amazon Bedrock guardrails or invocation logging are weakened or removed.

    The rule is NON_COMPLIANT if for such a call neither an enabled EventBridge rule has a live target, nor an alarm
    on a metric filter has one.

    ## Why
    Whoever misuses models switches off first what would show it.
    A daily look at the configuration comes too late for that.

    ## Fix
    An EventBridge rule on the default bus of each Region that uses Amazon Bedrock (PutRule, PutTargets):

        aws events put-rule --name bedrock-changes --event-pattern file://pattern.json
        aws events put-targets --rule bedrock-changes --targets Id=alerts,Arn=<ARN of an Amazon SNS topic>

    with `{"source": ["aws.bedrock"], "detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": […]}}`.
    EventBridge gets these events while a trail of AWS CloudTrail records management events.
    The topic's policy has to let events.amazonaws.com publish.
    In the AWS CDK, `events.Rule(self, "Changes", event_pattern=…, targets=[targets.SnsTopic(topic)])`.

    ## Limits
    A topic needs a confirmed subscription, a function has to exist, and both have to let the sender in; their keys are
    not judged beyond `alias/aws/sns`. Other targets are taken as they are, those in other accounts and Regions too,
    but a log group alone tells nobody.
    One rule or alarm has to cover every successful call of a name: shares of several are not added up.
    Metric filters count with patterns in JSON syntax and alarms that go off at one call; metric math does not, and
    filters in the account that owns an organization's trail are not seen.
    """

    title = "Somebody is told when guardrails or invocation logging are changed"
    severity = Severity.MEDIUM
    references = (
        "https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudwatch-alarms-for-cloudtrail.html",
    )
    reports = ("AWS::::Account",)
    nothing_to_judge = "This account does not use Amazon Bedrock in this Region."
    collect = bedrock_alerts.change_alerts

    event_names: Annotated[
        tuple[str, ...],
        Matching(r"[A-Z][A-Za-z]{2,99}", "names of Amazon Bedrock API operations"),
        "Calls that somebody has to be told of.",
    ] = (
        "DeleteModelInvocationLoggingConfiguration",
        "PutModelInvocationLoggingConfiguration",
        "UpdateGuardrail",
        "DeleteGuardrail",
        "PutEnforcedGuardrailConfiguration",
        "DeleteEnforcedGuardrailConfiguration",
    )

    def judge(self, account: ChangeAlerts, /) -> Verdict:
        """Return whether somebody is told of each of the calls."""
        if not account.usage.in_use:
            return not_applicable(self.nothing_to_judge)
        found = {name: coverage(account, name) for name in dict.fromkeys(self.event_names)}
        untold = [name for name, one in found.items() if not one.through]
        if untold:
            obstacles = dict.fromkeys(reason for name in untold for reason in found[name].obstacles)
            return non_compliant(f"Nobody is told of {listed(untold, most=2)}.", *obstacles)
        through = listed(dict.fromkeys(name for one in found.values() for name in one.through[:1]))
        return compliant(f"Somebody is told of every kind of change through {through}.")


handler = BedrockChangeAlertWired.lambda_handler()
