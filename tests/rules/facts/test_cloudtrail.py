from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.facts import cloudtrail
from rules.facts.cloudtrail import AdvancedSelector, BasicSelector, EventDataStore, FieldSelector, Trail

LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:trail:*"
FOREIGN = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/organization"
AGENTS = [
    {"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::Bedrock::AgentAlias"]},
]
READ_AGENTS = AdvancedSelector(
    (
        FieldSelector("eventCategory", (("Equals", ("Data",)),)),
        FieldSelector("resources.type", (("Equals", ("AWS::Bedrock::AgentAlias",)),)),
    )
)


def make_trail(account: Account, name: str, region: str = "us-east-1", *, start: bool = True, **settings: Any) -> Any:
    """Make a trail that delivers to the bucket `logs`; return the client of its Region."""
    s3 = account.session().client("s3")
    if not any(bucket["Name"] == "logs" for bucket in s3.list_buckets()["Buckets"]):
        s3.create_bucket(Bucket="logs")
    client = account.session(region).client("cloudtrail")
    client.create_trail(Name=name, S3BucketName="logs", **settings)
    if start:
        client.start_logging(Name=name)
    return client


def the_trail(aws: Aws) -> Trail:
    (trail,) = cloudtrail.trails(aws)
    return trail


def test_an_account_without_trails_and_stores(aws: Aws) -> None:
    assert cloudtrail.trails(aws) == ()
    assert cloudtrail.event_data_stores(aws) == ()


def test_reads_a_trail_with_its_status_and_its_default_selector(account: Account, aws: Aws) -> None:
    role = "arn:aws:iam::123456789012:role/trail"
    make_trail(account, "audit", CloudWatchLogsLogGroupArn=LOG_GROUP, CloudWatchLogsRoleArn=role)

    assert the_trail(aws) == Trail(
        arn="arn:aws:cloudtrail:us-east-1:123456789012:trail/audit",
        name="audit",
        home_region="us-east-1",
        multi_region=False,
        organization=False,
        logging=True,
        delivery_error=None,
        log_group_arn=LOG_GROUP,
        log_group_error=None,
        selectors=(BasicSelector("All", management=True),),
    )


def test_reads_that_a_trail_is_stopped_and_that_its_bucket_is_gone(account: Account, aws: Aws) -> None:
    make_trail(account, "audit", start=False)
    account.session().client("s3").delete_bucket(Bucket="logs")

    trail = the_trail(aws)

    assert (trail.logging, trail.delivery_error) == (False, "NoSuchBucket")


def test_reads_basic_selectors(account: Account, aws: Aws) -> None:
    data = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]
    chosen = [
        {"ReadWriteType": "WriteOnly", "ExcludeManagementEventSources": ["kms.amazonaws.com"]},
        {"ReadWriteType": "All", "IncludeManagementEvents": False, "DataResources": data},
    ]
    make_trail(account, "audit").put_event_selectors(TrailName="audit", EventSelectors=chosen)

    assert the_trail(aws).selectors == (
        BasicSelector("WriteOnly", management=True, excluded=("kms.amazonaws.com",)),
        BasicSelector("All", management=False, data=(("AWS::S3::Object", ("arn:aws:s3",)),)),
    )


def test_reads_advanced_selectors_in_the_place_of_basic_ones(account: Account, aws: Aws) -> None:
    client = make_trail(account, "audit")
    client.put_event_selectors(TrailName="audit", EventSelectors=[{"ReadWriteType": "All"}])
    narrowed = [*AGENTS, {"Field": "eventName", "NotEquals": ["InvokeAgent"], "NotStartsWith": ["Get", "List"]}]
    client.put_event_selectors(TrailName="audit", AdvancedEventSelectors=[{"FieldSelectors": narrowed}])

    operators = (("NotEquals", ("InvokeAgent",)), ("NotStartsWith", ("Get", "List")))
    assert the_trail(aws).selectors == (AdvancedSelector((*READ_AGENTS.fields, FieldSelector("eventName", operators))),)


def test_reads_the_trails_of_other_regions_that_record_this_one(account: Account, aws: Aws) -> None:
    make_trail(account, "everywhere", "eu-west-1", IsMultiRegionTrail=True).put_event_selectors(
        TrailName="everywhere", AdvancedEventSelectors=[{"FieldSelectors": AGENTS}]
    )
    make_trail(account, "elsewhere", "eu-west-1")

    trail = the_trail(aws)

    assert (trail.name, trail.home_region, trail.logging) == ("everywhere", "eu-west-1", True)
    assert trail.selectors == (READ_AGENTS,)


def test_a_trail_that_was_just_deleted_is_left_out(account: Account, aws: Aws) -> None:
    make_trail(account, "audit")
    account.faults.add(Fault("fail", "cloudtrail:GetTrailStatus", code="TrailNotFoundException", status=400))

    assert cloudtrail.trails(aws) == ()


