"""The tables of all rules: in the README, in the index of docs/rules, and on the terminal."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from cdk.managed.groups import GROUPS
from cli.documents.page import code, table, trigger

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from rules.engine.duties import Duty
    from rules.engine.rule import Rule

BEGIN = "<!-- rules -->"
END = "<!-- /rules -->"


class MarkersError(Exception):
    """A file lacks the markers between which the table of rules belongs; the message names file and markers."""


def with_table(readme: str, name: str, rules: Sequence[type[Rule[Any]]]) -> str:
    """Return the text of a README with the current table between its markers; raises MarkersError."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise MarkersError(f"{name} needs the lines {BEGIN} and {END}, with the table of rules between them")
    lines = table(
        ("Duty", "Rule", "Severity", "The state that it wants"),
        (
            (rule.duty.title, f"[{rule.id}](docs/rules/{rule.id}.md)", rule.severity.name.lower(), rule.title)
            for rule in rules
        ),
    )
    return f"{before}{BEGIN}\n\n{chr(10).join(lines)}\n\n{END}{after}"


def index(rules: Sequence[type[Rule[Any]]]) -> str:
    """Return the index page of docs/rules: duties in their order with what they ask, and their rules."""
    return "\n".join(_index(rules)) + "\n"


def as_objects(rules: Sequence[type[Rule[Any]]]) -> list[dict[str, Any]]:
    """Return what `list --format json` says of each rule."""
    return [
        {
            "id": rule.id,
            "severity": rule.severity.name,
            "duty": rule.duty.folder,
            "trigger": trigger(rule),
            "reports": list(rule.reports),
            "title": rule.title,
            "frameworks": _frameworks(rule),
        }
        for rule in rules
    ]


def managed_objects(duties: Collection[Duty]) -> list[dict[str, Any]]:
    """Return what `list --managed --format json` says of each rule of AWS; without `duties`, of those of all duties."""
    return [
        {
            "name": rule.name,
            "identifier": rule.identifier,
            "group": group.key,
            "byDefault": group.by_default,
            "duty": rule.duty.folder,
            "trigger": "periodic" if rule.periodic else "change",
            "securityHub": rule.control or None,
            "state": rule.state,
        }
        for group in GROUPS
        for rule in group.rules
        if not duties or rule.duty in duties
    ]


def _frameworks(rule: type[Rule[Any]]) -> dict[str, list[str]]:
    """Return the ids that a rule answers to, by the framework's key."""
    found: dict[str, list[str]] = {}
    for control in rule.frameworks:
        found.setdefault(control.framework.key, []).append(control.id)
    return found


def _index(rules: Sequence[type[Rule[Any]]]) -> Iterator[str]:
    yield from ("# Rules", "", f"{len(rules)} rules, by the customer's duty that they serve.")
    for duty, of_duty in groupby(rules, key=lambda rule: rule.duty):
        yield from ("", f"## {duty.title}", "", duty.summary, "")
        yield from table(
            ("Rule", "Severity", "Runs on", "Reports", "The state that it wants"),
            (
                (
                    f"[{rule.id}]({rule.id}.md)",
                    rule.severity.name.lower(),
                    trigger(rule),
                    ", ".join(code(each) for each in rule.reports),
                    rule.title,
                )
                for rule in of_duty
            ),
        )
