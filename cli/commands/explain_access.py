"""`ai-config-rules explain-access`: why a principal may use models, and the smallest policy that would do."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.account import AccountError, open_account
from cli.explain_access import Subject, UnknownPrincipalError, explained, find_principal, is_broad
from cli.model_use import ModelUse, model_use
from cli.organization_policies import PolicyFileError, surroundings_from
from cli.rule_names import refuse
from cli.status import ExitStatus
from cli.terminal import Look, note, show
from rules.engine.errors import READ_ERRORS, SHAPE_ERRORS, error_code, error_message
from rules.engine.verdict import printable
from rules.facts import iam_organization

EXAMPLES = """\
\b
Examples:
  ai-config-rules explain-access app
  ai-config-rules explain-access arn:aws:iam::123456789012:user/ana --subject knowledge-bases
  ai-config-rules explain-access role/app --days 90 --invocation-log --format json
"""

WORDS = {subject.word: subject for subject in Subject}
FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.command("explain-access", epilog=EXAMPLES)
@click.argument("principal")
@click.option(
    "--subject", "word", type=click.Choice(list(WORDS)), default="models", show_default=True, help="What to use."
)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Output."
)
@click.option(
    "--days",
    type=click.IntRange(0, 90),
    default=30,
    show_default=True,
    help="How far back to look for use; 0 for not at all.",
)
@click.option(
    "--invocation-log",
    is_flag=True,
    help="Ask the invocation log too, with a query that CloudWatch Logs bills by the volume it reads.",
)
@click.option(
    "--scp", "service_control", type=FILE, multiple=True, help="A service control policy; may be given again."
)
@click.option(
    "--rcp", "resource_control", type=FILE, multiple=True, help="A resource control policy; may be given again."
)
@click.option("--region", metavar="REGION", help="Where to look for use [default: that of the environment or profile].")
@click.option("--profile", metavar="NAME", help="The profile with the credentials [default: as the AWS SDK has it].")
def command(
    *,
    principal: str,
    word: str,
    format_: str,
    days: int,
    invocation_log: bool,
    service_control: tuple[Path, ...],
    resource_control: tuple[Path, ...],
    region: str | None,
    profile: str | None,
) -> int:
    """
    Show why PRINCIPAL may use models, statement by statement, and propose the smallest policy that would do.

    PRINCIPAL is a role or a user: a name, role/NAME, user/NAME or an ARN. The proposal keeps what policies name,
    and the models that CloudTrail tells of. It is printed for review: nothing is changed, and what else the policies
    allow is not in it.
    """
    subject = WORDS[word]
    try:
        aws = open_account(profile=profile, region=region).aws
        iam_organization.give(aws, surroundings_from(service_control, resource_control))
        found = find_principal(aws, principal)
    except (AccountError, PolicyFileError, UnknownPrincipalError) as error:
        refuse(str(error))
    except (*READ_ERRORS, *SHAPE_ERRORS) as error:
        note(f"{printable(principal)} could not be read: {error_code(error)}: {error_message(error)}")
        return ExitStatus.NOT_EVALUATED
    verdict = subject.judge(found)
    use = ModelUse((), ())
    if subject is Subject.MODELS and is_broad(verdict) and days:
        use = model_use(aws, found.policies, days, invocation_logs=invocation_log)
    result = explained(found, subject, verdict, use)
    show(result.as_json() if format_ == "json" else result.as_text(Look.of(sys.stdout)))
    return ExitStatus.EVALUATED
