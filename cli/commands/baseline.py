"""`ai-config-rules baseline`: write a first baseline from a report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.baseline import LONGEST_TEXT
from cli.baseline_file import UnwritableError, as_toml
from cli.report import Acceptance
from cli.report_file import ReportFileError, read_report
from cli.rule_names import RuleId, refuse
from cli.terminal import can_write, note, show, write_whole
from rules.engine.duties import Severity

if TYPE_CHECKING:
    from datetime import date

FILE = click.Path(dir_okay=False, path_type=Path)

EXAMPLES = """\
\b
Examples:
  ai-config-rules check --format json --output report.json
  ai-config-rules baseline report.json --owner ada@example.com --reason "Until the migration" \\
      --expires 2027-03-31 --output baseline.toml
  ai-config-rules check --baseline baseline.toml --fail-on high
"""


class Line(click.ParamType[str]):
    """A text on one line."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text without spaces around it; fails for what the baseline would not take."""
        text = value.strip()
        if not text or len(text) > LONGEST_TEXT or not text.isprintable():
            self.fail(f"allowed: one line of at most {LONGEST_TEXT} characters", param, ctx)
        return text


class Day(click.ParamType["date"]):
    """A day that is not over."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; fails for anything else."""
        now = datetime.now(UTC).date()
        try:
            day = now.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r}; allowed: a day such as {now.isoformat()}", param, ctx)
        if day < now:
            self.fail(f"{value!r} is over; allowed: {now.isoformat()} or later", param, ctx)
        return day


@click.command("baseline", epilog=EXAMPLES)
@click.argument("report", type=FILE)
@click.option("--owner", type=Line(), required=True, help="Who answers for accepting the violations.")
@click.option("--reason", type=Line(), required=True, help="Why they are accepted.")
@click.option("--expires", type=Day(), required=True, metavar="DATE", help="The last day on which they are accepted.")
@click.option("--rule", "ids", type=RuleId(), multiple=True, help="Only violations of this rule; may be given again.")
@click.option(
    "--severity",
    type=click.Choice(Severity, case_sensitive=False),
    help="Only violations of this severity or below [default: of any].",
)
@click.option("--output", type=FILE, help="Write to this file, which must not exist, instead of standard output.")
@click.option("--quiet", is_flag=True, help="No notes: only the baseline, and errors.")
def command(
    *,
    report: Path,
    owner: str,
    reason: str,
    expires: date,
    ids: tuple[str, ...],
    severity: Severity | None,
    output: Path | None,
    quiet: bool,
) -> None:
    """
    Write a first baseline that accepts the violations of REPORT, for people to review.

    REPORT is written by `check --format json`. Violations that are accepted already are left out.
    """
    if output is not None and (output.exists() or not can_write(output)):
        refuse(f"--output {str(output)!r}; allowed: a file that does not exist, in a directory that can be written to")
    try:
        found = [
            one
            for one in read_report(report).judged
            if one.violates
            and (not ids or one.rule_id in ids)
            and (severity is None or one.severity.value <= severity.value)
        ]
        text = as_toml(found, Acceptance(owner, reason, expires))
    except (ReportFileError, UnwritableError) as error:
        refuse(str(error))
    if not found:
        refuse("no violation is left to accept")
    if output is None:
        show(text)
        return
    try:
        write_whole(output, text)
    except OSError as error:
        refuse(f"--output {str(output)!r}: {error.strerror}")
    if not quiet:
        note(f"The baseline accepts {len(found):,} violations and is in {output}; review it.")
