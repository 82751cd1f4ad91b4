from dataclasses import replace
from typing import Any

import pytest

from rules.delivery.alert import subject, troubles, violations, worth_telling
from rules.delivery.compliance_change import ComplianceChange
from rules.engine.catalogue import all_rules, rule_by_id
from rules.engine.duties import Severity
from rules.engine.verdict import Compliance
from tests.rules.delivery.events import RULE, at, event

LOW = next(rule for rule in all_rules() if rule.severity is Severity.LOW)
MEDIUM = next(rule for rule in all_rules() if rule.severity is Severity.MEDIUM)
HIGH = rule_by_id(RULE)
CRITICAL = next(rule for rule in all_rules() if rule.severity is Severity.CRITICAL)


def change_of(**members: Any) -> ComplianceChange:
    change = ComplianceChange.of_event(event())
    assert change is not None
    return replace(change, **members)


@pytest.mark.parametrize(
    ("members", "worth"),
    [
        pytest.param({}, True, id="as grave as asked"),
        pytest.param({"rule": CRITICAL}, True, id="graver"),
        pytest.param({"rule": MEDIUM}, False, id="less grave"),
        pytest.param({"compliance": Compliance.COMPLIANT}, False, id="compliant"),
        pytest.param({"compliance": Compliance.NOT_APPLICABLE}, False, id="not applicable"),
        pytest.param({"open_since": at(-60)}, False, id="told before"),
    ],
)
def test_tells_of_what_has_become_wrong(members: dict[str, Any], *, worth: bool) -> None:
    change = change_of(**members)

    assert worth_telling([change], Severity.HIGH) == ([change] if worth else [])


def test_tells_the_gravest_first() -> None:
    changes = [
        change_of(rule=LOW),
        change_of(resource_id="b"),
        change_of(rule=CRITICAL),
        change_of(resource_id="a"),
    ]

    told = worth_telling(changes, Severity.LOW)

    assert [(one.rule, one.resource_id) for one in told] == [
        (CRITICAL, "prompts"),
        (HIGH, "a"),
        (HIGH, "b"),
        (LOW, "prompts"),
    ]


def test_a_message_says_what_is_wrong_where_and_what_to_do() -> None:
    message = violations([change_of()])

    assert message.subject == f"HIGH: {RULE} in us-east-1 (123456789012)"
    lines = dict(line.split(":", 1) for line in message.text.strip().splitlines())
    assert {name: line.strip() for name, line in lines.items()} == {
        "HIGH": HIGH.title,
        "Resource": "AWS::Logs::LogGroup arn:aws:logs:us-east-1:123456789012:log-group:prompts",
        "Found": "Retention is 30 days, at least 90 are wanted.",
        "Fix": lines["Fix"].strip(),
        "Read": HIGH.references[0],
        "Details": "https://us-east-1.console.aws.amazon.com/config/home?region=us-east-1#/rules/details"
        f"?configRuleName={RULE}-conformance-pack-qayjyopmd",
        "Rule": f"{RULE}, recorded at 2026-11-23T10:00:00.000Z",
    }
    assert 40 < len(lines["Fix"]) < 530


def test_several_violations_are_one_message() -> None:
    message = violations([change_of(rule=CRITICAL), change_of(), change_of(resource_id="answers")])

    assert message.subject == "CRITICAL: 3 resources have become NON_COMPLIANT in us-east-1 (123456789012)"
    assert message.text.count("\nResource:") == 3
    assert message.text.index(CRITICAL.title) < message.text.index(HIGH.title)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_the_message_of_every_rule_is_one_that_sns_takes(rule: Any) -> None:
    message = violations([change_of(rule=rule, resource_id="é" * 768, region="ap-southeast-2")])

    assert 1 <= len(message.subject) <= 100
    assert message.subject.isascii()
    assert message.subject.isprintable()
    assert len(message.text.encode()) < 262_144 / 10


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
        ("aws-iso", "us-iso-east-1", "us-iso-east-1.console.aws.amazon.com"),
    ],
)
def test_links_lead_to_the_console_of_the_partition(partition: str, region: str, host: str) -> None:
    assert (
        f"https://{host}/config/home?region={region}#"
        in violations([change_of(partition=partition, region=region)]).text
    )


def test_without_a_sentence_it_says_so() -> None:
    assert "Found:    AWS Config gives no reason.\n" in violations([change_of(annotation="")]).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a" * 101, "a" * 97 + "...", id="too long"),
        pytest.param("a" * 100, "a" * 100, id="just fits"),
        pytest.param("naïve\nline\x1b[31m", "na?ve line [31m", id="other characters"),
    ],
)
def test_a_subject_is_one_short_line_of_ascii(text: str, said: str) -> None:
    assert subject(text) == said


@pytest.mark.parametrize(
    ("sentences", "count"),
    [(("It is late.",), "something is wrong"), (("It is late.", "It is cold."), "2 things are wrong")],
)
def test_troubles_are_listed(sentences: tuple[str, ...], count: str) -> None:
    message = troubles("ai-config", "us-east-1 (123456789012)", sentences)

    assert message.subject == f"ai-config in us-east-1 (123456789012): {count}"
    assert message.text == (
        "The rules that are deployed as ai-config in us-east-1 (123456789012) cannot be relied on:\n\n"
        + "".join(f"- {one}\n" for one in sentences)
        + "\nThis is said again twice a day until it is put right.\n"
    )
