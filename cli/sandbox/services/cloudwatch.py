"""Amazon CloudWatch: the metrics that received data lately."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from moto.cloudwatch.models import cloudwatch_backends

from cli.sandbox.calls import Call
from cli.sandbox.operations import Moto, Result, amendment, repage

_LISTED: Final = timedelta(weeks=2)
_RECENTLY_ACTIVE: Final = timedelta(hours=3)
_PAGE: Final = 500

repage("cloudwatch", "ListMetrics", reason="Moto forgets a token once it was used.", page_size=_PAGE)


@amendment(
    "cloudwatch",
    "ListMetrics",
    reason=(
        "AWS lists metrics with data in the past two weeks, in the past three hours with RecentlyActive, each once; "
        "moto lists all, and those without dimensions once for every datum."
    ),
)
def list_metrics(call: Call, _: Moto) -> Result:
    """Return the metrics that received data lately (API reference of ListMetrics)."""
    since = call.now - (_RECENTLY_ACTIVE if "RecentlyActive" in call.params else _LISTED)
    wanted = {(each["Name"], each.get("Value")) for each in call.params.get("Dimensions", [])}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for datum in cloudwatch_backends[call.account_id][call.region].get_all_metrics():
        dimensions = {each.name: each.value for each in datum.dimensions}
        if (
            _moment(datum.timestamp) >= since
            and call.params.get("Namespace", datum.namespace) == datum.namespace
            and call.params.get("MetricName", datum.name) == datum.name
            and all(name in dimensions and value in {None, dimensions[name]} for name, value in wanted)
        ):
            found[datum.namespace, datum.name, frozenset(dimensions.items())] = {
                "Namespace": datum.namespace,
                "MetricName": datum.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            }
    return {"Metrics": list(found.values())}


def _moment(timestamp: datetime) -> datetime:
    return timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
