"""The constants that a policy compares requests with, and texts that stand for all that it does not tell apart."""

from __future__ import annotations

from functools import cached_property
from itertools import chain, permutations
from string import ascii_letters, ascii_lowercase, digits
from typing import TYPE_CHECKING, Final

from rules.expressions import Expression
from rules.permissions.languages import Part
from rules.permissions.patterns import Glob, wildcards
from rules.permissions.searches import Patience, find_text
from rules.permissions.shapes import Characters, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.permissions.document import PolicyDocument

ACCOUNT: Final[Shape] = (Characters(frozenset(digits), 12, 12),)
ORGANIZATION: Final[Shape] = ("o-", Characters(frozenset(ascii_lowercase + digits), 10, 32))
VPC: Final[Shape] = ("vpc-", Characters(frozenset(ascii_lowercase + digits)))
VPC_ENDPOINT: Final[Shape] = ("vpce-", Characters(frozenset(ascii_lowercase + digits)))
UNIQUE_ID: Final[Shape] = (
    "A",
    Characters(frozenset(ascii_letters + digits), 19, 24),
    ":",
    Characters(frozenset(ascii_letters + digits + "+=,.@_-")),
)
ANY_TEXT: Final[Shape] = (Characters(frozenset(map(chr, range(33, 127)))),)

_NAME: Final = Characters(frozenset(ascii_lowercase + digits + "-"))
_REGION: Final = Characters(frozenset(ascii_lowercase + digits + "-"), 0)
_ANYTHING: Final = wildcards("*")
_VARIABLE: Final = Expression(r"\$\{[^}]*\}")

_MOST_COMPARED: Final = 12
"""Patterns on one key that are compared with each other, pair by pair; real policies have one to three."""


class Constants:
    """
    The values in a policy's conditions, by key.

    Keys are given in lower case. Policy variables count as `*`, because any text may come to stand there.
    """

    def __init__(self, document: PolicyDocument) -> None:
        self._values: dict[str, dict[str, None]] = {}
        for statement in document.statements:
            for condition in statement.conditions:
                known = self._values.setdefault(condition.key.lower(), {})
                known.update(dict.fromkeys(map(_with_any_variable, condition.values)))

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every condition key, in lower case."""
        return frozenset(self._values)

    def of(self, *keys: str) -> tuple[str, ...]:
        """Return the values of these keys, in the order of the document, each once."""
        return tuple(dict.fromkeys(chain.from_iterable(self._values.get(key, ()) for key in keys)))


def _with_any_variable(value: str) -> str:
    # After the last brace no variable ends, and looking for its end from every `${` would take quadratic time.
    closed = value.rfind("}") + 1
    return _VARIABLE.sub("*", value[:closed]) + value[closed:]


def representatives(
    shape: Shape, patterns: Iterable[str], insiders: Iterable[str] = (), *, patience: Patience | None = None
) -> tuple[str, ...]:
    """
    Return texts of a shape that stand for every outsider whom the patterns tell apart.

    Texts that an `insiders` pattern matches are left out. The first text matches as few of the patterns as
    possible; the others are one for each pattern, and for each pattern without (and within) each other one.
    Raises UndecidedError when the searches for them use up the patience.
    """
    together = patience or Patience()

    def text(required: tuple[Glob, ...], forbidden: tuple[Glob, ...]) -> str | None:
        together.endure(sum(glob.size for glob in (*required, *forbidden)))
        return _text(shape, required, forbidden, together)

    trusted = tuple(wildcards(insider) for insider in insiders)
    every = tuple(
        glob
        for glob in dict.fromkeys(wildcards(pattern) for pattern in patterns)
        if glob.literal is None or not any(insider.matches(glob.literal) for insider in trusted)
    )
    broad = tuple(glob for glob in every if glob.literal is None)
    texts = [text((_ANYTHING,), (*trusted, *(glob for glob in every if glob != _ANYTHING)))]
    for glob in every:
        texts.append(text((glob,), () if glob.literal is not None else trusted))
        if glob.literal is None:
            texts.append(text((glob,), (*trusted, *(other for other in every if other != glob))))
    if len(broad) <= _MOST_COMPARED:
        for one, other in permutations(broad, 2):
            texts.append(text((one,), (*trusted, other)))
            texts.append(text((one, other), trusted))
    return tuple(dict.fromkeys(found for found in texts if found is not None))


def arn_shape(partition: str, account: str, region: str | None = None) -> Shape:
    """Return the shape of ARNs of an account ("" for ARNs without one) in a Region, or in any."""
    return ("arn:", partition, ":", _NAME, ":", _REGION if region is None else region, ":", account, ":", *ANY_TEXT)


def is_literal(pattern: str) -> bool:
    """Say whether a pattern has no wildcard."""
    return "*" not in pattern and "?" not in pattern


def path_shape(organization: str) -> Shape:
    """Return the shape of the paths in an organization, such as o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/."""
    return (organization, "/r-", Characters(frozenset(ascii_lowercase + digits + "-/")))


def _text(shape: Shape, required: tuple[Glob, ...], forbidden: tuple[Glob, ...], patience: Patience) -> str | None:
    return find_text(
        shape,
        tuple(((Part((glob,)),),) for glob in required),
        ((Part(forbidden),),) if forbidden else (),
        patience,
    )
