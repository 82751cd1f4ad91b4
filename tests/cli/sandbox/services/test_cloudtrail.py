from typing import Any

import pytest

from cli.sandbox import Account

DEFAULT = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
ADVANCED = {"Name": "all", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}


@pytest.fixture
def trails(account: Account) -> Any:
    """Return the client of an account with the trail `audit`."""
    account.session().client("s3").create_bucket(Bucket="logs")
    client = account.session().client("cloudtrail")
    client.create_trail(Name="audit", S3BucketName="logs")
    return client


def selectors(trails: Any) -> dict[str, Any]:
    answer: dict[str, Any] = trails.get_event_selectors(TrailName="audit")
    return {name: value for name, value in answer.items() if name.endswith("Selectors")}


def test_a_new_trail_selects_all_management_events(trails: Any) -> None:
    assert selectors(trails) == {"EventSelectors": [DEFAULT]}


def test_selectors_of_one_kind_take_the_place_of_the_other(trails: Any) -> None:
    trails.put_event_selectors(TrailName="audit", AdvancedEventSelectors=[ADVANCED])
    assert selectors(trails) == {"AdvancedEventSelectors": [ADVANCED]}

    trails.put_event_selectors(TrailName="audit", EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    assert selectors(trails) == {"EventSelectors": [DEFAULT | {"ReadWriteType": "ReadOnly"}]}


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_log_files_do_not_arrive_in_a_bucket_that_is_gone(account: Account, trails: Any, region: str) -> None:
    arn = trails.update_trail(Name="audit", IsMultiRegionTrail=True)["TrailARN"]
    anywhere = account.session(region).client("cloudtrail")
    assert "LatestDeliveryError" not in anywhere.get_trail_status(Name=arn)

    account.session().client("s3").delete_bucket(Bucket="logs")

    assert anywhere.get_trail_status(Name=arn)["LatestDeliveryError"] == "NoSuchBucket"
