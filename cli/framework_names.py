"""Frameworks as arguments: a framework's key, or one of its entries, such as "nist-800-53" or "nist-800-53:AC-6"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from cli.rule_names import unknown
from rules.frameworks.framework import Framework

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.engine.rule import Rule


@dataclass(frozen=True)
class FrameworkChoice:
    """A framework, or one entry of it; without `entry` all of them."""

    framework: Framework
    entry: str | None = None

    def takes(self, rule: type[Rule[Any]]) -> bool:
        """Return whether a rule answers to it."""
        return any(
            control.framework is self.framework and self.entry in (None, control.id) for control in rule.frameworks
        )


class FrameworkEntry(click.ParamType[FrameworkChoice]):
    """A framework by its key, with an entry that a rule answers to after a colon."""

    name = "framework[:id]"

    def __init__(self, rules: Iterable[type[Rule[Any]]]) -> None:
        self._entries: dict[str, set[str]] = {framework.key: set() for framework in Framework}
        for rule in rules:
            for control in rule.frameworks:
                self._entries[control.framework.key].add(control.id)

    def convert(
        self, value: str | FrameworkChoice, param: click.Parameter | None, ctx: click.Context | None
    ) -> FrameworkChoice:
        """Return the choice; fails naming what is allowed for any other text."""
        if isinstance(value, FrameworkChoice):
            return value
        key, colon, entry = value.partition(":")
        if key not in self._entries:
            self.fail(unknown("framework", key, self._entries), param, ctx)
        framework = next(each for each in Framework if each.key == key)
        if not colon:
            return FrameworkChoice(framework)
        entries = {known.lower(): known for known in sorted(self._entries[key])}
        if entry.lower() not in entries:
            self.fail(unknown(f"entry of {key} that a rule answers to", entry, entries.values()), param, ctx)
        return FrameworkChoice(framework, entries[entry.lower()])

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the keys that begin like this, and the entries of a framework once its key is there."""
        del ctx, param
        names = [*self._entries, *(f"{key}:{entry}" for key, entries in self._entries.items() for entry in entries)]
        return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]
