"""AWS CloudTrail: what a trail selects, and whether its log files arrive."""

from typing import Any, Final

from moto.cloudtrail.models import Trail, cloudtrail_backends
from moto.s3.models import s3_backends

from cli.sandbox.calls import Call
from cli.sandbox.operations import Moto, Result, amendment, replacement

_DEFAULT: Final = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


@amendment(
    "cloudtrail",
    "GetEventSelectors",
    reason="A trail records all management events until it is told otherwise; moto's has no selector.",
)
def get_event_selectors(_: Call, moto: Moto) -> Result:
    """Return the basic or the advanced event selectors of a trail, without the kind that it does not have."""
    answer = moto()
    advanced = answer.get("AdvancedEventSelectors")
    if advanced:
        return {"TrailARN": answer["TrailARN"], "AdvancedEventSelectors": advanced}
    basic = [_DEFAULT | selector for selector in answer.get("EventSelectors") or [_DEFAULT]]
    return {"TrailARN": answer["TrailARN"], "EventSelectors": basic}


@replacement(
    Trail, "put_event_selectors", reason="Basic selectors take the place of advanced ones; moto's trail keeps both."
)
def put_event_selectors(
    self: Trail, event_selectors: list[dict[str, Any]], advanced_event_selectors: list[dict[str, Any]]
) -> None:
    """Keep the selectors of one kind, in the place of all others."""
    self.event_selectors = event_selectors or []
    self.advanced_event_selectors = advanced_event_selectors or []


@amendment(
    "cloudtrail", "GetTrailStatus", reason="Log files cannot be delivered to a bucket that is gone; moto's always can."
)
def get_trail_status(call: Call, moto: Moto) -> Result:
    """Return the status of a trail, with the error of its last delivery."""
    status = moto()
    name = call.params["Name"]
    buckets = s3_backends[call.account_id][call.partition].buckets
    for backend in cloudtrail_backends[call.account_id].values():
        for trail in backend.trails.values():
            if name in (trail.arn, trail.trail_name) and trail.bucket_name not in buckets:
                status["LatestDeliveryError"] = "NoSuchBucket"
    return status
