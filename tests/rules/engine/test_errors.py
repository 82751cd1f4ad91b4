"""What an error is called, and what is said of it: nothing that an answer, a header or a page token had in it."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from rules.engine.errors import CollectionError, UnexpectedAnswerError, error_code, error_message
from rules.permissions.refusals import MalformedPolicyError, UndecidedError

URL = "https://kms.us-east-1.amazonaws.com/"


def client_error(**details: str) -> ClientError:
    return ClientError({"Error": details}, "DescribeKey")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(client_error(Code="AccessDeniedException"), "AccessDeniedException", id="of AWS"),
        pytest.param(client_error(Message="no"), "Unknown", id="of AWS without a code"),
        pytest.param(MalformedPolicyError("no statement"), "MalformedPolicy", id="policy"),
        pytest.param(KeyError("Arn"), "UnexpectedAnswer", id="member that is missing"),
        pytest.param(RecursionError(), "UnexpectedAnswer", id="nested too deeply"),
        pytest.param(UnexpectedAnswerError("no key"), "UnexpectedAnswer", id="answer without what was promised"),
        pytest.param(ResponseParserError("<html>"), "UnexpectedAnswer", id="body that is cut off"),
        pytest.param(ReadTimeoutError(endpoint_url=URL), "ReadTimeout", id="time-out"),
        pytest.param(EndpointConnectionError(endpoint_url=URL), "EndpointConnection", id="no connection"),
        pytest.param(UndecidedError(), "Undecided", id="policy too intertwined"),
    ],
)
def test_names_an_error(error: Exception, code: str) -> None:
    assert error_code(error) == code


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(client_error(Message="Key is gone."), "DescribeKey: Key is gone.", id="of AWS"),
        pytest.param(client_error(Code="Throttled"), "DescribeKey: no message", id="of AWS without a message"),
        pytest.param(
            client_error(Message="The Canonical String should have been x-amz-security-token:abc"),
            "DescribeKey: the message is left out, because it repeats the request with its credentials",
            id="of AWS with the request's headers",
        ),
        pytest.param(KeyError("Arn"), "the answer lacks 'Arn'", id="member that is missing"),
        pytest.param(
            TypeError("secret is no list"), "the answer has an unexpected form (TypeError)", id="member of another kind"
        ),
        pytest.param(ResponseParserError("secret"), "the answer could not be parsed", id="body that is cut off"),
        pytest.param(
            EndpointConnectionError(endpoint_url=f"{URL}keys?NextToken=abc"),
            f'Could not connect to the endpoint URL: "{URL}keys?…"',
            id="address with a page token",
        ),
        pytest.param(UnexpectedAnswerError("no key\nfor you"), "no key for you", id="several lines"),
        pytest.param(UnexpectedAnswerError("x" * 501), f"{'x' * 499}…", id="longer than anybody reads"),
    ],
)
def test_says_what_happened(error: Exception, message: str) -> None:
    assert error_message(error) == message


def test_facts_that_cannot_be_read_are_said_in_one_line() -> None:
    error = CollectionError("boxes-good", "AccessDenied", "ListBoxes: no")

    assert str(error) == "boxes-good: AccessDenied: ListBoxes: no"
    assert (error.rule_id, error.code, error.message) == ("boxes-good", "AccessDenied", "ListBoxes: no")
