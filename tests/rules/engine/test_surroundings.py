from datetime import UTC, datetime, timedelta

import pytest

from rules.engine.surroundings import SurroundingsError, opened, refuse_detours, variable
from tests.rules.engine.sample_rules import BoxesGood

DETOURS = [
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_CONFIG_SERVICE",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "all_proxy",
    "AWS_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "SSLKEYLOGFILE",
    "AWS_DATA_PATH",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_LAMBDA_EXEC_WRAPPER",
]


@pytest.fixture(autouse=True)
def in_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", *DETOURS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "ai-config-x")
    monkeypatch.setenv("ACCOUNT_ID", "123456789012")


@pytest.mark.parametrize("name", DETOURS)
def test_a_function_runs_with_no_detour(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "https://answers.example.com/secret")

    for run in (refuse_detours, opened, lambda: BoxesGood.lambda_handler()({}, None)):
        with pytest.raises(SurroundingsError) as refused:
            run()
        assert str(refused.value) == (
            f"the function's environment has {name}: its answers might not come from AWS; deploy again"
        )


def test_every_detour_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://answers.example.com")

    with pytest.raises(SurroundingsError, match="has AWS_ENDPOINT_URL, HTTPS_PROXY: "):
        refuse_detours()


@pytest.mark.parametrize("name", ["AWS_REGION", "SSL_CERT_FILE", "NO_PROXY", "PREFIX", "AWS_USE_FIPS_ENDPOINT"])
def test_what_leads_nowhere_else_is_let_be(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "us-east-1")

    refuse_detours()


def test_an_empty_variable_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "")

    refuse_detours()


def test_a_terminal_may_go_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:5000")

    refuse_detours()


def test_the_time_is_that_of_the_invocation() -> None:
    assert abs(opened().now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_variable_that_the_stack_sets_has_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    assert variable("ACCOUNT_ID") == "123456789012"
    monkeypatch.setenv("EMPTY", "")
    for name in ("EMPTY", "MISSING"):
        with pytest.raises(SurroundingsError) as refused:
            variable(name)
        assert str(refused.value) == f"the environment variable {name} is not set; the stack sets it"
