"""IAM's wildcards and policy variables: `*`, `?` and `${...}`, compiled once and matched fast."""

import re
from collections.abc import Callable
from dataclasses import field
from enum import Enum
from functools import lru_cache
from itertools import chain
from typing import Final

from rules.expressions import Expression
from rules.frozen import dataclass
from rules.permissions.context import NOTHING_KNOWN, RequestContext, Unresolved
from rules.permissions.document import Version

_CACHED: Final = 65_536


class Wildcard(Enum):
    """The two wildcards of the policy language."""

    ANY_TEXT = "*"
    ANY_CHARACTER = "?"

    # Each member is one object; the hash that Enum makes of the name costs more.
    __hash__ = object.__hash__


Token = str | Wildcard


@dataclass(frozen=True, slots=True)
class Glob:
    """
    A pattern over whole texts: literal runs and wildcards.

    Both wildcards match every character, colons and slashes too. Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """

    tokens: tuple[Token, ...]
    matches: Callable[[str], bool] = field(init=False, compare=False, repr=False)
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "matches", _matcher(self.tokens))
        object.__setattr__(self, "_hash", hash(self.tokens))

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return "".join(token.value if isinstance(token, Wildcard) else token for token in self.tokens)

    @property
    def size(self) -> int:
        """How many characters and wildcards it has."""
        return sum(1 if isinstance(token, Wildcard) else len(token) for token in self.tokens)

    @property
    def literal(self) -> str | None:
        """The only text that matches, or None when a wildcard lets others match."""
        if not self.tokens:
            return ""
        only = self.tokens[0]
        return only if len(self.tokens) == 1 and isinstance(only, str) else None

    @property
    def literal_tail(self) -> str:
        """What every matching text ends with: the run after the last wildcard."""
        last = self.tokens[-1] if self.tokens else ""
        return last if isinstance(last, str) else ""

    @property
    def literal_head(self) -> str:
        """What every matching text starts with: the run before the first wildcard."""
        first = self.tokens[0] if self.tokens else ""
        return first if isinstance(first, str) else ""

    def filled(self, text: str, character: str) -> str:
        """Return one matching text, with `text` for every `*` and `character` for every `?`."""
        fillers: dict[Token, str] = {Wildcard.ANY_TEXT: text, Wildcard.ANY_CHARACTER: character}
        return "".join([token if isinstance(token, str) else fillers[token] for token in self.tokens])


def glob(*tokens: Token) -> Glob:
    """Return the glob of these tokens, with neighbouring runs and neighbouring `*` joined."""
    joined: list[Token] = []
    for token in tokens:
        previous = joined[-1] if joined else None
        if isinstance(token, str) and isinstance(previous, str):
            joined[-1] = previous + token
        elif token != "" and not (token is previous is Wildcard.ANY_TEXT):
            joined.append(token)
    return Glob(tuple(joined))


@lru_cache(_CACHED)
def wildcards(text: str) -> Glob:
    """Return the glob of a text in which `*` and `?` are wildcards and nothing else is special."""
    if "*" not in text and "?" not in text:
        return Glob((text,) if text else ())
    return glob(*[_WILDCARDS.get(part, part) for part in _SPLIT.split(text)])


@lru_cache(_CACHED)
def action_glob(text: str) -> Glob:
    """Return the glob of an Action or NotAction entry; it matches lower-cased action names."""
    return wildcards(text.lower())


def matches_action(pattern: str, action: str) -> bool:
    """Return whether an Action entry matches an action such as "bedrock:InvokeModel", in any letter case."""
    return action_glob(pattern).matches(action.lower())


@dataclass(frozen=True, slots=True)
class Extent:
    """
    What a pattern with policy variables matches, as far as the variables' values are known.

    `possible` matches at least every text that the pattern may match, `certain` at most those that it surely
    matches; None matches nothing. `outer` matches whatever the pattern could with any values for its variables.
    Without variables that lack a value all three are the same glob.
    """

    possible: Glob | None
    certain: Glob | None
    outer: Glob


