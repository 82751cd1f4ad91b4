"""What is known of a request before it is made: condition keys with a value, without one, or undecided."""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Final

from rules.frozen import dataclass


class Unresolved(Enum):
    """Why a condition key has no value to compare with."""

    UNKNOWN = "the request decides"
    ABSENT = "no request carries the key"


ContextValue = str | tuple[str, ...]
"""Text for a single-valued condition key, a tuple for a multivalued one."""


@dataclass(frozen=True, slots=True)
class RequestContext:
    """
    Condition keys of a request, as far as they are settled.

    `values` has keys in any letter case. A key that is neither there nor in `absent` is UNKNOWN, or ABSENT when
    the context is `complete`.
    """

    values: Mapping[str, ContextValue] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    complete: bool = False
    _settled: Mapping[str, ContextValue | Unresolved] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        settled: dict[str, ContextValue | Unresolved] = {key.lower(): Unresolved.ABSENT for key in sorted(self.absent)}
        settled.update((key.lower(), value) for key, value in self.values.items())
        object.__setattr__(self, "_settled", settled)

    def value(self, key: str) -> ContextValue | Unresolved:
        """Return the value of a condition key, or why there is none."""
        return self._settled.get(key.lower(), Unresolved.ABSENT if self.complete else Unresolved.UNKNOWN)


NOTHING_KNOWN: Final = RequestContext()
