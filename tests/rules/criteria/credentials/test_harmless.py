import pytest

from rules.criteria.credentials.harmless import is_ciphertext, is_placeholder, is_reference
from rules.criteria.credentials.randomness import entropy, is_random, is_uuid


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:db-aB3dE9",
        "{{resolve:secretsmanager:prod/db:SecretString:password}}",
        "${{ secrets.DB_PASSWORD }}",
        "${DB_PASSWORD}",
        "$DB_PASSWORD",
        "$(aws ssm get-parameter --name db)",
        "<your password>",
        "ssm:/prod/db",
        "aws-secretsmanager://prod/db",
        "/prod/claims/db",
        "prod/claims/db2",
        "alias/claims",
        "https://example.com/token",
        "ClaimsStack-DbSecret8C1D2E3F-aB3dE6fG9hIj",
    ],
)
def test_knows_references(value: str) -> None:
    assert is_reference(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "hunter2",
        "$ecretPass1",
        "Winter/2024",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "/x9K2mQ7vL4pZ8tR3wY6/aB1cD5eF",
        "arn:aws:iam with a space",
        "{{not closed",
    ],
)
def test_takes_nothing_else_for_a_reference(value: str) -> None:
    assert not is_reference(value)


@pytest.mark.parametrize(
    ("value", "stands_for_another"),
    [
        ("changeme", True),
        ("CHANGE_ME_BEFORE_DEPLOY", True),
        ("your-api-key", True),
        ("xxxxxxxx", True),
        ("sk-...", True),
        ("none", True),
        ("n/a", True),
        ("changeme2024", False),
        ("password", False),
        ("Your0wnPassw0rd", False),
    ],
)
def test_knows_placeholders(value: str, *, stands_for_another: bool) -> None:
    assert is_placeholder(value) is stands_for_another


def test_knows_what_kms_encrypted() -> None:
    assert is_ciphertext("AQICAHh" + "aB3+" * 50 + "==")
    assert not is_ciphertext("AQICAHh")


@pytest.mark.parametrize(
    ("value", "random"),
    [
        ("9f86d081884c7d659a2feaa0c55ad015", True),
        ("q7Zt0VhX2mK9sPfL4wRb", True),
        ("xkcdstrngthbrkptwz", True),
        ("QzRtVhXmKsPfLwRbJd", True),
        ("claims-internal-gateway", False),
        ("ClaimsDatabaseSecret", False),
        ("anthropic.claude-haiku", False),
        ("transactionprocessing", False),
        ("aaaaaaaaaaaaaaaaaaaa", False),
        ("1234567890123456", False),
        ("q7Zt0VhX", False),
        ("two words q7Zt0VhX2mK9sPfL", False),
        ("--------________", False),
    ],
)
def test_tells_random_texts_from_words(value: str, *, random: bool) -> None:
    assert is_random(value) is random


def test_measures_entropy_in_bits() -> None:
    assert (entropy(""), entropy("aaaa"), entropy("abab"), entropy("abcd")) == (0.0, 0.0, 1.0, 2.0)


def test_knows_uuids() -> None:
    assert is_uuid("7d9f2c1e-4b3a-4f6d-8e2b-1a5c9d0e7f34")
    assert not is_uuid("7d9f2c1e-4b3a")
