"""Filling an embedded account with a company."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.company import functions, generative, identities, learning, networks, storage, watching
from benchmarks.company.desk import ByApi, Directly
from benchmarks.company.grounds import REGION, Grounds

if TYPE_CHECKING:
    from benchmarks.company.size import Size
    from cli.sandbox import Account

THEMES = (storage, identities, networks, functions, generative, learning, watching)
"""What a company has, in the order in which it is built."""


def build(size: Size, account: Account, *, by_api: bool = False) -> None:
    """
    Fill an empty account with a company of that size, the same every time but for the ids that AWS makes up.

    `by_api` sends every order through the API, which takes minutes for a large company and leads to the same.
    """
    desk = ByApi(account.session(REGION)) if by_api else Directly(account, REGION)
    grounds = Grounds(desk, size)
    for theme in THEMES:
        theme.build(grounds)
    account.calls.clear()
