import pytest

from rules.permissions.caller import (
    Caller,
    Trust,
    account_of,
    covers,
    names_account,
    owner_field,
    partition_of,
    principal_arn,
    touches,
)
from rules.permissions.context import RequestContext
from rules.permissions.document import Principal

OWN, STRANGER = "123456789012", "444455556666"
ROLE = f"arn:aws:iam::{STRANGER}:role/app"
SESSION = f"arn:aws:sts::{STRANGER}:assumed-role/app/i-1"


@pytest.mark.parametrize(
    ("text", "account", "whole", "partition", "arn"),
    [
        pytest.param(OWN, OWN, True, None, OWN, id="account id"),
        pytest.param(f"arn:aws:iam::{OWN}:root", OWN, True, "aws", f"arn:aws:iam::{OWN}:root", id="root"),
        pytest.param(ROLE, STRANGER, False, "aws", ROLE, id="role"),
        pytest.param(SESSION, STRANGER, False, "aws", ROLE, id="session of a role"),
        pytest.param(
            f"arn:aws-cn:iam::{OWN}:user/ann", OWN, False, "aws-cn", f"arn:aws-cn:iam::{OWN}:user/ann", id="user"
        ),
        pytest.param(
            "arn:aws:iam::cloudfront:root", None, False, "aws", "arn:aws:iam::cloudfront:root", id="no account"
        ),
        pytest.param("AIDAJQABLZS4A3QDU576Q", None, False, None, "AIDAJQABLZS4A3QDU576Q", id="unique id"),
        pytest.param("ab:cd:ef", None, False, None, "ab:cd:ef", id="no ARN"),
        pytest.param("arn:aws", None, False, None, "arn:aws", id="broken ARN"),
        pytest.param("*", None, False, None, "*", id="everybody"),
    ],
)
def test_takes_principals_apart(text: str, account: str | None, whole: bool, partition: str | None, arn: str) -> None:
    assert (account_of(text), names_account(text), partition_of(text), principal_arn(text)) == (
        account,
        whole,
        partition,
        arn,
    )


@pytest.mark.parametrize(
    ("arn", "owner"),
    [
        pytest.param(f"arn:aws:iam::{OWN}:role/*", OWN, id="account"),
        pytest.param("arn:aws:iam::*:role/x", "*", id="any account"),
        pytest.param("arn:aws:s3:::bucket", "", id="no account"),
        pytest.param("arn:aws:iam::*", "*", id="a star across the rest"),
        pytest.param("*", "*", id="only a star"),
        pytest.param("arn:aws:iam", None, id="too short"),
    ],
)
def test_finds_the_owner_in_an_arn(arn: str, owner: str | None) -> None:
    assert owner_field(arn) == owner


@pytest.mark.parametrize(
    ("entry", "trusted"),
    [
        pytest.param(Principal("AWS", OWN), True, id="own account"),
        pytest.param(Principal("Federated", f"arn:aws:iam::{OWN}:saml-provider/x"), True, id="own provider"),
        pytest.param(Principal("AWS", STRANGER), False, id="strange account"),
        pytest.param(Principal("AWS", f"arn:aws-cn:iam::{OWN}:root"), False, id="another partition"),
        pytest.param(Principal("CanonicalUser", OWN), False, id="canonical user"),
        pytest.param(Principal("Service", "s3.amazonaws.com"), False, id="service"),
        pytest.param(Principal("*", "*"), False, id="everybody"),
    ],
)
def test_trusts_what_names_only_trusted_accounts(entry: Principal, trusted: bool) -> None:
    assert Trust(OWN, "aws").covers(entry) is trusted


PERSON = Caller(RequestContext(), STRANGER, ROLE)
NOBODY = Caller(RequestContext())
SERVICE = Caller(RequestContext(), STRANGER, service="logs.amazonaws.com")


@pytest.mark.parametrize(
    ("entry", "caller", "meant", "touched"),
    [
        pytest.param(Principal("*", "*"), NOBODY, True, True, id="everybody, nobody in particular"),
        pytest.param(Principal("AWS", "*"), SERVICE, True, True, id="everybody, a service"),
        pytest.param(Principal("AWS", STRANGER), PERSON, True, True, id="an account, its role"),
        pytest.param(Principal("AWS", ROLE), PERSON, True, True, id="a role, itself"),
        pytest.param(Principal("AWS", SESSION), PERSON, True, True, id="a session, its role"),
        pytest.param(Principal("AWS", f"{ROLE}2"), PERSON, False, True, id="a role, another of the account"),
        pytest.param(Principal("AWS", OWN), PERSON, False, False, id="an account, somebody else"),
        pytest.param(Principal("AWS", STRANGER), NOBODY, False, False, id="an account, nobody in particular"),
        pytest.param(Principal("AWS", STRANGER), SERVICE, False, True, id="an account, a service for it"),
        pytest.param(Principal("Service", "logs.amazonaws.com"), SERVICE, True, True, id="a service, itself"),
        pytest.param(Principal("Service", "*"), SERVICE, True, True, id="every service, one"),
        pytest.param(Principal("Service", "s3.amazonaws.com"), SERVICE, False, False, id="a service, another"),
        pytest.param(Principal("Service", "*"), PERSON, False, False, id="every service, a person"),
        pytest.param(Principal("CanonicalUser", "79a5"), PERSON, False, False, id="a canonical user, somebody"),
        pytest.param(
            Principal("CanonicalUser", "79a5"),
            Caller(RequestContext(), STRANGER, "79a5"),
            True,
            True,
            id="a canonical user",
        ),
    ],
)
def test_says_whom_an_entry_means(entry: Principal, caller: Caller, meant: bool, touched: bool) -> None:
    assert (covers(entry, caller), touches(entry, caller)) == (meant, touched)
