"""Messages that a person reads: what is wrong with which resource, and what to do. Nothing here speaks to AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from rules.delivery.finding import resource_arn, sentences, written
from rules.engine.documentation import Documentation
from rules.engine.verdict import shortened
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rules.delivery.compliance_change import ComplianceChange
    from rules.engine.duties import Severity

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
LONGEST_SUBJECT = 100
LONGEST_FIX = 512

CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


@dataclass(frozen=True)
class Message:
    """What Amazon SNS publishes: a subject of at most 100 printable ASCII characters, and a text."""

    subject: str
    text: str


def worth_telling(changes: Iterable[ComplianceChange], at_least: Severity) -> list[ComplianceChange]:
    """
    Return the resources that have become NON_COMPLIANT with a rule of this severity or above, gravest first.

    A resource that was NON_COMPLIANT before has been told of already.
    """
    found = [
        change
        for change in changes
        if change.is_open and change.open_since is None and change.rule.severity.value >= at_least.value
    ]
    return sorted(found, key=lambda change: (-change.rule.severity.value, change.rule.id, change.resource_id))


def violations(changes: Sequence[ComplianceChange]) -> Message:
    """Return the message about resources that have become NON_COMPLIANT, at least one."""
    first = changes[0]
    place = f"{first.region} ({first.account_id})"
    if len(changes) == 1:
        head = f"{first.rule.severity.name}: {first.rule.id} in {place}"
    else:
        head = f"{first.rule.severity.name}: {len(changes)} resources have become NON_COMPLIANT in {place}"
    return Message(subject(head), "\n\n".join(_block(change) for change in changes) + "\n")


def troubles(prefix: str, place: str, sentences_: Sequence[str]) -> Message:
    """Return the message about what is wrong with the deployment itself, at least one sentence."""
    count = "something is wrong" if len(sentences_) == 1 else f"{len(sentences_)} things are wrong"
    text = "\n".join(f"- {one}" for one in sentences_)
    return Message(
        subject(f"{prefix} in {place}: {count}"),
        f"The rules that are deployed as {prefix} in {place} cannot be relied on:\n\n{text}\n\n"
        "This is said again twice a day until it is put right.\n",
    )


def subject(text: str) -> str:
    """Return a text as Amazon SNS takes it for a subject: other characters than ASCII's become question marks."""
    plain = "".join(one if one.isprintable() else " " for one in text).encode("ascii", "replace").decode()
    return plain if len(plain) <= LONGEST_SUBJECT else f"{plain[: LONGEST_SUBJECT - 3].rstrip()}..."


def _block(change: ComplianceChange) -> str:
    rule = change.rule
    fix = sentences(Documentation.of(rule).fix, LONGEST_FIX)
    lines = {
        rule.severity.name: rule.title,
        "Resource": f"{change.resource_type} {shortened(resource_arn(change), 1024)}",
        "Found": change.annotation or "AWS Config gives no reason.",
        "Fix": fix,
        "Read": rule.references[0],
        "Details": _console(change),
        "Rule": f"{rule.id}, recorded at {written(change.recorded_at)}",
    }
    width = max(len(name) for name in lines) + 2
    return "\n".join(f"{name + ':':{width}}{line}" for name, line in lines.items())


def _console(change: ComplianceChange) -> str:
    host = CONSOLES.get(change.partition, CONSOLES["aws"])
    name = quote(change.config_rule_name, safe="")
    return f"https://{change.region}.{host}/config/home?region={change.region}#/rules/details?configRuleName={name}"
