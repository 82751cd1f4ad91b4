"""Who is told what: invocation logging, a trail, scans, alarms and rules of events, of which few are about AI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.company.grounds import allow, arn, document, one_in, role
from benchmarks.company.identities import service_role
from benchmarks.company.storage import corpus
from cli.sandbox import ACCOUNT_ID

if TYPE_CHECKING:
    from benchmarks.company.grounds import Grounds

LOGS, TRAIL, TOPIC = "northwind-bedrock-logs", "northwind-trail", "ai-alerts"
GUARDRAIL_CALLS = ["UpdateGuardrail", "DeleteGuardrail"]


def build(grounds: Grounds) -> None:
    """Switch on what watches the account, then what reacts."""
    _logging(grounds)
    _trail(grounds)
    grounds.ask("guardduty", "CreateDetector", Enable=True)
    grounds.ask("macie2", "EnableMacie")
    names = [corpus(number) for number in range(min(grounds.size.buckets, 1000)) if one_in(number, 2)]
    grounds.ask(
        "macie2",
        "CreateClassificationJob",
        name="weekly",
        jobType="SCHEDULED",
        scheduleFrequency={"weeklySchedule": {"dayOfWeek": "SUNDAY"}},
        initialRun=True,
        s3JobDefinition={"bucketDefinitions": [{"accountId": ACCOUNT_ID, "buckets": names}]},
    )
    topic = _topic(grounds)
    for number in range(grounds.size.alarms):
        _alarm(grounds, number, topic)
    for number in range(grounds.size.parts):
        _rule(grounds, number, topic)


def _logging(grounds: Grounds) -> None:
    grounds.ask("logs", "CreateLogGroup", logGroupName=LOGS, kmsKeyId=grounds.key(0))
    grounds.ask("logs", "PutRetentionPolicy", logGroupName=LOGS, retentionInDays=365)
    grounds.ask("s3", "CreateBucket", Bucket=LOGS)
    writes = allow("s3:PutObject", f"arn:aws:s3:::{LOGS}/*", Principal={"Service": "bedrock.amazonaws.com"})
    grounds.ask("s3", "PutBucketPolicy", Bucket=LOGS, Policy=document(writes))
    grounds.ask(
        "bedrock",
        "PutModelInvocationLoggingConfiguration",
        loggingConfig={
            "cloudWatchConfig": {"logGroupName": LOGS, "roleArn": role(service_role(grounds, 0))},
            "s3Config": {"bucketName": LOGS, "keyPrefix": "bedrock"},
            "textDataDeliveryEnabled": True,
            "imageDataDeliveryEnabled": True,
            "embeddingDataDeliveryEnabled": True,
            "videoDataDeliveryEnabled": True,
        },
    )


def _trail(grounds: Grounds) -> None:
    grounds.ask("s3", "CreateBucket", Bucket=TRAIL)
    whole = f"arn:aws:s3:::{TRAIL}"
    service = {"Service": "cloudtrail.amazonaws.com"}
    statements = (
        allow("s3:GetBucketAcl", whole, Principal=service),
        allow("s3:PutObject", f"{whole}/AWSLogs/{ACCOUNT_ID}/*", Principal=service),
    )
    grounds.ask("s3", "PutBucketPolicy", Bucket=TRAIL, Policy=document(*statements))
    grounds.ask("cloudtrail", "CreateTrail", Name="audit", S3BucketName=TRAIL, EnableLogFileValidation=True)
    grounds.ask("cloudtrail", "StartLogging", Name="audit")


def _topic(grounds: Grounds) -> str:
    services = {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}
    policy = document(allow("sns:Publish", arn("sns", TOPIC), Principal=services, Condition=own))
    topic = str(grounds.ask("sns", "CreateTopic", Name=TOPIC, Attributes={"Policy": policy})["TopicArn"])
    grounds.ask("sns", "Subscribe", TopicArn=topic, Protocol="sms", Endpoint="+15555550100")
    return topic


def _alarm(grounds: Grounds, number: int, topic: str) -> None:
    about_ai = one_in(number, 10)
    metric = ("AWS/Bedrock", "InvocationThrottles") if about_ai else ("AWS/Lambda", "Errors")
    dimensions = [] if about_ai else [{"Name": "FunctionName", "Value": f"function-{number}"}]
    grounds.ask(
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName=f"alarm-{number}",
        Namespace=metric[0],
        MetricName=metric[1],
        Dimensions=dimensions,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[topic],
    )


def _rule(grounds: Grounds, number: int, topic: str) -> None:
    pattern: dict[str, object] = {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"]}
    if one_in(number, 5):
        detail = {"eventSource": ["bedrock.amazonaws.com"], "eventName": GUARDRAIL_CALLS}
        pattern = {"source": ["aws.bedrock"], "detail-type": ["AWS API Call via CloudTrail"], "detail": detail}
    grounds.ask("events", "PutRule", Name=f"rule-{number}", EventPattern=json.dumps(pattern))
    grounds.ask("events", "PutTargets", Rule=f"rule-{number}", Targets=[{"Id": "topic", "Arn": topic}])
