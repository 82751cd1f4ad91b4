import pytest
from click.testing import CliRunner

from cli.documents.page import page
from cli.documents.screen import drawn_page
from cli.main import program
from cli.terminal import Look
from rules.engine.catalogue import all_rules
from rules.engine.documentation import Documentation
from rules.engine.rule import Rule

runner = CliRunner()


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_explains_every_rule(rule: type[Rule[object]]) -> None:  # type: ignore[type-var]  # of whatever fact
    result = runner.invoke(program, ["explain", rule.id])
    text = Documentation.of(rule)

    assert result.exit_code == 0
    assert result.stdout == page(rule)
    for part in (rule.title, text.description, text.why, text.fix, text.limits, *rule.reports):
        assert part in result.stdout
    for parameter in rule.parameters():
        assert f"| `{parameter.name}` | " in result.stdout
        assert parameter.description in result.stdout
    for action in rule.actions():
        assert f"- `{action.name}` on " in result.stdout


def test_a_page_reads_as_a_whole() -> None:
    lines = runner.invoke(program, ["explain", "bedrock-model-cmk-encrypted"]).stdout.splitlines()

    assert lines[0] == "# bedrock-model-cmk-encrypted"
    assert "- Severity: high" in lines
    assert "- Duty: Customer-managed keys" in lines
    assert "- Runs: every 24 hours" in lines
    assert "- Reports: `AWS::Bedrock::CustomModel`, `AWS::Bedrock::ImportedModel`" in lines
    assert "| `requireRotation` | `true` | true, false | Whether a key that can rotate automatically has to. |" in lines
    assert "| `exemptTag` | not set | key=value, or key | Resources with this tag are exempt: " in "\n".join(lines)
    assert "- `bedrock:ListCustomModels` on any resource" in lines
    assert "- `bedrock:GetImportedModel` on `arn:{partition}:bedrock:{region}:{account}:imported-model/*`" in lines


def test_a_terminal_gets_the_page_within_its_width_without_markup() -> None:
    (rule,) = [rule for rule in all_rules() if rule.id == "bedrock-model-cmk-encrypted"]
    shown = drawn_page(page(rule), Look(terminal=True, colour=False, width=72))

    assert max(len(line) for line in shown.splitlines()) <= 72
    assert "##" not in shown
    assert "`" not in shown
    assert Documentation.of(rule).description in " ".join(shown.split())
