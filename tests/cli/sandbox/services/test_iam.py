import json
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}]}
)
AWS_POLICY = "arn:aws:iam::aws:policy/AmazonBedrockFullAccess"
AWS_ROLE_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@pytest.fixture
def iam(account: Account) -> Any:
    return account.session().client("iam")


@pytest.fixture
def populated(iam: Any) -> Any:
    iam.create_user(UserName="ada", PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess", Path="/people/")
    iam.create_group(GroupName="builders")
    iam.add_user_to_group(UserName="ada", GroupName="builders")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a", "Value": "b"}])
    local = iam.create_policy(PolicyName="local", PolicyDocument=ALLOW, Description="d")["Policy"]["Arn"]
    iam.create_policy(PolicyName="unused", PolicyDocument=ALLOW)
    iam.create_policy_version(PolicyArn=local, PolicyDocument=ALLOW, SetAsDefault=True)
    iam.put_user_policy(UserName="ada", PolicyName="own", PolicyDocument=ALLOW)
    iam.put_group_policy(GroupName="builders", PolicyName="own", PolicyDocument=ALLOW)
    iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=ALLOW)
    iam.attach_role_policy(RoleName="app", PolicyArn=AWS_ROLE_POLICY)
    iam.attach_group_policy(GroupName="builders", PolicyArn=local)
    iam.attach_user_policy(UserName="ada", PolicyArn=AWS_POLICY)
    return iam


def details(iam: Any, **params: object) -> dict[str, Any]:
    whole: dict[str, Any] = (
        iam.get_paginator("get_account_authorization_details").paginate(**params).build_full_result()
    )
    return whole


def test_unique_ids_tell_what_they_belong_to(populated: Any) -> None:
    found = details(populated)

    assert found["UserDetailList"][0]["UserId"].startswith("AIDA")
    assert found["GroupDetailList"][0]["GroupId"].startswith("AGPA")
    assert found["RoleDetailList"][0]["RoleId"].startswith("AROA")
    assert all(each["PolicyId"].startswith("ANPA") for each in found["Policies"])
    assert {len(found[kind][0][key]) for kind, key in (("UserDetailList", "UserId"), ("RoleDetailList", "RoleId"))} == {
        21
    }


def test_details_have_everything_that_permissions_are_made_of(populated: Any) -> None:
    found = details(populated)
    [user], [group], [role] = found["UserDetailList"], found["GroupDetailList"], found["RoleDetailList"]
    policies = {each["PolicyName"]: each for each in found["Policies"]}

    assert user["UserPolicyList"] == [{"PolicyName": "own", "PolicyDocument": json.loads(ALLOW)}]
    assert (user["GroupList"], user["Path"]) == (["builders"], "/people/")
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert group["AttachedManagedPolicies"][0]["PolicyName"] == "local"
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert (role["Tags"], role["RolePolicyList"][0]["PolicyName"]) == ([{"Key": "a", "Value": "b"}], "own")
    assert "PermissionsBoundary" not in role
    assert [each["VersionId"] for each in policies["local"]["PolicyVersionList"] if each["IsDefaultVersion"]] == ["v2"]
    assert policies["local"]["PolicyVersionList"][0]["Document"] == json.loads(ALLOW)
    assert (policies["local"]["AttachmentCount"], policies["local"]["Description"]) == (1, "d")
    assert policies["AmazonBedrockFullAccess"]["PermissionsBoundaryUsageCount"] == 0


def test_policies_of_aws_are_shown_when_attached_not_when_they_only_bound(populated: Any) -> None:
    names = {each["PolicyName"] for each in details(populated)["Policies"]}

    assert names == {
        "local",
        "unused",
        "AmazonBedrockFullAccess",
        "AWSLambdaBasicExecutionRole",
    }


