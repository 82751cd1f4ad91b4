"""`ai-config-rules check`: judge the accounts of the given credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.checking import Asked, judging_options
from cli.formats.wording import warnings
from cli.output import hand_over, output_options, require_writable
from cli.report import status_of
from cli.terminal import note
from rules.engine.duties import Severity

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = """\
\b
Examples:
  ai-config-rules check --duty access --fail-on high
  ai-config-rules check --region us-east-1 --region eu-central-1 --profile audit
  ai-config-rules check --role-arn arn:aws:iam::111122223333:role/audit \\
      --role-arn arn:aws:iam::444455556666:role/audit --external-id example
  ai-config-rules check --framework nist-800-53:AC-6 --format json --output report.json
  ai-config-rules check --rule bedrock-model-cmk-encrypted \\
      --parameter bedrock-model-cmk-encrypted.requireRotation=false
  ai-config-rules check --format html --output report.html
  ai-config-rules check --baseline baseline.toml --fail-on high
  AWS_ENDPOINT_URL=http://127.0.0.1:5000 ai-config-rules check --format json
"""


@click.command("check", epilog=EXAMPLES)
@output_options
@judging_options
@click.option(
    "--fail-on",
    type=click.Choice(Severity, case_sensitive=False),
    help="Exit with 1 for a violation of this severity or above [default: for none].",
)
@click.option("--quiet", is_flag=True, help="No progress, no notes: only the report, and errors.")
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
def command(
    *,
    format_: str,
    fail_on: Severity | None,
    output: Path | None,
    quiet: bool,
    no_color: bool,
    **asked: Any,
) -> int:
    """
    Judge AWS accounts, reading only.

    Every combination of Regions, profiles and roles is judged, side by side, in one report. Rules on IAM run once
    for each account, in its first Region. A place that cannot be opened is an error beside the others' results.
    The accounts' own AWS Config is neither needed nor changed.
    """
    require_writable(output)
    reports = Asked(**asked).reports(quiet=quiet, no_color=no_color)
    if output is not None or format_ != "table":
        # The table begins with them.
        for warning in warnings(reports):
            note(f"Warning: {warning}")
    hand_over(reports, format_, output, quiet=quiet, no_color=no_color)
    return status_of(reports, fail_on)
