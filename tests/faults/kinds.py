"""The faults of the matrix: how each one strikes a call, and what may follow from it."""

from dataclasses import dataclass
from enum import Enum

from cli.sandbox import Fault
from tests.faults.planted import SESSION_TOKEN

ATTEMPTS = 6
"""Attempts that a client makes for one call (`rules.engine.clients.CONFIG`)."""


class Allowed(Enum):
    """What a run may end in once its fault has struck."""

    FAILURE = "the run fails; what it stored by then is what it would have stored"
    SUCCESS = "the run succeeds as if nothing had happened"
    DELETION = "what was deleted is cleared or named; nothing becomes COMPLIANT by it"
    ABSENCE = "what needs the absent feature becomes NOT_APPLICABLE, or the run fails"
    PRESENCE = "the feature answered before: the run fails, or ends as if nothing had happened"


@dataclass(frozen=True)
class Kind:
    """A fault of the matrix: what the embedded account does to the struck call, and what is allowed then."""

    name: str
    fault: Fault
    allowed: Allowed
    lasting: bool = False
    """Whether every later call of the run meets the same fault."""
    paged: bool = False
    """Whether only calls for a further page can meet it."""
    absent: str = ""
    """What does not exist: the service's endpoint, or the operation; empty for other faults."""


SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. The Canonical String for this "
    f"request should have been 'GET / host:example x-amz-security-token:{SESSION_TOKEN} UNSIGNED-PAYLOAD'"
)
"""What AWS answers when a signature does not match: it repeats the request's headers, the session token among them."""

KINDS = (
    Kind("denied", Fault("deny"), Allowed.FAILURE),
    Kind("throttled twice", Fault("throttle", times=2), Allowed.SUCCESS),
    Kind("throttled", Fault("throttle"), Allowed.FAILURE),
    Kind("5xx twice", Fault("fail", times=2), Allowed.SUCCESS),
    Kind("5xx", Fault("fail"), Allowed.FAILURE),
    Kind("connect timeout", Fault("connect-timeout"), Allowed.FAILURE),
    Kind("read timeout once", Fault("read-timeout", times=1), Allowed.SUCCESS),
    Kind("read timeout", Fault("read-timeout"), Allowed.FAILURE),
    Kind("no endpoint", Fault("no-endpoint"), Allowed.ABSENCE, absent="service"),
    Kind("no operation", Fault("unknown-operation"), Allowed.ABSENCE, absent="name"),
    Kind("malformed", Fault("malformed"), Allowed.FAILURE),
    Kind("foreign page", Fault("foreign"), Allowed.FAILURE),
    Kind("item gone", Fault("gone"), Allowed.DELETION),
    Kind("expired", Fault("expire"), Allowed.FAILURE, lasting=True),
    Kind("token refused", Fault("refuse-token"), Allowed.FAILURE, paged=True),
    Kind(
        "signature refused",
        Fault("deny", code="SignatureDoesNotMatch", status=403, message=SIGNATURE),
        Allowed.FAILURE,
    ),
)
"""Every fault of the matrix, in the order of its columns."""
