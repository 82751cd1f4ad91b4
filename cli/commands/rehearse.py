"""`ai-config-rules rehearse`: deploy into the embedded account and run every function's real asset."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from cli.rehearsal.deployment import DeploymentError
from cli.rehearsal.regions import RegionError, rehearsed
from cli.rehearsal.summary import lines
from cli.rehearsal.synthesis import SynthesisError, synthesise
from cli.sandbox.company.aurelia import REGIONS
from cli.status import ExitStatus
from cli.terminal import show


@click.command("rehearse")
@click.option("--quiet", is_flag=True, help="No progress: only the outcome, and errors.")
def command(*, quiet: bool) -> int:
    """
    Prove what would be deployed, without an AWS account.

    Synthesises the stacks and deploys them into embedded accounts, one for each Region, with an invented company in
    them. Each Lambda function then runs from its real asset, in a process of its own, with the credentials of its own
    role: the account refuses what the role does not allow. The evaluations are stored, and the conformance pack says
    its verdicts.

    Then what follows them: violations become findings in Security Hub and messages on a topic, a runbook fixes one,
    its finding is archived, and the watchdog names a function that fails and one that fell silent.

    Exits with 3 when a function fails, is denied a call, has permissions that it never uses, says something else
    after a change than in its periodic pass, or when a finding or a message is missing or too many.
    """
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        try:
            rehearsal = rehearsed(REGIONS, Path(folder), synthesise, quiet=quiet)
        except (SynthesisError, DeploymentError, RegionError) as error:
            raise click.ClickException(str(error)) from error
    show("\n".join(lines(rehearsal)))
    return ExitStatus.EVALUATED if rehearsal.passed else ExitStatus.NOT_EVALUATED