@pytest.mark.parametrize(
    ("wanted", "counts"),
    [
        (["User"], (1, 0, 0, 0)),
        (["Group"], (0, 1, 0, 0)),
        (["Role", "User"], (1, 0, 1, 0)),
        (["LocalManagedPolicy"], (0, 0, 0, 2)),
        (["AWSManagedPolicy"], (0, 0, 0, 2)),
    ],
)
def test_details_are_filtered(populated: Any, wanted: list[str], counts: tuple[int, ...]) -> None:
    found = populated.get_account_authorization_details(Filter=wanted)
    kinds = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")

    assert tuple(len(found[kind]) for kind in kinds) == counts


def test_details_come_in_pages_across_their_lists(populated: Any) -> None:
    paginator = populated.get_paginator("get_account_authorization_details")
    pages = list(paginator.paginate(PaginationConfig={"PageSize": 3}))
    kinds = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")

    assert [sum(len(page[kind]) for kind in kinds) for page in pages] == [3, 3, 1]
    assert [page["IsTruncated"] for page in pages] == [True, True, False]
    assert ["Marker" in page for page in pages] == [True, True, False]


@pytest.mark.usefixtures("populated")
def test_documents_are_url_encoded_on_the_wire(account: Account) -> None:
    seen: list[bytes] = []
    client = account.session().client("iam")
    client.meta.events.register(
        "after-call.iam.GetAccountAuthorizationDetails", lambda http_response, **_: seen.append(http_response.content)
    )
    client.get_account_authorization_details(Filter=["Role"])

    assert b"%22Effect%22" in seen[0]
    assert '"Effect"' in unquote(seen[0].decode())


def test_a_listing_pages_without_losing_anybody(iam: Any) -> None:
    for number in range(7):
        iam.create_role(RoleName=f"r{number}", AssumeRolePolicyDocument=TRUST)
    pages = list(iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 3}))

    assert [len(page["Roles"]) for page in pages] == [3, 3, 1]
    assert {each["RoleName"] for page in pages for each in page["Roles"]} == {f"r{number}" for number in range(7)}


def test_policies_of_aws_are_there_by_name(iam: Any) -> None:
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=AWS_POLICY)
    iam.put_role_permissions_boundary(RoleName="app", PermissionsBoundary=AWS_ROLE_POLICY)
    version = iam.get_policy(PolicyArn=AWS_POLICY)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=AWS_POLICY, VersionId=version)["PolicyVersion"]["Document"]

    assert any("bedrock:" in str(statement["Action"]) for statement in document["Statement"])
    assert len(iam.list_policy_versions(PolicyArn=AWS_ROLE_POLICY)["Versions"]) == 1


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/NoSuchPolicy",
        "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole",
        "arn:aws-cn:iam::aws:policy/AmazonBedrockFullAccess",
    ],
    ids=["unknown-name", "without-its-path", "another-partition"],
)
def test_what_aws_does_not_have_cannot_be_attached(iam: Any, arn: str) -> None:
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST)

    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.attach_role_policy(RoleName="app", PolicyArn=arn)


@pytest.mark.slow
def test_all_policies_of_aws_are_listed_on_demand(iam: Any) -> None:
    iam.create_policy(PolicyName="local", PolicyDocument=ALLOW)
    local = iam.list_policies(Scope="Local")["Policies"]
    first = iam.list_policies(Scope="AWS", MaxItems=1000)
    second = iam.list_policies(Scope="AWS", MaxItems=1000, Marker=first["Marker"])

    assert [each["PolicyName"] for each in local] == ["local"]
    assert (len(first["Policies"]), first["IsTruncated"], second["IsTruncated"]) == (1000, True, False)
    assert len(second["Policies"]) > 500


def test_boundaries_of_users_are_kept_changed_and_taken_away(iam: Any) -> None:
    made = iam.create_user(UserName="ada", PermissionsBoundary=AWS_POLICY)["User"]
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == AWS_POLICY
    assert iam.get_user(UserName="ada")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == AWS_POLICY
    local = iam.create_policy(PolicyName="local", PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="ada", PermissionsBoundary=local)
    assert iam.get_user(UserName="ada")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == local
    iam.delete_user_permissions_boundary(UserName="ada")
    assert "PermissionsBoundary" not in iam.get_user(UserName="ada")["User"]


