from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from rules.delivery.recorder import ACTIONS, Recorder, recorder_in

ROLE = "arn:aws:iam::123456789012:role/config"
STATUS = {"name": "default", "recording": True, "lastStatus": "SUCCESS"}
TYPES = ["AWS::IAM::Role", "AWS::S3::Bucket"]


@pytest.fixture
def config() -> Iterator[Any]:
    client = boto3.client("config")
    with Stubber(client) as stub:
        client.stub = stub
        yield client


def answered(config: Any, group: dict[str, Any] | None, *statuses: dict[str, Any]) -> Any:
    """Return the client, whose recorder has that recording group and these statuses."""
    recorder = {"name": "default", "roleARN": ROLE} | ({} if group is None else {"recordingGroup": group})
    config.stub.add_response("describe_configuration_recorders", {"ConfigurationRecorders": [recorder]})
    config.stub.add_response("describe_configuration_recorder_status", {"ConfigurationRecordersStatus": list(statuses)})
    return config


def test_a_region_may_have_no_recorder(config: Any) -> None:
    config.stub.add_response("describe_configuration_recorders", {"ConfigurationRecorders": []})

    assert recorder_in(config) is None


@pytest.mark.parametrize(
    ("statuses", "recorder"),
    [
        pytest.param([STATUS], Recorder("default", recording=True, last_status="SUCCESS"), id="on"),
        pytest.param(
            [STATUS | {"recording": False}], Recorder("default", recording=False, last_status="SUCCESS"), id="off"
        ),
        pytest.param(
            [STATUS | {"lastStatus": "Failure", "lastErrorMessage": "Access denied"}],
            Recorder("default", recording=True, last_status="Failure", last_error="Access denied"),
            id="failing",
        ),
        pytest.param(
            [STATUS | {"name": "other"}, STATUS | {"lastStatus": "Pending"}],
            Recorder("default", recording=True, last_status="Pending"),
            id="beside the recorder of a service",
        ),
        pytest.param(
            [STATUS | {"name": "other"}],
            Recorder("default", recording=False, last_status="Pending"),
            id="without a status",
        ),
        pytest.param([{"name": "default"}], Recorder("default", recording=False, last_status="Pending"), id="new"),
    ],
)
def test_reads_the_state_of_the_recorder(config: Any, statuses: list[dict[str, Any]], recorder: Recorder) -> None:
    assert recorder_in(answered(config, None, *statuses)) == recorder


@pytest.mark.parametrize(
    ("group", "types", "left_out"),
    [
        pytest.param(None, None, (), id="nothing said of types"),
        pytest.param({"allSupported": True}, None, (), id="all types"),
        pytest.param({"allSupported": True, "resourceTypes": TYPES}, None, (), id="all types, whatever is listed"),
        pytest.param({"allSupported": False, "resourceTypes": TYPES}, TYPES, (), id="listed types"),
        pytest.param({"resourceTypes": TYPES}, None, (), id="listed types that nothing makes the only ones"),
        pytest.param({"allSupported": False, "resourceTypes": []}, None, (), id="no types listed"),
        pytest.param(
            {"recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}, "resourceTypes": TYPES},
            TYPES,
            (),
            id="by the strategy of listed types",
        ),
        pytest.param(
            {"recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}},
            [],
            (),
            id="by the strategy of listed types, with none",
        ),
        pytest.param(
            {
                "allSupported": False,
                "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
                "exclusionByResourceTypes": {"resourceTypes": TYPES},
                "resourceTypes": [],
            },
            None,
            TYPES,
            id="by the strategy of exclusion",
        ),
    ],
)
def test_reads_the_types_that_are_recorded(
    config: Any, group: dict[str, Any] | None, types: list[str] | None, left_out: list[str]
) -> None:
    recorder = recorder_in(answered(config, group, STATUS))

    assert recorder is not None
    assert recorder.types == (None if types is None else frozenset(types))
    assert recorder.left_out == frozenset(left_out)


@pytest.mark.parametrize(
    ("types", "left_out", "recorded"),
    [
        pytest.param(None, (), [True, True], id="everything"),
        pytest.param(("AWS::IAM::Role",), (), [True, False], id="listed types"),
        pytest.param((), (), [False, False], id="no types"),
        pytest.param(None, ("AWS::IAM::Role",), [False, True], id="all but some types"),
        pytest.param(("AWS::IAM::Role",), ("AWS::IAM::Role",), [True, False], id="what is listed, whatever else"),
    ],
)
def test_knows_what_is_recorded(types: tuple[str, ...] | None, left_out: tuple[str, ...], recorded: list[bool]) -> None:
    kept = None if types is None else frozenset(types)
    recorder = Recorder("default", recording=True, last_status="SUCCESS", types=kept, left_out=frozenset(left_out))

    assert [recorder.records(name) for name in ("AWS::IAM::Role", "AWS::IAM::User")] == recorded


@pytest.mark.parametrize(("status", "failed"), [("Failure", True), ("Success", False), ("Pending", False)])
def test_knows_whether_recording_failed(status: str, *, failed: bool) -> None:
    assert Recorder("default", recording=True, last_status=status).failed is failed


def test_needs_two_actions() -> None:
    assert {(action.name, action.resource) for action in ACTIONS} == {
        ("config:DescribeConfigurationRecorders", "*"),
        ("config:DescribeConfigurationRecorderStatus", "*"),
    }
