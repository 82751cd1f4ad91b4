"""`ai-config-rules check`: judge the account of the given credentials."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.account import AccountError, open_account
from cli.formats.registry import FORMATS, render
from cli.judging import judge
from cli.organization_policies import PolicyFileError, surroundings_from
from cli.rule_names import RuleId, refuse
from cli.selection import Selection, settings_from
from cli.terminal import PLAIN, Look, can_write, note, show, write_whole
from rules.engine.duties import Duty, Severity
from rules.facts import iam_organization

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.account import OpenAccount
    from cli.report import Report
    from rules.engine.rule import Rule

EXAMPLES = """\
\b
Examples:
  ai-config-rules check --duty access --fail-on high
  ai-config-rules check --rule bedrock-model-cmk-encrypted \\
      --parameter bedrock-model-cmk-encrypted.requireRotation=false
  AWS_ENDPOINT_URL=http://127.0.0.1:5000 ai-config-rules check --format json
"""

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("check", epilog=EXAMPLES)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True, help="Output.")
@click.option("--rule", "ids", type=RuleId(), multiple=True, help="Only this rule; may be given again.")
@click.option(
    "--duty",
    "duties",
    type=click.Choice(Duty, case_sensitive=False),
    multiple=True,
    help="Only the rules of this duty; may be given again.",
)
@click.option(
    "--severity", type=click.Choice(Severity, case_sensitive=False), help="Only rules of this severity or above."
)
@click.option("--region", metavar="REGION", help="The Region to judge [default: that of the environment or profile].")
@click.option("--profile", metavar="NAME", help="The profile with the credentials [default: as the AWS SDK has it].")
@click.option(
    "--fail-on",
    type=click.Choice(Severity, case_sensitive=False),
    help="Exit with 1 for a violation of this severity or above [default: for none].",
)
@click.option(
    "--parameter",
    "parameters",
    metavar="RULE.NAME=VALUE",
    multiple=True,
    help="A parameter of a rule; may be given again.",
)
@click.option("--settings", type=FILE, help="The settings of a deployment [default: settings.toml where it exists].")
@click.option(
    "--scp", "service_control", type=FILE, multiple=True, help="A service control policy to heed; may be given again."
)
@click.option(
    "--rcp", "resource_control", type=FILE, multiple=True, help="A resource control policy to heed; may be given again."
)
@click.option("--output", type=FILE, help="Write the report to this file instead of standard output.")
@click.option("--quiet", is_flag=True, help="No progress, no notes: only the report, and errors.")
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
def command(
    *,
    format_: str,
    ids: tuple[str, ...],
    duties: tuple[Duty, ...],
    severity: Severity | None,
    region: str | None,
    profile: str | None,
    fail_on: Severity | None,
    parameters: tuple[str, ...],
    settings: Path | None,
    service_control: tuple[Path, ...],
    resource_control: tuple[Path, ...],
    output: Path | None,
    quiet: bool,
    no_color: bool,
) -> int:
    """
    Judge an AWS account, reading only.

    Rules on IAM run as well, in whichever Region. The account's own AWS Config is neither needed nor changed.
    """
    if output is not None and not can_write(output):
        refuse(f"--output {str(output)!r}; allowed: a file in a directory that exists and can be written to")
    rules = Selection(ids, duties, severity, parameters).rules(settings_from(settings))
    try:
        surroundings = surroundings_from(service_control, resource_control)
        account = open_account(profile=profile, region=region)
    except (AccountError, PolicyFileError) as error:
        refuse(str(error))
    iam_organization.give(account.aws, surroundings)
    report = run(rules, account, quiet=quiet, no_color=no_color)
    look = PLAIN if output else Look.of(sys.stdout, no_color=no_color)
    text = render(format_, [report], look)
    if output is None:
        show(text)
    else:
        _write(output, text)
        if not quiet:
            note(f"The report is in {output}.")
    return report.status(fail_on)


def run(rules: Sequence[Rule[Any]], account: OpenAccount, *, quiet: bool, no_color: bool) -> Report:
    """Return the report of the rules on the account, with progress where somebody is watching."""
    look = Look.of(sys.stderr, no_color=no_color)
    if quiet or not look.terminal:
        return judge(rules, account)
    # Drawing takes rich, which a pipe need not wait for.
    with import_module("cli.progress").progress(len(rules), account.calls, colour=look.colour) as done:
        return judge(rules, account, done)


def _write(output: Path, text: str) -> None:
    try:
        write_whole(output, text)
    except OSError as error:
        refuse(f"--output {str(output)!r}: {error.strerror}")
