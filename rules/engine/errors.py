"""What can go wrong between AWS and a verdict, and how it is named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from rules.engine.verdict import printable, shortened
from rules.expressions import Expression
from rules.permissions.refusals import MalformedPolicyError, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.engine.resource import Resource

MESSAGE_LIMIT = 500

REPEATS_REQUEST = Expression(r"canonical.string|string.to.sign|security-token:|Credential=", re.IGNORECASE)
"""
What AWS says when a signature does not match: it lists the request's headers, the session token among them
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html).
"""

URL_QUERY = Expression(r"(?<=\S)\?[^\s\"']+")


class CollectionError(Exception):
    """
    A rule's facts could not be read at all, so the rule has no verdicts.

    Neither a ClientError nor a ValueError: rdklib turns those into a return value and a green invocation.
    """

    def __init__(self, rule_id: str, code: str, message: str) -> None:
        super().__init__(f"{rule_id}: {code}: {message}")
        self.rule_id = rule_id
        self.code = code
        self.message = message


class ReportingError(Exception):
    """AWS Config did not take evaluations, or did not answer as its API says."""


class UnreadableResourcesError(Exception):
    """Some resources could not be read; the others were reported, and these keep their last evaluation."""

    def __init__(self, message: str, resources: Iterable[Resource]) -> None:
        super().__init__(message)
        self.resources = tuple(resources)


class EventError(Exception):
    """The invocation's event is not one that AWS Config sends."""


class ParameterError(Exception):
    """A rule parameter has a name or a value that the rule does not take; the message names what it takes."""


class UnexpectedAnswerError(Exception):
    """AWS answered, but without something that its API promises and the rule cannot do without."""


READ_ERRORS = (
    *(ClientError, BotoCoreError, ResponseParserError),
    *(MalformedPolicyError, UndecidedError, UnexpectedAnswerError),
)
"""Everything that reading one thing from AWS may raise: refused, unreachable, or not understood."""

SHAPE_ERRORS = (KeyError, TypeError, AttributeError, ValueError, IndexError, ArithmeticError, RecursionError)
"""
What taking an answer apart raises when it is not as the service model promises: something is missing, of another kind,
too large to reckon with, or nested too deeply.
"""


def error_code(error: Exception) -> str:
    """Return the AWS error code ("AccessDeniedException"), or the exception's name without its Error ending."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code") or "Unknown")
    if isinstance(error, MalformedPolicyError):
        return "MalformedPolicy"
    if isinstance(error, (*SHAPE_ERRORS, UnexpectedAnswerError, ResponseParserError)):
        return "UnexpectedAnswer"
    return type(error).__name__.removesuffix("Error")


def error_message(error: Exception) -> str:
    """
    Return one printable line of at most 500 characters that says what happened.

    Answers that could not be taken apart are described by the kind of fault only: their content may be anything.
    Credentials, which AWS repeats when it refuses a signature, and the queries of URLs, which carry page tokens, are
    left out.
    """
    if isinstance(error, ClientError):
        details: dict[str, Any] = error.response.get("Error", {})
        message = str(details.get("Message") or "no message")
        if REPEATS_REQUEST.search(message):
            message = "the message is left out, because it repeats the request with its credentials"
        text = f"{error.operation_name}: {message}"
    elif isinstance(error, KeyError):
        text = f"the answer lacks {error}"
    elif isinstance(error, SHAPE_ERRORS):
        text = f"the answer has an unexpected form ({type(error).__name__})"
    elif isinstance(error, ResponseParserError):
        text = "the answer could not be parsed"
    else:
        text = URL_QUERY.sub("?…", str(error))
    return shortened(printable(text), MESSAGE_LIMIT)
