import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import boto3
import pytest
from botocore.config import Config

from cli.sandbox import EmbeddedAccount, operations

GUARDRAIL = {"name": "g", "blockedInputMessaging": "No.", "blockedOutputsMessaging": "No."}


def ask(server: EmbeddedAccount, method: str, name: str, body: object = None) -> tuple[int, Any]:
    return send(server, method, name, None if body is None else json.dumps(body).encode())


def send(server: EmbeddedAccount, method: str, name: str, body: bytes | Iterable[bytes] | None) -> tuple[int, Any]:
    with closing(HTTPConnection(server.endpoint_url.removeprefix("http://"), timeout=10)) as connection:
        connection.request(method, f"/_sandbox/{name}", body, encode_chunked=not isinstance(body, bytes | None))
        answer = connection.getresponse()
        return answer.status, json.load(answer)


def test_the_endpoint_is_on_loopback_at_a_port_that_was_free(server: EmbeddedAccount) -> None:
    host, _, port = server.endpoint_url.removeprefix("http://").partition(":")

    assert (host, int(port) > 1024) == ("127.0.0.1", True)


def test_clients_reach_it_through_the_environment(server: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment("eu-west-1").items():
        monkeypatch.setenv(name, value)
    session = boto3.session.Session()
    session.client("bedrock").create_guardrail(**GUARDRAIL)

    assert [each.region for each in server.calls] == ["eu-west-1"]
    assert server.session("eu-west-1").client("bedrock").list_guardrails()["guardrails"][0]["name"] == "g"


def test_every_protocol_goes_over_http(server: EmbeddedAccount) -> None:
    session = server.session()
    s3 = session.client("s3")
    s3.create_bucket(Bucket="logs")
    s3.put_object(Bucket="logs", Key="a b/ü", Body=b"x" * 100_000)
    session.client("s3control").put_public_access_block(
        AccountId="123456789012", PublicAccessBlockConfiguration={"BlockPublicAcls": True}
    )

    assert s3.get_object(Bucket="logs", Key="a b/ü")["Body"].read() == b"x" * 100_000
    assert s3.head_object(Bucket="logs", Key="a b/ü")["ContentLength"] == 100_000
    assert len(session.client("ec2").describe_vpcs()["Vpcs"]) == 1
    assert session.client("iam").list_roles()["Roles"] == []
    assert session.client("cloudwatch").list_metrics(Namespace="AWS/Bedrock")["Metrics"] == []
    assert session.client("lambda").list_functions()["Functions"] == []
    block = session.client("s3control").get_public_access_block(AccountId="123456789012")
    assert block["PublicAccessBlockConfiguration"]["BlockPublicAcls"]


def test_a_body_in_chunks_is_put_together(server: EmbeddedAccount) -> None:
    status, faults = send(server, "PUT", "faults", iter([b'[{"kind": ', b'"throttle"}]']))

    assert (status, [each["kind"] for each in faults]) == (200, ["throttle"])


def test_faults_are_ordered_read_and_cancelled_through_the_control_endpoint(server: EmbeddedAccount) -> None:
    bedrock = server.session().client("bedrock", config=Config(retries={"total_max_attempts": 1}))
    assert ask(server, "PUT", "faults", [{"kind": "deny", "action": "bedrock:ListGuardrails"}])[0] == 200
    with pytest.raises(bedrock.exceptions.AccessDeniedException):
        bedrock.list_guardrails()

    status, faults = ask(server, "POST", "faults", {"kind": "page-size", "size": 1})
    assert (status, [each["kind"] for each in faults]) == (200, ["deny", "page-size"])
    assert ask(server, "GET", "faults") == (200, faults)
    assert ask(server, "DELETE", "faults") == (200, [])
    assert bedrock.list_guardrails()["guardrails"] == []


def test_calls_are_read_and_forgotten_through_the_control_endpoint(server: EmbeddedAccount) -> None:
    server.session().client("s3").create_bucket(Bucket="logs")
    status, calls = ask(server, "GET", "calls")

    assert (status, len(calls)) == (200, 1)
    assert calls[0] == {
        "access_key_id": "AKIAIOSFODNN7EXAMPLE",
        "service": "s3",
        "operation": "CreateBucket",
        "region": "us-east-1",
        "action": "s3:CreateBucket",
        "error": "",
        "parameters": {"Bucket": "logs"},
        "denied": False,
    }
    assert ask(server, "DELETE", "calls") == (200, [])
    assert ask(server, "GET", "calls") == (200, [])


def test_the_account_is_emptied_through_the_control_endpoint(server: EmbeddedAccount) -> None:
    server.session().client("bedrock").create_guardrail(**GUARDRAIL)

    assert ask(server, "POST", "reset") == (200, {})
    assert server.session().client("bedrock").list_guardrails()["guardrails"] == []


@pytest.mark.parametrize(
    ("method", "name", "body", "status"),
    [
        pytest.param("GET", "unicorns", None, 404, id="unknown-name"),
        pytest.param("DELETE", "reset", None, 404, id="unknown-method"),
        pytest.param("PUT", "faults", {"kind": "deny"}, 400, id="no-list"),
        pytest.param("PUT", "faults", [{"kind": "melt"}], 400, id="unknown-fault"),
        pytest.param("POST", "faults", [], 400, id="no-fault"),
        pytest.param("POST", "faults", {"kind": "deny", "after": "x", "colour": 1}, 400, id="unknown-member"),
    ],
)
def test_control_requests_that_make_no_sense_are_refused(
    server: EmbeddedAccount, method: str, name: str, body: object, status: int
) -> None:
    answered, content = ask(server, method, name, body)

    assert answered == status
    assert content["message"].endswith(".")


def test_a_control_body_that_is_no_json_is_refused(server: EmbeddedAccount) -> None:
    assert send(server, "PUT", "faults", b"{")[0] == 400


def test_a_failure_of_the_account_itself_is_an_answer_and_a_traceback(
    server: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.session().client("bedrock").list_guardrails()
    printed = io.StringIO()
    monkeypatch.setattr(sys, "stderr", printed)
    broken = operations.Operation(lambda _: {"guardrails": [], "unicorns": []})
    monkeypatch.setitem(operations.OPERATIONS, ("bedrock", "ListGuardrails"), broken)
    impatient = server.session().client("bedrock", config=Config(retries={"total_max_attempts": 1}))

    with pytest.raises(impatient.exceptions.ClientError) as error:
        impatient.list_guardrails()

    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    deadline = time.monotonic() + 5
    while "unicorns" not in printed.getvalue() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert 'Unknown parameter in input: "unicorns"' in printed.getvalue()


def test_a_server_stops_and_frees_its_port() -> None:
    with EmbeddedAccount() as first:
        port = int(first.endpoint_url.rpartition(":")[2])
    with EmbeddedAccount(port) as second:
        assert second.endpoint_url == first.endpoint_url


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_module_serves_until_it_is_interrupted(end: signal.Signals) -> None:
    started = time.monotonic()
    command = [sys.executable, "-m", "cli.sandbox"]
    with subprocess.Popen(  # noqa: S603 - this very program
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        seconds = time.monotonic() - started
        url = line.removeprefix("AWS_ENDPOINT_URL=")
        guardrails = boto3.client("bedrock", endpoint_url=url).list_guardrails()["guardrails"]
        process.send_signal(end)
        out, err = process.communicate(timeout=10)

    assert (guardrails, out, err, process.returncode) == ([], "", "", 0)
    assert seconds < 3 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
