"""Decoding of parameters and encoding of results by botocore's models, with moto's parsers and serializers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.parsers import ResponseParserFactory
from botocore.serialize import create_serializer
from botocore.utils import parse_timestamp
from botocore.validate import ParamValidator
from moto.core.model import OperationModel, Shape
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.serialize import ResponseSerializer, get_serializer_class

from cli.sandbox.constraints import violations
from cli.sandbox.errors import AwsError
from cli.sandbox.exchange import HttpAnswer, HttpRequest
from cli.sandbox.identify import Target, host_of
from cli.timestamps import moment

_FIRST_ERROR_STATUS = 300
_PARSERS = ResponseParserFactory()
_PARSERS.set_parser_defaults(timestamp_parser=moment)
_CALLER_HEADERS = ("Authorization", "User-Agent", "X-Amz-Date", "X-Amz-Security-Token")


class UnfaithfulAnswerError(AssertionError):
    """An operation of the embedded account answered something that the real one cannot answer."""


def decode(target: Target, request: HttpRequest) -> dict[str, Any]:
    """Return the parameters of `request` under the names and types of the model."""
    parsed = request.for_moto
    protocol = determine_request_protocol(target.operation.service_model, parsed.content_type)
    parser = PROTOCOL_PARSERS[protocol](target.operation, timestamp_parser=_utc, map_type=dict)
    params: dict[str, Any] = parser.parse(
        {
            "method": parsed.method,
            "values": parsed.values,
            "headers": parsed.headers,
            "body": parsed.data,
            "url_path": parsed.path,
            "url_params": target.path_params,
        }
    )
    return params


class _AnswerValidator(ParamValidator):  # type: ignore[misc]  # botocore ships no types
    """Checks members and types; lists may be empty where the model says that they have an item, as AWS's are."""

    def _validate_list(self, items: object, shape: Shape, errors: object, name: str) -> None:
        if items != []:
            super()._validate_list(items, shape, errors, name)


def require_faithful(operation: OperationModel, result: Mapping[str, Any], *, forms: bool) -> None:
    """Hold `result` against the model's output.

    With `forms`, also against its patterns, enumerations and sizes, which moto's own results do not all keep.

    Raises:
        UnfaithfulAnswerError: `result` has a member that the model does not know, lacks one that it requires, or
            has one of a wrong type (or form or size).

    """
    shape = operation.output_shape
    if shape is None:
        if result:
            raise UnfaithfulAnswerError(f"{operation.name} has no output, but {sorted(result)} was answered.")
        return
    report = _AnswerValidator().validate(result, shape)
    if report.has_errors():
        raise UnfaithfulAnswerError(f"{operation.name}: {report.generate_report()}")
    broken = list(violations(result, shape, uncut=True)) if forms else []
    if broken:
        raise UnfaithfulAnswerError(f"{operation.name}: {'; '.join(broken)}")


def encode(operation: OperationModel, result: Mapping[str, Any], request: HttpRequest) -> HttpAnswer:
    """Return `result` as the operation's answer."""
    model = operation.service_model
    protocol = determine_request_protocol(model, request.header("Content-Type"))
    serialized = _of_mappings(get_serializer_class(model.service_name, protocol))(operation).serialize(result)
    body = serialized["body"]
    encoded = body.encode() if isinstance(body, str) else body
    return HttpAnswer(int(serialized["status_code"]), dict(serialized["headers"]), encoded)


@cache
def _of_mappings(serializer: type[ResponseSerializer]) -> type[ResponseSerializer]:
    """Return moto's serializer for results that are mappings: its own looks for attributes of objects, too."""

    def member(self: object, value: Mapping[str, Any], key: str, shape: Shape) -> Any:
        del self, shape
        return value.get(key)

    return type(serializer.__name__, (serializer,), {"get_value": member})


def result_of(operation: OperationModel, answer: HttpAnswer, request: HttpRequest) -> dict[str, Any]:
    """Return the decoded result that `answer` carries.

    Raises:
        AwsError: The answer is an error.

    """
    protocol = determine_request_protocol(operation.service_model, request.header("Content-Type"))
    headers = {name.lower(): str(value) for name, value in answer.headers.items()}
    parsed: dict[str, Any] = _PARSERS.create_parser(protocol).parse(
        {"status_code": answer.status, "headers": headers, "body": answer.body}, operation.output_shape
    )
    parsed.pop("ResponseMetadata", None)
    if answer.status >= _FIRST_ERROR_STATUS:
        error = parsed["Error"]
        raise AwsError(str(error.get("Code", "")), str(error.get("Message", "")), answer.status)
    return parsed


def with_params(target: Target, request: HttpRequest, params: Mapping[str, Any]) -> HttpRequest:
    """Return a request for the same operation, by the same caller, with other parameters."""
    model = target.operation.service_model
    protocol = determine_request_protocol(model, request.header("Content-Type"))
    serializer = create_serializer(protocol, include_validation=False)
    described = serializer.serialize_to_request(dict(params), target.operation)
    described.pop("host_prefix", None)
    prepare_request_dict(described, f"https://{host_of(target.service, target.region)}")
    again = HttpRequest.from_botocore(create_request_object(described).prepare())
    kept = {name: request.header(name) for name in _CALLER_HEADERS if request.header(name)}
    return HttpRequest(again.method, again.url, {**again.headers, **kept}, again.body)


def _utc(value: str) -> datetime:
    """Return a timestamp of a request; moto's own parser returns it without its time zone."""
    parsed: datetime = parse_timestamp(value)
    return parsed.astimezone(UTC)
