from typing import Any

import pytest

from cli.fixes import Fix
from rules.engine.catalogue import all_rules, rule_by_id
from rules.engine.rule import Rule
from tests.rules.engine.sample_rules import BoxesGood

LONGEST = 400
"""Characters of a command, beyond which it would hide the violations below it."""


@pytest.mark.parametrize(
    ("rule", "fix"),
    [
        pytest.param(BoxesGood, Fix(("aws boxes put-box --good <name>",), "PutBox with Good."), id="block"),
        pytest.param(
            rule_by_id("bedrock-invoke-least-privilege"),
            Fix(
                ("aws iam put-role-policy", "aws iam create-policy-version --set-as-default"),
                "Name the models in the statement that the annotation points to, and the invocation actions as well.",
            ),
            id="commands within sentences, and a block that is none",
        ),
        pytest.param(
            rule_by_id("bedrock-api-key-short-lived"),
            Fix(
                (
                    (
                        "aws iam create-service-specific-credential --user-name <user> "
                        "--service-name bedrock.amazonaws.com --credential-age-days 30"
                    ),
                    (
                        "aws iam delete-service-specific-credential --user-name <user> "
                        "--service-specific-credential-id <id>"
                    ),
                ),
                "Prefer credentials of roles, or short-term keys, which end with the session that made them.",
            ),
            id="several lines",
        ),
        pytest.param(
            rule_by_id("bedrock-guardrail-enforced"),
            Fix(
                ("aws bedrock put-enforced-guardrail-configuration --guardrail-inference-config file://enforced.json",),
                "Enforce a published version for the whole account (PutEnforcedGuardrailConfiguration), without "
                "excludedModels.",
            ),
            id="a policy in a later block",
        ),
    ],
)
def test_says_commands_first(rule: type[Rule[Any]], fix: Fix) -> None:
    assert Fix.of(rule) == fix


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_has_a_short_fix_with_a_command(rule: type[Rule[Any]]) -> None:
    fix = Fix.of(rule)

    assert fix.commands
    assert all(command.startswith("aws ") and len(command) < LONGEST for command in fix.commands)
    assert fix.sentence.endswith((".", "…"))
    assert "`" not in fix.sentence
