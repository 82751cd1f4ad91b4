import json
from base64 import b64encode, urlsafe_b64encode

import pytest

from rules.criteria.credentials.connection_strings import KIND
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


JWK = {"kty": "EC", "crv": "P-256"}
SIXTEEN = "AyM1SysPpbyDfgZl"
DER = b"\x30\x82\x04\xa4\x02\x01\x00" + bytes(range(64))


@pytest.mark.parametrize(
    ("name", "value", "kinds"),
    [
        pytest.param("X", json.dumps(JWK | {"d": SIXTEEN}), ("a private key",), id="the private part of a web key"),
        pytest.param("X", json.dumps(JWK | {"d": SIXTEEN[:15]}), (), id="too short a private part"),
        pytest.param("X", json.dumps(JWK | {"x": SIXTEEN}), (), id="a public web key"),
        pytest.param("X", json.dumps({"d": SIXTEEN}), (), id="no web key"),
        pytest.param("X", b64encode(DER).decode(), ("a private key",), id="a private key without its lines"),
        pytest.param("X", f"\n{b64encode(DER).decode()[:40]}\n{b64encode(DER).decode()[40:]} ", ("a private key",),
                     id="a private key in lines"),
        pytest.param("X", b64encode(b"\x30\x82\x04\xa4\x30" + DER).decode(), (), id="a certificate"),
        pytest.param("X", b64encode(b"\x00" + DER).decode(), (), id="a private key further on"),
        pytest.param("X", urlsafe_b64encode(f"???>>>{ACCESS_KEY}".encode()).decode(), ("an AWS access key",),
                     id="base64 of the other alphabet"),
        pytest.param("X", b64encode(f"\x00{ACCESS_KEY}".encode()).decode(), (), id="base64 of no text"),
        pytest.param("X", b64encode(b"\xff" + ACCESS_KEY.encode()).decode(), (), id="base64 of no UTF-8"),
        pytest.param("X", base64(f"a\r\n\tb {ACCESS_KEY}"), ("an AWS access key",), id="base64 of lines"),
        pytest.param("X", base64(f"k={ACCESS_KEY}").rstrip("="), ("an AWS access key",), id="base64 without padding"),
        pytest.param("DB_PASSWORD", base64("Gipfel-2024!"), ("a password",), id="base64 of a password, by its name"),
        pytest.param("X", f"Basic {base64('operator:cd9')}", ("a user name with a password",), id="basic alone"),
        pytest.param("X", f"Basic {base64('user:pass')}", ("a user name with a password",), id="a short basic"),
        pytest.param("X", f"Basic {base64('abcdefgh')}", (), id="basic without a colon"),
        pytest.param("X", "Basic ________", (), id="basic of no text"),
        pytest.param("X", "Bearer claims-internal-gateway", (), id="a bearer's name"),
        pytest.param("X", "Bearer ${TOKEN_OF_THE_GATEWAY}", (), id="a bearer's variable"),
        pytest.param("DB", '{"a": [{"password": "Gipfel"}, 7]}', ("a password",), id="JSON in a list"),
        pytest.param("DB_PASSWORD", '["Gipfel"]', ("a password",), id="a list of passwords"),
        pytest.param("PASSWORD", '{"arn": "Gipfel"}', (), id="a field of another name"),
        pytest.param("API", '{"key": "9f86d081884c7d659a2feaa0c55ad015"}', ("a secret value",),
                     id="a field named after what it is in"),
        pytest.param("X", '"password: Gipfel1"', ("a password",), id="a text of JSON"),
        pytest.param("X", '{"a": "b"', (), id="JSON that is cut"),
        pytest.param("X", '{"a": 1}', (), id="JSON without a text"),
        pytest.param("X", "password: Gipfel", (), id="a word after a colon"),
        pytest.param("X", "password: Gipfel.", (), id="a word and a full stop after a colon"),
        pytest.param("X", "password: Gipfel1", ("a password",), id="no word after a colon"),
        pytest.param("X", "password=Gipfel", ("a password",), id="a word after an equals sign"),
        pytest.param("X", "'password' => 'Gip fel'", ("a password",), id="quoted words after an arrow"),
        pytest.param("X", "db_token: claims", (), id="a name after a colon"),
        pytest.param("X", "db_token: keyboard1cat", ("a secret value",), id="a token after a colon"),
        pytest.param("X", "password=password", (), id="a name that is its own value"),
        pytest.param("X", "tool --db-password Gipfel", ("a password",), id="an option"),
        pytest.param("X", "tool --db-password --verbose", (), id="an option without a value"),
        pytest.param("X", "tool x--db-password Gipfel", (), id="no option"),
        pytest.param("X", ' {"password": "Gipfel"}\n', ("a password",), id="JSON with white space around"),
        pytest.param("X", "Bearer q7Zt0VhX2mK9sPfLxxxxx4wRb", (), id="a bearer's placeholder"),
        pytest.param("X", "  ", (), id="nothing"),
        pytest.param("X", f"pg://a:hunter22@h {ACCESS_KEY}", ("an AWS access key", KIND), id="two sorts in one text"),
    ],
)  # fmt: skip
def test_looks_into_a_value(name: str, value: str, kinds: tuple[str, ...]) -> None:
    assert credentials_in_variable(name, value) == kinds


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("pg://etl:hunter22@db", (KIND,)),
        ("http://a.example/ pg://etl:hunter22@db", (KIND,)),
        ("pg://etl:h@nter22@db", (KIND,)),
        ("pg://:hunter22@db", (KIND,)),
        ("pg://etl@db", ()),
        ("pg://etl:@db", ()),
        ("pg://etl:hunter22:changeme@db", (KIND,)),
        ("curl -u etl:<pass> x", ()),
        ("curl -u etl:{pass} x", ()),
        ("curl -u etl:%{pass} x", ()),
        ("pg://etl:hunter22", ()),
        ("pg:///etl:hunter22@db", ()),
        ("pg://etl:$X@db", ()),
        ("pg://etl:{x@db", ()),
        ("pg://etl:{team}-{name}@db", ()),
        ("pg://etl:%{x@db", ()),
        ("pg://://etl:hunter22@db", (KIND,)),
        ("pg://etl:changeme@db", ()),
        ("pg://etl:${X}@db", ()),
        ("jdbc:oracle:thin:etl/hunter22@db", (KIND,)),
        ("JDBC:Oracle:Thin:etl/hunter22@db", (KIND,)),
        ("machine db login etl password hunter22", (KIND,)),
        ("curl --user etl:hunter22 x", (KIND,)),
        ("curl -u 'etl:hunter22' x", (KIND,)),
        ("curl -u etl:hu x", ()),
    ],
)
def test_finds_passwords_of_connections(text: str, kinds: tuple[str, ...]) -> None:
    assert credentials_in_text(text) == kinds


