"""Functions in processes of their own, and the queues that invoke them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.rehearsal import warm_function
from cli.rehearsal.assets import Assets
from cli.rehearsal.deployment import DeployedFunction
from cli.rehearsal.lambda_service import LambdaService
from cli.rehearsal.warm_function import FunctionError
from cli.sandbox import EmbeddedAccount

pytestmark = pytest.mark.slow

REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/judge"
CODE = """
import os, sys, time
count = 0

def handler(event, context):
    global count
    count += 1
    print("said on the way")
    match event.get("do"):
        case "fail":
            raise ValueError("no such thing")
        case "hang":
            time.sleep(60)
        case "exit":
            print("out of memory", file=sys.stderr, flush=True)
            os._exit(7)
        case "count":
            return count
        case "variable":
            return os.environ["GREETING"]
    bodies = [record["body"] for record in event["Records"]]
    if "break" in bodies:
        raise ValueError("broken")
    failed = [record["messageId"] for record in event["Records"] if record["body"] == "refuse"]
    return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}
"""


@pytest.fixture
def function(server: EmbeddedAccount, tmp_path: Path) -> DeployedFunction:
    (tmp_path / "m.py").write_text(CODE, encoding="utf-8")
    iam = server.session(REGION).client("iam")
    iam.create_role(RoleName="judge", AssumeRolePolicyDocument="{}")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="judge", PolicyName="queue", PolicyDocument=json.dumps(policy))
    return DeployedFunction("judge", "m.handler", tmp_path, ROLE, frozenset({"sqs:*"}), {"GREETING": "hello"})


@pytest.fixture
def service(server: EmbeddedAccount) -> Iterator[LambdaService]:
    with Assets() as assets:
        yield LambdaService(server, REGION, assets)


@pytest.fixture
def queue(server: EmbeddedAccount, function: DeployedFunction) -> str:
    """Return the URL of a queue that invokes the function with up to twenty messages."""
    session = server.session(REGION)
    url = str(session.client("sqs").create_queue(QueueName="changes")["QueueUrl"])
    session.client("lambda").create_function(
        FunctionName=function.name,
        Role=ROLE,
        Runtime="python3.13",
        Handler="m.handler",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
    )
    session.client("lambda").create_event_source_mapping(
        EventSourceArn="arn:aws:sqs:us-east-1:123456789012:changes", FunctionName=function.name, BatchSize=20
    )
    return url


def counted(server: EmbeddedAccount, metric: str) -> float:
    client = server.session(REGION).client("cloudwatch")
    now = datetime.now(UTC)
    answer = client.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": "FunctionName", "Value": "judge"}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=86400,
        Statistics=["Sum"],
    )
    return sum(float(one["Sum"]) for one in answer["Datapoints"])


def waiting(server: EmbeddedAccount, url: str) -> int:
    client = server.session(REGION).client("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


def test_a_function_stays_warm_and_has_its_variables(
    server: EmbeddedAccount, service: LambdaService, function: DeployedFunction
) -> None:
    with service.warm(function) as warm:
        answers: list[Any] = [warm.invoke({"do": what}) for what in ("count", "variable", "count")]

    assert answers == [1, "hello", 3]
    assert (counted(server, "Invocations"), counted(server, "Errors")) == (3, 0)


def test_what_it_raises_is_told_and_counted_and_it_goes_on(
    server: EmbeddedAccount, service: LambdaService, function: DeployedFunction
) -> None:
    with service.warm(function) as warm:
        with pytest.raises(FunctionError, match=r"^ValueError: no such thing$"):
            warm.invoke({"do": "fail"})
        assert warm.invoke({"do": "count"}) == 2

    assert (counted(server, "Invocations"), counted(server, "Errors")) == (2, 1)


def test_a_process_that_ends_says_its_last_words_and_is_started_again(
    service: LambdaService, function: DeployedFunction
) -> None:
    with service.warm(function) as warm:
        with pytest.raises(FunctionError, match=r"^the process ended: out of memory$"):
            warm.invoke({"do": "exit"})
        assert warm.invoke({"do": "count"}) == 1


def test_a_function_that_hangs_is_given_up(
    service: LambdaService, function: DeployedFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_function, "TIMEOUT", 0.5)

    with service.warm(function) as warm:
        with pytest.raises(FunctionError, match=r"^the process did not answer in 0\.5 seconds: no message$"):
            warm.invoke({"do": "hang"})
        assert warm.invoke({"do": "count"}) == 1


def test_an_asset_whose_libraries_cannot_be_imported_runs_nothing(
    service: LambdaService, function: DeployedFunction
) -> None:
    (function.code / "rdklib.py").write_text("raise ImportError('incomplete')", encoding="utf-8")

    with service.warm(function) as warm, pytest.raises(FunctionError, match=r"with status 1: ImportError: incomplete$"):
        warm.invoke({"do": "count"})


def test_a_handler_that_is_not_in_the_asset_is_told(service: LambdaService, function: DeployedFunction) -> None:
    with (
        service.warm(replace(function, handler="other.handler")) as warm,
        pytest.raises(FunctionError, match=r"^the process ended: ModuleNotFoundError: No module named 'other'$"),
    ):
        warm.invoke({"do": "count"})


def test_a_queue_keeps_what_was_not_dealt_with(
    server: EmbeddedAccount, service: LambdaService, function: DeployedFunction, queue: str
) -> None:
    client = server.session(REGION).client("sqs")
    for number in range(30):
        client.send_message(QueueUrl=queue, MessageBody="refuse" if number == 3 else f"m{number}")

    ran = service.serve_queue(function)

    assert ran.invocations == 2
    assert [error.split()[0::2] for error in ran.errors] == [["message", "was", "dealt"]]
    assert waiting(server, queue) == 1
    assert {"sqs:ReceiveMessage", "sqs:DeleteMessage"} <= ran.used
    assert ran.denied == frozenset()


def test_a_batch_that_fails_stays_in_its_queue(
    server: EmbeddedAccount, service: LambdaService, function: DeployedFunction, queue: str
) -> None:
    client = server.session(REGION).client("sqs")
    for body in ("one", "break"):
        client.send_message(QueueUrl=queue, MessageBody=body)

    ran = service.serve_queue(function)

    assert ran.errors == ("ValueError: broken",)
    assert waiting(server, queue) == 2


def test_an_event_that_is_given_up_is_kept(
    server: EmbeddedAccount, service: LambdaService, function: DeployedFunction, queue: str
) -> None:
    failed = service.invoke(function, {"do": "fail"})
    server.session(REGION).client("lambda").put_function_event_invoke_config(
        FunctionName=function.name,
        DestinationConfig={"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:changes"}},
    )

    service.give_up(function, {"do": "fail"})

    assert failed.errors == ("ValueError: no such thing",)
    (kept,) = server.session(REGION).client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(kept["Body"]) == {"requestPayload": {"do": "fail"}}
