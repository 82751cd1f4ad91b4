"""Errors as AWS answers them: the codes that services use, and their shape in each protocol."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from xml.sax.saxutils import escape

from moto.core.errors import ErrorLookupFactory
from moto.core.model import OperationModel, ServiceModel
from moto.core.request import determine_request_protocol
from moto.core.utils import get_service_model

from cli.sandbox.exchange import HttpAnswer, HttpRequest

_REQUEST_ID: Final = "00000000-0000-4000-8000-000000000000"
_HEADERS: Final = {"x-amzn-requestid": _REQUEST_ID}


@dataclass
class AwsError(Exception):
    """An error that the service answers with.

    `status` None means the status that the service's model gives the code, 400 where it gives none; `members`
    are further members of the modelled error.
    """

    code: str
    message: str
    status: int | None = None
    members: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class DeniedError(AwsError):
    """The caller's own policies do not allow the call; services answer some other things with the same code."""


class NoSuchThingError(AwsError):
    """Something does not exist, under the commonest code for it."""

    def __init__(self, message: str, code: str = "ResourceNotFoundException") -> None:
        super().__init__(code, message)


@dataclass(frozen=True)
class Family:
    """The codes and statuses that a family of services uses where its models say nothing.

    Sources: the "Common errors" page of each API reference; Amazon EC2 API error codes
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html); Amazon S3 error responses
    (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
    """

    denied: tuple[str, int]
    throttled: tuple[str, int]
    failed: tuple[str, int]
    expired: tuple[str, int]
    unknown_operation: tuple[str, int]
    bad_token: tuple[str, int]


_EC2: Final = Family(
    denied=("UnauthorizedOperation", 403),
    throttled=("RequestLimitExceeded", 503),
    failed=("InternalError", 500),
    expired=("RequestExpired", 400),
    unknown_operation=("InvalidAction", 400),
    bad_token=("InvalidNextToken", 400),
)
_S3: Final = Family(
    denied=("AccessDenied", 403),
    throttled=("SlowDown", 503),
    failed=("InternalError", 500),
    expired=("ExpiredToken", 400),
    unknown_operation=("MethodNotAllowed", 405),
    bad_token=("InvalidArgument", 400),
)
_QUERY: Final = Family(
    denied=("AccessDenied", 403),
    throttled=("Throttling", 400),
    failed=("InternalFailure", 500),
    expired=("ExpiredToken", 403),
    unknown_operation=("InvalidAction", 400),
    bad_token=("ValidationError", 400),
)
_JSON: Final = Family(
    denied=("AccessDeniedException", 400),
    throttled=("ThrottlingException", 400),
    failed=("InternalServerException", 500),
    expired=("ExpiredTokenException", 400),
    unknown_operation=("UnknownOperationException", 400),
    bad_token=("ValidationException", 400),
)
_REST_JSON: Final = Family(
    denied=("AccessDeniedException", 403),
    throttled=("ThrottlingException", 429),
    failed=("InternalServerException", 500),
    expired=("ExpiredTokenException", 403),
    unknown_operation=("UnknownOperationException", 404),
    bad_token=("ValidationException", 400),
)
_FAMILIES: Final[dict[str, Family]] = {
    "ec2": _EC2,
    "json": _JSON,
    "query": _QUERY,
    "rest-json": _REST_JSON,
    "rest-xml": _S3,
    "smithy-rpc-v2-cbor": _JSON,
}
_BAD_TOKENS: Final[dict[str, str]] = {
    "config": "InvalidNextTokenException",
    "ecr": "InvalidParameterException",
    "kms": "InvalidMarkerException",
    "lambda": "InvalidParameterValueException",
    "logs": "InvalidParameterException",
}
_THROTTLED: Final[dict[str, str]] = {"lambda": "TooManyRequestsException"}
_GONE: Final[dict[str, tuple[str, int]]] = {
    "iam": ("NoSuchEntity", 404),
    "kms": ("NotFoundException", 400),
    "s3": ("NoSuchBucket", 404),
    "sagemaker": ("ValidationException", 400),
}


def family(service: str) -> Family:
    """Return the codes of the family that `service` belongs to, by its protocol."""
    return _FAMILIES[str(get_service_model(service).protocol)]


def access_denied(service: str, action: str, principal: str, resource: str = "*") -> DeniedError:
    """Return the refusal of a call that no identity-based policy allows."""
    code, status = family(service).denied
    text = f"User: {principal} is not authorized to perform: {action}"
    if code == "UnauthorizedOperation":
        text = f"You are not authorized to perform this operation. {text}"
    text += f" on resource: {resource} because no identity-based policy allows the {action} action"
    return DeniedError(code, text, status)


