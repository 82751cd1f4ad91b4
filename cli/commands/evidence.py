"""`ai-config-rules evidence`: write what auditors ask for, from a live check or from a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from cli.checking import FILE, Asked, judging_options
from cli.evidence import files_of, problem_with, write
from cli.formats.json_report import as_object
from cli.formats.wording import warnings
from cli.report_file import ReportFileError, read_bytes, report_in, report_of
from cli.rule_names import refuse
from cli.status import ExitStatus
from cli.terminal import note

if TYPE_CHECKING:
    from cli.report_file import StoredReport

EXAMPLES = """\
\b
Examples:
  ai-config-rules evidence --output evidence-2026-11
  ai-config-rules evidence --output evidence --region us-east-1 --region eu-central-1
  ai-config-rules evidence --output evidence --report report.json
  cd evidence && sha256sum --check manifest.sha256
"""

OWN = frozenset({"output", "report", "quiet", "no_color", "asked"})


@click.command("evidence", epilog=EXAMPLES)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="The directory to write: one that is empty or does not exist.",
)
@click.option("--report", type=FILE, help="Take this report of 'check --format json' instead of judging accounts.")
@judging_options
@click.option("--quiet", is_flag=True, help="No progress, no notes: only errors.")
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
def command(*, output: Path, report: Path | None, quiet: bool, no_color: bool, **asked: Any) -> int:
    """
    Write an evidence pack: for each duty the rules, the evaluations with times, the parameters, and what is missing.

    The pack has what was not evaluated and why, the whole report, and a manifest of SHA-256 hashes. It is written
    whole or not at all. The exit status is 3 where something could not be evaluated.
    """
    if problem := problem_with(output):
        refuse(problem)
    if report is None:
        found, original = _judged(Asked(**asked), quiet=quiet, no_color=no_color)
    else:
        _require_nothing_else()
        found, original = _read(report)
    try:
        write(files_of(found, original), output)
    except OSError as error:
        refuse(f"--output {str(output)!r}: {error.strerror}")
    if not quiet:
        note(f"The evidence is in {output}; verify it there with: sha256sum --check manifest.sha256")
    return ExitStatus.NOT_EVALUATED if found.missed else ExitStatus.EVALUATED


def _judged(asked: Asked, *, quiet: bool, no_color: bool) -> tuple[StoredReport, bytes]:
    reports = asked.reports(quiet=quiet, no_color=no_color)
    for warning in warnings(reports):
        note(f"Warning: {warning}")
    content = as_object(reports)
    return report_of(content), (json.dumps(content, indent=2) + "\n").encode()


def _read(path: Path) -> tuple[StoredReport, bytes]:
    try:
        content = read_bytes(path)
        return report_in(content, path), content
    except ReportFileError as error:
        refuse(str(error))


def _require_nothing_else() -> None:
    """End the command where something says what to judge beside a report that says it already."""
    context = click.get_current_context()
    for parameter in context.command.params:
        name = parameter.name or ""
        if name not in OWN and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            refuse(f"{parameter.opts[0]} together with --report; allowed: one of them")
