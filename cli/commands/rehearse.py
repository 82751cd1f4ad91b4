"""`ai-config-rules rehearse`: deploy into the embedded account and run every function's real asset."""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from cli.rehearsal.deployment import DeploymentError
from cli.rehearsal.rehearsal import rehearse
from cli.rehearsal.summary import lines
from cli.rehearsal.synthesis import SynthesisError, synthesise
from cli.sandbox import EmbeddedAccount
from cli.sandbox.company.aurelia import KINDS, REGIONS, build
from cli.status import ExitStatus
from cli.terminal import Look, note, show


@click.command("rehearse")
@click.option("--quiet", is_flag=True, help="No progress: only the outcome, and errors.")
def command(*, quiet: bool) -> int:
    """
    Prove what would be deployed, without an AWS account.

    Synthesises the stacks and deploys them into an embedded account with an invented company in it. Each Lambda
    function then runs from its real asset, in a process of its own, with the credentials of its own role: the account
    refuses what the role does not allow. The evaluations are stored, and the conformance pack says its verdicts.

    Then what follows them: violations become findings in Security Hub and messages on a topic, a runbook fixes one,
    its finding is archived, and the watchdog names a function that fails and one that fell silent.

    Exits with 3 when a function fails, is denied a call, has permissions that it never uses, says something else
    after a change than in its periodic pass, or when a finding or a message is missing or too many.
    """

    def progress(text: str) -> None:
        if not quiet and Look.of(sys.stderr).terminal:
            note(f"{text} ...")

    with (
        EmbeddedAccount() as account,
        tempfile.TemporaryDirectory(prefix="rehearsal-") as folder,
        ThreadPoolExecutor(1) as beside,
    ):
        progress("Synthesising the stacks, and building Aurelia Health in an embedded account")
        synthesised = beside.submit(synthesise, Path(folder), REGIONS)
        build(account, KINDS[0])
        account.calls.clear()
        try:
            rehearsal = rehearse(account, REGIONS, synthesised.result(), progress=progress, folder=Path(folder))
        except (SynthesisError, DeploymentError) as error:
            raise click.ClickException(str(error)) from error
    show("\n".join(lines(rehearsal)))
    return ExitStatus.EVALUATED if rehearsal.passed else ExitStatus.NOT_EVALUATED