def throttled(service: str) -> AwsError:
    """Return the answer to one call too many."""
    code, status = family(service).throttled
    return AwsError(_THROTTLED.get(service, code), "Rate exceeded", status)


def failed(service: str) -> AwsError:
    """Return the service's own failure, a 5xx."""
    code, status = family(service).failed
    return AwsError(code, "The request processing has failed because of an unknown error.", status)


def expired(service: str) -> AwsError:
    """Return the answer to credentials whose time is over."""
    code, status = family(service).expired
    return AwsError(code, "The security token included in the request is expired", status)


def unknown_operation(service: str, operation: str) -> AwsError:
    """Return the answer of a Region that does not know the operation."""
    code, status = family(service).unknown_operation
    return AwsError(code, f"The operation {operation} is not known in this Region.", status)


def gone(service: str) -> AwsError:
    """Return the answer about something that was deleted since it was listed."""
    code, status = _GONE.get(service, ("ResourceNotFoundException", 404))
    return AwsError(code, "The requested resource was not found.", status)


def bad_token(service: str) -> AwsError:
    """Return the refusal of a pagination token that the service did not issue."""
    code, status = family(service).bad_token
    return AwsError(_BAD_TOKENS.get(service, code), "The pagination token is invalid.", status)


def validation(service: str, message: str) -> AwsError:
    """Return the refusal of a request whose parameters break the model's constraints."""
    query = str(get_service_model(service).protocol) in ("query", "ec2")
    return AwsError("ValidationError" if query else "ValidationException", message, 400)


def answer_of(error: AwsError, service: str, request: HttpRequest) -> HttpAnswer:
    """Return `error` as the service's protocol carries it."""
    model = get_service_model(service)
    status = error.status or _modelled_status(service, error.code)
    protocol = determine_request_protocol(model, request.header("Content-Type"))
    if request.method == "HEAD":
        # HTTP allows no body here, so AWS's clients see the status alone.
        return HttpAnswer(status, _HEADERS, b"")
    if protocol in ("json", "rest-json", "smithy-rpc-v2-cbor"):
        return _json_answer(error, status, model)
    return _xml_answer(error, status, model, protocol)


def not_implemented(service: str, operation: OperationModel | str) -> AwsError:
    """Return the embedded account's own refusal of an operation that it does not have.

    The code is not one that a client retries, nor one by which AWS says that a Region lacks an operation.
    """
    name = operation if isinstance(operation, str) else operation.name
    return AwsError("NotImplemented", f"The embedded account does not have {service}:{name}.", 501)


@cache
def _modelled_status(service: str, code: str) -> int:
    shape = ErrorLookupFactory().for_service(get_service_model(service)).from_code(code)
    return int(shape.metadata.get("error", {}).get("httpStatusCode", 400)) if shape is not None else 400


def _json_answer(error: AwsError, status: int, model: ServiceModel) -> HttpAnswer:
    body = {"__type": error.code, "message": error.message, **error.members}
    version = model.metadata.get("jsonVersion")
    content_type = f"application/x-amz-json-{version}" if version else "application/json"
    headers = {**_HEADERS, "Content-Type": content_type, "x-amzn-ErrorType": error.code}
    return HttpAnswer(status, headers, json.dumps(body, default=str).encode())


def _xml_answer(error: AwsError, status: int, model: ServiceModel, protocol: str) -> HttpAnswer:
    code, message = escape(error.code), escape(error.message)
    said = f"<Code>{code}</Code><Message>{message}</Message>"
    if protocol == "ec2":
        body = f"<Response><Errors><Error>{said}</Error></Errors><RequestID>{_REQUEST_ID}</RequestID></Response>"
    elif model.service_name == "s3":
        body = f"<Error>{said}<RequestId>{_REQUEST_ID}</RequestId></Error>"
    else:
        fault = "Receiver" if status >= 500 else "Sender"  # noqa: PLR2004 - where HTTP's server errors begin
        body = (
            f"<ErrorResponse><Error><Type>{fault}</Type>{said}</Error>"
            f"<RequestId>{_REQUEST_ID}</RequestId></ErrorResponse>"
        )
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    return HttpAnswer(status, {**_HEADERS, "Content-Type": "text/xml"}, document.encode())
