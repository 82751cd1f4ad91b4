from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import api_keys
from rules.facts.api_keys import ApiKey, KeyHolder

BEDROCK, CLAUDE = api_keys.AI_SERVICES


def key(iam: Any, user: str, service: str = BEDROCK, **settings: Any) -> str:
    """Make an API key; return its id."""
    made = iam.create_service_specific_credential(UserName=user, ServiceName=service, **settings)
    return str(made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"])


@pytest.fixture
def iam(account: Account) -> Any:
    """Return the client of an account with three users, one of them without keys."""
    client = account.session().client("iam")
    client.create_user(UserName="ada", Path="/people/", Tags=[{"Key": "team", "Value": "claims"}])
    client.create_user(UserName="bob")
    client.create_user(UserName="eve")
    return client


@pytest.fixture
def later(account: Account) -> Aws:
    """Return what collectors read the embedded account with a week from now."""
    now = datetime.now(UTC) + timedelta(days=7, hours=1)
    return Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=now)


def user(iam: Any, name: str) -> Resource:
    found = iam.get_user(UserName=name)["User"]
    return Resource("AWS::IAM::User", found["UserId"], name, found["Arn"])


def test_nobody_has_a_key_in_an_empty_account(aws: Aws) -> None:
    assert api_keys.key_holders(aws) == ()


@pytest.mark.parametrize("small_pages", [False, True], ids=["whole listings", "a page for each item"])
def test_reads_the_keys_of_every_user(account: Account, iam: Any, later: Aws, small_pages: bool) -> None:
    forever, short = key(iam, "ada"), key(iam, "bob", CredentialAgeDays=30)
    off, other = key(iam, "ada", CredentialAgeDays=1), key(iam, "ada", CLAUDE)
    key(iam, "eve", "codecommit.amazonaws.com")
    iam.update_service_specific_credential(UserName="ada", ServiceSpecificCredentialId=off, Status="Inactive")
    if small_pages:
        account.faults.add(Fault("page-size"))

    assert api_keys.key_holders(later) == (
        KeyHolder(
            user(iam, "ada"),
            {"team": "claims"},
            (
                ApiKey(forever, "Amazon Bedrock", "Active", 7, None),
                ApiKey(off, "Amazon Bedrock", "Inactive", 7, 1),
                ApiKey(other, "Claude Platform on AWS", "Active", 7, None),
            ),
        ),
        KeyHolder(user(iam, "bob"), {}, (ApiKey(short, "Amazon Bedrock", "Active", 7, 30),)),
    )


def test_a_key_made_during_the_run_has_no_age(account: Account, iam: Any) -> None:
    key(iam, "bob")
    earlier = datetime.now(UTC) - timedelta(minutes=1)
    aws = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=earlier)

    assert [one.age for one in api_keys.api_keys(aws)["bob"]] == [0]


@pytest.mark.parametrize("milliseconds", [-900, 0, 900])
def test_lifetimes_are_whole_days(aws: Aws, milliseconds: int) -> None:
    made = datetime(2026, 10, 1, 12, tzinfo=UTC)
    metadata = {
        "UserName": "ada",
        "Status": "Active",
        "CreateDate": made,
        "ExpirationDate": made + timedelta(days=90, milliseconds=milliseconds),
        "ServiceSpecificCredentialId": "ACCAEXAMPLEEXAMPLEEXA",
        "ServiceName": BEDROCK,
    }
    with Stubber(aws.client("iam")) as stub:
        for found in ([metadata], []):
            stub.add_response("list_service_specific_credentials", {"ServiceSpecificCredentials": found})

        assert [one.lifetime for one in api_keys.api_keys(aws)["ada"]] == [90]


def test_a_partition_may_not_have_a_service(account: Account, iam: Any, later: Aws) -> None:
    key(iam, "ada")
    account.faults.add(
        Fault("fail", "iam:ListServiceSpecificCredentials", resource=CLAUDE, code="NotSupportedService", status=404)
    )

    assert [one.service for one in api_keys.api_keys(later)["ada"]] == ["Amazon Bedrock"]


def test_a_user_that_was_just_deleted_is_left_out(account: Account, iam: Any, later: Aws) -> None:
    key(iam, "ada")
    key(iam, "bob")
    account.faults.add(Fault("gone", "iam:ListUserTags", resource="ada"))

    assert [one.resource.name for one in api_keys.key_holders(later)] == ["bob"]


def test_a_user_whose_tags_cannot_be_read_is_unreadable(account: Account, iam: Any, later: Aws) -> None:
    key(iam, "ada")
    key(iam, "bob")
    account.faults.add(Fault("deny", "iam:ListUserTags", resource="ada"))
    ada, bob = api_keys.key_holders(later)

    assert isinstance(ada, Unreadable)
    assert (ada.resource, ada.code) == (user(iam, "ada"), "AccessDenied")
    assert isinstance(bob, KeyHolder)


@pytest.mark.parametrize("action", ["iam:ListServiceSpecificCredentials", "iam:ListUsers"])
def test_a_listing_that_cannot_be_read_is_an_error(account: Account, iam: Any, later: Aws, action: str) -> None:
    key(iam, "ada")
    account.faults.add(Fault("deny", action))

    with pytest.raises(ClientError, match="AccessDenied"):
        api_keys.key_holders(later)


def test_asks_for_a_thousand_users_at_a_time(aws: Aws) -> None:
    with Stubber(aws.client("iam")) as stub:
        for _ in api_keys.AI_SERVICES:
            stub.add_response("list_service_specific_credentials", {"ServiceSpecificCredentials": []})
        stub.add_response("list_users", {"Users": []}, {"MaxItems": 1000})

        assert api_keys.key_holders(aws) == ()


def test_calls_what_it_declares(account: Account, iam: Any, later: Aws) -> None:
    key(iam, "ada")
    account.calls.clear()
    api_keys.key_holders(later)

    assert {call.action for call in account.calls} == {action.name for action in api_keys.key_holders.actions}