def resource_extent(text: str, version: Version, context: RequestContext = NOTHING_KNOWN) -> Extent:
    """
    Return what a Resource or NotResource entry matches.

    An ARN of fewer than six parts may stand for all that begins with them; AWS does not document it.
    Variables are read in version 2012-10-17 only. A variable without a value and without a default makes the
    entry match nothing. Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    if "${" not in text or version is Version.V2008:
        return _plain_resource(text)
    return text_extent(text, version, context)


def text_extent(
    text: str, version: Version, context: RequestContext = NOTHING_KNOWN, *, wildcard: bool = True
) -> Extent:
    """
    Return what a text with variables matches, such as a value of a StringLike condition.

    Without `wildcard`, `*` and `?` stand for themselves, as they do for StringEquals.
    """
    if "${" not in text or version is Version.V2008:
        whole = wildcards(text) if wildcard else glob(text)
        return Extent(whole, whole, whole)
    tokens: list[Token] = []
    unknown = absent = False
    for token in _variable_tokens(text):
        if isinstance(token, Wildcard):
            tokens.append(token if wildcard else token.value)
            continue
        if isinstance(token, str):
            tokens.append(token)
            continue
        found = context.value(token.key)
        value = token.default if found is Unresolved.ABSENT else found
        if isinstance(value, str):
            tokens.append(value)
            continue
        absent = absent or value is None
        unknown = True
        tokens.append(Wildcard.ANY_TEXT)
    whole = glob(*tokens)
    return Extent(None if absent else whole, None if unknown else whole, whole)


@dataclass(frozen=True, slots=True)
class _Variable:
    key: str
    default: str | None


_SPECIAL: Final = Expression(r"\$\{([^}]*)\}|([*?])")
_WILDCARD: Final = Expression(r"()([*?])")
_ARN_PARTS: Final = 6
_WILDCARDS: Final[dict[str, Token]] = {wildcard.value: wildcard for wildcard in Wildcard}
_SPLIT: Final = Expression(r"([*?])")


@lru_cache(_CACHED)
def _plain_resource(text: str) -> Extent:
    whole = wildcards(text)
    missing = _ARN_PARTS - 1 - text.count(":")
    if missing > 0 and text.startswith("arn:") and "*" not in text:
        longer = wildcards(text + ":*" * missing)
        return Extent(longer, whole, longer)
    return Extent(whole, whole, whole)


@lru_cache(_CACHED)
def _variable_tokens(text: str) -> tuple[Token | _Variable, ...]:
    tokens: list[Token | _Variable] = []
    end = 0
    # After the last brace no variable ends, and looking for its end from every `${` would take quadratic time.
    closed = text.rfind("}") + 1
    for found in chain(_SPECIAL.finditer(text, 0, closed), _WILDCARD.finditer(text, closed)):
        tokens.append(text[end : found.start()])
        end = found.end()
        inside = found.group(1)
        if found.group(2):
            tokens.append(Wildcard(found.group(2)))
        elif inside in ("*", "?", "$"):
            tokens.append(inside)
        else:
            tokens.append(_variable(inside))
    tokens.append(text[end:])
    return tuple(tokens)


def _variable(inside: str) -> _Variable:
    """Return the variable of what stands between `${` and `}`; a default is in single quotes after a comma."""
    key, _, rest = inside.partition(",")
    quoted = rest.strip()
    default = quoted[1:-1]
    if len(quoted) > 1 and quoted[0] == quoted[-1] == "'" and "'" not in default:
        return _Variable(key.strip(), default)
    return _Variable(inside.strip(), None)


def _matcher(tokens: tuple[Token, ...]) -> Callable[[str], bool]:
    """Return the cheapest test for these tokens; its cost is linear in the text for each literal run."""
    literal, any_text = str, Wildcard.ANY_TEXT
    match tokens:
        case ():
            return "".__eq__
        case (literal(only),):
            return only.__eq__
        case (Wildcard.ANY_TEXT,):
            return _always
        case (literal(head), Wildcard.ANY_TEXT):
            return lambda text: text.startswith(head)
        case (Wildcard.ANY_TEXT, literal(tail)):
            return lambda text: text.endswith(tail)
    pieces: list[list[Token]] = [[]]
    for token in tokens:
        if token is any_text:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return _pieces_matcher([_Piece.of(piece) for piece in pieces])


def _always(_text: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run between two `*`, of a fixed length; `pattern` is set when it holds a `?`."""

    text: str
    length: int
    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, tokens: list[Token]) -> "_Piece":
        length = sum(1 if isinstance(token, Wildcard) else len(token) for token in tokens)
        if not any(isinstance(token, Wildcard) for token in tokens):
            return cls("".join(token for token in tokens if isinstance(token, str)), length, None)
        source = "".join("." if isinstance(token, Wildcard) else re.escape(token) for token in tokens)
        return cls("", length, re.compile(source, re.DOTALL))

    def at(self, text: str, position: int) -> bool:
        if self.pattern is None:
            return text.startswith(self.text, position)
        return self.pattern.match(text, position) is not None

    def find(self, text: str, start: int, end: int) -> int:
        if self.pattern is None:
            return text.find(self.text, start, end)
        found = self.pattern.search(text, start, end)
        return found.start() if found else -1


def _pieces_matcher(pieces: list[_Piece]) -> Callable[[str], bool]:
    head, tail, middle = pieces[0], pieces[-1], pieces[1:-1]
    if len(pieces) == 1:
        return lambda text: len(text) == head.length and head.at(text, 0)
    shortest = sum(piece.length for piece in pieces)

    def matches(text: str) -> bool:
        end = len(text) - tail.length
        if len(text) < shortest or not head.at(text, 0) or not tail.at(text, end):
            return False
        position = head.length
        for piece in middle:
            position = piece.find(text, position, end)
            if position < 0:
                return False
            position += piece.length
        return position <= end

    return matches
