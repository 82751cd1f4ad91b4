"""`ai-config-rules status`: whether a deployed pack works."""

from __future__ import annotations

import base64
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cdk.bundle import BundleError, build
from cli.account import AccountError, open_session, session_of
from cli.deployed.acceptance import answers
from cli.deployed.changes import judge_changes
from cli.deployed.judgement import Expected, Outcome, judge
from cli.deployed.organization import judge_organization, read_organization
from cli.deployed.reader import read
from cli.deployed.screen import RegionStatus, as_json, as_lines, on_screen
from cli.rule_names import refuse
from cli.selection import settings_from
from cli.status import ExitStatus
from cli.terminal import Look, note, show
from rules.engine.clients import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import boto3

    from cdk.settings import Settings
    from cli.deployed.judgement import Line
    from cli.deployed.readings import Deployment
    from rules.engine.aws import Aws

EXAMPLES = """\
\b
Examples:
  ai-config-rules status
  ai-config-rules status --settings production.toml --profile audit --format json
  ai-config-rules status --acceptance --wait 15      after a deployment

\b
Exit status:
  0  all is well, or will be in some minutes
  1  something is wrong, or was still not evaluated after --wait
  2  wrong usage, or no credentials
  3  something could not be read
"""

PAUSE = 15
"""Seconds between two looks."""
LONGEST_WAIT = 60
FORMATS = ("table", "json")


@click.command("status", epilog=EXAMPLES)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True, help="Output.")
@click.option(
    "--region", metavar="REGION", help="One Region [default: the settings' regions, else that of the profile]."
)
@click.option("--profile", metavar="NAME", help="The profile with the credentials [default: as the AWS SDK has it].")
@click.option(
    "--settings",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The settings of the deployment [default: settings.toml where it exists].",
)
@click.option(
    "--acceptance", is_flag=True, help="Say as well what this account answers that documentation leaves open."
)
@click.option(
    "--wait",
    type=click.IntRange(0, LONGEST_WAIT),
    metavar="MINUTES",
    default=0,
    help="Wait until every rule has been evaluated, at most so long.",
)
@click.option(
    "--code", is_flag=True, help="Build the functions' code from this checkout, and compare it with what is deployed."
)
@click.option("--quiet", is_flag=True, help="No progress: only the outcome, and errors.")
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
def command(
    *,
    format_: str,
    region: str | None,
    profile: str | None,
    settings: Path | None,
    acceptance: bool,
    wait: int,
    code: bool,
    quiet: bool,
    no_color: bool,
) -> int:
    """
    Say whether a deployed pack works, a plain verdict for each part, reading only.

    Looks at recorder, stack, conformance pack, every rule's last evaluation, functions, events that could not be
    handled, alarms and Security Hub, and at everything of the stack that is not as the settings deploy it. In the
    account that deploys to an organization, looks at the stack sets and the aggregator instead.
    """
    chosen = settings_from(settings)
    try:
        places = [_place(profile, one) for one in ([region] if region else chosen.regions or [None])]
    except AccountError as error:
        refuse(str(error))

    look = Look.of(sys.stdout, no_color=no_color)

    def progress(text: str) -> None:
        if not quiet and Look.of(sys.stderr).terminal:
            note(text)

    if chosen.organization and places[0].account_id == chosen.organization.administrator:
        place = _home(places, chosen)
        deployment = read_organization(place.session, place.region, chosen.prefix, chosen.organization)
        return _shown(
            place.account_id, [RegionStatus(place.region, tuple(judge_organization(deployment)))], look, format_
        )
    digest = _built(progress) if code else None
    found = _watch(places, chosen, wait, progress, digest)
    regions = [
        RegionStatus(
            place.region,
            tuple(lines),
            tuple(answers(place.session, deployment, chosen.rules_in(place.region))) if acceptance else (),
        )
        for place, (deployment, lines) in zip(places, found, strict=True)
    ]
    return _shown(places[0].account_id, regions, look, format_, waited=wait > 0)


def _shown(account_id: str, regions: Sequence[RegionStatus], look: Look, format_: str, *, waited: bool = False) -> int:
    if format_ == "json":
        show(as_json(account_id, regions))
    else:
        show(on_screen(account_id, regions, look) if look.terminal else as_lines(regions))
    return _exit_status(regions, waited=waited)


def _home(places: Sequence[_Place], settings: Settings) -> _Place:
    """Return the Region that has the stack sets: the one that judges IAM."""
    return next((place for place in places if place.region == settings.global_region), places[0])


@dataclass(frozen=True)
class _Place:
    session: boto3.session.Session
    aws: Aws
    account_id: str
    region: str


def _place(profile: str | None, region: str | None) -> _Place:
    session = session_of(profile=profile, region=region)
    account = open_session(session)
    return _Place(session, account.aws, account.aws.account_id, account.aws.region)


def _built(progress: Callable[[str], None]) -> str:
    """Return the SHA-256 of the functions' zip as this checkout builds it, in Base64, as AWS Lambda gives it."""
    progress("Building the functions' code ...")
    try:
        return base64.b64encode(sha256(build(SERVICES).path.read_bytes()).digest()).decode()
    except BundleError as error:
        refuse(str(error))


def _watch(
    places: Sequence[_Place], settings: Settings, wait: int, progress: Callable[[str], None], code: str | None
) -> list[tuple[Deployment, list[Line]]]:
    """Return what was found in each place, once nothing is waited for any more or the time is over."""
    until = time.monotonic() + wait * 60
    while True:
        now = datetime.now(UTC)
        found = []
        for place in places:
            progress(f"Reading {place.region} ...")
            deployment = read(place.session, place.region, settings.prefix, now)
            lines = judge(deployment, expected(settings, place.region), now)
            found.append((deployment, [*lines, *judge_changes(place.aws, settings, deployment, code=code)]))
        waiting = sum(line.outcome is Outcome.WAITING for _, lines in found for line in lines)
        if not waiting or time.monotonic() >= until:
            return found
        progress(f"{waiting} still to come; looking again in {PAUSE} seconds ...")
        time.sleep(min(PAUSE, max(0.0, until - time.monotonic())))


def expected(settings: Settings, region: str) -> Expected:
    """Return what the settings deploy to a Region."""
    rules = settings.rules_in(region)
    return Expected(
        rule_ids=tuple(rule.id for rule in rules),
        change_types=tuple(sorted({one for rule in rules for one in rule.resource_types})),
        security_hub=settings.security_hub,
    )


def _exit_status(regions: Sequence[RegionStatus], *, waited: bool) -> int:
    def some(outcome: Outcome) -> bool:
        return any(one.count(outcome) for one in regions)

    if some(Outcome.UNREAD):
        return ExitStatus.NOT_EVALUATED
    if some(Outcome.WRONG) or (waited and some(Outcome.WAITING)):
        return ExitStatus.VIOLATIONS
    return ExitStatus.EVALUATED
