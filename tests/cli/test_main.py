import json
import subprocess
import sys
from importlib import import_module

import click
import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner, Result

from cli.main import COMMANDS, NAME, program

runner = CliRunner()


def run(*arguments: str) -> Result:
    return runner.invoke(program, arguments)


def test_help_shows_every_command_with_examples_and_exit_statuses() -> None:
    result = run("--help")

    assert result.exit_code == 0
    for name, entry in COMMANDS.items():
        assert f"{name} {entry.summary}" in " ".join(result.stdout.split())
    assert "ai-config-rules demo" in result.stdout
    assert "3  some rule could not be evaluated" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = run(name, "--help")

    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: {NAME} {name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_what_its_name_says(name: str) -> None:
    command = import_module(COMMANDS[name].module).command

    assert isinstance(command, click.Command)
    assert command.name == name


def test_version() -> None:
    assert run("--version").stdout.startswith("ai-config-rules, version ")


def test_no_command_shows_help_and_fails() -> None:
    result = run()

    assert result.exit_code == 2
    assert "Commands:" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["chekc"],
            "there is no command 'chekc' (did you mean 'check'?); allowed: " + ", ".join(COMMANDS),
            id="close command",
        ),
        pytest.param(["zzz"], "there is no command 'zzz'; allowed: " + ", ".join(COMMANDS), id="unknown command"),
        pytest.param(["--nope"], "No such option '--nope'.", id="unknown option"),
        pytest.param(
            ["check", "--severity", "huge"],
            "Invalid value for '--severity': 'huge' is not one of 'low', 'medium', 'high', 'critical'.",
            id="unknown severity",
        ),
        pytest.param(
            ["check", "--format", "xml"],
            "Invalid value for '--format': 'xml' is not one of 'table', 'json', ",
            id="unknown format",
        ),
        pytest.param(
            ["explain", "bedrock-model-cmk-encrpyted"],
            "Invalid value for 'RULE': unknown rule 'bedrock-model-cmk-encrpyted' (did you mean "
            "'bedrock-model-cmk-encrypted'",
            id="misspelt rule",
        ),
        pytest.param(["explain"], "Missing argument 'RULE'.", id="missing argument"),
        pytest.param(["explain", "a\nb\x1b[31m"], "Invalid value for 'RULE': unknown rule 'a", id="hostile input"),
    ],
)
def test_errors_are_one_line_on_standard_error(arguments: list[str], message: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"{NAME}: {message}")
    assert result.stderr.count("\n") == 1
    assert result.stderr.rstrip("\n").isprintable()


def test_completes_commands_and_rules() -> None:
    def completions(*arguments: str) -> list[str]:
        completing = BashComplete(program, {}, NAME, "_AI_CONFIG_RULES_COMPLETE")
        return [item.value for item in completing.get_completions(list(arguments[:-1]), arguments[-1])]

    assert completions("exp") == ["explain", "explain-access"]
    assert completions("explain", "bedrock-model-c") == ["bedrock-model-cmk-encrypted"]
    assert "bedrock-model-cmk-encrypted" in completions("check", "--rule", "bedrock")
    assert completions("check", "--severity", "h") == ["high"]
    assert "encryption" in completions("check", "--duty", "")
    assert "--help" in completions("--")


def test_help_loads_neither_the_aws_sdk_nor_drawing_nor_the_embedded_account() -> None:
    code = (
        "import json, sys\nfrom cli.main import program\n"
        "try: program(['--help'])\nexcept SystemExit: print(json.dumps(sorted(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - own program
    loaded = set(json.loads(ended.stdout.splitlines()[-1]))

    assert not loaded & {"boto3", "botocore", "rdklib", "rich", "moto", "rules.engine.rule"}


def test_an_interruption_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("check")
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.commands.check.command", interrupted)
    result = run("check")

    assert result.exit_code == 130
    assert result.stderr.strip() == f"{NAME}: interrupted"


def test_a_defect_of_the_program_is_not_taken_for_violations() -> None:
    code = "from cli import main\nmain.program = lambda: 1 / 0\nmain.main()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - own program

    assert ended.returncode == 3
    assert "ZeroDivisionError" in ended.stderr
    assert ended.stderr.endswith(f"{NAME}: this is a defect of the program; nothing was evaluated\n")
