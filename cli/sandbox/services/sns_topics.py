"""Amazon SNS: which subscriptions of a topic are confirmed."""

from typing import Final

from moto.sns.models import Subscription, sns_backends

from cli.sandbox.calls import Call
from cli.sandbox.operations import Moto, Result, amendment

_ASKS: Final = frozenset({"email", "email-json", "http", "https"})
"""Protocols of endpoints that have to confirm a subscription; AWS takes the others as confirmed."""


@amendment("sns", "GetTopicAttributes", reason="Moto counts no subscription, neither confirmed nor pending.")
def get_topic_attributes(call: Call, moto: Moto) -> Result:
    """Return moto's answer with the subscriptions counted."""
    answer = moto()
    confirmed = [_is_confirmed(each) for each in _subscriptions(call)]
    counted = {
        "SubscriptionsConfirmed": str(confirmed.count(True)),
        "SubscriptionsPending": str(confirmed.count(False)),
    }
    return {**answer, "Attributes": {**answer["Attributes"], **counted}}


@amendment("sns", "ConfirmSubscription", reason="Moto leaves every subscription unconfirmed.")
def confirm_subscription(call: Call, moto: Moto) -> Result:
    """Confirm the oldest subscription that is pending: no endpoint is sent a token here, so that any token does."""
    answer = moto()
    pending = next((each for each in _subscriptions(call) if not _is_confirmed(each)), None)
    if pending is None:
        return answer
    pending.confirmed = True
    return {"SubscriptionArn": pending.arn}


def _subscriptions(call: Call) -> list[Subscription]:
    backend = sns_backends[call.account_id][call.region]
    return [each for each in backend.subscriptions.values() if each.topic.arn == call.params["TopicArn"]]


def _is_confirmed(subscription: Subscription) -> bool:
    return bool(subscription.confirmed) or subscription.protocol not in _ASKS
