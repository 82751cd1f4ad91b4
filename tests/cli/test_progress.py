import io
import re
import sys

import pytest

from cli.account import open_session
from cli.checking import run
from cli.places import Opened, Place, Plan, plan
from cli.progress import progress
from cli.sandbox import Account
from rules.encryption.bedrock_model_cmk_encrypted import BedrockModelCmkEncrypted

STYLES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in the place of standard error, which pytest itself replaces between fixtures and tests."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "140")
    return terminal


def planned(account: Account, *regions: str) -> Plan:
    opened = [Opened(Place(region), open_session(account.session(region))) for region in regions or ("us-east-1",)]
    return plan([BedrockModelCmkEncrypted()], opened)


def test_shows_a_row_for_each_place_with_its_rules_and_calls(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    tasks = planned(account, "us-east-1", "eu-central-1").tasks
    with progress(tasks, colour=False) as watcher:
        tasks[1].account.calls.count = 7_000
        watcher(tasks[1]).started("bedrock-model-cmk-encrypted")
        watcher(tasks[1]).done("bedrock-model-cmk-encrypted")

    shown = STYLES.sub("", terminal.getvalue())
    assert re.search(r"us-east-1 .*0/1 1 API call", shown)
    assert re.search(r"eu-central-1 .*1/1 7,000 API calls bedrock-model-cmk-encrypted done", shown)


def test_a_run_shows_progress_to_somebody_who_watches(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    run(planned(account), quiet=False, no_color=True)

    assert "bedrock-model-cmk-encrypted done" in terminal.getvalue()


def test_a_quiet_run_shows_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    run(planned(account), quiet=True, no_color=True)

    assert terminal.getvalue() == ""


def test_a_run_shows_nothing_in_a_pipe(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    run(planned(account), quiet=False, no_color=True)

    assert capsys.readouterr().err == ""
