"""Time that passes in the embedded account, for what looks back on days."""

from datetime import UTC, datetime, timedelta

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import utcnow
from moto.logs.models import logs_backends
from moto.securityhub.models import securityhub_backends

from cli.sandbox.services.config_cloudformation import account_of

STORED = ("ConfigRuleInvokedTime", "ResultRecordedTime")
"""When an evaluation was asked for and stored."""


def pass_time(account_id: str, region: str, ago: timedelta) -> None:
    """Make every datum of a metric, every log group and every stored evaluation that there is older."""
    for datum in cloudwatch_backends[account_id][region].metric_data:
        datum.timestamp -= ago
    for group in logs_backends[account_id][region].groups.values():
        group.creation_time -= ago
    account = account_of(account_id, region)
    for name in account.rules:
        for result in account.results(name).values():
            for moment in STORED:
                result[moment] -= ago


def renew_results(account_id: str, region: str, rule_name: str) -> None:
    """Make every stored evaluation of a rule as young as if the rule had just reported it again."""
    for result in account_of(account_id, region).results(rule_name).values():
        result.update(dict.fromkeys(STORED, datetime.now(UTC)))


def count_run(account_id: str, region: str, function_name: str, *, failed: bool) -> None:
    """Count a run of a function as AWS Lambda does, in metrics of a namespace that only AWS services may write to."""
    data = [
        {
            "MetricName": name,
            "Value": value,
            # Requests have whole seconds, so that a run of this very second would lie after any end that is asked for.
            "Timestamp": utcnow() - timedelta(seconds=2),
            "Dimensions": [{"Name": "FunctionName", "Value": function_name}],
        }
        for name, value in (("Invocations", 1), ("Errors", int(failed)))
    ]
    cloudwatch_backends[account_id][region].put_metric_data("AWS/Lambda", data)


def expire_finding(account_id: str, region: str, finding_id: str) -> None:
    """Drop a finding as AWS Security Hub does when nobody updated it for 90 days."""
    backend = securityhub_backends[account_id][region]
    backend.findings = [finding for finding in backend.findings if finding.id != finding_id]
