from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.facts import macie
from rules.facts.macie import ABSENT, OFF, Inventoried, Session

HOME = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
SECRETS = b"AKIAIOSFODNN7EXAMPLE"


@pytest.fixture
def client(account: Account) -> Any:
    """Return Macie, enabled, with a bucket full of secrets and one without objects."""
    s3 = account.session().client("s3")
    for name in ("corpus", "corpus-two"):
        s3.create_bucket(Bucket=name)
    s3.put_object(Bucket="corpus", Key="train/a.csv", Body=SECRETS, ServerSideEncryption="aws:kms")
    s3.put_object(Bucket="corpus", Key="train/b.png", Body=b"")
    client = account.session().client("macie2")
    client.enable_macie()
    return client


def session_answers(aws: Aws, administrator: dict[str, Any]) -> Session:
    times = {"createdAt": aws.now, "updatedAt": aws.now}
    with Stubber(aws.client("macie2")) as stubber:
        stubber.add_response("get_macie_session", {"status": "ENABLED", "serviceRole": ROLE, **times})
        stubber.add_response("get_administrator_account", administrator)
        return macie.session(aws, HOME)


@pytest.mark.usefixtures("client")
def test_macie_is_on(aws: Aws) -> None:
    assert macie.session(aws, HOME) == Session("ENABLED", None, ROLE)


def test_macie_is_suspended(client: Any, aws: Aws) -> None:
    client.update_macie_session(status="PAUSED")

    assert macie.session(aws, HOME) == Session("PAUSED", None, ROLE)


@pytest.mark.parametrize(
    ("account_id", "administrator"),
    [
        pytest.param("111122223333", "111122223333", id="another account"),
        pytest.param("123456789012", None, id="the account itself"),
    ],
)
def test_macie_has_an_administrator(aws: Aws, account_id: str, administrator: str | None) -> None:
    answer = {"administrator": {"accountId": account_id, "relationshipStatus": "Enabled"}}

    assert session_answers(aws, answer).administrator == administrator


@pytest.mark.usefixtures("client")
def test_an_administrator_that_is_not_found_is_none(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("gone", "macie2:GetAdministratorAccount"))

    assert macie.session(aws, HOME) == Session("ENABLED", None, ROLE)


def test_macie_is_off_until_it_is_enabled(aws: Aws) -> None:
    assert macie.session(aws, HOME) == Session(OFF)


def test_a_region_without_macie(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "macie2:GetMacieSession"))

    assert macie.session(aws, HOME) == Session(ABSENT)


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("action", ["macie2:GetMacieSession", "macie2:GetAdministratorAccount"])
def test_a_missing_permission_is_not_macie_that_is_off(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="not authorized"):
        macie.session(aws, HOME)


def test_an_endpoint_that_cannot_be_reached_is_not_macie_that_is_off(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("no-endpoint", "macie2:GetMacieSession"))

    with pytest.raises(EndpointConnectionError):
        macie.session(aws, HOME)


def test_reads_what_macie_knows_of_a_bucket(client: Any, aws: Aws) -> None:
    job = client.create_classification_job(
        name="once",
        jobType="ONE_TIME",
        s3JobDefinition={"bucketDefinitions": [{"accountId": "123456789012", "buckets": ["corpus"]}]},
    )

    assert macie.inventory(aws, HOME, ("corpus",)).get("corpus") == Inventoried(
        error=None,
        objects=2,
        classifiable=1,
        own_keys=None,
        kms_keys=1,
        permission="NOT_PUBLIC",
        sharing="NOT_SHARED",
        monitored=False,
        days_since_discovery=None,
        sensitivity=50,
        last_job=job["jobId"],
    )


def test_reads_what_automated_discovery_did(client: Any, aws: Aws) -> None:
    client.update_automated_discovery_configuration(status="ENABLED")
    [described] = client.describe_buckets(criteria={"bucketName": {"eq": ["corpus"]}})["buckets"]
    when: datetime = described["lastAutomatedDiscoveryTime"]
    aws.now = when + timedelta(days=12, hours=5)

    found = macie.inventory(aws, HOME, ("corpus",)).get("corpus")

    assert found is not None
    assert (found.monitored, found.days_since_discovery, found.sensitivity) == (True, 12, 100)


def test_reads_what_keeps_macie_from_a_bucket(aws: Aws) -> None:
    bucket = {
        "bucketName": "corpus",
        "errorCode": "ACCESS_DENIED",
        "objectCountByEncryptionType": {"customerManaged": 3, "kmsManaged": 0},
        "automatedDiscoveryMonitoringStatus": "NOT_MONITORED",
    }
    wanted = {"criteria": {"bucketName": {"eq": ["corpus"]}, "accountId": {"eq": ["123456789012"]}}}
    with Stubber(aws.client("macie2")) as stubber:
        stubber.add_response("describe_buckets", {"buckets": [{"bucketName": "corpus-two"}, bucket]}, wanted)
        found = macie.inventory(aws, HOME, ("corpus",)).get("corpus")

    assert found == Inventoried(
        error="ACCESS_DENIED",
        objects=None,
        classifiable=None,
        own_keys=3,
        kms_keys=0,
        permission=None,
        sharing=None,
        monitored=False,
        days_since_discovery=None,
        sensitivity=None,
        last_job=None,
    )


@pytest.mark.usefixtures("client")
def test_a_bucket_that_macie_does_not_know(aws: Aws) -> None:
    assert macie.inventory(aws, HOME, ("corp",)).get("corp") is None


def test_counts_open_findings_of_a_bucket(client: Any, aws: Aws) -> None:
    client.create_classification_job(
        name="once",
        jobType="ONE_TIME",
        s3JobDefinition={"bucketDefinitions": [{"accountId": "123456789012", "buckets": ["corpus", "corpus-two"]}]},
    )

    assert macie.open_findings(aws, HOME, ("corpus",)) == (("High", 1),)
    assert macie.open_findings(aws, HOME, ("corpus-two",)) == ()


def test_asks_for_open_findings_of_sensitive_data_only(aws: Aws) -> None:
    criterion = {
        "archived": {"eq": ["false"]},
        "category": {"eq": ["CLASSIFICATION"]},
        "resourcesAffected.s3Bucket.name": {"eq": ["corpus"]},
    }
    wanted = {"groupBy": "severity.description", "findingCriteria": {"criterion": criterion}}
    groups = [{"groupKey": "Medium", "count": 2}, {"groupKey": "High", "count": 1}]
    with Stubber(aws.client("macie2")) as stubber:
        stubber.add_response("get_finding_statistics", {"countsByGroup": groups}, wanted)
        assert macie.open_findings(aws, HOME, ("corpus",)) == (("High", 1), ("Medium", 2))


@pytest.mark.usefixtures("client")
def test_finds_a_bucket_on_any_page(account: Account, aws: Aws) -> None:
    account.faults.page_size(1)

    found = macie.inventory(aws, HOME, ("corpus", "corpus-two"))

    assert {name: one.objects for name, one in found.items()} == {"corpus": 2, "corpus-two": 0}


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("collector", "action"),
    [
        pytest.param(macie.inventory, "macie2:DescribeBuckets", id="buckets"),
        pytest.param(macie.open_findings, "macie2:GetFindingStatistics", id="findings"),
    ],
)
def test_what_is_refused_is_raised(account: Account, aws: Aws, collector: Any, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDeniedException"):
        collector(aws, HOME, ("corpus",))
