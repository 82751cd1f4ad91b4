"""What an organization puts around the principals of an account, as far as somebody says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.engine.collector import reads
from rules.permissions.layers import ALONE, Surroundings

if TYPE_CHECKING:
    from rules.engine.aws import Aws


@reads()
def surroundings(aws: Aws) -> Surroundings:  # noqa: ARG001 - it is the key of the memory
    """
    Return the service control and resource control policies that were given to the run, by default none.

    They are not read: only an organization's management account and its delegated administrators may list them.
    """
    return ALONE


def give(aws: Aws, given: Surroundings) -> None:
    """Make `surroundings` return what is given, in this run; before anything else is read."""
    aws.recall((surroundings,), lambda: given)
