from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Unreadable
from rules.facts import iam_organization
from rules.facts.iam_account import principals, roles, users
from rules.facts.iam_principals import Principal, role_resource
from rules.permissions.layers import ALONE, Surroundings
from rules.permissions.principal import Policy
from tests.rules.facts.people import (
    ALLOWS,
    AWS_MANAGED,
    MALFORMED,
    arn_of,
    attached,
    boundary,
    handles,
    make_company,
    policy_detail,
    role_detail,
    user_detail,
)
from tests.rules.permissions.principals import deny, service_control

LISTINGS = {
    "Policies": ["LocalManagedPolicy", "AWSManagedPolicy"],
    "RoleDetailList": ["Role"],
    "GroupDetailList": ["Group"],
    "UserDetailList": ["User"],
}


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


def listing(answers: Stubber, member: str, *pages: list[dict[str, Any]]) -> None:
    """Answer the next listing, of the details called `member`, with these pages."""
    for number, page in enumerate(pages, 1):
        last = number == len(pages)
        marker = {} if number == 1 else {"Marker": str(number)}
        answers.add_response(
            "get_account_authorization_details",
            {member: page, "IsTruncated": not last} | ({} if last else {"Marker": str(number + 1)}),
            {"Filter": LISTINGS[member], "MaxItems": 1000} | marker,
        )


def by_name(aws: Aws) -> dict[str, Principal]:
    return {one.resource.name: one for one in principals(aws) if isinstance(one, Principal)}


def first_actions(policy: Policy) -> tuple[str, ...] | None:
    return policy.document.statements[0].actions


@pytest.mark.usefixtures("company")
def test_lists_a_role_with_its_own_policies_and_its_boundary(aws: Aws) -> None:
    app = by_name(aws)["app"]

    assert app.resource.type == "AWS::IAM::Role"
    assert app.resource.id.startswith("AROA")
    assert app.resource.arn == app.policies.arn == f"arn:aws:iam::{ACCOUNT_ID}:role/service-role/app"
    assert app.tags == {"team": "ai"}
    assert app.policies.context == {}
    assert [(policy.handle, policy.aws_managed, first_actions(policy)) for policy in app.policies.policies] == [
        ('inline policy "earlier"', False, ("sqs:*",)),
        ('inline policy "inline"', False, ("s3:GetObject",)),
        ('attached policy "AmazonSQSFullAccess"', True, ("sqs:*",)),
        ('attached policy "models"', False, ("bedrock:Converse",)),
    ]
    assert app.policies.boundary is not None
    assert app.policies.boundary.handle == 'permissions boundary "limit"'
    assert app.policies.boundary.document.statements[0].actions == ("bedrock:*",)


@pytest.mark.usefixtures("company")
def test_lists_a_user_with_the_policies_of_its_groups(aws: Aws) -> None:
    ada = by_name(aws)["ada"]

    assert ada.resource.type == "AWS::IAM::User"
    assert ada.resource.arn == ada.policies.arn == f"arn:aws:iam::{ACCOUNT_ID}:user/people/ada"
    assert ada.policies.context == {"aws:PrincipalTag/team": "ai", "aws:userid": ada.resource.id}
    assert ada.policies.boundary is not None
    assert ada.policies.boundary.arn == AWS_MANAGED
    assert [(policy.handle, first_actions(policy)) for policy in ada.policies.policies] == [
        ('inline policy "inline"', ("s3:PutObject",)),
        ('attached policy "models"', ("bedrock:Converse",)),
        ('inline policy "own" of group "developers"', ("sns:*",)),
        ('attached policy "models" of group "developers"', ("bedrock:Converse",)),
    ]


@pytest.mark.usefixtures("company")
def test_principals_without_policies_have_none(aws: Aws) -> None:
    found = by_name(aws)

    assert [(found[name].policies.policies, found[name].policies.boundary) for name in ("bare", "bob")] == [
        ((), None)
    ] * 2


@pytest.mark.usefixtures("company")
def test_shares_the_document_of_a_managed_policy(aws: Aws) -> None:
    found = by_name(aws)
    documents = [
        policy.document
        for one in (found["app"], found["ada"])
        for policy in one.policies.policies
        if policy.name == "models"
    ]

    assert len(documents) == 3
    assert len({id(document) for document in documents}) == 1


def test_lists_everything_with_one_action_when_the_answer_is_complete(company: Account, aws: Aws) -> None:
    principals(aws)

    assert company.calls.actions() == {"iam:GetAccountAuthorizationDetails"}


def test_an_account_without_roles_and_users_has_no_principals(aws: Aws) -> None:
    assert principals(aws) == ()


def test_joins_the_pages_of_all_listings(aws: Aws, answers: Stubber) -> None:
    eve = user_detail("eve", GroupList=["ops"], PermissionsBoundary=boundary("limit"))
    group = {"GroupName": "ops", "AttachedManagedPolicies": attached("models")}
    models = policy_detail(arn_of("models"), v1=ALLOWS, v2="{")
    listing(answers, "Policies", [policy_detail(arn_of("limit"), v1=ALLOWS)], [models])
    listing(answers, "RoleDetailList", [role_detail("app", AttachedManagedPolicies=attached("limit"))], [])
    listing(answers, "UserDetailList", [], [eve])
    listing(answers, "GroupDetailList", [], [group])

    found = [handles(one) for one in principals(aws)]

    of_eve = ['attached policy "models" of group "ops"', 'permissions boundary "limit"']
    assert found == [['attached policy "limit"'], of_eve]


