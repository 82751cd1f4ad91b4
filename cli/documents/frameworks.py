"""The page docs/frameworks.md: which rules answer to which entry of which framework, and which entries have none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cdk.managed.groups import GROUPS
from cli.documents.framework_listings import LISTINGS
from cli.documents.page import code, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.documents.framework_listings import Listing
    from rules.engine.frameworks import Framework
    from rules.engine.rule import Rule

SECURITY_HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html"


def frameworks_page(rules: Sequence[type[Rule[Any]]]) -> str:
    """Return docs/frameworks.md."""
    return "\n".join(_page(rules)) + "\n"


def answering(rules: Sequence[type[Rule[Any]]], framework: Framework) -> dict[str, list[type[Rule[Any]]]]:
    """Return the rules that name an entry of a framework, by the entry's id in the order in which people count."""
    found: dict[str, list[type[Rule[Any]]]] = {}
    for rule in rules:
        for control in rule.frameworks:
            if control.framework is framework:
                found.setdefault(control.id, []).append(rule)
    return {control_id: found[control_id] for control_id in sorted(found, key=counting)}


def counting(control_id: str) -> tuple[tuple[str, int], ...]:
    """Return a key that sorts AC-4 before AC-17, and Article 9 before Article 10."""
    return tuple((text, int(number or 0)) for text, number in re.findall(r"(\D+)(\d*)", control_id))


def _page(rules: Sequence[type[Rule[Any]]]) -> Iterator[str]:
    yield from ("# Frameworks", "")
    yield "Which rules answer to which entry of a framework, from what the rules say of themselves."
    yield "`ai-config-rules list --framework nist-800-53:AC-6` lists the same rules in a terminal."
    yield "A rule is evidence for an entry and never all of it; an entry without a rule is no judgement on its weight."
    yield from ("", "## Whose mapping it is", "")
    yield (
        "AWS's own are the controls of AWS Security Hub CSPM that it evaluates with the managed rules of this pack "
        "(the last section)."
    )
    yield (
        "Everything else is this project's reading of the frameworks, AWS's two Well-Architected lenses included: "
        "their practices name no rules."
    )
    yield "AWS Audit Manager's generative AI framework is not mapped: it is closed to new customers."
    for framework, listing in LISTINGS.items():
        yield from _framework(framework, listing, rules)
    yield from _security_hub()


def _framework(framework: Framework, listing: Listing, rules: Sequence[type[Rule[Any]]]) -> Iterator[str]:
    found = answering(rules, framework)
    yield from ("", f"## {framework.title}", "")
    yield f"[Published]({framework.url}); {code(f'list --framework {framework.key}')}."
    yield from (listing.extent, listing.basis, "")
    yield from table(
        ("Id", "Title", "Rules"),
        (
            (control_id, listing.titles[control_id], ", ".join(f"[{rule.id}](rules/{rule.id}.md)" for rule in answers))
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
