"""Condition blocks, three-valued: certainly true, certainly false, or up to the request."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final, NamedTuple

from rules.expressions import Expression
from rules.permissions.context import ContextValue, RequestContext, Unresolved
from rules.permissions.document import Condition, Version
from rules.permissions.patterns import Glob, text_extent, wildcards


class Truth(Enum):
    """Whether something holds for every request, for none, or for some."""

    FALSE = 0
    DEPENDS = 1
    TRUE = 2

    def negated(self) -> "Truth":
        """Return the truth of the opposite."""
        return Truth(2 - self.value)


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return TRUE when all are, FALSE when any is; nothing at all is TRUE."""
    worst = Truth.TRUE
    for truth in truths:
        if truth is Truth.FALSE:
            return Truth.FALSE
        if truth is Truth.DEPENDS:
            worst = Truth.DEPENDS
    return worst


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return TRUE when any is, FALSE when all are; nothing at all is FALSE."""
    return all_of(truth.negated() for truth in truths).negated()


def judge(conditions: Iterable[Condition], context: RequestContext, version: Version) -> Truth:
    """
    Return whether a Condition block holds for the requests that a context describes.

    An operator that is not known, or one used in a way that AWS does not document, DEPENDS. Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    return all_of(judge_one(condition, context, version) for condition in conditions)


def judge_one(condition: Condition, context: RequestContext, version: Version) -> Truth:
    """Return whether one key of a Condition block holds; see judge."""
    operator = parse_operator(condition.operator)
    value = context.value(condition.key)
    if operator.base == "null":
        return _null(condition.values, value)
    compare = _COMPARISONS.get(operator.positive)
    if compare is None or value is Unresolved.UNKNOWN:
        return Truth.DEPENDS
    if isinstance(value, Unresolved):
        return _without_value(operator)
    if isinstance(value, tuple) and operator.over is Over.ONE_VALUE:
        return Truth.DEPENDS

    def holds(actual: str) -> Truth:
        met = any_of(compare(actual, wanted, context, version) for wanted in condition.values)
        return met.negated() if operator.negated else met

    values = (value,) if isinstance(value, str) else value
    if operator.over is Over.ANY_VALUE:
        return any_of(map(holds, values))
    return all_of(map(holds, values))


class Over(Enum):
    """Which of the request's values an operator looks at."""

    ONE_VALUE = ""
    ALL_VALUES = "forallvalues"
    ANY_VALUE = "foranyvalue"


class Operator(NamedTuple):
    """A condition operator taken apart; `base` and `positive` are in lower case."""

    over: Over
    base: str
    positive: str
    negated: bool
    if_exists: bool


@lru_cache(512)
def parse_operator(text: str) -> Operator:
    """
    Return the parts of an operator such as "ForAnyValue:StringNotLikeIfExists".

    `base` is "stringnotlike" and `positive`, the comparison that it negates, "stringlike".
    """
    prefix, _, rest = text.lower().rpartition(":")
    over = next((over for over in Over if over.value == prefix), None)
    if over is None:
        return Operator(Over.ONE_VALUE, rest, "", negated=False, if_exists=False)
    base = rest.removesuffix("ifexists")
    positive = _NEGATED.sub("", base)
    return Operator(over, base, positive, positive != base, base != rest)


_NEGATED: Final = Expression(r"not(?=equals|like|ipaddress)")


def _null(wanted: tuple[str, ...], value: ContextValue | Unresolved) -> Truth:
    answers = {text.lower() for text in wanted}
    if {"true", "false"} <= answers:
        return Truth.TRUE
    if value is Unresolved.UNKNOWN:
        return Truth.DEPENDS
    return Truth.TRUE if ("true" if value is Unresolved.ABSENT else "false") in answers else Truth.FALSE


def _without_value(operator: Operator) -> Truth:
    if operator.over is Over.ALL_VALUES:
        return Truth.TRUE
    if operator.over is Over.ANY_VALUE:
        return Truth.FALSE
    return Truth.TRUE if operator.if_exists or operator.negated else Truth.FALSE


_Comparison = Callable[[str, str, RequestContext, Version], Truth]


