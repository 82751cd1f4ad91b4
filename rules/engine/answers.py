"""
What counts as an answer of AWS: everything else is refused before it can look like an empty one.

botocore makes an empty result of a JSON body that it cannot read, and of an XML document that is not the service's.
To a rule that reads "nothing found": an account without resources, a bucket without a policy.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from rules.engine.errors import UnexpectedAnswerError

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_ERROR_STATUS = 300

JSON = frozenset({"json", "rest-json"})
QUERY = frozenset({"query", "ec2"})
XML = QUERY | {"rest-xml"}

FIRST_TAG = re.compile(rb"<(?![?]|!--)(?:[\w.-]+:)?([!\w.-]+)")
"""The first tag of a document after its declaration and comments, without a namespace prefix."""

REQUEST_IDS = ("x-amz-request-id", "x-amzn-requestid")
"""Every answer of AWS has one of these; an answer that is made of headers only has nothing else to be known by."""

KINDS = {"list": list, "map": dict, "structure": dict}


def require_answer(operation_model: Any, response_dict: Mapping[str, Any], **_: object) -> None:
    """
    Refuse a successful answer that is not one of the operation; botocore's event `before-parse` calls this.

    The body has to be a JSON object (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html: `{}` where
    nothing is set) with every list that the service model requires, or an XML document of the operation; an answer that
    is made of headers has to carry a request id.
    Raises UnexpectedAnswerError, which never quotes the body.
    """
    shape = operation_model.output_shape
    protocol = operation_model.service_model.resolved_protocol
    if shape is None or response_dict["status_code"] >= FIRST_ERROR_STATUS:
        return
    payload = shape.serialization.get("payload")
    if payload is not None:
        shape = shape.members[payload]
    if shape.type_name != "structure" or getattr(shape, "event_stream_name", None):
        return
    members = {name: member for name, member in shape.members.items() if "location" not in member.serialization}
    if not members:
        if shape.members and not any(name in response_dict["headers"] for name in REQUEST_IDS):
            raise UnexpectedAnswerError(f"{operation_model.name}: the answer carries no request id of AWS")
        return
    if protocol in JSON:
        _require_json(operation_model.name, shape, members, response_dict["body"])
    elif protocol in XML:
        _require_xml(operation_model.name, protocol, response_dict["body"])


def _require_json(operation: str, shape: Any, members: Mapping[str, Any], body: bytes) -> None:
    try:
        answer = json.loads(body)
    except ValueError:
        raise UnexpectedAnswerError(f"{operation}: the answer is not JSON") from None
    if not isinstance(answer, dict):
        raise UnexpectedAnswerError(f"{operation}: the answer is not a JSON object")
    for name, member in members.items():
        value = answer.get(member.serialization.get("name", name))
        kind = KINDS.get(member.type_name)
        if value is None and member.type_name == "list" and name in shape.required_members:
            raise UnexpectedAnswerError(f"{operation}: the answer lacks {name}")
        if kind is not None and value is not None and not isinstance(value, kind):
            raise UnexpectedAnswerError(f"{operation}: {name} is not a {member.type_name}")


def _require_xml(operation: str, protocol: str, body: bytes) -> None:
    tag = FIRST_TAG.search(body)
    if tag is None:
        raise UnexpectedAnswerError(f"{operation}: the answer is not XML")
    name = tag.group(1).decode()
    if protocol in QUERY and name != f"{operation}Response":
        raise UnexpectedAnswerError(f"{operation}: the answer is one of something else")
    if name.lower() in ("html", "!doctype"):
        raise UnexpectedAnswerError(f"{operation}: the answer is a web page")
