import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from cli import model_use as subject
from cli.model_use import MOST_EVENTS, STREAM, model_arn, model_use
from rules.engine.aws import Aws
from rules.permissions.narrowing import Use
from tests.rules.permissions.principals import ACCOUNT, MODEL_A, PROFILE, ROLE, USER, principal

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL_A_ID = MODEL_A.rpartition("/")[2]
OPERATIONS = ("InvokeModel", "Converse", "InvokeModelWithResponseStream", "ConverseStream", "CreateModelInvocationJob")
IN_CLOUDTRAIL = Use("bedrock:InvokeModel", MODEL_A)


@pytest.fixture
def aws() -> Aws:
    return Aws(boto3.Session(region_name="us-east-1"), account_id=ACCOUNT, region="us-east-1", now=NOW)


@pytest.fixture
def trail(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.client("cloudtrail")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def logs(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.client("logs")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def bedrock(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.client("bedrock")) as stubber:
        yield stubber


def by_role(model: str | None, role: str = ROLE, **detail: Any) -> dict[str, Any]:
    identity = {"type": "AssumedRole", "arn": f"{role}/s", "sessionContext": {"sessionIssuer": {"arn": role}}}
    parameters = None if model is None else {"modelId": model}
    return {"userIdentity": identity, "requestParameters": parameters, **detail}


def answer(trail: Stubber, operation: str, *details: dict[str, Any]) -> None:
    trail.add_response(
        "lookup_events",
        {"Events": [{"CloudTrailEvent": json.dumps(detail)} for detail in details]},
        {
            "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": operation}],
            "StartTime": NOW - timedelta(days=30),
            "EndTime": NOW,
            "MaxResults": 50,
        },
    )


def answers(trail: Stubber, **by_operation: list[dict[str, Any]]) -> None:
    for operation in OPERATIONS:
        answer(trail, operation, *by_operation.get(operation, []))


def test_takes_what_the_role_called_from_cloudtrail(aws: Aws, trail: Stubber) -> None:
    other = ROLE.replace("app", "other")
    answers(
        trail,
        InvokeModel=[by_role(MODEL_A_ID), by_role(MODEL_A_ID), by_role("amazon.nova-lite-v1:0", role=other)],
        Converse=[by_role(MODEL_A), by_role("amazon.nova-pro-v1:0", errorCode="AccessDenied"), by_role(None)],
        ConverseStream=[by_role("us.anthropic.claude-v2:1")],
    )

    found = model_use(aws, principal(arn=ROLE), 30, invocation_logs=False)

    assert found.uses == (IN_CLOUDTRAIL, Use(STREAM, PROFILE))
    assert found.sources == ("CloudTrail tells of 2 models in us-east-1, 30 days back.",)


