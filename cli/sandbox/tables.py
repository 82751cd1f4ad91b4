"""The memory of the operations that moto lacks: tables by account, Region and service."""

from collections import defaultdict
from typing import Any


class Tables:
    """Named dictionaries, apart for each account, Region and service."""

    def __init__(self) -> None:
        self._tables: defaultdict[tuple[str, str, str, str], dict[str, Any]] = defaultdict(dict)

    def table(self, account_id: str, region: str, service: str, name: str) -> dict[str, Any]:
        """Return one table; what the caller puts into it stays until `clear`."""
        return self._tables[account_id, region, service, name]

    def clear(self) -> None:
        """Forget everything. Tables handed out before are no longer the account's."""
        self._tables.clear()
