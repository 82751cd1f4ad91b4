import pytest

from rules.criteria.credentials.named_values import Class, class_of, named

RANDOM = "q7Zt0VhX2mK9sPfL4wRb"
HEX = "9f86d081884c7d659a2feaa0c55ad015"
UUID = "7d9f2c1e-4b3a-4f6d-8e2b-1a5c9d0e7f34"


@pytest.mark.parametrize(
    ("name", "promised"),
    [
        ("DB_PASSWORD", Class.PASSWORD),
        ("dbPassword", Class.PASSWORD),
        ("PGPASSWORD", Class.PASSWORD),
        ("DB_PASSWORD_PROD_2", Class.PASSWORD),
        ("JWT_SECRET", Class.SECRET),
        ("apiKey", Class.SECRET),
        ("SIGNING_KEY", Class.SECRET),
        ("OPENAI_KEY", Class.PERHAPS),
        ("TOKEN_SETTINGS", Class.PERHAPS),
        ("DBPASSWORD_SETTINGS", Class.PERHAPS),
        ("AUTHTOKEN_SETTINGS", Class.PERHAPS),
        ("BASIC_AUTH", Class.AUTHORIZATION),
        ("DB_PASSWORD_ARN", Class.NOTHING),
        ("SECRET_NAME", Class.NOTHING),
        ("MAX_TOKENS_PER_REQUEST", Class.NOTHING),
        ("PARTITION_KEY", Class.NOTHING),
        ("JWT_PUBLIC_KEY", Class.NOTHING),
        ("MONKEY_PATCH", Class.NOTHING),
        ("COMPASS", Class.NOTHING),
        ("PROD", Class.NOTHING),
        ("", Class.NOTHING),
    ],
)
def test_the_last_word_of_a_name_counts(name: str, promised: Class) -> None:
    assert class_of(name) is promised


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("DB_PASSWORD", "hunter2", "a password"),
        ("DB_PASSWORD", "123456", "a password"),
        ("DB_PASSWORD", "12", None),
        ("DB_PASSWORD", "$ecretPass1", "a password"),
        ("DB_PASSWORD", "$DB_PASSWORD", None),
        ("DB_PASSWORD", "Winter/2024", "a password"),
        ("DB_PASSWORD", "prod/db/password", None),
        ("DB_PASSWORD", "changeme", None),
        ("JWT_SECRET", "keyboard cat", "a secret value"),
        ("JWT_SECRET", "supersecretkey", "a secret value"),
        ("JWT_SECRET", "claims-jwt", None),
        ("JWT_SECRET", "claims-jwt-v2", None),
        ("API_TOKEN", UUID, "a secret value"),
        ("API_TOKENS", f"{RANDOM},{HEX}", "a secret value"),
        ("STOP_TOKENS", "Human:,Assistant:", None),
        ("MAX_TOKENS", "200000", None),
        ("OPENAI_KEY", RANDOM, "a secret value"),
        ("OPENAI_KEY", UUID, None),
        ("OPENAI_KEY", "claims-gateway-eu", None),
        ("TENANT", RANDOM, None),
        ("BASIC_AUTH", "ops:Winter2024!", "a user name with a password"),
        ("AUTH", "HMAC-SHA256", None),
        ("DB_SECRET", "ClaimsDbSecret8C1D2E3F-aB3dE6fG9hIj", None),
    ],
)
def test_a_name_and_a_value_make_a_secret(name: str, value: str, kind: str | None) -> None:
    assert named(name, value) == kind
