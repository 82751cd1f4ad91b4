"""
Rules that there were once.

An id that was deployed is a promise: findings, exceptions and settings of users name it. So the id of a rule that
goes stays here, and no other rule ever gets it. The next deployment takes the rule out of the pack, then its function.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Retirement:
    """The release that a rule was not in any more, and what to do instead, as a clause: `name bedrock-other`."""

    version: str
    instead: str

    def __str__(self) -> str:
        return f"the rule was retired in {self.version}; {self.instead}"


RETIRED: Final[Mapping[str, Retirement]] = MappingProxyType({})
"""By rule id. `rules.exclude` may go on naming them."""
