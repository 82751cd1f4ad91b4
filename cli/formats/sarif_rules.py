"""Rules as SARIF's reporting descriptors: what code scanning shows beside a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.documentation import Documentation
from rules.engine.duties import Severity

if TYPE_CHECKING:
    from rules.engine.rule import Rule

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}

SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
"""A score in the middle of what code scanning calls by the severity's name."""

MOST_TAGS = 10
"""Tags of a rule that code scanning shows."""

NOT_EVALUATED = "rule-not-evaluated"
NOT_EVALUATED_LEVEL = "warning"


def descriptor(rule: type[Rule[Any]]) -> dict[str, Any]:
    """Return a rule's descriptor; its help is the rule's own documentation, which is Markdown."""
    documentation = Documentation.of(rule)
    references = "".join(f"- <{reference}>\n" for reference in rule.references)
    text = f"{documentation.why}\n\nFix: {documentation.fix}\n\nLimits: {documentation.limits}"
    markdown = "\n\n".join(
        [
            f"## Why\n\n{documentation.why}",
            f"## Fix\n\n{documentation.fix}",
            f"## Limits\n\n{documentation.limits}",
            f"## References\n\n{references}",
        ]
    )
    tags = ["security", rule.duty.folder, *dict.fromkeys(control.framework.key for control in rule.frameworks)]
    return {
        "id": rule.id,
        "name": rule.__name__,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": documentation.description},
        "help": {"text": text, "markdown": markdown},
        "helpUri": rule.references[0],
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "precision": "high",
            "problem.severity": "recommendation" if LEVELS[rule.severity] == "note" else LEVELS[rule.severity],
            "security-severity": SCORES[rule.severity],
            "tags": tags[:MOST_TAGS],
        },
    }


def not_evaluated_descriptor() -> dict[str, Any]:
    """Return the descriptor of the results that say what nobody knows: neither a violation nor its absence."""
    text = (
        "What a rule could not read was not judged: there may be violations that this report does not show, and "
        "alerts that code scanning closes because of that.\n\n"
        "Fix: the message says which call failed and why. Where access was denied, allow the action to the role that "
        "runs the check; where AWS was busy, run it again."
    )
    return {
        "id": NOT_EVALUATED,
        "name": "RuleNotEvaluated",
        "shortDescription": {"text": "Every rule is evaluated."},
        "fullDescription": {"text": "A rule, or one of its resources, could not be evaluated."},
        "help": {"text": text, "markdown": text},
        "helpUri": "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html",
        "defaultConfiguration": {"level": NOT_EVALUATED_LEVEL},
        "properties": {"precision": "very-high", "problem.severity": "warning", "tags": ["not-evaluated"]},
    }
