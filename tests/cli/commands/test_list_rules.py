import json

from click.testing import CliRunner, Result

from cli.documents.overview import as_objects
from cli.documents.screen import overview
from cli.main import program
from cli.terminal import Look
from rules.engine.catalogue import all_rules

runner = CliRunner()


def listed(*arguments: str) -> Result:
    return runner.invoke(program, ["list", *arguments])


def test_json_has_every_rule() -> None:
    found = json.loads(listed("--format", "json").stdout)

    assert found == as_objects(all_rules())
    assert {
        "id": "bedrock-model-cmk-encrypted",
        "severity": "HIGH",
        "duty": "encryption",
        "trigger": "periodic",
        "reports": ["AWS::Bedrock::CustomModel", "AWS::Bedrock::ImportedModel"],
        "title": "Custom and imported Bedrock models are encrypted with customer-managed keys",
    } in found


def test_a_pipe_gets_a_line_for_each_rule_with_tabs() -> None:
    lines = listed().stdout.splitlines()

    assert len(lines) == len(all_rules())
    assert (
        "bedrock-model-cmk-encrypted\tHIGH\tencryption\tperiodic\tAWS::Bedrock::CustomModel,AWS::Bedrock::ImportedModel"
        "\tCustom and imported Bedrock models are encrypted with customer-managed keys"
    ) in lines


def test_narrows_by_duty_and_severity() -> None:
    of_duty = json.loads(listed("--format", "json", "--duty", "encryption").stdout)

    assert {rule["duty"] for rule in of_duty} == {"encryption"}
    assert json.loads(listed("--format", "json", "--duty", "encryption", "--severity", "critical").stdout) == []


def test_a_terminal_gets_every_rule_within_its_width() -> None:
    shown = overview(all_rules(), Look(terminal=True, colour=False, width=60))

    assert max(len(line) for line in shown.splitlines()) <= 60
    for rule in all_rules():
        assert rule.id in shown
        assert rule.duty.title in shown
