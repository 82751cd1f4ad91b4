"""`ai-config-rules demo`: judge the account of an invented company, embedded in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cdk.settings import Settings
from cli.account import open_session
from cli.checking import run
from cli.output import hand_over, output_options, require_writable
from cli.places import Opened, Place, plan
from cli.sandbox import embedded_account
from cli.sandbox.company.aurelia import KINDS, PARAMETERS, REGIONS, build
from cli.selection import Selection
from cli.status import ExitStatus
from cli.terminal import note
from rules.engine.catalogue import all_rules

if TYPE_CHECKING:
    from pathlib import Path

    from cli.report import Report
    from cli.sandbox import Account


@click.command("demo")
@click.option(
    "--company",
    type=click.Choice(KINDS),
    default=KINDS[0],
    show_default=True,
    help="Good and bad resources, only good ones, or an empty account.",
)
@output_options
@click.option("--quiet", is_flag=True, help="No progress, no notes: only the report, and errors.")
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
def command(*, company: str, format_: str, output: Path | None, quiet: bool, no_color: bool) -> int:
    """
    Judge Aurelia Health, an invented company with claims handling and research on AWS.

    Its account is embedded in this program: nothing is sent, no credentials are read, nothing is left behind.
    The rules and their reading of the account are those of `check`.
    """
    require_writable(output)
    with embedded_account() as account:
        if not quiet:
            note("Building Aurelia Health in an embedded account ...")
        build(account, company)
        reports = judged(account, quiet=quiet, no_color=no_color)
    hand_over(reports, format_, output, quiet=quiet, no_color=no_color)
    return ExitStatus.NOT_EVALUATED if any(report.failures for report in reports) else ExitStatus.EVALUATED


def judged(account: Account, *, quiet: bool = True, no_color: bool = True) -> tuple[Report, ...]:
    """Return a report for each of the company's Regions; rules on IAM are in the first one's."""
    rules = Selection().rules(Settings(all_rules(), parameters=PARAMETERS))
    opened = [Opened(Place(region), open_session(account.session(region))) for region in REGIONS]
    return run(plan(rules, opened), quiet=quiet, no_color=no_color)
