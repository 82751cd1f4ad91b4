import json

from click.testing import CliRunner, Result

from cli.documents.overview import as_objects, managed_objects
from cli.documents.screen import managed_overview, overview
from cli.main import program
from cli.terminal import Look
from rules.engine.catalogue import all_rules

runner = CliRunner()

CRYPTOGRAPHY = ["SC-12", "SC-13", "SC-28"]


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
        "frameworks": {
            "wa-ml": ["MLSEC02-BP01"],
            "nist-800-53": CRYPTOGRAPHY,
            "owasp-llm": ["LLM02"],
            "nist-ai-rmf": ["MEASURE 2.7"],
            "iso-42001": ["A.6.2.6"],
            "eu-ai-act": ["Article 15"],
        },
    } in found


def test_a_pipe_gets_a_line_for_each_rule_with_tabs() -> None:
    lines = listed().stdout.splitlines()

    assert len(lines) == len(all_rules())
    assert (
        "bedrock-model-cmk-encrypted\tHIGH\tencryption\tperiodic\tAWS::Bedrock::CustomModel,AWS::Bedrock::ImportedModel"
        "\tCustom and imported Bedrock models are encrypted with customer-managed keys"
        "\twa-ml:MLSEC02-BP01,nist-800-53:SC-12,nist-800-53:SC-13,nist-800-53:SC-28,owasp-llm:LLM02"
        ",nist-ai-rmf:MEASURE 2.7,iso-42001:A.6.2.6,eu-ai-act:Article 15"
    ) in lines


def test_narrows_by_duty_and_severity() -> None:
    of_duty = json.loads(listed("--format", "json", "--duty", "encryption").stdout)

    assert {rule["duty"] for rule in of_duty} == {"encryption"}
    assert json.loads(listed("--format", "json", "--duty", "encryption", "--severity", "critical").stdout) == []


def test_narrows_by_framework() -> None:
    of_framework = json.loads(listed("--format", "json", "--framework", "owasp-llm").stdout)
    of_entries = json.loads(
        listed("--format", "json", "--framework", "nist-800-53:SC-13", "--framework", "owasp-llm:llm09").stdout
    )

    assert {rule["id"] for rule in of_framework} == {
        rule["id"] for rule in as_objects(all_rules()) if "owasp-llm" in rule["frameworks"]
    }
    assert {rule["id"] for rule in of_entries} == {
        rule["id"]
        for rule in as_objects(all_rules())
        if "SC-13" in rule["frameworks"].get("nist-800-53", []) or "LLM09" in rule["frameworks"].get("owasp-llm", [])
    }


def test_refuses_a_framework_that_there_is_not_in_one_line() -> None:
    result = listed("--framework", "nist")

    assert result.exit_code == 2
    assert result.stderr.startswith("ai-config-rules: Invalid value for '--framework': unknown framework 'nist'")
    assert result.stderr.count("\n") == 1
    assert result.stderr.endswith(
        "allowed: wa-genai, wa-ml, nist-800-53, owasp-llm, nist-ai-rmf, iso-42001, eu-ai-act\n"
    )


def test_lists_the_rules_of_aws() -> None:
    found = json.loads(listed("--managed", "--format", "json").stdout)
    lines = listed("--managed", "--duty", "encryption").stdout.splitlines()

    assert found == managed_objects(())
    assert {
        "name": "kms-key-rotated",
        "identifier": "CMK_BACKING_KEY_ROTATION_ENABLED",
        "group": "keys",
        "byDefault": False,
        "duty": "encryption",
        "trigger": "periodic",
        "securityHub": "KMS.4",
        "state": "Customer-managed keys are rotated every year",
    } in found
    assert (
        "kms-key-rotated\tCMK_BACKING_KEY_ROTATION_ENABLED\tkeys\toff by default\tencryption\tperiodic\tKMS.4"
        "\tCustomer-managed keys are rotated every year"
    ) in lines
    assert (
        "kms-key-kept\tKMS_CMK_NOT_SCHEDULED_FOR_DELETION\tkeys\toff by default\tencryption\tperiodic\t-"
        "\tNo customer-managed key is about to be deleted"
    ) in lines
    assert len(lines) == sum(rule["duty"] == "encryption" for rule in found)


def test_rules_of_aws_have_no_severity_and_no_frameworks() -> None:
    result = listed("--managed", "--severity", "high")

    assert result.exit_code == 2
    assert "--managed takes --duty only" in result.stderr


def test_a_terminal_gets_every_rule_within_its_width() -> None:
    shown = overview(all_rules(), Look(terminal=True, colour=False, width=60))

    assert max(len(line) for line in shown.splitlines()) <= 60
    for rule in all_rules():
        assert rule.id in shown
        assert rule.duty.title in shown


def test_a_terminal_gets_every_rule_of_aws_within_its_width() -> None:
    shown = managed_overview(managed_objects(()), Look(terminal=True, colour=False, width=70))
    lines = [line.strip() for line in shown.splitlines()]

    assert max(len(line) for line in shown.splitlines()) <= 70
    assert "keys  off by default" in lines
    assert "sagemaker-models  on by default" in lines
    assert "CMK_BACKING_KEY_ROTATION_ENABLED, periodic, KMS.4" in lines
    assert {rule["name"] for rule in managed_objects(())} <= set(lines)
