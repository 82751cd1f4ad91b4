"""Handing over a report: on standard output, or in a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cli.checking import FILE
from cli.formats.registry import FORMATS, render
from cli.rule_names import refuse
from cli.terminal import PLAIN, Look, can_write, note, show, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    from cli.report import Report


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options `--format` and `--output`, as `format_` and `output`."""
    output = click.option("--output", type=FILE, help="Write the report to this file instead of standard output.")
    format_ = click.option(
        "--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True, help="Output."
    )
    return format_(output(command))


def require_writable(output: Path | None) -> None:
    """End the command, before the work is done, where the report could not be written to `output`."""
    if output is not None and not can_write(output):
        refuse(f"--output {str(output)!r}; allowed: a file in a directory that exists and can be written to")


def hand_over(reports: Sequence[Report], format_: str, output: Path | None, *, quiet: bool, no_color: bool) -> None:
    """Show the reports, or write them to `output`; ends the command when the file cannot be written."""
    look = PLAIN if output else Look.of(sys.stdout, no_color=no_color)
    text = render(format_, reports, look)
    if output is None:
        show(text)
        return
    try:
        write_whole(output, text)
    except OSError as error:
        refuse(f"--output {str(output)!r}: {error.strerror}")
    if not quiet:
        note(f"The report is in {output}.")
