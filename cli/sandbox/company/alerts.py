"""
Who the company wakes when its AI is tampered with or in trouble: somebody on call for claims, nobody for research.

What is judged is the account in a Region, so good and bad need two Regions.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company.functions import archive
from cli.sandbox.company.labels import BAD, GOOD, Label, all_good
from cli.sandbox.company.site import allow, document, trust
from cli.sandbox.company.trails import TEAMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.sandbox.company.site import Site

CHANGES = "bedrock-change-alert-wired"
RUNTIME = "bedrock-runtime-alarms-wired"
FINDINGS = "ai-finding-response-wired"

LABELS = tuple(
    Label(rule, region, ACCOUNT_ID, wanted)
    for rule in (CHANGES, RUNTIME, FINDINGS)
    for region, wanted in (("us-east-1", GOOD), ("eu-central-1", BAD))
)
CLEAN_LABELS = all_good(LABELS)

TOPIC = "ai-alerts"
RESPONDER = "contain-incident"
AUDIT_ROLE = "audit-logs"
METRICS = "Aurelia/Audit"

OF_GUARDRAILS = (
    "UpdateGuardrail",
    "DeleteGuardrail",
    "PutEnforcedGuardrailConfiguration",
    "DeleteEnforcedGuardrailConfiguration",
)
OF_LOGGING = "ModelInvocationLoggingConfiguration"
GRAVE = {"source": ["aws.guardduty"], "detail": {"severity": [{"numeric": [">=", 7]}]}}


def build(site: Site) -> None:
    """Let a Region's alarms, rules and findings reach somebody, or almost."""
    careless = site.mixed and site.region == "eu-central-1"
    if site.home:
        _roles(site)
    topic = _topic(site)
    # An invitation that nobody has answered is no subscription yet.
    on_call = ("email", "research@example.com") if careless else ("sms", "+15555550100")
    site.client("sns").subscribe(TopicArn=topic, Protocol=on_call[0], Endpoint=on_call[1])
    responder = site.arn("lambda", f"function:{RESPONDER}") if careless else _responder(site)
    _rule(site, "guardrail-changes", _calls(OF_GUARDRAILS), topic, responder)
    _rule(site, "grave-findings", GRAVE, topic, responder)
    _audit(site, topic)
    _alarms(site, topic, responder)
    features = [{"Name": "AI_PROTECTION", "Status": "DISABLED" if careless else "ENABLED"}]
    site.client("guardduty").create_detector(Enable=True, Features=features)


def _roles(site: Site) -> None:
    iam = site.client("iam")
    iam.create_role(RoleName=RESPONDER, AssumeRolePolicyDocument=trust("lambda"))
    iam.create_role(RoleName=AUDIT_ROLE, AssumeRolePolicyDocument=trust("cloudtrail"))
    groups = tuple(f"arn:aws:logs:{region}:{ACCOUNT_ID}:log-group:{_group(team)}:*" for region, team in TEAMS.items())
    policy = document(allow("logs:CreateLogStream", "logs:PutLogEvents", on=groups))
    iam.put_role_policy(RoleName=AUDIT_ROLE, PolicyName="deliver", PolicyDocument=policy)


def _topic(site: Site) -> str:
    own = {"Condition": {"StringEquals": {"aws:SourceAccount": site.account_id}}}
    services = {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}
    policy = document(allow("sns:Publish", on=site.arn("sns", TOPIC), Principal=services, **own))
    topic = site.client("sns").create_topic(Name=TOPIC, Attributes={"Policy": policy})
    return str(topic["TopicArn"])


def _responder(site: Site) -> str:
    functions = site.client("lambda")
    function = functions.create_function(
        FunctionName=RESPONDER,
        Role=site.role(RESPONDER),
        Runtime="python3.14",
        Handler="app.handler",
        Code={"ZipFile": archive()},
    )
    for sender in ("events", "lambda.alarms.cloudwatch"):
        functions.add_permission(
            FunctionName=RESPONDER,
            StatementId=sender.replace(".", "-"),
            Action="lambda:InvokeFunction",
            Principal=f"{sender}.amazonaws.com",
            SourceAccount=site.account_id,
        )
    return str(function["FunctionArn"])


def _calls(names: tuple[str, ...]) -> Mapping[str, object]:
    detail = {"eventSource": ["bedrock.amazonaws.com"], "eventName": list(names)}
    return {"source": ["aws.bedrock"], "detail-type": ["AWS API Call via CloudTrail"], "detail": detail}


def _rule(site: Site, name: str, pattern: Mapping[str, object], *targets: str) -> None:
    events = site.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    listed = [{"Id": f"target{number}", "Arn": arn} for number, arn in enumerate(targets)]
    events.put_targets(Rule=name, Targets=listed)


def _audit(site: Site, topic: str) -> None:
    """Count what is done to invocation logging in what the trail also writes to a log group, and sound an alarm."""
    team, logs = TEAMS[site.region], site.client("logs")
    group = _group(team)
    logs.create_log_group(logGroupName=group)
    logs.put_retention_policy(logGroupName=group, retentionInDays=365)
    site.client("cloudtrail").update_trail(
        Name=f"{team}-audit",
        CloudWatchLogsLogGroupArn=f"{site.arn('logs', f'log-group:{group}')}:*",
        CloudWatchLogsRoleArn=site.role(AUDIT_ROLE),
    )
    logs.put_metric_filter(
        logGroupName=group,
        filterName="invocation-logging",
        filterPattern=f'{{ ($.eventSource = "bedrock.amazonaws.com") && ($.readOnly IS FALSE) && '
        f'(($.eventName = "Put{OF_LOGGING}") || ($.eventName = "Delete{OF_LOGGING}")) }}',
        metricTransformations=[
            {"metricNamespace": METRICS, "metricName": "LoggingChanges", "metricValue": "1", "defaultValue": 0}
        ],
    )
    _alarm(site, "invocation-logging-changed", METRICS, "LoggingChanges", {}, topic)


def _group(team: str) -> str:
    return f"/aurelia/{team}/audit"


def _alarms(site: Site, topic: str, responder: str) -> None:
    operation = {"Operation": "ApplyGuardrail"}
    _alarm(site, "guardrails-intervene", "AWS/Bedrock/Guardrails", "InvocationsIntervened", operation, topic)
    _alarm(site, "models-throttle", "AWS/Bedrock", "InvocationThrottles", {}, responder)
    # Told of by a composite alarm, so that a bad night is one message.
    _alarm(site, "models-fail", "AWS/Bedrock", "InvocationServerErrors", {})
    site.client("cloudwatch").put_composite_alarm(
        AlarmName="models-in-trouble",
        AlarmRule='ALARM("models-fail") OR ALARM("models-throttle")',
        AlarmActions=[topic],
    )


def _alarm(site: Site, name: str, namespace: str, metric: str, dimensions: dict[str, str], *actions: str) -> None:
    site.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": each, "Value": value} for each, value in dimensions.items()],
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=list(actions),
    )