def test_boundaries_need_a_policy_and_a_user(iam: Any) -> None:
    none = "arn:aws:iam::123456789012:policy/none"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.create_user(UserName="ada", PermissionsBoundary=none)
    iam.create_user(UserName="ada")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.put_user_permissions_boundary(UserName="ada", PermissionsBoundary=none)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.delete_user_permissions_boundary(UserName="none")


def test_bedrock_keys_expire_or_live_for_ever(iam: Any) -> None:
    iam.create_user(UserName="ada")
    service = "bedrock.amazonaws.com"
    short = iam.create_service_specific_credential(UserName="ada", ServiceName=service, CredentialAgeDays=30)
    long = iam.create_service_specific_credential(UserName="ada", ServiceName=service)
    key, other = short["ServiceSpecificCredential"], long["ServiceSpecificCredential"]
    listed = iam.list_service_specific_credentials(UserName="ada", ServiceName=service)["ServiceSpecificCredentials"]

    assert (key["ExpirationDate"] - key["CreateDate"]).days in (29, 30)
    assert ("ExpirationDate" in other, key["ServiceSpecificCredentialId"][:4]) == (False, "ACCA")
    assert "ServiceCredentialSecret" in key
    assert all("ServiceCredentialSecret" not in each for each in listed)
    assert [each["Status"] for each in listed] == ["Active", "Active"]
    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.create_service_specific_credential(UserName="ada", ServiceName=service)


def test_keys_are_deactivated_reset_listed_and_deleted(account: Account, iam: Any) -> None:
    for name in ("ada", "ben"):
        iam.create_user(UserName=name)
        iam.create_service_specific_credential(UserName=name, ServiceName="codecommit.amazonaws.com")
    [key] = iam.list_service_specific_credentials(UserName="ada")["ServiceSpecificCredentials"]
    identifier = key["ServiceSpecificCredentialId"]
    iam.update_service_specific_credential(ServiceSpecificCredentialId=identifier, Status="Inactive")
    renewed = iam.reset_service_specific_credential(ServiceSpecificCredentialId=identifier)
    account.faults.page_size(1)
    first = iam.list_service_specific_credentials(AllUsers=True)
    second = iam.list_service_specific_credentials(AllUsers=True, Marker=first["Marker"])
    account.faults.clear()
    iam.delete_service_specific_credential(ServiceSpecificCredentialId=identifier)

    assert renewed["ServiceSpecificCredential"]["Status"] == "Inactive"
    assert "ServicePassword" in renewed["ServiceSpecificCredential"]
    users = [each["UserName"] for page in (first, second) for each in page["ServiceSpecificCredentials"]]
    assert users == ["ada", "ben"]
    assert iam.list_service_specific_credentials(UserName="ada")["ServiceSpecificCredentials"] == []
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.delete_service_specific_credential(ServiceSpecificCredentialId=identifier)


@pytest.mark.parametrize(
    ("user", "service", "code"),
    [
        ("none", "bedrock.amazonaws.com", "NoSuchEntity"),
        ("ada", "s3.amazonaws.com", "NotSupportedService"),
    ],
)
def test_keys_need_a_user_and_a_service(iam: Any, user: str, service: str, code: str) -> None:
    iam.create_user(UserName="ada")

    with pytest.raises(ClientError, match=code):
        iam.create_service_specific_credential(UserName=user, ServiceName=service)


@pytest.mark.slow
def test_roles_of_stacks_have_their_policies(account: Account, iam: Any) -> None:
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": "app",
            "AssumeRolePolicyDocument": json.loads(TRUST),
            "ManagedPolicyArns": [AWS_ROLE_POLICY],
            "Policies": [{"PolicyName": "own", "PolicyDocument": json.loads(ALLOW)}],
        },
    }
    template = json.dumps({"Resources": {"Role": role}})
    account.session().client("cloudformation").create_stack(StackName="s", TemplateBody=template)
    [found] = details(iam)["RoleDetailList"]

    assert [each["PolicyArn"] for each in found["AttachedManagedPolicies"]] == [AWS_ROLE_POLICY]
    assert found["RolePolicyList"] == [{"PolicyName": "own", "PolicyDocument": json.loads(ALLOW)}]
