"""
Which log events a filter pattern of Amazon CloudWatch Logs matches, three-valued: every one of a kind, none, or some.

Kinds of log events are written as those of `rules.criteria.event_patterns`.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from rules.criteria.event_patterns import ABSENT, VARIES, field_of
from rules.expressions import Expression
from rules.frozen import dataclass
from rules.permissions.conditions import Truth, all_of, any_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TOKENS: Final = Expression(
    r"""\s*(?:
        (?P<symbol>&&|\|\||!=|<=|>=|[()=<>])
      | (?P<field>\$(?:\.[A-Za-z0-9_\-:@]+|\[(?:\d+|\*|"[^"\]]*"|'[^'\]]*')\])+)
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | %(?P<expression>[^%]*)%
      | (?P<word>[^\s()=<>!&|"%$]+)
    )""",
    re.VERBOSE,
)
_STEPS: Final = Expression(r"""\.([A-Za-z0-9_\-:@]+)|\[(\d+|\*|"[^"]*"|'[^']*')\]""")
_NUMBER: Final = Expression(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_DEEPEST: Final = 40


class UndecidableError(Exception):
    """The pattern is not one whose matches can be told from here."""


def matches(pattern: str, event: Mapping[Any, Any]) -> Truth:
    """
    Return whether a filter pattern matches every log event of a kind (TRUE), none (FALSE), or some (DEPENDS).

    The empty pattern matches everything. Patterns of words, of columns and of regular expressions alone, and
    whatever is not JSON syntax as AWS documents it, DEPEND.
    """
    text = pattern.strip()
    if not text:
        return Truth.TRUE
    if not (text.startswith("{") and text.endswith("}")):
        return Truth.DEPENDS
    try:
        return _Reader(_tokens(text[1:-1]), event).whole()
    except UndecidableError:
        return Truth.DEPENDS


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        token = _TOKENS.match(text, position)
        if token is None or token.lastgroup is None:
            raise UndecidableError
        found.append(_Token(token.lastgroup, token[token.lastgroup]))
        position = token.end()
    return found


class _Reader:
    """A recursive-descent reader that judges while it reads; && binds more tightly than ||."""

    def __init__(self, tokens: list[_Token], event: Mapping[Any, Any]) -> None:
        self._tokens = tokens
        self._event = event
        self._depth = 0

    def whole(self) -> Truth:
        truth = self._any()
        if self._tokens:
            raise UndecidableError
        return truth

    def _any(self) -> Truth:
        truths = [self._all()]
        while self._skip("||"):
            truths.append(self._all())
        return any_of(truths)

    def _all(self) -> Truth:
        truths = [self._one()]
        while self._skip("&&"):
            truths.append(self._one())
        return all_of(truths)

    def _one(self) -> Truth:
        if self._skip("("):
            self._depth += 1
            if self._depth > _DEEPEST:
                raise UndecidableError
            truth = self._any()
            self._depth -= 1
            if not self._skip(")"):
                raise UndecidableError
            return truth
        return self._condition()

    def _condition(self) -> Truth:
        field = self._next()
        if field.kind != "field":
            raise UndecidableError
        value = _value(field.text, self._event)
        operator = self._next()
        if operator.kind == "word":
            return self._worded(operator.text.upper(), value)
        if operator.text not in _COMPARISONS:
            raise UndecidableError
        return _COMPARISONS[operator.text](self._next(), value)

    def _worded(self, word: str, value: Any) -> Truth:
        following = self._next().text.upper()
        if word == "NOT" and following == "EXISTS":
            return Truth.DEPENDS if value is VARIES else _truth(value is ABSENT)
        if word == "IS" and following in _CONSTANTS:
            return Truth.DEPENDS if value is VARIES else _truth(value is _CONSTANTS[following])
        raise UndecidableError

    def _next(self) -> _Token:
        if not self._tokens:
            raise UndecidableError
        return self._tokens.pop(0)

    def _skip(self, symbol: str) -> bool:
        if self._tokens and self._tokens[0] == _Token("symbol", symbol):
            self._tokens.pop(0)
            return True
        return False


def _value(path: str, event: Mapping[Any, Any]) -> Any:
    """Return what a field such as `$.detail.items[0]` stands for in the event; `[*]` VARIES."""
    value: Any = event
    for name, index in _STEPS.findall(path):
        if value is VARIES:
            break
        if index == "*":
            value = VARIES
        elif index.isdigit():
            inside = isinstance(value, list) and int(index) < len(value)
            value = value[int(index)] if inside else ABSENT
        else:
            value = field_of(value, name or index[1:-1])
    return value


def _equal(operand: _Token, value: Any) -> Truth:
    if value is VARIES:
        return Truth.DEPENDS
    if value is ABSENT:
        return Truth.FALSE
    if operand.kind == "expression":
        return Truth.DEPENDS
    if operand.kind not in ("quoted", "word"):
        raise UndecidableError
    if isinstance(value, str):
        text = re.sub(r"\\(.)", r"\1", operand.text) if operand.kind == "quoted" else operand.text
        return _truth(_glob(text).fullmatch(value) is not None)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        # How CloudWatch Logs compares a text with true, null or an object is not documented.
        return Truth.DEPENDS
    return _truth(_NUMBER.fullmatch(operand.text) is not None and float(operand.text) == value)


def _unequal(operand: _Token, value: Any) -> Truth:
    # Whether a field that is missing differs from a value is not documented.
    return Truth.DEPENDS if value is ABSENT else _equal(operand, value).negated()


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[_Token, Any], Truth]:
    def judge(operand: _Token, value: Any) -> Truth:
        if value is VARIES or _NUMBER.fullmatch(operand.text) is None:
            return Truth.DEPENDS
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return Truth.FALSE
        return _truth(compare(value, float(operand.text)))

    return judge


def _glob(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\*+", text)), re.DOTALL)


def _truth(holds: bool) -> Truth:  # noqa: FBT001 - it is what is converted
    return Truth.TRUE if holds else Truth.FALSE


_CONSTANTS: Final[dict[str, Any]] = {"TRUE": True, "FALSE": False, "NULL": None}
_COMPARISONS: Final[dict[str, Callable[[_Token, Any], Truth]]] = {
    "=": _equal,
    "!=": _unequal,
    "<": _ordered(lambda value, bound: value < bound),
    "<=": _ordered(lambda value, bound: value <= bound),
    ">": _ordered(lambda value, bound: value > bound),
    ">=": _ordered(lambda value, bound: value >= bound),
}