def _truth(fact: bool) -> Truth:  # noqa: FBT001 - it is the value to convert
    return Truth.TRUE if fact else Truth.FALSE


def _within(actual: str, certain: Glob | None, outer: Glob) -> Truth:
    if certain is not None and certain.matches(actual):
        return Truth.TRUE
    return Truth.DEPENDS if outer.matches(actual) else Truth.FALSE


def _string_equals(actual: str, wanted: str, context: RequestContext, version: Version) -> Truth:
    extent = text_extent(wanted, version, context, wildcard=False)
    return _within(actual, extent.certain, extent.outer)


def _string_equals_ignore_case(actual: str, wanted: str, context: RequestContext, version: Version) -> Truth:
    extent = text_extent(wanted, version, context, wildcard=False)
    certain = None if extent.certain is None else _lowered(extent.certain)
    return _within(actual.lower(), certain, _lowered(extent.outer))


def _lowered(glob: Glob) -> Glob:
    return Glob(tuple(token.lower() if isinstance(token, str) else token for token in glob.tokens))


def _string_like(actual: str, wanted: str, context: RequestContext, version: Version) -> Truth:
    extent = text_extent(wanted, version, context)
    return _within(actual, extent.certain, extent.outer)


def _arn_like(actual: str, wanted: str, context: RequestContext, version: Version) -> Truth:
    """Compare part by part: a wildcard stays between its colons, except in the last part."""
    if "${" in wanted and version is Version.V2012:
        extent = text_extent(wanted, version, context)
        certain = extent.certain.literal if extent.certain else None
        return _within(actual, None, extent.outer) if certain is None else _truth(actual == certain)
    wanted_parts, actual_parts = wanted.split(":", 5), actual.split(":", 5)
    if len(wanted_parts) < _ARN_PARTS:
        return Truth.DEPENDS
    if len(actual_parts) < _ARN_PARTS:
        return Truth.FALSE
    return _truth(
        all(
            wildcards(wanted_part).matches(actual_part)
            for actual_part, wanted_part in zip(actual_parts, wanted_parts, strict=True)
        )
    )


_ARN_PARTS: Final = 6


def _bool(actual: str, wanted: str, context: RequestContext, version: Version) -> Truth:
    return _string_equals_ignore_case(actual, wanted, context, version)


def _binary(actual: str, wanted: str, _context: RequestContext, _version: Version) -> Truth:
    return _truth(actual == wanted)


def _ip_address(actual: str, wanted: str, _context: RequestContext, _version: Version) -> Truth:
    try:
        address, network = ip_address(actual), ip_network(wanted, strict=False)
    except ValueError:
        return Truth.DEPENDS
    return _truth(address in network)


def _ordered(
    read: Callable[[str], float], holds: Callable[[float, float], bool]
) -> Callable[[str, str, RequestContext, Version], Truth]:
    def compare(actual: str, wanted: str, _context: RequestContext, _version: Version) -> Truth:
        try:
            return _truth(holds(read(actual), read(wanted)))
        except ValueError:
            return Truth.DEPENDS

    return compare


def _instant(text: str) -> float:
    """Return the epoch seconds of a number or an ISO 8601 text; ValueError for anything else."""
    if text.lstrip("-").isdecimal():
        return float(text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


_ORDERS: Final[dict[str, Callable[[float, float], bool]]] = {
    "equals": lambda actual, wanted: actual == wanted,
    "lessthan": lambda actual, wanted: actual < wanted,
    "lessthanequals": lambda actual, wanted: actual <= wanted,
    "greaterthan": lambda actual, wanted: actual > wanted,
    "greaterthanequals": lambda actual, wanted: actual >= wanted,
}

_COMPARISONS: Final[dict[str, _Comparison]] = {
    "stringequals": _string_equals,
    "stringequalsignorecase": _string_equals_ignore_case,
    "stringlike": _string_like,
    "arnequals": _arn_like,
    "arnlike": _arn_like,
    "bool": _bool,
    "binaryequals": _binary,
    "ipaddress": _ip_address,
    **{f"numeric{name}": _ordered(float, holds) for name, holds in _ORDERS.items()},
    **{f"date{name}": _ordered(_instant, holds) for name, holds in _ORDERS.items()},
}
