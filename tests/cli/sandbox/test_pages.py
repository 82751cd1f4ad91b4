from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.utils import get_service_model

from cli.sandbox import Account, EmbeddedAccount
from cli.sandbox.pages import Paging, paging_of

GUARDRAIL = {"blockedInputMessaging": "No.", "blockedOutputsMessaging": "No."}


def make_guardrails(client: Any, count: int) -> set[str]:
    return {client.create_guardrail(name=f"g{number}", **GUARDRAIL)["guardrailId"] for number in range(count)}


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        pytest.param(
            "iam",
            "GetAccountAuthorizationDetails",
            Paging(
                "Marker",
                "Marker",
                "MaxItems",
                "IsTruncated",
                ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"),
            ),
            id="several-lists",
        ),
        pytest.param(
            "bedrock",
            "ListGuardrails",
            Paging("nextToken", "nextToken", "maxResults", None, ("guardrails",)),
            id="one-list",
        ),
        pytest.param(
            "bedrock",
            "ListEnforcedGuardrailsConfiguration",
            Paging("nextToken", "nextToken", None, None, ("guardrailsConfig",)),
            id="without-limit",
        ),
        pytest.param(
            "lambda", "ListFunctions", Paging("Marker", "NextMarker", "MaxItems", None, ("Functions",)), id="two-names"
        ),
        pytest.param("s3", "ListObjectVersions", None, id="two-tokens-are-left-to-moto"),
        pytest.param("bedrock", "GetGuardrail", None, id="no-listing"),
        pytest.param("sts", "GetCallerIdentity", None, id="no-parameters"),
    ],
)
def test_how_an_operation_pages_is_told_by_its_model(service: str, operation: str, expected: Paging | None) -> None:
    assert paging_of(service, get_service_model(service).operation_model(operation)) == expected


def test_own_listings_come_in_pages_of_the_wanted_size(account: Account) -> None:
    bedrock = account.session().client("bedrock")
    made = make_guardrails(bedrock, 5)
    pages = list(bedrock.get_paginator("list_guardrails").paginate(PaginationConfig={"PageSize": 2}))

    assert [len(page["guardrails"]) for page in pages] == [2, 2, 1]
    assert {each["id"] for page in pages for each in page["guardrails"]} == made
    assert "nextToken" not in pages[-1]


def test_a_smaller_page_size_is_forced_on_own_listings_and_on_motos(account: Account) -> None:
    session = account.session()
    made = make_guardrails(session.client("bedrock"), 3)
    kms, iam, s3 = session.client("kms"), session.client("iam"), session.client("s3")
    keys = {kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(3)}
    for name in ("a", "b", "c"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        s3.create_bucket(Bucket=f"bucket-{name}")
    for number in range(3):
        s3.put_object(Bucket="bucket-a", Key=str(number), Body=b"")
    account.faults.page_size(1)

    def sizes(client: Any, operation: str, key: str, **params: str) -> list[int]:
        return [len(page[key]) for page in client.get_paginator(operation).paginate(**params)]

    assert sizes(session.client("bedrock"), "list_guardrails", "guardrails") == [1] * len(made)
    assert sizes(kms, "list_keys", "Keys") == [1] * len(keys)
    assert sizes(iam, "list_roles", "Roles") == [1, 1, 1]
    assert sizes(s3, "list_buckets", "Buckets") == [1, 1, 1]
    assert sizes(s3, "list_objects_v2", "Contents", Bucket="bucket-a") == [1, 1, 1]
    assert sizes(session.client("ec2"), "describe_subnets", "Subnets") == [1] * 6
    assert sizes(session.client("lambda"), "list_functions", "Functions") == [0]


def test_a_listing_that_moto_pages_itself_is_read_to_its_end(account: Account) -> None:
    logs = account.session().client("logs")
    for number in range(60):
        logs.create_log_group(logGroupName=f"/group/{number:02}")
    account.faults.page_size(25, "logs:DescribeLogStreams")
    account.faults.page_size(25, "logs:DescribeLogGroups")
    pages = list(logs.get_paginator("describe_log_groups").paginate())

    assert [len(page["logGroups"]) for page in pages] == [25, 25, 10]


def test_pages_over_http_are_those_in_process(server: EmbeddedAccount) -> None:
    bedrock = server.session().client("bedrock")
    make_guardrails(bedrock, 3)
    server.faults.page_size(2)

    assert [len(page["guardrails"]) for page in bedrock.get_paginator("list_guardrails").paginate()] == [2, 1]


@pytest.mark.parametrize(
    ("service", "operation", "token", "code"),
    [
        ("bedrock", "list_guardrails", "nextToken", "ValidationException"),
        ("iam", "list_roles", "Marker", "ValidationError"),
        ("ec2", "describe_vpcs", "NextToken", "InvalidNextToken"),
        ("config", "describe_conformance_packs", "NextToken", "InvalidNextTokenException"),
    ],
)
def test_a_token_that_was_not_issued_is_refused(
    account: Account, service: str, operation: str, token: str, code: str
) -> None:
    client = account.session().client(service)

    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**{token: "WyJwYWdlIiwgIjk5OSIsIDFd"})

    assert error.value.response["Error"]["Code"] == code


def test_a_token_belongs_to_its_listing(account: Account) -> None:
    bedrock = account.session().client("bedrock")
    make_guardrails(bedrock, 2)
    token = bedrock.list_guardrails(maxResults=1)["nextToken"]

    with pytest.raises(ClientError, match="The pagination token is invalid"):
        bedrock.list_imported_models(nextToken=token)
    with pytest.raises(ClientError, match="The pagination token is invalid"):
        account.session("eu-west-1").client("bedrock").list_guardrails(nextToken=token)


def test_a_page_can_be_asked_for_again(account: Account) -> None:
    bedrock = account.session().client("bedrock")
    make_guardrails(bedrock, 2)
    token = bedrock.list_guardrails(maxResults=1)["nextToken"]
    pages = [bedrock.list_guardrails(nextToken=token)["guardrails"] for _ in range(2)]

    assert pages[0] == pages[1]
    assert len(pages[0]) == 1


def test_old_readings_are_forgotten(account: Account) -> None:
    bedrock = account.session().client("bedrock")
    make_guardrails(bedrock, 2)
    first = bedrock.list_guardrails(maxResults=1)["nextToken"]
    for _ in range(256):
        bedrock.list_guardrails(maxResults=1)

    with pytest.raises(ClientError, match="The pagination token is invalid"):
        bedrock.list_guardrails(nextToken=first)