@pytest.mark.parametrize(("times", "found"), [(2, True), (3, True), (4, False)])
def test_opens_encodings_up_to_a_depth(times: int, *, found: bool) -> None:
    value = f"key={ACCESS_KEY}"
    extra = "acme-0042 is the licence"
    for _ in range(times):
        value, extra = base64(value), base64(extra)

    assert credentials_in_variable("X", value) == (("an AWS access key",) if found else ())
    assert credentials_in_variable("X", extra, ("acme",)) == (OF_EXTRA_PATTERNS,)
    assert credentials_in_variable("X", base64(base64(extra)), ("acme",)) == (
        (OF_EXTRA_PATTERNS,) if times == 2 else ()
    )


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param(f"{ACCESS_KEY} {ACCESS_KEY}", ("an AWS access key",), id="one kind twice"),
        pytest.param("AKIA" + "A" * 16, (), id="the form of one, of one character"),
        pytest.param(f"ghp_{LETTERS[:36]} {ACCESS_KEY}", ("an AWS access key", "a GitHub token"), id="two kinds"),
        pytest.param(f"{ACCESS_KEY};ghp_{LETTERS[:36]}", ("an AWS access key", "a GitHub token"), id="side by side"),
        pytest.param(f"Bearer {JWT}", ("a JSON web token", "a bearer token"), id="a token of a known form"),
    ],
)
def test_one_text_is_one_credential(text: str, kinds: tuple[str, ...]) -> None:
    assert credentials_in_text(text) == kinds


def test_opens_so_many_encodings_and_no_more() -> None:
    value = f"key={ACCESS_KEY}"
    for _ in range(8):
        value = base64(value)

    assert credentials_in_variable("X", value) == ()


@pytest.mark.parametrize(("times", "kinds"), [(0, ("a password",)), (2, ("a password",)), (3, ())])
def test_opens_texts_of_json_up_to_a_depth(times: int, kinds: tuple[str, ...]) -> None:
    value = json.dumps({"password": "Gipfel"})
    for _ in range(times):
        value = json.dumps({"a": value})

    assert credentials_in_variable("X", value) == kinds


def test_says_what_extra_patterns_are() -> None:
    assert OF_EXTRA_PATTERNS == "a text that extraPatterns describes"


def test_every_format_has_words_for_annotations() -> None:
    assert all(each.kind.startswith(("a ", "an ")) and len(each.kind) < 60 for each in formats())
    assert all(each.keywords and all(keyword == keyword.lower() for keyword in each.keywords) for each in formats())
