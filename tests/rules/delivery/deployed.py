"""A deployed pack in the embedded account: two rules, their functions, what they reported, and all around it."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

import pytest

from cli.sandbox import Account
from rules.delivery.blueprint import Blueprint, Place, managed_digest
from tests.rules.delivery.events import OTHER_RULE, RULE

PACK = "ai-config"
ROLE = "arn:aws:iam::123456789012:role/functions"
RULES = (RULE, OTHER_RULE)
KEPT = {"MessageRetentionPeriod": str(14 * 24 * 3600)}
BLUEPRINT = Blueprint(
    prefix=PACK,
    place=Place("aws", "us-east-1", "123456789012"),
    rules=dict.fromkeys(RULES, ""),
    managed=managed_digest(()),
    daily=("reconciler",),
    told_from="HIGH",
    subscribers=1,
)


class Deployed:
    """The account with the pack in it; results are reported by `report`."""

    def __init__(self, account: Account) -> None:
        self.account = account
        session = account.session()
        self.config, self.hub = session.client("config"), session.client("securityhub")
        self.functions, self.iam = session.client("lambda"), session.client("iam")
        self.logs, self.sqs, self.sns = session.client("logs"), session.client("sqs"), session.client("sns")
        self.hub.enable_security_hub()
        self.iam.create_role(RoleName="functions", AssumeRolePolicyDocument="{}")
        self.events, self.alarms = session.client("events"), session.client("cloudwatch")
        for name in (*RULES, "reconciler"):
            self._function(f"{PACK}-{name}")
        self.config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": ROLE})
        session.client("s3").create_bucket(Bucket="history")
        self.config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "history"})
        self.config.start_configuration_recorder(ConfigurationRecorderName="default")
        self.put_pack(*RULES)
        self.topic = self.sns.create_topic(Name="ai-config-alerts")["TopicArn"]
        self.failures = self.sqs.create_queue(QueueName="ai-config-failures", Attributes=KEPT)["QueueUrl"]

    def wire(self) -> None:
        """Make all that the blueprint has and nothing was made of yet, as the stack does."""
        there = {f"{PACK}-{name}" for name in (*RULES, "reconciler")}
        for plan in BLUEPRINT.functions():
            if plan.name not in there:
                self._function(plan.name)
            self.functions.update_function_configuration(
                FunctionName=plan.name, Handler=plan.handler, Environment={"Variables": dict(plan.variables)}
            )
        fifo = KEPT | {"FifoQueue": "true"}
        self.sqs.create_queue(QueueName="ai-config-alerts-failures.fifo", Attributes=fifo)
        for queue in BLUEPRINT.queues():
            attributes = {
                "RedrivePolicy": json.dumps(
                    {"deadLetterTargetArn": BLUEPRINT.queue_arn(queue.dead_letters), "maxReceiveCount": 5}
                ),
                "Policy": json.dumps(policy_of(queue.name, queue.event_rule)),
            }
            self.sqs.create_queue(
                QueueName=queue.name, Attributes=attributes | (fifo if queue.name.endswith(".fifo") else KEPT)
            )
            self.functions.create_event_source_mapping(
                EventSourceArn=BLUEPRINT.queue_arn(queue.name), FunctionName=queue.function, BatchSize=10
            )
        for rule in BLUEPRINT.event_rules():
            pattern = rule.pattern or (None if rule.schedule else {"source": ["aws.cloudformation"]})
            when = {"EventPattern": json.dumps(pattern)} if pattern else {"ScheduleExpression": rule.schedule}
            self.events.put_rule(Name=rule.name, **when)
            group = {"SqsParameters": {"MessageGroupId": "changes"}} if rule.target.endswith(".fifo") else {}
            self.events.put_targets(Rule=rule.name, Targets=[{"Id": "one", "Arn": rule.target, **group}])
        for alarm in BLUEPRINT.alarms():
            self.put_alarm(alarm.name)
        self.sns.subscribe(TopicArn=self.topic, Protocol="email", Endpoint="security@example.com")

    def put_alarm(self, name: str, **changes: Any) -> None:
        """Put an alarm of the blueprint, with some settings changed."""
        (plan,) = (plan for plan in BLUEPRINT.alarms() if plan.name == name)
        settings = {key: value for key, value in plan.settings.items() if value is not None}
        self.alarms.put_metric_alarm(**{"AlarmName": name, "AlarmActions": [self.topic], **settings, **changes})

    def code(self, content: str = "def handler(event, context): ...") -> bytes:
        """Return a zip with this code in it."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as code:
            code.writestr(zipfile.ZipInfo("m.py", (2026, 1, 1, 0, 0, 0)), content)
        return archive.getvalue()

    def put_pack(self, *rules: str, managed: tuple[str, ...] = (), **changes: Any) -> None:
        """Put a pack of these rules, with some properties of ours changed."""
        arn = "arn:aws:lambda:us-east-1:123456789012:function"
        resources = {
            f"R{number}": {
                "Type": "AWS::Config::ConfigRule",
                "Properties": {
                    "ConfigRuleName": rule,
                    "Source": {
                        "Owner": "CUSTOM_LAMBDA",
                        "SourceIdentifier": f"{arn}:{PACK}-{rule}",
                        "SourceDetails": [{"EventSource": "aws.config", "MessageType": "ScheduledNotification"}],
                    },
                    **changes,
                },
            }
            for number, rule in enumerate(rules)
        }
        resources |= {
            f"M{number}": {
                "Type": "AWS::Config::ConfigRule",
                "Properties": {
                    "ConfigRuleName": rule,
                    "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_SSL_REQUESTS_ONLY"},
                },
            }
            for number, rule in enumerate(managed)
        }
        self.config.put_conformance_pack(ConformancePackName=PACK, TemplateBody=json.dumps({"Resources": resources}))

    def name_of(self, rule: str) -> str:
        names = [one["ConfigRuleName"] for one in self.config.describe_config_rules()["ConfigRules"]]
        (name,) = (name for name in names if name.startswith(f"{rule}-conformance-pack-"))
        return str(name)

    def report(self, rule: str, **compliances: str) -> None:
        """Report resources' compliance, NON_COMPLIANT with a sentence that names the resource."""
        token = self.account.config_events().scheduled(self.name_of(rule))["resultToken"]
        self.config.put_evaluations(
            Evaluations=[
                {
                    "ComplianceResourceType": "AWS::Logs::LogGroup",
                    "ComplianceResourceId": resource,
                    "ComplianceType": compliance,
                    "Annotation": f"It is {resource}.",
                    "OrderingTimestamp": datetime.fromisoformat("2026-11-23T10:00:00Z"),
                }
                for resource, compliance in compliances.items()
            ],
            ResultToken=token,
        )

    def findings(self) -> dict[str, dict[str, Any]]:
        """Return every finding by its resource."""
        pages = self.hub.get_paginator("get_findings").paginate()
        return {one["ProductFields"]["ai-config-rules/ResourceId"]: one for page in pages for one in page["Findings"]}

    def _function(self, name: str) -> None:
        self.functions.create_function(
            FunctionName=name, Role=ROLE, Runtime="python3.13", Handler="m.handler", Code={"ZipFile": self.code()}
        )
        self.functions.add_permission(
            FunctionName=name,
            StatementId="config",
            Action="lambda:InvokeFunction",
            Principal="config.amazonaws.com",
            SourceAccount="123456789012",
        )
        self.logs.create_log_group(logGroupName=f"/aws/lambda/{name}")


def policy_of(queue: str, event_rule: str) -> dict[str, Any]:
    """Return the policy that the stack puts on a queue."""
    arn = BLUEPRINT.queue_arn(queue)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": "sqs:*",
                "Resource": arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {
                    "ArnLike": {"aws:SourceArn": f"arn:aws:events:us-east-1:123456789012:rule/{event_rule}"},
                    "StringEquals": {"aws:SourceAccount": "123456789012"},
                },
            },
        ],
    }


def environment(patch: pytest.MonkeyPatch, deployed: Deployed) -> None:
    """Give the functions the variables that the stack gives them."""
    variables = {
        "ACCOUNT_ID": "123456789012",
        "PACK": PACK,
        "PREFIX": PACK,
        "TOPIC_ARN": deployed.topic,
        **BLUEPRINT.variables,
    }
    for name, value in variables.items():
        patch.setenv(name, value)
