import io
import sys
from pathlib import Path

import pytest

from cli.terminal import Look, can_write, note, show, write_whole


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize(
    ("environment", "no_color", "look"),
    [
        pytest.param({}, False, Look(terminal=True, colour=True), id="terminal"),
        pytest.param({}, True, Look(terminal=True, colour=False), id="asked for no colours"),
        pytest.param({"NO_COLOR": "1"}, False, Look(terminal=True, colour=False), id="NO_COLOR"),
        pytest.param({"NO_COLOR": ""}, False, Look(terminal=True, colour=True), id="empty NO_COLOR means nothing"),
        pytest.param({"TERM": "dumb"}, False, Look(terminal=False, colour=False), id="dumb terminal"),
        pytest.param({"COLUMNS": "100"}, False, Look(terminal=True, colour=True, width=100), id="wide"),
        pytest.param({"COLUMNS": "500"}, False, Look(terminal=True, colour=True, width=140), id="too wide to read"),
        pytest.param({"COLUMNS": "5"}, False, Look(terminal=True, colour=True, width=40), id="too narrow to show"),
    ],
)
def test_look_of_a_terminal(
    environment: dict[str, str],
    no_color: bool,
    look: Look,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert Look.of(Terminal(), no_color=no_color) == look


def test_a_pipe_is_no_terminal() -> None:
    assert not Look.of(io.StringIO()).terminal


def test_what_an_encoding_lacks_is_written_as_an_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.TextIOWrapper(io.BytesIO(), "ascii"), io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    show("a…b\n")
    note("c…d")

    assert out.buffer.getvalue() == b"a\\u2026b\n"
    assert err.buffer.getvalue() == b"c\\u2026d\n"


def test_show_ends_in_one_newline(capsys: pytest.CaptureFixture[str]) -> None:
    show("one")
    show("two\n")

    assert capsys.readouterr().out == "one\ntwo\n"


def test_writes_a_file_whole(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    write_whole(file, "first\n")
    write_whole(file, "second\n")

    assert file.read_text(encoding="utf-8") == "second\n"
    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]


def test_leaves_what_was_there_when_writing_fails(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    write_whole(file, "first\n")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "half \ud83d pair")

    assert file.read_text(encoding="utf-8") == "first\n"
    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]


def test_keeps_a_link_and_writes_its_target(tmp_path: Path) -> None:
    file, link = tmp_path / "report.json", tmp_path / "latest.json"
    link.symlink_to(file)
    write_whole(link, "text\n")

    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == "text\n"


def test_writes_to_what_cannot_be_replaced() -> None:
    assert can_write(Path("/dev/null"))
    write_whole(Path("/dev/null"), "text\n")

    assert not Path("/dev/null").is_file()


def test_knows_where_it_cannot_write(tmp_path: Path) -> None:
    assert can_write(tmp_path / "report.json")
    assert not can_write(tmp_path / "missing" / "report.json")
