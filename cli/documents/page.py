"""The documentation page of a rule, in Markdown: what its docstring says, and what its attributes are."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from rules.engine.documentation import Documentation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rules.engine.collector import Action
    from rules.engine.rule import Rule
    from rules.frameworks.framework import Control

EVERYWHERE = "*"

SHARED_BY_ALL = "exempt_tag"
"""The field of every rule; a rule's own parameters are shown before it."""


def page(rule: type[Rule[Any]]) -> str:
    """Return the page of a rule; the command `explain` shows it, docs/rules has it as a file."""
    return "\n".join(_page(rule)) + "\n"


def trigger(rule: type[Rule[Any]]) -> str:
    """Return when AWS Config runs the rule: "periodic" or "change and periodic"."""
    return "change and periodic" if rule.resource_types else "periodic"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield _row(headings)
    yield _row(["---"] * len(headings))
    for row in rows:
        yield _row([cell.replace("|", "\\|") for cell in row])


def code(text: str) -> str:
    """Return text as Markdown code."""
    return f"`{text}`"


def _page(rule: type[Rule[Any]]) -> Iterator[str]:
    text = Documentation.of(rule)
    yield from (f"# {rule.id}", "", f"{rule.title}.", "", text.description, "")
    yield from (f"- {name}: {value}" for name, value in _facts(rule))
    for heading, body in (("Why", text.why), ("Fix", text.fix), ("Limits", text.limits)):
        yield from ("", f"## {heading}", "", body)
    yield from ("", "## Parameters", "")
    yield from _parameters(rule)
    yield from ("", "## IAM actions", "", "What the rule's function is allowed to do, and no more:", "")
    yield from _actions(rule)
    if rule.frameworks:
        yield from ("", "## Frameworks", "")
        for framework, controls in groupby(rule.frameworks, key=lambda control: control.framework):
            yield f"- [{framework.title}]({framework.url}): {', '.join(map(_named, controls))}"
    if rule.references:
        yield from ("", "## References", "")
        yield from (f"- <{reference}>" for reference in rule.references)
    yield from ("", "## Run it", "", f"    ai-config-rules check --rule {rule.id}")


def _named(control: Control) -> str:
    return f"{control.id} (AWS: {control.aws})" if control.aws else control.id


def _facts(rule: type[Rule[Any]]) -> Iterator[tuple[str, str]]:
    yield "Severity", rule.severity.name.lower()
    yield "Duty", rule.duty.title
    changes = ", ".join(code(each) for each in rule.resource_types)
    yield "Runs", f"on changes of {changes}, and every 24 hours" if changes else "every 24 hours"
    yield "Reports", ", ".join(code(each) for each in rule.reports)
    if rule.is_global:
        yield "Region", "IAM is the same in every Region: AWS Config runs the rule in one of them"
    yield "Nothing to judge", rule.nothing_to_judge


def _parameters(rule: type[Rule[Any]]) -> Iterator[str]:
    every = rule.parameters()
    if not every:
        yield "The rule has none."
        return
    yield from table(
        ("Parameter", "Default", "Allowed", "What it does"),
        (
            (
                code(each.name),
                "not set" if each.default is None else code(each.default),
                each.allowed,
                each.description,
            )
            for each in sorted(every, key=lambda each: each.field == SHARED_BY_ALL)
        ),
    )


def _actions(rule: type[Rule[Any]]) -> Iterator[str]:
    for name, group in groupby(sorted(rule.actions()), key=lambda action: action.name):
        actions = list(group)
        patterns = [action.resource for action in actions]
        on = "any resource" if EVERYWHERE in patterns else ", ".join(code(pattern) for pattern in patterns)
        yield f"- {code(name)} on {on}{_way(actions)}"


def _way(actions: Sequence[Action]) -> str:
    services = ", ".join(sorted({action.via for action in actions if action.via}))
    return f", through {code(services)} only" if services else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