@pytest.mark.parametrize("action", sorted(each.name for each in cloudtrail.trails.actions))
def test_a_trail_that_cannot_be_read_is_an_error(account: Account, aws: Aws, action: str) -> None:
    make_trail(account, "audit")
    account.faults.add(Fault("deny", action))

    with pytest.raises(ClientError, match="AccessDenied"):
        cloudtrail.trails(aws)


class TestOrganizationTrails:
    """The trail of another account, at home in another Region."""

    @pytest.fixture
    def home(self, aws: Aws) -> Iterator[Stubber]:
        """Have the Region list an organization's trail; return the stub of the Region where that is at home."""
        described = {
            "Name": "organization",
            "TrailARN": FOREIGN,
            "HomeRegion": "eu-west-1",
            "IsMultiRegionTrail": True,
            "IsOrganizationTrail": True,
            "HasCustomEventSelectors": True,
        }
        with Stubber(aws.client("cloudtrail")) as here, Stubber(aws.client("cloudtrail", "eu-west-1")) as home:
            here.add_response("describe_trails", {"trailList": [described]}, {"includeShadowTrails": True})
            yield home

    def test_is_read_by_its_arn_where_it_is_at_home(self, aws: Aws, home: Stubber) -> None:
        home.add_response("get_trail_status", {"IsLogging": True}, {"Name": FOREIGN})
        answer = {"TrailARN": FOREIGN, "AdvancedEventSelectors": [{"FieldSelectors": AGENTS}]}
        home.add_response("get_event_selectors", answer, {"TrailName": FOREIGN})

        trail = the_trail(aws)

        assert (trail.arn, trail.organization, trail.logging) == (FOREIGN, True, True)
        assert trail.selectors == (READ_AGENTS,)

    @pytest.mark.parametrize("code", sorted(cloudtrail.NOT_OURS))
    @pytest.mark.parametrize("logging", [True, False, None], ids=["on", "off", "hidden as well"])
    def test_may_show_selectors_to_its_own_account_only(
        self, aws: Aws, home: Stubber, code: str, logging: bool | None
    ) -> None:
        if logging is None:
            home.add_client_error("get_trail_status", code)
        else:
            home.add_response("get_trail_status", {"IsLogging": logging}, {"Name": FOREIGN})
        home.add_client_error("get_event_selectors", code)

        trail = the_trail(aws)

        assert (trail.arn, trail.logging, trail.selectors) == (FOREIGN, logging, None)

    def test_that_the_rule_may_not_read_is_an_error(self, aws: Aws, home: Stubber) -> None:
        home.add_client_error("get_trail_status", "AccessDeniedException")

        with pytest.raises(ClientError, match="AccessDenied"):
            cloudtrail.trails(aws)


class TestEventDataStores:
    @pytest.fixture
    def arn(self, account: Account) -> str:
        """Make an event data store for calls of agents, and a second one; return the ARN of the first."""
        client = account.session().client("cloudtrail")
        made = client.create_event_data_store(Name="agents", AdvancedEventSelectors=[{"FieldSelectors": AGENTS}])
        client.create_event_data_store(Name="management", StartIngestion=False)
        return str(made["EventDataStoreArn"])

    @pytest.mark.parametrize("small_pages", [False, True], ids=["one page", "a page each"])
    def test_are_read_with_their_selectors(self, account: Account, aws: Aws, arn: str, small_pages: bool) -> None:
        if small_pages:
            account.faults.add(Fault("page-size", "cloudtrail:ListEventDataStores"))

        agents, management = cloudtrail.event_data_stores(aws)

        assert agents == EventDataStore(arn, "agents", "ENABLED", (READ_AGENTS,))
        assert (agents.ingesting, management.ingesting) == (True, False)

    def test_that_were_just_deleted_are_left_out(self, account: Account, aws: Aws, arn: str) -> None:
        gone = "EventDataStoreNotFoundException"
        account.faults.add(Fault("fail", "cloudtrail:GetEventDataStore", resource=arn, code=gone, status=400))

        assert [store.name for store in cloudtrail.event_data_stores(aws)] == ["management"]

    @pytest.mark.parametrize(
        "fault",
        [
            Fault("unknown-operation", "cloudtrail:ListEventDataStores"),
            Fault("fail", "cloudtrail:ListEventDataStores", code="UnsupportedOperationException", status=400),
        ],
        ids=["operation unknown", "operation not supported"],
    )
    @pytest.mark.usefixtures("arn")
    def test_do_not_exist_in_every_region(self, account: Account, aws: Aws, fault: Fault) -> None:
        account.faults.add(fault)

        assert cloudtrail.event_data_stores(aws) == ()

    @pytest.mark.parametrize("action", sorted(each.name for each in cloudtrail.event_data_stores.actions))
    @pytest.mark.usefixtures("arn")
    def test_that_cannot_be_read_are_an_error(self, account: Account, aws: Aws, action: str) -> None:
        account.faults.add(Fault("deny", action))

        with pytest.raises(ClientError, match="AccessDenied"):
            cloudtrail.event_data_stores(aws)
