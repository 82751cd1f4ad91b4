"""Standard output and files: how wide and colourful text may be, and how it is written."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.status import ExitStatus

if TYPE_CHECKING:
    from typing import TextIO

WIDEST = 140
"""Columns that text fills at most: longer lines are hard to read."""
NARROWEST = 40


@dataclass(frozen=True)
class Look:
    """
    How text is to be shown.

    On a `terminal` there are columns of `width` characters and, with `colour`, colours; anywhere else text is
    plain lines, one item on each.
    """

    terminal: bool
    colour: bool = False
    width: int = 80

    @classmethod
    def of(cls, stream: TextIO, *, no_color: bool = False) -> Look:
        """Return the look of a stream; NO_COLOR (no-color.org) and TERM=dumb are respected."""
        terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        width = min(max(shutil.get_terminal_size((80, 24)).columns, NARROWEST), WIDEST)
        return cls(terminal, terminal and not no_color and not os.environ.get("NO_COLOR"), width)


PLAIN = Look(terminal=False)


def show(text: str) -> None:
    """
    Write text to standard output; characters that its encoding does not have are written as escapes.

    Ends the program quietly when whoever read standard output stopped reading.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=not text.endswith("\n"), color=True)
    except BrokenPipeError:
        # Python flushes standard output once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(ExitStatus.READER_GONE) from None


def note(text: str) -> None:
    """Write one line to standard error."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), err=True)


def can_write(path: Path) -> bool:
    """Say whether `write_whole` may write there, before the work is done that makes the text."""
    target = Path(os.path.realpath(path))
    replaced = target.is_file() or not target.exists()
    return os.access(target.parent, os.W_OK | os.X_OK) if replaced else os.access(target, os.W_OK)


def write_whole(path: Path, text: str) -> None:
    """
    Write a file so that a reader finds either what was there before or all of `text`; raises OSError.

    What is no regular file (a pipe, a terminal) cannot be replaced and is written to.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        draft.replace(target)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
