"""Patterns must not be slow on anything: whoever sets a variable must not be able to stop the rule."""

from collections.abc import Iterator
from time import process_time

import pytest

from rules.criteria.credentials.detection import credentials_in_text, credentials_in_variable
from rules.criteria.credentials.known_formats import formats

LONGEST_SCRIPT = 16_384
"""Characters of a lifecycle script (SageMaker API, NotebookInstanceLifecycleHook); twice that is tried."""
LONGEST_ENVIRONMENT = 4_096
"""Bytes of all variables of a function (AWS Lambda quotas)."""

SECONDS = 3.0
"""A hundred times what the slowest text takes; quadratic patterns take minutes for the same."""

PARTS = (
    "eyJ", "://", "a:", "a@", "://a:", "=", "password=", "--a ", "-u ", "login ", "basic ", "bearer ", "$", "{", "{{",
    "[", "%41", "MII", "AQICAH", "-----BEGIN ", "arn:aws:", "a/", "A-", "curl -H ", '"', "'", "\\", "secret key", ".",
    "_", "\n", " ", "\0", "é", '{"a":', "A1", "aB3-",
)  # fmt: skip


FILLINGS = ("a", "A1", "-", "=", ".", "/")


def texts(begin: str, length: int) -> Iterator[str]:
    """Yield texts of a length that begin a pattern again and again, and never end it."""
    for each in (begin, begin.upper()):
        yield (each * length)[:length]
        for filling in FILLINGS:
            yield ((each + filling * 30) * length)[:length]


@pytest.mark.slow
@pytest.mark.parametrize("begin", sorted({keyword for each in formats() for keyword in each.keywords} | set(PARTS)))
def test_no_beginning_makes_a_search_slow(begin: str) -> None:
    for text in texts(begin, LONGEST_SCRIPT):
        started = process_time()
        credentials_in_text(text)
        assert process_time() - started < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("eyJ" + "a." * LONGEST_SCRIPT, id="a token without an end"),
        pytest.param("glsoat-" * LONGEST_SCRIPT, id="prefixes"),
        pytest.param("a" * LONGEST_SCRIPT * 2, id="one word"),
        pytest.param("http://a:b" * 4_000, id="URLs without a host"),
        pytest.param('{"a":' * 6_000, id="deep JSON"),
        pytest.param("[" + '"password=abcdefgh1",' * 1_500 + '""]', id="wide JSON"),
        pytest.param("password=" + "x1" * LONGEST_SCRIPT, id="an assignment"),
        pytest.param("password: " * 3_000, id="many assignments"),
        pytest.param("%41" * 10_000, id="percent-encoding"),
        pytest.param("QUFB" * 8_000, id="base64 of base64"),
        pytest.param("-----BEGIN " * 3_000, id="keys without an end"),
    ],
)
def test_long_texts_are_searched_soon(text: str) -> None:
    started = process_time()
    credentials_in_text(text)
    for name in ("DB_PASSWORD", "DB_SECRET", "X"):
        credentials_in_variable(name, text[:LONGEST_ENVIRONMENT])

    assert process_time() - started < SECONDS
