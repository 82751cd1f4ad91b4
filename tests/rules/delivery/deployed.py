"""A deployed pack in the embedded account: two rules, their functions, and what they reported."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

import pytest

from cli.sandbox import Account
from tests.rules.delivery.events import OTHER_RULE, RULE

PACK = "ai-config"
ROLE = "arn:aws:iam::123456789012:role/functions"
RULES = (RULE, OTHER_RULE)


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
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as code:
            code.writestr("m.py", "def handler(event, context): ...")
        for name in (*RULES, "reconciler"):
            self._function(f"{PACK}-{name}", archive.getvalue())
        self.config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": ROLE})
        session.client("s3").create_bucket(Bucket="history")
        self.config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "history"})
        self.config.start_configuration_recorder(ConfigurationRecorderName="default")
        self.put_pack(*RULES)
        self.topic = self.sns.create_topic(Name="ai-config-alerts")["TopicArn"]
        self.failures = self.sqs.create_queue(QueueName="ai-config-failures")["QueueUrl"]

    def put_pack(self, *rules: str, managed: tuple[str, ...] = ()) -> None:
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

    def _function(self, name: str, code: bytes) -> None:
        self.functions.create_function(
            FunctionName=name, Role=ROLE, Runtime="python3.13", Handler="m.handler", Code={"ZipFile": code}
        )
        self.functions.add_permission(
            FunctionName=name,
            StatementId="config",
            Action="lambda:InvokeFunction",
            Principal="config.amazonaws.com",
            SourceAccount="123456789012",
        )
        self.logs.create_log_group(logGroupName=f"/aws/lambda/{name}")


def environment(patch: pytest.MonkeyPatch, deployed: Deployed) -> None:
    """Give the functions the variables that the stack gives them."""
    variables = {
        "ACCOUNT_ID": "123456789012",
        "PACK": PACK,
        "PREFIX": PACK,
        "RULES": ",".join(RULES),
        "DAILY": "reconciler",
        "TOPIC_ARN": deployed.topic,
        "FAILURES_URL": deployed.failures,
        "MINIMUM_SEVERITY": "HIGH",
    }
    for name, value in variables.items():
        patch.setenv(name, value)
