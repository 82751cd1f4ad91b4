"""Amazon CloudWatch Logs: metric filters of log groups that do not exist."""

from moto.logs.models import logs_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import NoSuchThingError
from cli.sandbox.operations import Moto, Result, amendment, repage

repage("logs", "DescribeMetricFilters", reason="Moto has one page.", page_size=50)


@amendment("logs", "DescribeMetricFilters", reason="Moto finds no filters where AWS finds no log group.")
def describe_metric_filters(call: Call, moto: Moto) -> Result:
    """Return moto's answer for a log group that exists, and its own listing for all."""
    name = call.params.get("logGroupName")
    if name is not None and name not in logs_backends[call.account_id][call.region].groups:
        raise NoSuchThingError("The specified log group does not exist.")
    return {"metricFilters": moto()["metricFilters"]}
