"""Facts about what AWS CloudTrail records in a Region: trails, event data stores and their event selectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.facts.listings import next_page
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rules.engine.aws import Aws

# An organization's trail belongs to another account, and a multi-Region trail to another Region.
ANY_TRAIL = "arn:{partition}:cloudtrail:*:*:trail/*"
EVENT_DATA_STORE = "arn:{partition}:cloudtrail:{region}:{account}:eventdatastore/*"

MISSING_TRAIL = "TrailNotFoundException"
NOT_OURS = frozenset({MISSING_TRAIL, "CloudTrailARNInvalidException"})
"""How CloudTrail answers for a trail of another account that it does not show ("AccountID in ARN is wrong")."""

INGESTING = "ENABLED"
UNSUPPORTED = "UnsupportedOperationException"


@dataclass(frozen=True)
class BasicSelector:
    """
    A basic event selector (CloudTrail API, EventSelector).

    `read_write` is All, ReadOnly or WriteOnly; `excluded` are the services whose management events are left out.
    `data` are pairs of a resource type, of Amazon S3, AWS Lambda or Amazon DynamoDB only, and ARN beginnings.
    """

    read_write: str
    management: bool
    excluded: tuple[str, ...] = ()
    data: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class FieldSelector:
    """
    One condition of an advanced event selector (CloudTrail API, AdvancedFieldSelector).

    `operators` are pairs such as ("Equals", ("Data",)), those without values left out, by name.
    """

    field: str
    operators: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class AdvancedSelector:
    """An advanced event selector: it selects the events that fulfil every condition."""

    fields: tuple[FieldSelector, ...]


Selector = BasicSelector | AdvancedSelector


@dataclass(frozen=True)
class Trail:
    """
    A trail that records events of this account in this Region.

    It may be at home in another Region, or belong to another account where it is an organization's.
    `logging` and `selectors` are None where CloudTrail shows them only to the account that owns the trail.
    `delivery_error` is what Amazon S3 last refused the log files with ("NoSuchBucket"); `log_group_arn` is the
    CloudWatch Logs log group that it also writes to, `log_group_error` why that failed the last time.
    """

    arn: str
    name: str
    home_region: str
    multi_region: bool
    organization: bool
    logging: bool | None
    delivery_error: str | None
    log_group_arn: str | None
    log_group_error: str | None
    selectors: tuple[Selector, ...] | None


@dataclass(frozen=True)
class EventDataStore:
    """
    An event data store of CloudTrail Lake at home in this Region.

    `status` is ENABLED while it takes events in.
    """

    arn: str
    name: str
    status: str
    selectors: tuple[AdvancedSelector, ...]

    @property
    def ingesting(self) -> bool:
        """Whether it takes events in."""
        return self.status == INGESTING


@reads(
    Action("cloudtrail:DescribeTrails"),
    Action("cloudtrail:GetEventSelectors", ANY_TRAIL),
    Action("cloudtrail:GetTrailStatus", ANY_TRAIL),
)
def trails(aws: Aws) -> tuple[Trail, ...]:
    """
    Return every trail that records this Region, by ARN: of the Region, of all Regions, of the organization.

    Status and selectors are asked for where the trail is at home, by its ARN, because its name would stand for one of
    this account and Region. Source:
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
    """
    described = aws.client("cloudtrail").describe_trails(includeShadowTrails=True)["trailList"]
    here = [trail for trail in described if trail["IsMultiRegionTrail"] or trail["HomeRegion"] == aws.region]
    found = (_trail(aws, trail) for trail in sorted(here, key=lambda trail: str(trail["TrailARN"])))
    return tuple(trail for trail in found if trail is not None)


@reads(
    Action("cloudtrail:GetEventDataStore", EVENT_DATA_STORE),
    Action("cloudtrail:ListEventDataStores"),
)
def event_data_stores(aws: Aws) -> tuple[EventDataStore, ...]:
    """
    Return the event data stores at home in this Region, none where the Region does not have CloudTrail Lake.

    AWS lists neither those of other Regions nor those of the organization that the account is a member of.
    """
    client = aws.client("cloudtrail")
    stores = []
    for listed in _listed_stores(aws):
        try:
            store = client.get_event_data_store(EventDataStore=listed["EventDataStoreArn"])
        except ClientError as error:
            if error_code(error) == "EventDataStoreNotFoundException":
                continue
            raise
        selectors = tuple(_advanced(selector) for selector in store.get("AdvancedEventSelectors", ()))
        stores.append(EventDataStore(store["EventDataStoreArn"], store["Name"], store["Status"], selectors))
    return tuple(stores)


def _trail(aws: Aws, described: Mapping[str, Any]) -> Trail | None:
    arn: str = described["TrailARN"]
    home = aws.client("cloudtrail", described["HomeRegion"])
    own = arn.split(":")[4] == aws.account_id
    try:
        status = _unless_hidden(home.get_trail_status, own=own, Name=arn)
        chosen = _unless_hidden(home.get_event_selectors, own=own, TrailName=arn)
    except ClientError as error:
        if own and error_code(error) == MISSING_TRAIL:
            return None
        raise
    return Trail(
        arn=arn,
        name=described["Name"],
        home_region=described["HomeRegion"],
        multi_region=described["IsMultiRegionTrail"],
        organization=described.get("IsOrganizationTrail", False),
        logging=None if status is None else status["IsLogging"],
        delivery_error=(status or {}).get("LatestDeliveryError") or None,
        log_group_arn=described.get("CloudWatchLogsLogGroupArn"),
        log_group_error=(status or {}).get("LatestCloudWatchLogsDeliveryError") or None,
        selectors=None if chosen is None else _selectors(chosen),
    )


def _unless_hidden(ask: Callable[..., Mapping[str, Any]], *, own: bool, **trail: str) -> Mapping[str, Any] | None:
    """Return the answer about a trail, None where CloudTrail gives it only to the account that owns the trail."""
    try:
        return ask(**trail)
    except ClientError as error:
        if own or error_code(error) not in NOT_OURS:
            raise
        return None


def _selectors(answer: Mapping[str, Any]) -> tuple[Selector, ...]:
    return (
        *(_basic(selector) for selector in answer.get("EventSelectors") or ()),
        *(_advanced(selector) for selector in answer.get("AdvancedEventSelectors") or ()),
    )


def _basic(selector: Mapping[str, Any]) -> BasicSelector:
    # What an event selector leaves out has the defaults of PutEventSelectors: all management events, no data events.
    return BasicSelector(
        read_write=selector.get("ReadWriteType", "All"),
        management=selector.get("IncludeManagementEvents", True),
        excluded=tuple(selector.get("ExcludeManagementEventSources", ())),
        data=tuple((each["Type"], tuple(each.get("Values", ()))) for each in selector.get("DataResources", ())),
    )


def _advanced(selector: Mapping[str, Any]) -> AdvancedSelector:
    return AdvancedSelector(
        tuple(FieldSelector(condition["Field"], _operators(condition)) for condition in selector["FieldSelectors"])
    )


def _operators(condition: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(sorted((name, tuple(values)) for name, values in condition.items() if name != "Field" and values))


def _listed_stores(aws: Aws) -> Iterator[Mapping[str, Any]]:
    # botocore has no paginator for this listing.
    client = aws.client("cloudtrail")
    more: dict[str, str] = {}
    while True:
        try:
            page = client.list_event_data_stores(**more)
        except (ClientError, EndpointConnectionError) as error:
            if not more and (aws.lacks("cloudtrail", error) or error_code(error) == UNSUPPORTED):
                return
            raise
        yield from page.get("EventDataStores", ())
        if not page.get("NextToken"):
            return
        more = next_page(more, "NextToken", page["NextToken"])
