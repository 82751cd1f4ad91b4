import io
import sys

import pytest

from cli.account import Calls, open_session
from cli.commands.check import run
from cli.progress import progress
from cli.sandbox import Account
from rules.encryption.bedrock_model_cmk_encrypted import BedrockModelCmkEncrypted


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in the place of standard error, which pytest itself replaces between fixtures and tests."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    return terminal


def test_shows_what_is_through_and_how_many_calls_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    calls = Calls()
    with progress(2, calls, colour=False) as done:
        calls.count = 7
        done("bedrock-model-cmk-encrypted")

    shown = terminal.getvalue()
    assert "1/2 7 API calls, bedrock-model-cmk-encrypted done" in shown


def test_a_run_shows_progress_to_somebody_who_watches(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    run([BedrockModelCmkEncrypted()], open_session(account.session()), quiet=False, no_color=True)

    assert "bedrock-model-cmk-encrypted done" in terminal.getvalue()


def test_a_quiet_run_shows_nothing(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    run([BedrockModelCmkEncrypted()], open_session(account.session()), quiet=True, no_color=True)

    assert terminal.getvalue() == ""


def test_a_run_shows_nothing_in_a_pipe(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    run([BedrockModelCmkEncrypted()], open_session(account.session()), quiet=False, no_color=True)

    assert capsys.readouterr().err == ""
