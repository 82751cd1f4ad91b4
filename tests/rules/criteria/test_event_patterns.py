import json
from typing import Any

import pytest

from rules.criteria.event_patterns import VARIES, matches
from rules.permissions.conditions import Truth

EVENT = {
    "source": "aws.bedrock",
    "account": "123456789012",
    "resources": [],
    "detail": {
        "eventName": "DeleteGuardrail",
        "readOnly": False,
        "severity": 8,
        "note": None,
        "address": "10.0.0.7",
        "tags": ["prod", "eu"],
        "findings": [{"Severity": {"Label": "HIGH"}}, {"Severity": {"Label": "LOW"}}],
        "userIdentity": VARIES,
    },
}


def judged(pattern: dict[str, Any]) -> Truth:
    return matches(json.loads(json.dumps(pattern)), EVENT)


def detail(**fields: Any) -> dict[str, Any]:
    return {"detail": fields}


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param({"source": ["aws.bedrock"]}, id="a text"),
        pytest.param({"source": ["aws.s3", "aws.bedrock"]}, id="one of several"),
        pytest.param({"account": [{"prefix": ""}]}, id="any text"),
        pytest.param({}, id="the empty pattern"),
        pytest.param(detail(readOnly=[False]), id="false"),
        pytest.param(detail(severity=[8]), id="a number"),
        pytest.param(detail(severity=[8.0]), id="the same number in another form"),
        pytest.param(detail(note=[None]), id="null"),
        pytest.param(detail(tags=["eu"]), id="an element of a list"),
        pytest.param(detail(findings={"Severity": {"Label": ["HIGH"]}}), id="an element of a list of objects"),
        pytest.param(detail(eventName=[{"prefix": "Delete"}]), id="prefix"),
        pytest.param(detail(eventName=[{"prefix": {"equals-ignore-case": "DELETE"}}]), id="prefix in another case"),
        pytest.param(detail(eventName=[{"suffix": "Guardrail"}]), id="suffix"),
        pytest.param(detail(eventName=[{"suffix": {"equals-ignore-case": "GUARDRAIL"}}]), id="suffix in another case"),
        pytest.param(detail(eventName=[{"equals-ignore-case": "deleteguardrail"}]), id="another case"),
        pytest.param(detail(eventName=[{"wildcard": "Del*Guard*"}]), id="wildcard"),
        pytest.param(detail(eventName=[{"anything-but": "CreateGuardrail"}]), id="anything but a text"),
        pytest.param(detail(eventName=[{"anything-but": ["CreateGuardrail", "X"]}]), id="anything but texts"),
        pytest.param(detail(eventName=[{"anything-but": {"prefix": "Get"}}]), id="anything but a prefix"),
        pytest.param(detail(eventName=[{"anything-but": {"prefix": ["Get", "List"]}}]), id="anything but prefixes"),
        pytest.param(detail(eventName=[{"anything-but": {"wildcard": "*Model*"}}]), id="anything but a wildcard"),
        pytest.param(detail(severity=[{"anything-but": [1, 2]}]), id="anything but numbers"),
        pytest.param(detail(errorCode=[{"exists": False}]), id="does not exist"),
        pytest.param(detail(other={"inner": [{"exists": False}]}), id="does not exist, nor what it would be in"),
        pytest.param(detail(eventName=[{"exists": True}]), id="exists"),
        pytest.param({"resources": [{"exists": False}]}, id="an empty list does not exist"),
        pytest.param(detail(severity=[{"numeric": [">=", 7]}]), id="numeric"),
        pytest.param(detail(severity=[{"numeric": [">", 7, "<=", 8.5]}]), id="numeric range"),
        pytest.param(detail(severity=[{"numeric": ["=", 8]}]), id="numeric equality"),
        pytest.param(detail(address=[{"cidr": "10.0.0.0/24"}]), id="cidr"),
        pytest.param({"$or": [{"source": ["aws.s3"]}, {"account": ["123456789012"]}]}, id="or"),
        pytest.param(
            detail(**{"$or": [{"eventName": ["X"]}, {"readOnly": [False]}], "severity": [8]}), id="or beside and"
        ),
    ],
)
def test_matches_every_event(pattern: dict[str, Any]) -> None:
    assert judged(pattern) is Truth.TRUE


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param({"source": ["aws.bedrock "]}, id="another text"),
        pytest.param({"source": ["AWS.Bedrock"]}, id="the text in another case"),
        pytest.param({"source": []}, id="no value at all"),
        pytest.param({"missing": ["x"]}, id="a field that is not there"),
        pytest.param({"missing": [None]}, id="null where there is nothing"),
        pytest.param(detail(readOnly=[0]), id="a number that Python takes for false"),
        pytest.param(detail(readOnly=["false"]), id="a text for a boolean"),
        pytest.param(detail(severity=["8"]), id="a text for a number"),
        pytest.param(detail(severity=[{"prefix": "8"}]), id="a prefix of a number"),
        pytest.param(detail(eventName={"inner": ["x"]}), id="deeper than the event"),
        pytest.param({"detail": ["x"]}, id="a value for an object"),
        pytest.param({"detail": [{"prefix": "x"}]}, id="a comparison for an object"),
        pytest.param(detail(eventName=[{"prefix": "delete"}]), id="prefix in another case"),
        pytest.param(detail(eventName=[{"wildcard": "*Guard"}]), id="wildcard with another end"),
        pytest.param(detail(eventName=[{"wildcard": r"Delete\*"}]), id="an escaped asterisk"),
        pytest.param(detail(eventName=[{"anything-but": ["DeleteGuardrail"]}]), id="anything but this"),
        pytest.param(detail(eventName=[{"anything-but": {"suffix": "Guardrail"}}]), id="anything but this suffix"),
        pytest.param(detail(missing=[{"anything-but": "x"}]), id="anything but, where there is nothing"),
        pytest.param(detail(missing=[{"exists": True}]), id="exists"),
        pytest.param(detail(eventName=[{"exists": False}]), id="does not exist"),
        pytest.param(detail(severity=[{"numeric": ["<", 8]}]), id="numeric"),
        pytest.param(detail(eventName=[{"numeric": [">", 1]}]), id="numeric on a text"),
        pytest.param(detail(readOnly=[{"numeric": ["=", 0]}]), id="numeric on a boolean"),
        pytest.param(detail(address=[{"cidr": "192.168.0.0/16"}]), id="cidr"),
        pytest.param(detail(eventName=[{"cidr": "10.0.0.0/8"}]), id="cidr on another text"),
        pytest.param({"resources": ["arn:aws:s3:::bucket"]}, id="an element of an empty list"),
        pytest.param({"source": ["aws.bedrock"], "account": ["111122223333"]}, id="one field of two"),
        pytest.param({"$or": [{"source": ["aws.s3"]}, {"source": ["aws.ec2"]}]}, id="or"),
        pytest.param({"$or": ["aws.bedrock"]}, id="a field that is called like the operator"),
    ],
)
def test_matches_no_event(pattern: dict[str, Any]) -> None:
    assert judged(pattern) is Truth.FALSE


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(detail(userIdentity={"type": ["Root"]}), id="a field that differs"),
        pytest.param(detail(userIdentity={"type": [{"anything-but": "Root"}]}), id="anything but, on such a field"),
        pytest.param(detail(userIdentity={"type": [{"exists": True}]}), id="existence of such a field"),
        pytest.param(detail(eventName=[{"regex": ".*"}]), id="an operator that is not known"),
        pytest.param(detail(eventName=[{"prefix": "D", "suffix": "l"}]), id="two operators in one"),
        pytest.param(detail(eventName=[{"prefix": 1}]), id="a prefix that is no text"),
        pytest.param(detail(eventName=[{"prefix": {"wildcard": "*"}}]), id="a prefix in an unknown form"),
        pytest.param(detail(eventName=[{"anything-but": {"cidr": "10.0.0.0/8"}}]), id="anything but an unknown form"),
        pytest.param(detail(severity=[{"numeric": [">="]}]), id="half a comparison"),
        pytest.param(detail(severity=[{"numeric": ["~", 8]}]), id="an unknown comparison"),
        pytest.param(detail(address=[{"cidr": "nowhere"}]), id="a range that is none"),
        pytest.param(detail(eventName=[{"exists": "yes"}]), id="existence that is no boolean"),
        pytest.param({"detail": [{"exists": True}]}, id="existence of an object"),
        pytest.param({"$or": [{"source": ["aws.bedrock"]}, "aws.bedrock"]}, id="alternatives of objects and texts"),
        pytest.param({"source": "aws.bedrock"}, id="a value outside a list"),
        pytest.param(
            {"source": ["aws.bedrock"], "detail": {"userIdentity": {"type": ["Root"]}}}, id="beside one that holds"
        ),
    ],
)
def test_matches_some_events_or_cannot_be_told(pattern: dict[str, Any]) -> None:
    assert judged(pattern) is Truth.DEPENDS
