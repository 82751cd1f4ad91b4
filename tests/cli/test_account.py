from datetime import UTC
from pathlib import Path

import pytest

from cli.account import AccountError, new_session, open_account, open_session
from cli.sandbox import Account, EmbeddedAccount, Fault

PROFILES = r"^unknown profile 'audti' \(did you mean 'audit'\?\); allowed: audit, plain, half$"


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give boto3 a configuration with two profiles, one of which has no Region."""
    file = tmp_path / "config"
    file.write_text(
        "[profile audit]\nregion = eu-central-1\n"
        "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = example\n"
        "[profile plain]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = example\n"
        "[profile half]\nregion = eu-central-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))


@pytest.fixture
def credentials_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")


def test_opens_the_account_of_the_environment_at_its_endpoint(
    server: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint_url)
    opened = open_account()

    assert (opened.aws.account_id, opened.aws.region, opened.aws.partition) == ("123456789012", "us-east-1", "aws")
    assert opened.calls.count == 1


def test_a_given_region_wins(server: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint_url)

    assert open_account(region="us-gov-west-1").aws.partition == "aws-us-gov"


def test_takes_the_region_of_other_sdks(server: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint_url)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")

    assert open_account().aws.region == "eu-north-1"


@pytest.mark.usefixtures("profiles")
def test_takes_credentials_and_region_of_a_profile(server: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint_url)
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    assert open_account(profile="audit").aws.region == "eu-central-1"


@pytest.mark.usefixtures("profiles")
def test_names_the_profiles_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AccountError, match=PROFILES):
        open_account(profile="audti")
    monkeypatch.setenv("AWS_PROFILE", "audti")
    with pytest.raises(AccountError, match=PROFILES):
        open_account()


def test_says_that_there_are_no_profiles() -> None:
    with pytest.raises(AccountError, match=r"^unknown profile 'audit'; allowed: none$"):
        open_account(profile="audit")


@pytest.mark.usefixtures("profiles", "credentials_gone")
def test_refuses_half_of_the_credentials() -> None:
    with pytest.raises(AccountError, match="no credentials: Partial credentials"):
        open_account(profile="half")


@pytest.mark.usefixtures("credentials_gone")
def test_says_how_to_give_credentials() -> None:
    with pytest.raises(AccountError, match=r"^no credentials: Unable to locate credentials; give --profile"):
        open_account()


def test_wants_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(AccountError, match="there is no Region; give --region"):
        open_account()


@pytest.mark.parametrize("region", ["not a region", "-", "us_east_1"])
def test_refuses_what_is_no_region(region: str) -> None:
    with pytest.raises(AccountError, match=f"^unknown Region '{region}'"):
        open_account(region=region)


def test_guesses_the_region_that_was_meant(account: Account) -> None:
    account.faults.add(Fault("no-endpoint", "sts:GetCallerIdentity"))
    with pytest.raises(AccountError, match=r"^unknown Region 'us-easst-1' \(did you mean 'us-east-1' or .*Could not"):
        open_session(account.session("us-easst-1"))


def test_passes_on_what_aws_said_of_the_credentials(account: Account) -> None:
    account.faults.add(Fault("expire", "sts:GetCallerIdentity"))
    with pytest.raises(AccountError, match=r"^AWS refused the credentials: ExpiredToken\w*: GetCallerIdentity: "):
        open_session(account.session())


def test_names_the_region_when_nobody_answers(account: Account) -> None:
    account.faults.add(Fault("no-endpoint", "sts:GetCallerIdentity"))
    with pytest.raises(AccountError, match=r"^the account cannot be asked who it is in us-east-1: Could not connect"):
        open_session(account.session())


def test_refuses_an_endpoint_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "127.0.0.1:5000")
    with pytest.raises(AccountError, match=r"127\.0\.0\.1:5000"):
        open_account()


def test_sessions_read_times_so(account: Account) -> None:
    account.session().client("iam").create_role(RoleName="analyst", AssumeRolePolicyDocument="{}")
    role = new_session(region="us-east-1").client("iam").get_role(RoleName="analyst")["Role"]

    assert role["CreateDate"].tzinfo is UTC
