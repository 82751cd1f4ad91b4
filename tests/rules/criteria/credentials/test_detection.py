import json
from base64 import b64encode

import pytest

from rules.criteria.credentials.detection import OF_EXTRA_PATTERNS, credentials_in_text, credentials_in_variable
from rules.criteria.credentials.known_formats import formats

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N"


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"export AWS_ACCESS_KEY_ID={ACCESS_KEY}", "an AWS access key"),
        (f"aws_secret_access_key = {SECRET_KEY}", "an AWS secret access key"),
        (f"aws configure set aws_secret_access_key {SECRET_KEY}", "an AWS secret access key"),
        (f'{{"SecretAccessKey": "{SECRET_KEY}"}}', "an AWS secret access key"),
        (f"AWS_BEARER_TOKEN_BEDROCK=ABSK{LETTERS}", "an Amazon Bedrock API key"),
        (f"AWS_BEARER_TOKEN_BEDROCK=bedrock-api-key-{LETTERS}", "an Amazon Bedrock API key"),
        ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
        ("-----BEGIN PRIVATE KEY-----", "a private key"),
        (f"token={JWT}", "a JSON web token"),
        (f"git clone https://ghp_{LETTERS[:36]}@example.com/repo", "a GitHub token"),
        (f"huggingface-cli login --token hf_{LETTERS[:34]}", "a Hugging Face token"),
        ("psql postgresql://admin:hunter22@db.example.com/claims", "a connection string with a password"),
        ("curl -u admin:hunter22 https://example.com", "a connection string with a password"),
        ("mysqldump --password hunter22 claims", "a password"),
        ("export PGPASSWORD='hunter22'", "a password"),
        (f"curl -H 'Authorization: Basic {base64('admin:hunter22')}'", "a user name with a password"),
    ],
)
def test_tells_what_a_script_holds(text: str, kind: str) -> None:
    assert credentials_in_text(f"set -e\n{text}\n") == (kind,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pip install boto3",
        "export ROLE=arn:aws:iam::123456789012:role/AROAIOSFODNN7EXAMPLE",
        "aws secretsmanager get-secret-value --secret-id db",
        "psql postgresql://admin:$PASSWORD@db.example.com/claims",
        "psql postgresql://admin:${PASSWORD}@db.example.com/claims",
        "curl https://example.com:8080/path",
        "curl -u $USER:$PASSWORD https://example.com",
        "SECRET_ACCESS_KEY=$(aws ssm get-parameter --name key)",
        'GITHUB_TOKEN="${{ secrets.GITHUB_TOKEN }}"',
        "# password: required",
        "-----BEGIN PUBLIC KEY-----",
    ],
)
def test_finds_nothing_in_harmless_scripts(text: str) -> None:
    assert credentials_in_text(text) == ()


@pytest.mark.parametrize(
    ("name", "value", "kinds"),
    [
        pytest.param("PARTNER", f"{ACCESS_KEY}:{SECRET_KEY}", ("an AWS access key",), id="an unknown part"),
        pytest.param(
            "PARTNER",
            json.dumps({"accessKeyId": ACCESS_KEY, "secretAccessKey": SECRET_KEY}),
            ("an AWS access key", "an AWS secret access key"),
            id="two fields of JSON",
        ),
        pytest.param("X", base64(base64(f"id={ACCESS_KEY}")), ("an AWS access key",), id="base64 of base64"),
        pytest.param("X", base64(json.dumps({"db": {"password": "Gipfel"}})), ("a password",), id="base64 of JSON"),
        pytest.param("X", base64("MIIabc").rstrip("="), (), id="base64 of nothing"),
        pytest.param("X", "https%3A%2F%2Fexample.com%2Fa%3Ab%40c", (), id="a percent-encoded URL without password"),
        pytest.param(
            "X", "pg%3A%2F%2Fetl%3Ahunter22%40db", ("a connection string with a password",), id="percent-encoded"
        ),
        pytest.param("DB_PASSWORD", "Winter2024!", ("a password",), id="a password"),
        pytest.param("BASIC_AUTH", "ops:Winter2024!", ("a user name with a password",), id="user and password"),
        pytest.param("AWS_SECRET", SECRET_KEY, ("an AWS secret access key",), id="a secret key under its name"),
        pytest.param("UPSTREAM", "Bearer 9f86d081884c7d659a2feaa0c55ad015", ("a bearer token",), id="a bearer token"),
        pytest.param(
            "SIGNER",
            json.dumps({"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMko"}),
            ("a private key",),
            id="a JSON web key",
        ),
        pytest.param("PARAMETERS", "[" * 4000, (), id="JSON that is too deep"),
        pytest.param("X", json.dumps(json.dumps({"db": {"password": "Gipfel"}})), ("a password",), id="JSON of JSON"),
        pytest.param("X", '{"password": "Gipfel", "password": ""}', ("a password",), id="JSON with a field twice"),
        pytest.param("DB_PASSWORD_ARN", "Winter2024!", (), id="a name about something else"),
    ],
)
def test_tells_what_a_variable_holds(name: str, value: str, kinds: tuple[str, ...]) -> None:
    assert credentials_in_variable(name, value) == kinds


@pytest.mark.parametrize(
    "value",
    ["acme-0042", base64("licensed as acme-0042"), json.dumps({"license": ["acme-0042"]}), "acme%2D0042"],
    ids=["plain", "base64", "JSON", "percent-encoded"],
)
def test_finds_what_extra_patterns_describe(value: str) -> None:
    assert credentials_in_variable("PLAN", value, (r"acme-\d{4}",)) == (OF_EXTRA_PATTERNS,)
    assert credentials_in_variable("PLAN", value, (r"acme-\d{5}",)) == ()


def test_opens_so_many_encodings_and_no_more() -> None:
    value = f"key={ACCESS_KEY}"
    for _ in range(8):
        value = base64(value)

    assert credentials_in_variable("X", value) == ()


def test_every_format_has_words_for_annotations() -> None:
    assert all(each.kind.startswith(("a ", "an ")) and len(each.kind) < 60 for each in formats())
    assert all(each.keywords and all(keyword == keyword.lower() for keyword in each.keywords) for each in formats())
