"""The page docs/frameworks.md: which rules answer to which entry of which framework, and which entries have none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cdk.managed.groups import GROUPS
from cli.documents.framework_listings import LISTINGS
from cli.documents.page import code, table
from rules.frameworks.table import row_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.documents.framework_listings import Listing
    from rules.engine.rule import Rule
    from rules.frameworks.framework import Control, Framework

SECURITY_HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html"


def frameworks_page(rules: Sequence[type[Rule[Any]]]) -> str:
    """Return docs/frameworks.md."""
    return "\n".join(_page(rules)) + "\n"


def answering(
    rules: Sequence[type[Rule[Any]]], framework: Framework
) -> dict[str, list[tuple[type[Rule[Any]], Control]]]:
    """Return the rules that name an entry of a framework, by the entry's id in the order in which people count."""
    found: dict[str, list[tuple[type[Rule[Any]], Control]]] = {}
    for rule in rules:
        for control in rule.frameworks:
            if control.framework is framework:
                found.setdefault(control.id, []).append((rule, control))
    return {control_id: found[control_id] for control_id in sorted(found, key=counting)}


def counting(control_id: str) -> tuple[tuple[str, int], ...]:
    """Return a key that sorts AC-4 before AC-17, and Article 9 before Article 10."""
    return tuple((text, int(number or 0)) for text, number in re.findall(r"(\D+)(\d*)", control_id))


def _page(rules: Sequence[type[Rule[Any]]]) -> Iterator[str]:
    yield from ("# Frameworks", "")
    yield "Which rules answer to which entry of a framework, from the table in `rules/frameworks/`."
    yield "`ai-config-rules list --framework nist-800-53:AC-6` lists the same rules in a terminal."
    yield "A rule is evidence for an entry and never all of it; an entry without a rule is no judgement on its weight."
    yield from ("", "## Whose mapping it is", "")
    yield (
        "Where `AWS:` follows a rule, the mapping is AWS's own: it maps the control of AWS Security Hub CSPM that is "
        "named, which checks a part of what the rule checks, to the entry; or the implementation steps of its practice "
        "name the setting that the rule checks."
    )
    yield "Everything else is this project's reading; no publisher has confirmed it."
    yield (
        "AWS's own as well are the controls of AWS Security Hub CSPM that it evaluates with the managed rules of this "
        "pack (the last section)."
    )
    yield "AWS Audit Manager's generative AI framework is not mapped: it is closed to new customers."
    for framework, listing in LISTINGS.items():
        yield from _framework(framework, listing, rules)
    yield from _security_hub()


def _framework(framework: Framework, listing: Listing, rules: Sequence[type[Rule[Any]]]) -> Iterator[str]:
    found = answering(rules, framework)
    yield from ("", f"## {framework.title}", "")
    yield f"[Published]({framework.url}); {code(f'list --framework {framework.key}')}."
    yield from (listing.extent, "")
    yield from table(
        ("Id", "Title", "Rules"),
        (
            (control_id, listing.titles[control_id], ", ".join(_answer(*answer) for answer in answers))
            for control_id, answers in found.items()
        ),
    )
    without = [control_id for control_id in sorted(listing.ids, key=counting) if control_id not in found]
    if without:
        named = (
            f"{control_id} ({listing.titles[control_id]})" if control_id in listing.titles else control_id
            for control_id in without
        )
        yield from ("", f"Without a rule: {', '.join(named)}.")
    yield from _nothing(framework, rules)


def _answer(rule: type[Rule[Any]], control: Control) -> str:
    whose = f" (AWS: {control.aws})" if control.aws else ""
    return f"[{rule.id}](rules/{rule.id}.md){whose}"


def _nothing(framework: Framework, rules: Sequence[type[Rule[Any]]]) -> Iterator[str]:
    """Yield a line for each reason why the framework has nothing for rules."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        for gap in row_of(rule.duty.folder, rule.id).nothing:
            if gap.framework is framework:
                found.setdefault(gap.why.value, []).append(f"[{rule.id}](rules/{rule.id}.md)")
    if found:
        yield from ("", "It has nothing for:", "")
        yield from (f"- {', '.join(links)}. {why}" for why, links in found.items())


def _security_hub() -> Iterator[str]:
    yield from ("", "## AWS Security Hub CSPM", "")
    yield f"AWS's own mapping: its [controls]({SECURITY_HUB}), and the managed rule that AWS evaluates for each."
    yield "Those of Bedrock, BedrockAgentCore and SageMaker are all of the standard AI Security Best Practices v1.0.0."
    yield ""
    controls = {rule.control: rule for group in GROUPS for rule in group.rules if rule.control}
    yield from table(
        ("Control", "Rule in the pack", "Identifier"),
        (
            (control, controls[control].name, f"[{controls[control].identifier}]({controls[control].page})")
            for control in sorted(controls, key=counting)
        ),
    )
