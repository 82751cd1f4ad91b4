import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from cli.main import program
from cli.sandbox import ACCOUNT_ID, EmbeddedAccount, Fault
from cli.sandbox.company.aurelia import labels
from cli.sandbox.company.labels import BAD
from rules.engine.catalogue import all_rules
from rules.engine.duties import Duty
from tests.cli.commands.test_check import SCHEMA

pytestmark = pytest.mark.slow

PROGRAM = (sys.executable, "-m", "cli.main")

runner = CliRunner()


@pytest.mark.repeats
def test_ends_with_the_report_and_status_zero() -> None:
    result = runner.invoke(program, ["demo"])
    lines = result.stdout.splitlines()

    assert result.exit_code == 0
    assert result.stderr == "Building Aurelia Health in an embedded account ...\n"
    assert lines[0].startswith(f"Account {ACCOUNT_ID} in us-east-1, eu-central-1: ")
    violations = [line for line in lines if line.startswith("NON_COMPLIANT ")]
    assert len(violations) >= sum(label.compliance is BAD for label in labels("mixed"))
    assert lines[-1].startswith(f"{len(violations)} violations: ")


def test_an_empty_account_has_no_violation() -> None:
    result = runner.invoke(program, ["demo", "--company", "empty", "--quiet"])

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1].startswith("No violations. ")


@pytest.mark.slow
def test_works_without_credentials_settings_or_network_of_the_machine() -> None:
    environment = {"PATH": os.environ["PATH"], "AWS_PROFILE": "of-somebody", "AWS_CONFIG_FILE": "/does/not/exist"}
    ended = subprocess.run([*PROGRAM, "demo", "--company", "empty"], env=environment, capture_output=True, check=False)  # noqa: S603 - own program

    assert ended.returncode == 0
    assert b"No violations." in ended.stdout


@pytest.fixture(scope="module")
def sandbox() -> Iterator[dict[str, str]]:
    """Serve the example company from a process of its own; return the environment that it prints."""
    serving = subprocess.Popen([*PROGRAM, "sandbox"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 - own program
    assert serving.stdout is not None
    assert serving.stderr is not None
    environment = {}
    while "AWS_EC2_METADATA_DISABLED" not in environment:
        name, _, value = serving.stdout.readline().rstrip("\n").partition("=")
        assert name, serving.stderr.read()
        environment[name] = value
    yield environment
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(timeout=30) == 0
    assert "answers at http://127.0.0.1:" in serving.stderr.read()
    serving.stdout.close()
    serving.stderr.close()


def check(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, "check", "--settings", os.devnull, *arguments]
    return subprocess.run(  # noqa: S603 - own program
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_check_judges_what_the_sandbox_serves(sandbox: dict[str, str]) -> None:
    ended = check(sandbox, "--duty", "access", "--duty", "functions", "--format", "json", "--fail-on", "high")
    found = json.loads(ended.stdout)
    jsonschema.validate(found, SCHEMA)

    judged = {rule.id for rule in all_rules() if rule.duty in (Duty.ACCESS, Duty.FUNCTIONS)}
    wanted = {
        (label.rule, label.resource, label.compliance.value)
        for label in labels("mixed")
        if label.region == "us-east-1" and label.rule in judged
    }
    assert (ended.returncode, ended.stderr) == (1, "")
    assert {(one["ruleId"], one["resourceName"], one["compliance"]) for one in found["evaluations"]} >= wanted


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param(["--region", "ap-northeast-1", "--fail-on", "low", "--duty", "encryption"], 0, id="nothing found"),
        pytest.param(["--duty", "encryption", "--fail-on", "high"], 1, id="violations"),
        pytest.param(["--duty", "encryption", "--fail-on", "hihg"], 2, id="wrong usage"),
    ],
)
def test_exit_status_of_the_process(arguments: list[str], status: int, sandbox: dict[str, str]) -> None:
    assert check(sandbox, *arguments).returncode == status


@pytest.mark.slow
def test_exit_status_of_a_rule_that_cannot_be_evaluated(server: EmbeddedAccount) -> None:
    server.faults.add(Fault("deny", "bedrock:ListCustomModels"))
    ended = check(server.environment(), "--duty", "encryption", "--fail-on", "low", "--format", "json")

    assert ended.returncode == 3
    assert [error["code"] for error in json.loads(ended.stdout)["errors"]] == ["AccessDeniedException"]
    assert ended.stderr == ""


@pytest.mark.slow
def test_exit_status_without_credentials(server: EmbeddedAccount) -> None:
    environment = server.environment() | {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    ended = check(environment)

    assert ended.returncode == 2
    assert re.fullmatch(r"ai-config-rules: no credentials: .*\n", ended.stderr)


@pytest.mark.slow
def test_a_reader_that_stops_reading_gets_no_traceback(sandbox: dict[str, str]) -> None:
    code = (
        "import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1); "
        "from cli.main import main; sys.argv[1:] = ['list']; main()"
    )
    ended = subprocess.run(  # noqa: S603 - own program
        [sys.executable, "-c", code], env=os.environ | sandbox, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 141
    assert ended.stderr == ""


def test_the_report_can_be_had_in_every_format_and_in_a_file(tmp_path: Path) -> None:
    output = tmp_path / "report.html"
    result = runner.invoke(program, ["demo", "--company", "empty", "--format", "html", "--output", str(output)])

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1] == f"The report is in {output}."
    assert output.read_text(encoding="ascii").startswith("<!DOCTYPE html>\n")


def test_a_file_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    result = runner.invoke(program, ["demo", "--output", str(tmp_path / "none" / "report.html")])

    assert result.exit_code == 2
    assert "Building" not in result.stderr
