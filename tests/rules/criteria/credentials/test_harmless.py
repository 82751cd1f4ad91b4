import pytest

from rules.criteria.credentials.harmless import is_ciphertext, is_harmless, is_placeholder, is_reference
from rules.criteria.credentials.randomness import entropy, is_random, is_uuid

PLACEHOLDERS = (
    "change changeme replace replaceme placeholder your yours dummy example fake insert redacted todo tbd fixme unset "
    "unused none null nil undefined empty disabled setme notset notused na xxx"
)


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
        "/internal/services/payments",
        "/opt/Lambda2/db",
        "/opt/payments2024/db",
        r"C:\secrets\payments",
        "~/.aws/credentials",
        "../keys/payments",
        "$(aws ssm get-parameter --name db | jq -r .Parameter.Value)",
        "`cat /run/secret`",
        "%{secret}",
        "%DB_PASSWORD%",
        "[secret]",
        "!Ref DbSecret",
        "rds!cluster-7d9f2c1e",
        "mrk-0123456789abcdef0123456789abcdef",
        "projects/claims/secrets/db",
        "vault:secret/data/db#password",
        "bucket.s3.amazonaws.com/key",
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
        "/prod/Lambda2aB",
        "/prod/9f86d081884c7d659a2feaa0c55ad015",
        r"C:\9f86d081884c7d659a2feaa0c55ad015",
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
        *((f"my-{word}-value", True) for word in PLACEHOLDERS.split()),
        ("your-api-key", True),
        ("xxxxxxxx", True),
        ("sk-...", True),
        ("none", True),
        ("n/a", True),
        *((word, True) for word in ("true", "false", "yes", "no", "on", "off", "enabled", "disabled")),
        *((word, True) for word in ("required", "optional", "auto", "OFF", '"off"', "'auto'")),
        *((word, True) for word in ("not-used", "not-set", "not-needed", "set-me", "set_me", "not_used", "not_set")),
        ("********", True),
        ("abababab", True),
        ("abcabc", False),
        ("secret-xxxxx-here-4", True),
        ("secret-xxxx-here-4", False),
        ("0a*****9b", True),
        ("0a****9b", False),
        ("abc1...", True),
        ("...abc1", False),
        ("replace-" + "a" * 56, True),
        ("replace-" + "a" * 57, False),
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
    assert not is_ciphertext("hunter22:AQICAHh" + "aB3+" * 50)


@pytest.mark.parametrize(
    ("value", "harmless"),
    [
        pytest.param("", True, id="nothing"),
        pytest.param("AQICAHh" + "aB3+" * 50, True, id="a ciphertext"),
        pytest.param("changeme", True, id="a placeholder"),
        pytest.param("/prod/claims/db", True, id="a reference"),
        pytest.param("-----BEGIN CERTIFICATE-----\nMIIB", True, id="a certificate"),
        pytest.param("-----BEGIN EC PUBLIC KEY-----\nMIIB", True, id="a public key"),
        pytest.param("data:text/plain,q7Zt0VhX", True, id="a data URL"),
        pytest.param("ssh-ed25519 AAAAC3Nza", True, id="a public key of SSH"),
        pytest.param("-----BEGIN PRIVATE KEY-----\nMIIB", False, id="a private key"),
        pytest.param("q7Zt0VhX2mK9sPfL4wRb ssh-ed25519 AAAAC3Nza", False, id="a secret before a public key"),
        pytest.param("hunter2", False, id="a password"),
    ],
)
def test_knows_what_is_no_secret_whatever_its_name(value: str, *, harmless: bool) -> None:
    assert is_harmless(value) is harmless


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
        ("a7eo0uia2oi9aeuy", True),
        ("abcWxyzDefGhijKlm", False),
        ("abWxyDefGhiKlmNoPq", True),
    ],
)
def test_tells_random_texts_from_words(value: str, *, random: bool) -> None:
    assert is_random(value) is random


def test_measures_entropy_in_bits() -> None:
    assert (entropy(""), entropy("aaaa"), entropy("abab"), entropy("abcd")) == (0.0, 0.0, 1.0, 2.0)


def test_knows_uuids() -> None:
    assert is_uuid("7d9f2c1e-4b3a-4f6d-8e2b-1a5c9d0e7f34")
    assert not is_uuid("7d9f2c1e-4b3a")
    assert not is_uuid("x7d9f2c1e-4b3a-4f6d-8e2b-1a5c9d0e7f34")
    assert not is_uuid("7d9f2c1e-4b3a-4f6d-8e2b-1a5c9d0e7f34x")
