"""AWS Security Hub CSPM: the products whose findings it takes in."""

from typing import Any, Final

from moto.securityhub.models import securityhub_backends

from cli.sandbox.calls import Call
from cli.sandbox.errors import AwsError, NoSuchThingError
from cli.sandbox.operations import Result, operation

_OWN: Final = ("access-analyzer", "guardduty", "inspector", "macie")
"""Products of AWS that send their findings as soon as both services are on."""


@operation("securityhub", "ListEnabledProductsForImport")
def list_enabled_products_for_import(call: Call) -> Result:
    """Return the subscriptions: those of AWS's own products until they are switched off, and what was switched on."""
    return {"ProductSubscriptions": [arn for arn, enabled in _subscriptions(call).items() if enabled]}


@operation("securityhub", "EnableImportFindingsForProduct")
def enable_import_findings_for_product(call: Call) -> Result:
    """Take in the findings of a product."""
    arn = call.arn(f"product-subscription/{call.params['ProductArn'].partition('product/')[2]}")
    _subscriptions(call)[arn] = True
    return {"ProductSubscriptionArn": arn}


@operation("securityhub", "DisableImportFindingsForProduct")
def disable_import_findings_for_product(call: Call) -> Result:
    """Take in the findings of a product no more."""
    arn = call.params["ProductSubscriptionArn"]
    if not _subscriptions(call).get(arn):
        raise NoSuchThingError(f"The product subscription {arn} does not exist.")
    _subscriptions(call)[arn] = False
    return {}


def _subscriptions(call: Call) -> dict[str, Any]:
    if securityhub_backends[call.account_id][call.region].enabled_at is None:
        raise AwsError("InvalidAccessException", f"Account {call.account_id} is not subscribed to AWS Security Hub")
    table = call.table("product subscriptions")
    for product in _OWN:
        table.setdefault(call.arn(f"product-subscription/aws/{product}"), True)
    return table
