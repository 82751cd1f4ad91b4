"""The rows of every duty, found by the duty's folder."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.frameworks.row import Row


def rows_of(folder: str) -> Mapping[str, Row]:
    """
    Return the rows of a duty's rules, by rule id.

    Only that duty's module is imported: a Lambda function has one rule, and starts cold.
    """
    found: Mapping[str, Row] = import_module(f"{__package__}.{folder}").ROWS
    return found


def row_of(folder: str, rule_id: str) -> Row:
    """Return the row of a rule; raises TypeError that says where it belongs when there is none."""
    rows = rows_of(folder)
    if rule_id not in rows:
        raise TypeError(f"{rule_id} has no row in rules/frameworks/{folder}.py")
    return rows[rule_id]
