"""`ai-config-rules diff`: what changed between two reports."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.differences import differences
from cli.report_file import ReportFileError, read_report
from cli.rule_names import refuse
from cli.terminal import PLAIN, Look, can_write, note, show, write_whole
from rules.engine.duties import Severity

if TYPE_CHECKING:
    from cli.report_file import StoredReport

FILE = click.Path(dir_okay=False, path_type=Path)

FORMATS = {
    "table": "cli.formats.diff_lines",
    "json": "cli.formats.diff_json",
    "markdown": "cli.formats.diff_markdown",
}

EXAMPLES = """\
\b
Examples:
  ai-config-rules diff monday.json today.json
  ai-config-rules diff main.json branch.json --fail-on-new high
  ai-config-rules diff october.json november.json --format markdown --output review.md

\b
Exit status:
  0  nothing new at or above --fail-on-new
  1  a new violation at or above --fail-on-new
  2  wrong usage, or a file that is no report
  3  the newer report could not evaluate something, or not all that the older one did
"""


@click.command("diff", epilog=EXAMPLES)
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option("--format", "format_", type=click.Choice(tuple(FORMATS)), default="table", show_default=True)
@click.option(
    "--fail-on-new",
    type=click.Choice(Severity, case_sensitive=False),
    help="Exit with 1 for a new violation of this severity or above [default: for none].",
)
@click.option("--output", type=FILE, help="Write to this file instead of standard output.")
@click.option("--quiet", is_flag=True, help="No notes: only the differences, and errors.")
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
def command(
    *,
    old: Path,
    new: Path,
    format_: str,
    fail_on_new: Severity | None,
    output: Path | None,
    quiet: bool,
    no_color: bool,
) -> int:
    """
    Show what appeared, was fixed or changed between two JSON reports of `check`.

    OLD and NEW are written by `check --format json`. A violation whose rule was not evaluated again is shown as no
    longer evaluated, never as fixed.
    """
    if output is not None and not can_write(output):
        refuse(f"--output {str(output)!r}; allowed: a file in a directory that exists and can be written to")
    before, after = _read(old), _read(new)
    found = differences(before, after)
    look = PLAIN if output else Look.of(sys.stdout, no_color=no_color)
    text = import_module(FORMATS[format_]).render(found, before, after, look)
    if output is None:
        show(text)
    else:
        _write(output, text)
        if not quiet:
            note(f"The differences are in {output}.")
    return found.status(fail_on_new)


def _read(path: Path) -> StoredReport:
    try:
        return read_report(path)
    except ReportFileError as error:
        refuse(str(error))


def _write(output: Path, text: str) -> None:
    try:
        write_whole(output, text)
    except OSError as error:
        refuse(f"--output {str(output)!r}: {error.strerror}")