def test_takes_what_a_user_called(aws: Aws, trail: Stubber) -> None:
    own = {"userIdentity": {"type": "IAMUser", "arn": USER}, "requestParameters": {"modelId": MODEL_A}}
    root = {"userIdentity": {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root"}}
    service = {"userIdentity": {"type": "AWSService", "invokedBy": "bedrock.amazonaws.com"}}
    answers(trail, InvokeModel=[own, root, service])

    found = model_use(aws, principal(arn=USER), 30, invocation_logs=False)

    assert found.uses == (IN_CLOUDTRAIL,)
    assert found.sources == ("CloudTrail tells of 1 model in us-east-1, 30 days back.",)


def test_looks_through_a_bounded_number_of_events(aws: Aws, trail: Stubber) -> None:
    events = [{"CloudTrailEvent": json.dumps(by_role(MODEL_A))}] * 50
    for number in range(MOST_EVENTS // 50):
        token = {"NextToken": str(number)} if number else {}
        trail.add_response(
            "lookup_events",
            {"Events": events, "NextToken": str(number + 1)},
            {"LookupAttributes": ANY, "StartTime": ANY, "EndTime": ANY, "MaxResults": 50} | token,
        )
    for operation in OPERATIONS[1:]:
        answer(trail, operation)

    assert model_use(aws, principal(), 30, invocation_logs=False).uses == (IN_CLOUDTRAIL,)


def test_a_trail_that_cannot_be_read_is_said_and_proposes_nothing(aws: Aws, trail: Stubber) -> None:
    trail.add_client_error("lookup_events", "AccessDeniedException", "no")

    found = model_use(aws, principal(), 30, invocation_logs=False)

    assert found.uses == ()
    assert found.sources == ("CloudTrail could not be read in us-east-1 (AccessDeniedException: LookupEvents: no).",)


def test_an_event_that_is_not_understood_is_said(aws: Aws, trail: Stubber) -> None:
    trail.add_response("lookup_events", {"Events": [{"CloudTrailEvent": "{"}]})

    (sentence,) = model_use(aws, principal(), 30, invocation_logs=False).sources

    assert sentence.startswith("CloudTrail could not be read in us-east-1 (UnexpectedAnswer: ")


def logging_to(bedrock: Stubber, group: str | None) -> None:
    settings = {"cloudWatchConfig": {"logGroupName": group, "roleArn": ROLE}} if group else {}
    bedrock.add_response("get_model_invocation_logging_configuration", {"loggingConfig": settings} if group else {})


def row(**cells: str) -> list[dict[str, str]]:
    return [{"field": field, "value": value} for field, value in cells.items()]


@pytest.mark.parametrize(
    ("arn", "condition"),
    [
        pytest.param(ROLE, f'identity.arn like "arn:aws:sts::{ACCOUNT}:assumed-role/app/"', id="role"),
        pytest.param(USER, f'identity.arn = "{USER}"', id="user"),
    ],
)
def test_asks_the_invocation_log_for_models_only(
    aws: Aws, trail: Stubber, bedrock: Stubber, logs: Stubber, *, arn: str, condition: str
) -> None:
    answers(trail)
    logging_to(bedrock, "invocations")
    wanted = {
        "logGroupName": "invocations",
        "startTime": int((NOW - timedelta(days=30)).timestamp()),
        "endTime": int(NOW.timestamp()),
        "queryString": f"filter {condition} | stats count(*) as calls by modelId, operation | sort calls desc",
        "limit": 1000,
    }
    logs.add_response("start_query", {"queryId": "q"}, wanted)
    logs.add_response("get_query_results", {"status": "Running", "results": []}, {"queryId": "q"})
    rows = [
        row(modelId=MODEL_A, operation="Converse", calls="7"),
        row(modelId=MODEL_A_ID, operation="ConverseStream", calls="3"),
        row(modelId=MODEL_A_ID, operation="SomethingElse", calls="1"),
        row(operation="Converse", calls="1"),
    ]
    logs.add_response("get_query_results", {"status": "Complete", "results": rows}, {"queryId": "q"})

    found = model_use(aws, principal(arn=arn), 30, invocation_logs=True)

    assert found.uses == (IN_CLOUDTRAIL, Use(STREAM, MODEL_A))
    assert found.sources == (
        "CloudTrail tells of no models in us-east-1, 30 days back.",
        "The model invocation log tells of 1 model in us-east-1, 30 days back.",
    )


def test_says_that_there_is_no_invocation_log(aws: Aws, trail: Stubber, bedrock: Stubber) -> None:
    answers(trail)
    logging_to(bedrock, None)

    found = model_use(aws, principal(), 30, invocation_logs=True)

    assert found.sources[1] == "Amazon Bedrock writes no invocation log to CloudWatch Logs in us-east-1."


@pytest.mark.parametrize("status", ["Failed", "Running"])
def test_a_query_that_fails_or_takes_too_long_is_said(
    aws: Aws, trail: Stubber, bedrock: Stubber, logs: Stubber, *, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setattr(subject, "PATIENCE", -1)
    answers(trail)
    logging_to(bedrock, "invocations")
    logs.add_response("start_query", {"queryId": "q"})
    logs.add_response("get_query_results", {"status": status, "results": []})

    found = model_use(aws, principal(), 30, invocation_logs=True)

    said = f"The model invocation log could not be read in us-east-1 (UnexpectedAnswer: the query is {status})."
    assert found.sources[1] == said


@pytest.mark.parametrize(
    ("model_id", "arn"),
    [
        pytest.param(MODEL_A_ID, MODEL_A, id="foundation model"),
        pytest.param("zai.glm-4.6", "arn:aws:bedrock:us-east-1::foundation-model/zai.glm-4.6", id="dots in a model id"),
        pytest.param("us.anthropic.claude-v2:1", PROFILE, id="inference profile of a country"),
        pytest.param(
            "global.anthropic.claude-v2:1",
            f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/global.anthropic.claude-v2:1",
            id="global inference profile",
        ),
        pytest.param(
            "us-gov.amazon.nova-lite-v1:0",
            f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us-gov.amazon.nova-lite-v1:0",
            id="inference profile of GovCloud",
        ),
        pytest.param(PROFILE, PROFILE, id="ARN of an inference profile"),
        pytest.param(f"arn:aws:bedrock:us-east-1:{ACCOUNT}:prompt/ABCDEFGHIJ:1", None, id="prompt"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_says_which_model_a_request_means(aws: Aws, model_id: str, arn: str | None) -> None:
    assert model_arn(aws, model_id) == arn
