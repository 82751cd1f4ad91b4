"""
Which events an Amazon EventBridge event pattern matches, three-valued: every one of a kind, none, or some.

A kind of event is a JSON object in which VARIES stands for whatever differs from event to event, or may be missing, and
ABSENT for what no event has. An object with VARIES as a key may have any other field.
Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import re
from enum import Enum
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

from rules.permissions.conditions import Truth, all_of, any_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Gap(Enum):
    """What a kind of event does not say of a field."""

    VARIES = "differs from event to event"
    ABSENT = "is in none of the events"


VARIES: Final = Gap.VARIES
ABSENT: Final = Gap.ABSENT

ALTERNATIVES = "$or"
NESTED = frozenset({"prefix", "suffix", "equals-ignore-case", "wildcard"})


def matches(pattern: Mapping[str, Any], event: Any) -> Truth:
    """
    Return whether an event pattern matches every event of a kind (TRUE), none (FALSE), or some (DEPENDS).

    `event` is the kind as a JSON object. What the pattern says in an operator that is not known DEPENDS.
    """
    return all_of(
        any_of(matches(alternative, event) for alternative in wanted)
        if name == ALTERNATIVES and _is_alternatives(wanted)
        else _field(wanted, field_of(event, name))
        for name, wanted in pattern.items()
    )


def _is_alternatives(wanted: Any) -> bool:
    return isinstance(wanted, list) and len(wanted) > 1 and all(isinstance(each, dict) for each in wanted)


def field_of(event: Any, name: str) -> Any:
    """Return what a field of an object is in a kind of event: a value, VARIES or ABSENT."""
    if event is VARIES:
        return VARIES
    return event.get(name, event.get(VARIES, ABSENT)) if isinstance(event, dict) else ABSENT


def _field(wanted: Any, value: Any) -> Truth:
    if isinstance(wanted, dict):
        if isinstance(value, list) and value:
            return any_of(matches(wanted, element) for element in value)
        return matches(wanted, value)
    if not isinstance(wanted, list):
        return Truth.DEPENDS
    if isinstance(value, dict):
        # EventBridge compares leaves only, so that an object is neither there nor missing.
        return Truth.DEPENDS if any(isinstance(each, dict) and "exists" in each for each in wanted) else Truth.FALSE
    values = value if isinstance(value, list) and value else [ABSENT if value == [] else value]
    return any_of(_leaf(each, actual) for each in wanted for actual in values)


def _leaf(wanted: Any, actual: Any) -> Truth:
    if isinstance(wanted, dict):
        if len(wanted) != 1:
            return Truth.DEPENDS
        ((operator, operand),) = wanted.items()
        if operator == "exists":
            return _exists(operand, actual)
        compare = _OPERATORS.get(operator)
        if compare is None or actual is VARIES:
            return Truth.DEPENDS
        return Truth.FALSE if actual is ABSENT else compare(operand, actual)
    if actual is VARIES:
        return Truth.DEPENDS
    return _truth(_same(wanted, actual))


def _exists(wanted: Any, actual: Any) -> Truth:
    if actual is VARIES or not isinstance(wanted, bool):
        return Truth.DEPENDS
    return _truth((actual is not ABSENT) is wanted)


def _same(wanted: Any, actual: Any) -> bool:
    # True == 1 in Python, but not in JSON.
    return isinstance(wanted, bool) == isinstance(actual, bool) and wanted == actual


def _texts(operand: Any, compare: Callable[[str, str], bool], actual: Any) -> Truth:
    """Compare with one text or any of several, ignoring case where the operand says so."""
    if isinstance(operand, dict):
        if set(operand) != {"equals-ignore-case"}:
            return Truth.DEPENDS
        lowered = actual.casefold() if isinstance(actual, str) else actual
        return _texts(
            operand["equals-ignore-case"], lambda text, other: compare(text.casefold(), other.casefold()), lowered
        )
    texts = operand if isinstance(operand, list) else [operand]
    if not all(isinstance(text, str) for text in texts):
        return Truth.DEPENDS
    return _truth(isinstance(actual, str) and any(compare(text, actual) for text in texts))


def _prefix(operand: Any, actual: Any) -> Truth:
    return _texts(operand, lambda text, value: value.startswith(text), actual)


def _suffix(operand: Any, actual: Any) -> Truth:
    return _texts(operand, lambda text, value: value.endswith(text), actual)


def _ignore_case(operand: Any, actual: Any) -> Truth:
    return _texts(operand, lambda text, value: text.casefold() == value.casefold(), actual)


def _wildcard(operand: Any, actual: Any) -> Truth:
    return _texts(operand, lambda text, value: _glob(text).fullmatch(value) is not None, actual)


def _glob(pattern: str) -> re.Pattern[str]:
    """Return a wildcard pattern as an expression: `*` is any text, a backslash takes the next character as it is."""
    parts = re.findall(r"\\.|[^\\*]+|\*+|\\", pattern, re.DOTALL)
    return re.compile(
        "".join(".*" if part.startswith("*") else re.escape(part.removeprefix("\\") or part) for part in parts),
        re.DOTALL,
    )


def _anything_but(operand: Any, actual: Any) -> Truth:
    if isinstance(operand, dict):
        if len(operand) != 1 or not NESTED.issuperset(operand):
            return Truth.DEPENDS
        ((operator, nested),) = operand.items()
        return _OPERATORS[operator](nested, actual).negated()
    refused = operand if isinstance(operand, list) else [operand]
    return _truth(not any(_same(each, actual) for each in refused))


def _numeric(operand: Any, actual: Any) -> Truth:
    if not isinstance(operand, list) or not operand or len(operand) % 2:
        return Truth.DEPENDS
    if isinstance(actual, bool) or not isinstance(actual, (int, float)):
        return Truth.FALSE
    return all_of(_compared(str(sign), actual, bound) for sign, bound in zip(operand[::2], operand[1::2], strict=True))


def _compared(sign: str, actual: float, bound: Any) -> Truth:
    if sign not in _SIGNS or not isinstance(bound, (int, float)):
        return Truth.DEPENDS
    return _truth(_SIGNS[sign](actual, bound))


def _cidr(operand: Any, actual: Any) -> Truth:
    networks: Sequence[Any] = operand if isinstance(operand, list) else [operand]
    try:
        ranges = [ip_network(network, strict=False) for network in networks]
    except ValueError:
        return Truth.DEPENDS
    try:
        address = ip_address(actual)
    except ValueError:
        return Truth.FALSE
    return _truth(any(address in network for network in ranges))


def _truth(holds: bool) -> Truth:  # noqa: FBT001 - it is what is converted
    return Truth.TRUE if holds else Truth.FALSE


_SIGNS: Final[dict[str, Callable[[float, float], bool]]] = {
    "=": lambda actual, bound: actual == bound,
    "<": lambda actual, bound: actual < bound,
    "<=": lambda actual, bound: actual <= bound,
    ">": lambda actual, bound: actual > bound,
    ">=": lambda actual, bound: actual >= bound,
}
_OPERATORS: Final[dict[str, Callable[[Any, Any], Truth]]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _ignore_case,
    "numeric": _numeric,
    "prefix": _prefix,
    "suffix": _suffix,
    "wildcard": _wildcard,
}
