import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import ACCOUNT_ID, REGION, Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import iam_organization
from rules.facts.iam_account import principals, roles, users
from rules.facts.iam_principals import Principal, principal, role_principal, user_principal
from rules.permissions.layers import ALONE, Surroundings
from rules.permissions.principal import Policy
from tests.rules.permissions.principals import deny, service_control

AWS_MANAGED = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"


def allows(action: str, resource: str = "*") -> dict[str, Any]:
    statement = {"Sid": "Only", "Effect": "Allow", "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def make_company(iam: Any) -> None:
    """Make a role and a user that have a policy of every kind, and one of each that has none."""
    arns = {}
    for name, action in (("models", "bedrock:InvokeModel"), ("limit", "bedrock:*"), ("unattached", "*")):
        made = iam.create_policy(PolicyName=name, Path="/ai/", PolicyDocument=json.dumps(allows(action)))
        arns[name] = made["Policy"]["Arn"]
    for action, default in (("bedrock:Converse", True), ("bedrock:NotTheDefault", False)):
        document = json.dumps(allows(action))
        iam.create_policy_version(PolicyArn=arns["models"], PolicyDocument=document, SetAsDefault=default)

    tags = [{"Key": "team", "Value": "ai"}]
    trust = json.dumps(TRUST)
    iam.create_role(RoleName="app", Path="/service-role/", AssumeRolePolicyDocument=trust, Tags=tags)
    iam.put_role_policy(RoleName="app", PolicyName="inline", PolicyDocument=json.dumps(allows("s3:GetObject")))
    iam.put_role_policy(RoleName="app", PolicyName="earlier", PolicyDocument=json.dumps(allows("sqs:*")))
    iam.attach_role_policy(RoleName="app", PolicyArn=arns["models"])
    iam.attach_role_policy(RoleName="app", PolicyArn=AWS_MANAGED)
    iam.put_role_permissions_boundary(RoleName="app", PermissionsBoundary=arns["limit"])
    iam.create_role(RoleName="bare", AssumeRolePolicyDocument=trust)

    iam.create_group(GroupName="developers")
    iam.put_group_policy(GroupName="developers", PolicyName="own", PolicyDocument=json.dumps(allows("sns:*")))
    iam.attach_group_policy(GroupName="developers", PolicyArn=arns["models"])
    iam.create_group(GroupName="nobody")
    iam.create_user(UserName="ada", Path="/people/", Tags=tags, PermissionsBoundary=AWS_MANAGED)
    iam.put_user_policy(UserName="ada", PolicyName="inline", PolicyDocument=json.dumps(allows("s3:PutObject")))
    iam.attach_user_policy(UserName="ada", PolicyArn=arns["models"])
    iam.add_user_to_group(GroupName="developers", UserName="ada")
    iam.create_user(UserName="bob")


@pytest.fixture
def company(account: Account) -> Account:
    """Return an account with roles and users, whose calls are counted from here on."""
    make_company(account.session().client("iam"))
    account.calls.clear()
    return account


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
        ('inline policy of group "developers", "own"', ("sns:*",)),
        ('attached policy of group "developers", "models"', ("bedrock:Converse",)),
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


def test_lists_everything_with_one_action_when_the_answer_is_complete(company: Account, aws: Aws) -> None:
    principals(aws)

    assert company.calls.actions() == {"iam:GetAccountAuthorizationDetails"}


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


@pytest.fixture
def answers(aws: Aws) -> Iterator[Stubber]:
    with Stubber(aws.client("iam")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def role_detail(name: str, **details: Any) -> dict[str, Any]:
    identity = {"RoleName": name, "RoleId": f"AROA{name.upper():0>17}", "Arn": f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"}
    return {"Path": "/", **identity, **details}


def user_detail(name: str, **details: Any) -> dict[str, Any]:
    identity = {"UserName": name, "UserId": f"AIDA{name.upper():0>17}", "Arn": f"arn:aws:iam::{ACCOUNT_ID}:user/{name}"}
    return {"Path": "/", **identity, **details}


def policy_detail(arn: str, **documents: Any) -> dict[str, Any]:
    versions = [{"VersionId": version, "Document": document} for version, document in documents.items()]
    return {"Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": versions}


def arn_of(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:policy/{name}"


def attached(*names: str) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyArn": arn_of(name)} for name in names]


def boundary(name: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn_of(name)}


ALLOWS = json.dumps(allows("bedrock:InvokeModel"))
MALFORMED = json.dumps({"Version": "2012-10-17", "Statement": {"Action": "*", "Resource": "*"}})
LISTINGS = {
    "Policies": ["LocalManagedPolicy", "AWSManagedPolicy"],
    "RoleDetailList": ["Role"],
    "GroupDetailList": ["Group"],
    "UserDetailList": ["User"],
}


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


def handles(fact: Principal | Unreadable) -> list[str]:
    assert isinstance(fact, Principal)
    return [policy.handle for policy in (*fact.policies.policies, fact.policies.boundary) if policy is not None]


def test_joins_the_pages_of_all_listings(aws: Aws, answers: Stubber) -> None:
    eve = user_detail("eve", GroupList=["ops"], PermissionsBoundary=boundary("limit"))
    group = {"GroupName": "ops", "AttachedManagedPolicies": attached("models")}
    models = policy_detail(arn_of("models"), v1=ALLOWS, v2="{")
    listing(answers, "Policies", [policy_detail(arn_of("limit"), v1=ALLOWS)], [models])
    listing(answers, "RoleDetailList", [role_detail("app", AttachedManagedPolicies=attached("limit"))], [])
    listing(answers, "UserDetailList", [], [eve])
    listing(answers, "GroupDetailList", [], [group])

    found = [handles(one) for one in principals(aws)]

    of_eve = ['attached policy of group "ops", "models"', 'permissions boundary "limit"']
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

    assert app == Unreadable(Resource("AWS::IAM::Role", *app_identity()), "AccessDenied", "GetPolicy: no")
    assert handles(bare) == []


def app_identity() -> tuple[str, str, str]:
    detail = role_detail("app")
    return detail["RoleId"], detail["RoleName"], detail["Arn"]


@pytest.mark.parametrize("passed", range(4), ids=["policies", "roles", "users", "groups"])
def test_knows_nothing_when_a_listing_is_denied(company: Account, aws: Aws, passed: int) -> None:
    company.faults.add(Fault("deny", action="iam:GetAccountAuthorizationDetails", after=passed))

    with pytest.raises(ClientError, match="GetAccountAuthorizationDetails"):
        principals(aws)


def test_an_account_without_roles_and_users_has_no_principals(aws: Aws) -> None:
    assert principals(aws) == ()


def test_a_policy_that_vanishes_while_its_role_is_read_does_not_look_like_a_deleted_role(
    aws: Aws, answers: Stubber
) -> None:
    role = role_detail("app", CreateDate=datetime(2026, 1, 1, tzinfo=UTC))
    answers.add_response("get_role", {"Role": role}, {"RoleName": "app"})
    answers.add_response("list_role_policies", {"PolicyNames": ["own"]}, {"RoleName": "app"})
    answers.add_client_error("get_role_policy", "NoSuchEntity", "gone")

    with pytest.raises(ClientError, match="NoSuchEntity"):
        principal(aws, Resource("AWS::IAM::Role", *app_identity()))


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