def test_reads_a_policy_on_its_own_and_once_when_it_is_not_listed(aws: Aws, answers: Stubber) -> None:
    listing(answers, "Policies", [])
    bounded = [role_detail(name, PermissionsBoundary=boundary("limit")) for name in ("app", "job")]
    listing(answers, "RoleDetailList", bounded)
    limit = {"PolicyArn": arn_of("limit")}
    answers.add_response("get_policy", {"Policy": {"DefaultVersionId": "v3"}}, limit)
    answers.add_response("get_policy_version", {"PolicyVersion": {"Document": ALLOWS}}, limit | {"VersionId": "v3"})

    assert [handles(one) for one in roles(aws)] == [['permissions boundary "limit"']] * 2


def test_a_user_of_a_group_that_is_not_listed_is_unreadable(aws: Aws, answers: Stubber) -> None:
    listing(answers, "Policies", [])
    listing(answers, "UserDetailList", [user_detail("eve", GroupList=["ops"]), user_detail("kim")])
    listing(answers, "GroupDetailList", [])

    eve, kim = users(aws)

    assert isinstance(eve, Unreadable)
    assert eve.message == 'the group "ops" is not listed; it may just have been deleted'
    assert handles(kim) == []


def test_a_malformed_policy_makes_only_its_principals_unreadable(aws: Aws, answers: Stubber) -> None:
    broken = [policy_detail(arn_of("broken"), v1=MALFORMED), policy_detail(arn_of("unattached"), v1=MALFORMED)]
    listing(answers, "Policies", broken)
    details = [
        role_detail("inline", RolePolicyList=[{"PolicyName": "own", "PolicyDocument": MALFORMED}]),
        role_detail("attached", AttachedManagedPolicies=attached("broken")),
        role_detail("bounded", PermissionsBoundary=boundary("broken")),
        role_detail("sound", RolePolicyList=[{"PolicyName": "own", "PolicyDocument": ALLOWS}]),
    ]
    listing(answers, "RoleDetailList", details)
    odd = {"GroupName": "odd", "GroupPolicyList": [{"PolicyName": "own", "PolicyDocument": "not JSON"}]}
    listing(answers, "UserDetailList", [user_detail("member", GroupList=["odd"]), user_detail("guest")])
    listing(answers, "GroupDetailList", [odd])

    found = principals(aws)

    unreadable = [one for one in found if isinstance(one, Unreadable)]
    assert [one.resource.name for one in found if isinstance(one, Principal)] == ["sound", "guest"]
    assert {one.code for one in unreadable} == {"MalformedPolicy"}
    not_json = "The policy document is not JSON: Expecting value at character 0."
    assert [(one.resource.name, one.message) for one in unreadable] == [
        ("inline", 'Inline policy "own": Statement 1 has no Effect.'),
        ("attached", 'Managed policy "broken": Statement 1 has no Effect.'),
        ("bounded", 'Managed policy "broken": Statement 1 has no Effect.'),
        ("member", f'Inline policy "own" of group "odd": {not_json}'),
    ]


def test_a_policy_that_cannot_be_read_makes_its_principal_unreadable(aws: Aws, answers: Stubber) -> None:
    listing(answers, "Policies", [])
    secret = role_detail("app", AttachedManagedPolicies=attached("secret"))
    listing(answers, "RoleDetailList", [secret, role_detail("bare")])
    answers.add_client_error("get_policy", "AccessDenied", "no")

    app, bare = roles(aws)

    assert app == Unreadable(role_resource(role_detail("app")), "AccessDenied", "GetPolicy: no")
    assert handles(bare) == []


@pytest.mark.parametrize("passed", range(4), ids=["policies", "roles", "users", "groups"])
def test_knows_nothing_when_a_listing_is_denied(company: Account, aws: Aws, passed: int) -> None:
    company.faults.add(Fault("deny", action="iam:GetAccountAuthorizationDetails", after=passed))

    with pytest.raises(ClientError, match="GetAccountAuthorizationDetails"):
        principals(aws)


@pytest.mark.usefixtures("company")
def test_puts_the_given_policies_of_the_organization_around_everybody_but_service_linked_roles(
    account: Account, aws: Aws
) -> None:
    account.session().client("iam").create_service_linked_role(AWSServiceName="lex.amazonaws.com")
    given = Surroundings(service_control=((service_control(deny("bedrock:*")),),))
    iam_organization.give(aws, given)

    found = {one.resource.name: one.surroundings for one in principals(aws) if isinstance(one, Principal)}

    (linked,) = set(found) - {"app", "bare", "ada", "bob"}
    assert found.pop(linked) is ALONE
    assert all(surroundings is given for surroundings in found.values())


@pytest.mark.usefixtures("company")
def test_knows_of_no_organization_by_default(aws: Aws) -> None:
    assert [one.surroundings for one in principals(aws) if isinstance(one, Principal)] == [ALONE] * 4
