"""Rule ids as arguments: known from the names of the rules' files, without importing a rule."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, NoReturn

import click
from click.shell_completion import CompletionItem

import rules
from rules.engine.duties import Duty
from rules.engine.verdict import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable


class RuleId(click.ParamType[str]):
    """The id of a rule that there is."""

    name = "rule"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the id; fails naming the closest ids for any other text."""
        if value not in rule_ids():
            self.fail(unknown("rule", value, rule_ids(), "'ai-config-rules list' names them all"), param, ctx)
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the ids that begin like this."""
        del ctx, param
        return [CompletionItem(rule_id) for rule_id in rule_ids() if rule_id.startswith(incomplete)]


@cache
def rule_ids() -> tuple[str, ...]:
    """Return the id of every rule, duties in their order."""
    found = []
    for duty in Duty:
        modules = iter_modules([str(Path(path, duty.folder)) for path in rules.__path__])
        found.extend(sorted(module.name.replace("_", "-") for module in modules))
    return tuple(found)


def unknown(kind: str, given: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return "unknown rule 'x' (did you mean 'y'?)" with what is allowed, or with `otherwise` in its place."""
    names = list(known)
    close = get_close_matches(given, names, n=3, cutoff=0.5)
    hint = f" (did you mean {' or '.join(repr(name) for name in close)}?)" if close else ""
    return f"unknown {kind} {shortened(given, 80)!r}{hint}; {otherwise or 'allowed: ' + (', '.join(names) or 'none')}"


def refuse(message: str) -> NoReturn:
    """End the command as wrongly used."""
    raise click.UsageError(message)
