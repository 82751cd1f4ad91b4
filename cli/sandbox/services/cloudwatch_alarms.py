"""Amazon CloudWatch: composite alarms, beside moto's alarms on metrics."""

from typing import Any, Final

from cli.sandbox.calls import Call
from cli.sandbox.operations import Moto, Result, amendment, operation, repage
from cli.sandbox.shelves import Shelf

COMPOSITE: Final = Shelf("cloudwatch", "composite alarm", ("AlarmName",))
_PAGE: Final = 50

repage("cloudwatch", "DescribeAlarms", reason="Moto has one page.", page_size=_PAGE)


@operation("cloudwatch", "PutCompositeAlarm")
def put_composite_alarm(call: Call) -> Result:
    """Create or replace a composite alarm, with its actions switched on unless the call says otherwise."""
    record = {
        "ActionsEnabled": True,
        "AlarmActions": [],
        "OKActions": [],
        "InsufficientDataActions": [],
        **call.params,
        "AlarmArn": call.arn(f"alarm:{call.params['AlarmName']}"),
        "AlarmConfigurationUpdatedTimestamp": call.now,
        "StateValue": "INSUFFICIENT_DATA",
        "StateReason": "Unchecked: Initial alarm creation",
        "StateUpdatedTimestamp": call.now,
    }
    COMPOSITE.put(call, record)
    return {}


@amendment(
    "cloudwatch", "DescribeAlarms", reason="AWS shows alarms on metrics only, unless others are asked for by type."
)
def describe_alarms(call: Call, moto: Moto) -> Result:
    """Return the alarms of the types that were asked for (API reference of DescribeAlarms)."""
    types = call.params.get("AlarmTypes") or ["MetricAlarm"]
    answer: dict[str, Any] = {}
    if "MetricAlarm" in types:
        answer["MetricAlarms"] = moto()["MetricAlarms"]
    if "CompositeAlarm" in types:
        answer["CompositeAlarms"] = [alarm for alarm in COMPOSITE.inside(call) if _is_wanted(call, alarm)]
    return answer


@amendment("cloudwatch", "DeleteAlarms", reason="Moto has no composite alarms.")
def delete_alarms(call: Call, moto: Moto) -> Result:
    """Delete alarms of either type."""
    names = call.params["AlarmNames"]
    for name in names:
        COMPOSITE.records(call).pop(name, None)
    return moto()


def _is_wanted(call: Call, alarm: dict[str, Any]) -> bool:
    names = call.params.get("AlarmNames", [alarm["AlarmName"]])
    prefix = call.params.get("AlarmNamePrefix", "")
    state = call.params.get("StateValue", alarm["StateValue"])
    return alarm["AlarmName"] in names and alarm["AlarmName"].startswith(prefix) and alarm["StateValue"] == state
