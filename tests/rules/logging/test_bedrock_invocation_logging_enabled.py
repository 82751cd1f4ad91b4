from dataclasses import replace

import pytest

from rules.engine.errors import ParameterError
from rules.engine.resource import account_resource
from rules.engine.verdict import Verdict, compliant, non_compliant, not_applicable
from rules.facts.bedrock_logging import BucketTarget, InvocationLogging, LogGroupTarget
from rules.facts.bedrock_usage import BedrockUsage
from rules.logging.bedrock_invocation_logging_enabled import BedrockInvocationLoggingEnabled
from rules.permissions.document import PolicyType, parse

ROLE = "arn:aws:iam::123456789012:role/delivery"
ALL = {"Version": "2012-10-17"}
TRUST = parse(
    ALL
    | {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
        }
    },
    PolicyType.TRUST,
)
USED = BedrockUsage(invoked_models=("amazon.titan-text-express-v1", "meta.llama3"), agents=1, guardrails=2)
OFF = InvocationLogging(
    resource=account_resource("123456789012", "aws"),
    tags={},
    region="us-east-1",
    usage=BedrockUsage(),
    modalities=(),
    log_group=None,
    bucket=None,
    large_data_bucket=None,
)
GROUP = LogGroupTarget("/aws/bedrock/ai", exists=True, role_arn=ROLE, trust=TRUST)
BUCKET = BucketTarget("ai-logs", place="us-east-1")
ON = replace(OFF, usage=USED, modalities=("text", "image", "embedding"), log_group=GROUP, bucket=BUCKET)


@pytest.mark.parametrize(
    ("logging", "verdict"),
    [
        pytest.param(
            ON,
            compliant("The text, image and embedding data of invocations goes to /aws/bedrock/ai and ai-logs."),
            id="on, with both destinations",
        ),
        pytest.param(
            replace(ON, bucket=None, usage=BedrockUsage()),
            compliant("The text, image and embedding data of invocations goes to /aws/bedrock/ai."),
            id="on, with a log group only, and nothing in use",
        ),
        pytest.param(
            OFF,
            not_applicable("Model invocation logging is off, and nothing shows use of Amazon Bedrock here."),
            id="off, and nothing in use",
        ),
        pytest.param(
            replace(OFF, usage=BedrockUsage(mantle=True)),
            not_applicable("Model invocation logging is off, and nothing shows use of Amazon Bedrock here."),
            id="off, with calls that it would not log",
        ),
        pytest.param(
            replace(OFF, usage=USED),
            non_compliant(
                "Model invocation logging is off, and this Region has 2 models invoked in the last two weeks, 1 agent "
                "and 2 guardrails."
            ),
            id="off, but in use",
        ),
        pytest.param(
            replace(OFF, usage=BedrockUsage(inference_profiles=1)),
            non_compliant("Model invocation logging is off, and this Region has 1 application inference profile."),
            id="off, with a single sign of use",
        ),
        pytest.param(
            replace(ON, modalities=("text", "video")),
            non_compliant("Image and embedding data is not delivered."),
            id="required data left out",
        ),
        pytest.param(
            replace(ON, bucket=replace(BUCKET, place=None), usage=BedrockUsage()),
            non_compliant("Bucket ai-logs does not exist."),
            id="on but misdelivering, and nothing in use",
        ),
        pytest.param(
            replace(ON, log_group=replace(GROUP, exists=False, trust=None), modalities=("text", "image")),
            non_compliant(
                "Log group /aws/bedrock/ai does not exist in this Region.",
                f"Delivery role {ROLE} does not exist in this account.",
                "Embedding data is not delivered.",
            ),
            id="everything wrong at once",
        ),
    ],
)
def test_judges_invocation_logging(logging: InvocationLogging, verdict: Verdict) -> None:
    assert BedrockInvocationLoggingEnabled().judge(logging) == verdict


NO_GROUP = non_compliant("No log group receives the logs; one is wanted.")
NO_BUCKET = non_compliant("No bucket receives the logs; one is wanted.")
TO_GROUP = compliant("The text, image and embedding data of invocations goes to /aws/bedrock/ai.")
TO_BUCKET = compliant("The text, image and embedding data of invocations goes to ai-logs.")


@pytest.mark.parametrize(
    ("destination", "to_group", "to_bucket"),
    [
        ("any", TO_GROUP, TO_BUCKET),
        ("cloudwatch", TO_GROUP, NO_GROUP),
        ("s3", NO_BUCKET, TO_BUCKET),
        ("BOTH", NO_BUCKET, NO_GROUP),
    ],
    ids=["any", "cloudwatch", "s3", "both"],
)
def test_wants_the_destination_that_is_asked_for(destination: str, to_group: Verdict, to_bucket: Verdict) -> None:
    rule = BedrockInvocationLoggingEnabled.configured({"destination": destination})

    assert rule.judge(replace(ON, bucket=None)) == to_group
    assert rule.judge(replace(ON, log_group=None)) == to_bucket


def test_wants_the_data_that_is_asked_for() -> None:
    rule = BedrockInvocationLoggingEnabled.configured({"requiredModalities": "video, audio"})

    assert rule.judge(ON) == non_compliant("Video and audio data is not delivered.")
    assert rule.judge(replace(ON, modalities=("video", "audio"))) == compliant(
        "The video and audio data of invocations goes to /aws/bedrock/ai and ai-logs."
    )


def test_judges_an_unused_region_where_that_is_asked_for() -> None:
    rule = BedrockInvocationLoggingEnabled.configured({"evaluateUnused": "true"})

    assert rule.judge(OFF) == non_compliant("Model invocation logging is off.")


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("requiredModalities", "text,smell", "a comma-separated list of text, image, embedding, video, audio"),
        ("destination", "kinesis", "any, s3, cloudwatch, both"),
        ("evaluateUnused", "yes", "true, false"),
    ],
    ids=["modality", "destination", "boolean"],
)
def test_refuses_other_values(name: str, value: str, allowed: str) -> None:
    with pytest.raises(ParameterError, match=f"parameter {name}='{value}'; allowed: {allowed}"):
        BedrockInvocationLoggingEnabled.configured({name: value})
