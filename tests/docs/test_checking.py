"""The page on checking and its workflow say what the program takes."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from cli.baseline import read_baseline
from cli.main import program

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "checking.md").read_text(encoding="utf-8")
WORKFLOW_FILE = DOCS / "examples" / "check.yml"
WORKFLOW_TEXT = WORKFLOW_FILE.read_text(encoding="utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load(WORKFLOW_TEXT)
JOB = WORKFLOW["jobs"]["check"]
RUN = "\n".join(step["run"] for step in JOB["steps"] if "run" in step)
COMMANDS = [
    *re.findall(r"^ai-config-rules (.+)$", PAGE, flags=re.MULTILINE),
    *(
        found.rstrip()
        for found in re.findall(r"ai-config-rules ([a-z].+?)(?:\|\||$)", RUN.replace("\\\n", ""), re.MULTILINE)
    ),
]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_one_that_the_program_takes(line: str) -> None:
    # A baseline may not expire in the past, which the day on the page will be.
    name, *arguments = shlex.split(line.replace("2027-03-31", "9999-12-31"))
    parent = click.Context(program, info_name="ai-config-rules")
    command = program.get_command(parent, name)

    assert command is not None
    context = command.make_context(name, arguments, parent=parent, resilient_parsing=False)
    assert context.params


def test_the_baseline_on_the_page_is_one(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "baseline.toml").write_text(example, encoding="utf-8")

    assert len(read_baseline(tmp_path / "baseline.toml").entries) == 1


def test_actions_of_the_workflow_are_pinned_by_commit_with_their_version_beside() -> None:
    used = [step["uses"] for step in JOB["steps"] if "uses" in step]

    assert len(used) == 4
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", action)
        assert re.search(rf"{re.escape(action)} # v[0-9.]+$", WORKFLOW_TEXT, flags=re.MULTILINE)


def test_the_workflow_asks_for_no_more_than_it_needs() -> None:
    assert WORKFLOW["permissions"] == {}
    assert JOB["permissions"] == {"contents": "read", "id-token": "write", "security-events": "write"}
    # YAML 1.1 takes the key "on" for true.
    assert set(WORKFLOW[True]) == {"schedule", "workflow_dispatch"}


def test_scripts_of_the_workflow_have_nothing_pasted_into_them() -> None:
    assert "${{" not in RUN


def test_the_workflow_uploads_whole_reports_only() -> None:
    names = [step.get("id") or step.get("uses", "").partition("@")[0] for step in JOB["steps"]]
    check, upload = JOB["steps"][names.index("check")], names.index("github/codeql-action/upload-sarif")

    assert check["run"].endswith('test "$status" -le 1\n')
    assert "if" not in JOB["steps"][upload]
    assert upload > names.index("check")
