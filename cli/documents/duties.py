"""The page docs/duties.md: the customer's duties in order, what answers each, and the rules that AWS manages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cdk.managed.groups import GROUPS
from cli.documents.page import code, table
from cli.duties.chapters import CHAPTERS, managed_rules, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cdk.managed.rule import Group
    from cli.duties.duty import CustomerDuty
    from rules.engine.rule import Rule

EVIDENCE = "manual-evidence.md"


def duties_page(rules: Sequence[type[Rule[Any]]]) -> str:
    """Return docs/duties.md."""
    return "\n".join(_page(rules)) + "\n"


def _page(rules: Sequence[type[Rule[Any]]]) -> Iterator[str]:
    yield "# The customer's duties"
    yield ""
    yield (
        'What "The Shared Responsibility Model for AI on AWS" (L. Mohamed, 2026) asks of the customer, in its order '
        "and in our words."
    )
    yield "Each duty is answered by rules of this pack, by rules that AWS manages, or by evidence that people keep."
    for chapter in CHAPTERS:
        yield from ("", f"## {chapter.title}")
        for duty in chapter.duties:
            yield from _duty(duty, rules)
    yield from _managed()


def _duty(duty: CustomerDuty, rules: Sequence[type[Rule[Any]]]) -> Iterator[str]:
    group_of = {rule: group.key for group in GROUPS for rule in group.rules}
    yield from ("", f"### {duty.title}", "", duty.asks, "", f"AWS's side: {duty.aws}", "")
    for rule in rules_of(duty, rules):
        yield f"- [{rule.id}](rules/{rule.id}.md): {rule.title}."
    for managed in managed_rules(duty):
        yield f"- [{managed.name}](#{group_of[managed]}), evaluated by AWS: {managed.state}."
    for anchor in duty.evidence:
        yield f"- Evidence: [{anchor.replace('-', ' ')}]({EVIDENCE}#{anchor})."


def _managed() -> Iterator[str]:
    yield from ("", "## Rules that AWS manages", "")
    yield "What AWS ships as a managed rule is in the same pack and not written again; AWS evaluates it."
    yield "Groups are switched by `managedRules` in the settings, and by `Include…` in the pack that stands alone."
    yield (
        "A group is on by default when it judges AI resources only: then nothing is billed, and nothing is "
        "NON_COMPLIANT, where there are none."
    )
    yield (
        "Groups with rules that AWS does not have in every Region are on where the Region is known (`regions` in the "
        "settings), without the rules that AWS lacks there."
    )
    for group in GROUPS:
        yield from ("", f"### {group.key}", "", f"Judges {group.judges}. {_default(group)}.", "")
        yield from table(
            ("Rule", "Identifier", "Wants", "Runs", "Parameters", "Not in", "Identifier published in"),
            (
                (
                    rule.name,
                    f"[{rule.identifier}]({rule.page})",
                    rule.state,
                    "every 24 hours" if rule.periodic else "on changes",
                    ", ".join(f"{code(each.name)} = {code(_shortened(each.value))}" for each in rule.inputs) or "none",
                    ", ".join(sorted(rule.lacks)) or "-",
                    rule.proof.title,
                )
                for rule in group.rules
            ),
        )
    yield from ("", "Where AWS publishes the identifiers:", "")
    used = {rule.proof for group in GROUPS for rule in group.rules}
    yield from (f"- {proof.title}: {proof.place}" for proof in sorted(used, key=lambda proof: proof.name))


def _default(group: Group) -> str:
    if not group.by_default:
        return "Off by default"
    return "On by default" if group.everywhere else "On by default where the Region is known"


def _shortened(value: str) -> str:
    first, comma, _ = value.partition(",")
    return f"{first},…" if comma else value
