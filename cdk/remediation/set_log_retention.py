"""Runbook: set-log-retention."""

from cdk.remediation import steps
from cdk.remediation.runbook import Outcome, Runbook
from cdk.settings import RETENTION_DAYS
from rules.engine.collector import Action

NAMED: steps.Step = {"logGroupNamePrefix": "{{ LogGroupName }}", "limit": 1}
DAYS = "{{ RetentionInDays }}"


def set_log_retention(days: int) -> Runbook:
    """Return the runbook, with a retention for runs that name none."""
    return Runbook(
        id="set-log-retention",
        title="Sets how long an Amazon CloudWatch Logs log group keeps log events",
        changes="A retention that would delete log events is refused unless ExpireOlderEvents is true.",
        parameters={
            "LogGroupName": {
                "type": "String",
                "description": "The name of the log group.",
                "allowedPattern": "^[.\\-_/#A-Za-z0-9]{1,512}$",
            },
            "RetentionInDays": {
                "type": "Integer",
                "description": "How many days log events are kept.",
                "default": days,
                "allowedValues": list(RETENTION_DAYS),
            },
            "ExpireOlderEvents": {
                "type": "Boolean",
                "description": "Whether log events that are older than the retention may be deleted by it.",
                "default": False,
                "allowedValues": [True, False],
            },
        },
        steps=(
            # What would be deleted depends on the log group's age, which no other step can calculate.
            steps.script(
                "Inspect",
                "log_retention.inspect",
                {
                    "LogGroupName": "{{ LogGroupName }}",
                    "RetentionInDays": DAYS,
                    "ExpireOlderEvents": "{{ ExpireOlderEvents }}",
                },
                outputs={"IsRight": "Boolean", "RetentionInDays": "Integer"},
            ),
            steps.decide(
                "Decide",
                steps.is_true("Inspect.IsRight"),
                nothing="SayNothingToDo",
                dry_run="SayWouldChange",
                change="SetRetention",
            ),
            steps.call(
                "SetRetention",
                "logs:PutRetentionPolicy",
                {"logGroupName": "{{ LogGroupName }}", "retentionInDays": DAYS},
            ),
            # Log groups are listed in the order of their names, so that the first is the one with exactly this name.
            steps.verify("Verify", "logs:DescribeLogGroups", NAMED, "$.logGroups[0].retentionInDays", DAYS),
            steps.say("SayChanged", Outcome.CHANGED, f"{{{{ LogGroupName }}}} now keeps log events for {DAYS} days."),
            steps.say(
                "SayNothingToDo",
                Outcome.NOTHING_TO_DO,
                f"{{{{ LogGroupName }}}} keeps log events for {DAYS} days already.",
            ),
            steps.say(
                "SayWouldChange",
                Outcome.WOULD_CHANGE,
                f"The retention of {{{{ LogGroupName }}}} would be set to {DAYS} days; "
                "it is {{ Inspect.RetentionInDays }} now, where 0 means that log events never expire.",
            ),
        ),
        outputs=("Inspect.RetentionInDays",),
        permissions=(
            Action("logs:DescribeLogGroups"),
            Action("logs:PutRetentionPolicy", "arn:{partition}:logs:{region}:{account}:log-group:*"),
        ),
    )
