"""Commands that the documentation shows exist, with the options that it gives them."""

import re

import click
import pytest

from cli.main import program
from tests.docs.documents import ROOT, documents

SHOWN = re.compile(r"ai-config-rules ((?:[a-z][a-z-]*)(?: [^\n`#|)]*)?)")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    """Return what follows the program's name in code, continued lines joined."""
    code = re.findall(r"```.*?```|`[^`\n]+`|^ {4,}\S.*$", text, re.MULTILINE | re.DOTALL)
    return [found for part in code for found in SHOWN.findall(part.replace("\\\n", " "))]


def options(command: click.Command) -> set[str]:
    return {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"--help", "-h"}


def wrong_with(line: str) -> str | None:
    """Return what is wrong with a command line."""
    name, *arguments = line.split()
    context = click.Context(program)
    command = program.get_command(context, name)
    if command is None:
        return f"there is no command {name}"
    given = {argument.partition("=")[0] for argument in arguments if argument.startswith("--")}
    unknown = sorted(given - options(command))
    return f"{name} has no {', '.join(unknown)}" if unknown else None


@pytest.mark.parametrize("path", documents())
def test_commands_exist_with_their_options(path: str) -> None:
    assert {line: wrong for line in commands(documents()[path]) if (wrong := wrong_with(line))} == {}


def test_documents_show_commands() -> None:
    assert commands("    .venv/bin/ai-config-rules check --fail-on high  # at a high violation") == [
        "check --fail-on high  "
    ]
    assert len({line.split()[0] for text in documents().values() for line in commands(text)}) > 5


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("check --fail-on high", None),
        ("check --fail-at high", "check has no --fail-at"),
        ("chekc", "there is no command chekc"),
    ],
)
def test_says_what_is_wrong_with_a_command(line: str, wrong: str | None) -> None:
    assert wrong_with(line) == wrong


@pytest.mark.parametrize("path", documents())
def test_make_targets_exist(path: str) -> None:
    code = re.findall(r"```.*?```|`[^`\n]+`|^ {4,}\S.*$", documents()[path], re.MULTILINE | re.DOTALL)
    shown = {target for part in code for target in re.findall(r"(?:^|[`\s])make ([a-z]+)\b", part)}

    assert {target for target in shown if not re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)} == set()
