from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts.iam_account import principals
from rules.facts.iam_principals import principal, role_principal, role_resource, user_principal
from tests.rules.facts.people import (
    ALLOWS,
    arn_of,
    boundary,
    handles,
    make_company,
    role_detail,
    user_detail,
)


@pytest.fixture
def company(account: Account) -> Account:
    """Return an account with roles and users, whose calls are counted from here on."""
    make_company(account.session().client("iam"))
    account.calls.clear()
    return account


@pytest.fixture
def answers(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.client("iam")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.mark.usefixtures("company")
def test_reading_one_principal_gives_the_same_fact_as_listing_all(aws: Aws) -> None:
    listed = principals(aws)

    read = [principal(aws, one.resource) for one in listed]

    assert {one.resource.name for one in listed} == {"app", "bare", "ada", "bob"}
    assert [repr(one) for one in listed] == [repr(one) for one in read if one is not None]


def test_declares_what_reading_one_principal_needs(company: Account, aws: Aws) -> None:
    role_principal(aws, "app")

    assert company.calls.actions() == {action.name for action in role_principal.actions}

    user_principal(aws, "ada")

    assert company.calls.actions() == {action.name for action in principal.actions}


@pytest.mark.usefixtures("company")
def test_small_pages_tell_the_same(account: Account, aws: Aws) -> None:
    whole = {one.resource: repr(one) for one in principals(aws)}
    account.faults.add(Fault("page-size", size=1))
    again = Aws(account.session(), account_id=ACCOUNT_ID, region=REGION, now=aws.now)

    listed = principals(again)
    read = [principal(again, one.resource) for one in listed]

    assert {one.resource: repr(one) for one in listed} == whole
    assert {one.resource: repr(one) for one in read if one is not None} == whole


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(Resource("AWS::IAM::Role", "AROAGONE", "gone"), id="role that was deleted"),
        pytest.param(Resource("AWS::IAM::User", "AIDAGONE", "gone"), id="user that was deleted"),
        pytest.param(Resource("AWS::IAM::Role", "AROAEARLIER", "app"), id="role that was made again under its name"),
        pytest.param(Resource("AWS::IAM::User", "AIDAEARLIER", "ada"), id="user that was made again under its name"),
    ],
)
@pytest.mark.usefixtures("company")
def test_says_none_of_a_principal_that_is_gone(aws: Aws, resource: Resource) -> None:
    assert principal(aws, resource) is None


def test_a_policy_that_vanishes_while_its_role_is_read_does_not_look_like_a_deleted_role(
    aws: Aws, answers: Stubber
) -> None:
    role = role_detail("app", CreateDate=datetime(2026, 1, 1, tzinfo=UTC))
    answers.add_response("get_role", {"Role": role}, {"RoleName": "app"})
    answers.add_response("list_role_policies", {"PolicyNames": ["own"]}, {"RoleName": "app"})
    answers.add_client_error("get_role_policy", "NoSuchEntity", "gone")

    with pytest.raises(ClientError, match="NoSuchEntity"):
        principal(aws, role_resource(role_detail("app")))


def test_does_not_take_a_denied_read_for_a_deleted_user(aws: Aws, answers: Stubber) -> None:
    answers.add_client_error("get_user", "AccessDenied", "no")

    with pytest.raises(ClientError, match="AccessDenied"):
        principal(aws, Resource("AWS::IAM::User", "AIDA", "eve"))


def test_reads_the_boundary_of_a_user(aws: Aws, answers: Stubber) -> None:
    user = user_detail("eve", CreateDate=datetime(2026, 1, 1, tzinfo=UTC), PermissionsBoundary=boundary("limit"))
    answers.add_response("get_user", {"User": user}, {"UserName": "eve"})
    answers.add_response("list_user_policies", {"PolicyNames": []}, {"UserName": "eve"})
    answers.add_response("list_attached_user_policies", {"AttachedPolicies": []}, {"UserName": "eve"})
    answers.add_response("list_groups_for_user", {"Groups": []}, {"UserName": "eve"})
    limit = {"PolicyArn": arn_of("limit")}
    answers.add_response("get_policy", {"Policy": {"DefaultVersionId": "v1"}}, limit)
    answers.add_response("get_policy_version", {"PolicyVersion": {"Document": ALLOWS}}, limit | {"VersionId": "v1"})

    eve = principal(aws, Resource("AWS::IAM::User", user["UserId"], "eve"))

    assert eve is not None
    assert handles(eve) == ['permissions boundary "limit"']


@pytest.mark.parametrize("action", sorted({action.name for action in principal.actions}))
def test_no_call_can_be_denied_unnoticed(company: Account, aws: Aws, action: str) -> None:
    listed = [one.resource for one in principals(aws) if one.resource.name in ("app", "ada")]
    company.faults.add(Fault("deny", action=action))

    found = [aws.read_one(one, partial(principal.read, aws, one)) for one in listed]

    assert any(isinstance(one, Unreadable) and one.code == "AccessDenied" for one in found)
