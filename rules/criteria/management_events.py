"""Whether a trail of AWS CloudTrail records management events of a kind, three-valued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules.criteria.event_patterns import VARIES, Gap
from rules.facts.cloudtrail import BasicSelector
from rules.permissions.conditions import Truth, all_of, any_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.facts.cloudtrail import FieldSelector, Selector, Trail

WRITES: Final = frozenset({"All", "WriteOnly"})


def records_write(trail: Trail, event_source: str, event_name: str) -> Truth:
    """
    Return whether a trail records every write call `event_name` of a service, such as bedrock.amazonaws.com.

    A trail that hides its event selectors, because another account owns it, DEPENDS. Source:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/filtering-management-events.html
    """
    if trail.selectors is None:
        return Truth.DEPENDS
    event = {
        "eventCategory": "Management",
        "eventName": event_name,
        "eventSource": event_source,
        "eventType": "AwsApiCall",
        "readOnly": "false",
    }
    return any_of(_selects(selector, event) for selector in trail.selectors)


def _selects(selector: Selector, event: Mapping[str, str]) -> Truth:
    if isinstance(selector, BasicSelector):
        wanted = selector.management and selector.read_write in WRITES
        return Truth.TRUE if wanted and event["eventSource"] not in selector.excluded else Truth.FALSE
    return all_of(_meets(condition, event.get(condition.field, VARIES)) for condition in selector.fields)


def _meets(condition: FieldSelector, value: str | Gap) -> Truth:
    if isinstance(value, Gap):
        return Truth.DEPENDS
    truths = {_holds(operator, values, value) for operator, values in condition.operators}
    # How several operators on one field go together is not documented.
    return truths.pop() if len(truths) == 1 else Truth.DEPENDS


def _holds(operator: str, values: tuple[str, ...], actual: str) -> Truth:
    compare = _OPERATORS.get(operator.removeprefix("Not"))
    if compare is None:
        return Truth.DEPENDS
    met = any(compare(actual, value) for value in values)
    return Truth.TRUE if met is not operator.startswith("Not") else Truth.FALSE


_OPERATORS: Final[dict[str, Callable[[str, str], bool]]] = {
    "Equals": lambda actual, value: actual == value,
    "StartsWith": lambda actual, value: actual.startswith(value),
    "EndsWith": lambda actual, value: actual.endswith(value),
}
