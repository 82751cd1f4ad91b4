"""What `check` and other commands that judge accounts have in common: their options, and the run."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.account import AccountError, OpenAccount
from cli.baseline import Baseline, BaselineError, read_baseline
from cli.framework_names import FrameworkEntry
from cli.judging import NOBODY
from cli.organization_policies import PolicyFileError, surroundings_from
from cli.place_names import ProfileName, RegionName, RoleArn
from cli.places import judge_places, open_places, plan
from cli.rule_names import RuleId, refuse
from cli.selection import Selection, settings_from
from cli.terminal import Look, note
from rules.engine.catalogue import all_rules
from rules.engine.duties import Duty, Severity
from rules.facts import iam_organization

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.framework_names import FrameworkChoice
    from cli.places import Plan
    from cli.report import Report
    from rules.engine.rule import Rule

FILE = click.Path(dir_okay=False, path_type=Path)

OPTIONS = (
    click.option("--rule", "ids", type=RuleId(), multiple=True, help="Only this rule; may be given again."),
    click.option(
        "--duty",
        "duties",
        type=click.Choice(Duty, case_sensitive=False),
        multiple=True,
        help="Only the rules of this duty; may be given again.",
    ),
    click.option(
        "--severity", type=click.Choice(Severity, case_sensitive=False), help="Only rules of this severity or above."
    ),
    click.option(
        "--framework",
        "frameworks",
        type=FrameworkEntry(all_rules()),
        metavar="NAME[:ID]",
        multiple=True,
        help="Only rules that answer to this framework, or to one entry of it: nist-800-53:AC-6; may be given again.",
    ),
    click.option(
        "--region",
        "regions",
        type=RegionName(),
        metavar="REGION",
        multiple=True,
        help="A Region to judge; may be given again [default: that of the environment or profile].",
    ),
    click.option(
        "--profile",
        "profiles",
        type=ProfileName(),
        metavar="NAME",
        multiple=True,
        help="The profile with the credentials; may be given again [default: as the AWS SDK has it].",
    ),
    click.option(
        "--role-arn",
        "role_arns",
        type=RoleArn(),
        metavar="ARN",
        multiple=True,
        help="A role to assume with the credentials of each profile; may be given again.",
    ),
    click.option("--external-id", metavar="ID", help="The external id that the roles' trust policies ask for."),
    click.option(
        "--parameter",
        "parameters",
        metavar="RULE.NAME=VALUE",
        multiple=True,
        help="A parameter of a rule; may be given again.",
    ),
    click.option(
        "--settings",
        "--config",
        "settings",
        type=FILE,
        help="The settings of a deployment [default: settings.toml where it exists].",
    ),
    click.option(
        "--scp",
        "service_control",
        type=FILE,
        multiple=True,
        help="A service control policy to heed; may be given again.",
    ),
    click.option(
        "--rcp",
        "resource_control",
        type=FILE,
        multiple=True,
        help="A resource control policy to heed; may be given again.",
    ),
    click.option("--baseline", type=FILE, help="Known violations that somebody accepts: a TOML or YAML file."),
)


def judging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option of `Asked`."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class Asked:
    """What to judge and where, as it was typed."""

    ids: tuple[str, ...]
    duties: tuple[Duty, ...]
    severity: Severity | None
    frameworks: tuple[FrameworkChoice, ...]
    regions: tuple[str, ...]
    profiles: tuple[str, ...]
    role_arns: tuple[str, ...]
    external_id: str | None
    parameters: tuple[str, ...]
    settings: Path | None
    service_control: tuple[Path, ...]
    resource_control: tuple[Path, ...]
    baseline: Path | None

    def rules(self) -> tuple[Rule[Any], ...]:
        """Return the rules to run, configured; ends the command for wrong input."""
        selection = Selection(self.ids, self.duties, self.severity, self.parameters, self.frameworks)
        return selection.rules(settings_from(self.settings))

    def reports(self, *, quiet: bool, no_color: bool) -> tuple[Report, ...]:
        """Return a report for each place, in the order in which places were given; ends the command for wrong input."""
        if self.external_id is not None and not self.role_arns:
            refuse("--external-id without --role-arn; allowed: only with it")
        rules = self.rules()
        try:
            known = read_baseline(self.baseline) if self.baseline else Baseline(())
            surroundings = surroundings_from(self.service_control, self.resource_control)
            opened = open_places(self.regions, self.profiles, self.role_arns, self.external_id)
        except (AccountError, BaselineError, PolicyFileError) as error:
            refuse(str(error))
        for one in opened:
            if isinstance(one.account, OpenAccount):
                iam_organization.give(one.account.aws, surroundings)
        planned = plan(rules, opened)
        for place in () if quiet else planned.doubles:
            note(f"{place} is an account and Region that another place leads to; it is judged once.")
        return known.applied(run(planned, quiet=quiet, no_color=no_color))


def run(plan_: Plan, *, quiet: bool, no_color: bool) -> tuple[Report, ...]:
    """Return the reports of a plan, with progress where somebody is watching."""
    look = Look.of(sys.stderr, no_color=no_color)
    if quiet or not look.terminal:
        return judge_places(plan_, lambda _: NOBODY)
    # Drawing takes rich, which a pipe need not wait for.
    with import_module("cli.progress").progress(plan_.tasks, colour=look.colour) as watcher:
        return judge_places(plan_, watcher)
