"""`ai-config-rules cost`: what a deployment costs a month, and what would lower it."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cdk.bill import TYPICAL, Load, bill, levers
from cdk.prices import prices
from cli.account import AccountError, open_account
from cli.judging import judge
from cli.rule_names import refuse, unknown
from cli.selection import Selection, settings_from
from cli.terminal import show
from rules.engine.verdict import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdk.bill import Bill, Lever
    from cdk.settings import Settings

EXAMPLES = """\
\b
Examples:
  ai-config-rules cost --accounts 40 --regions 3
  ai-config-rules check --format json --output report.json
  ai-config-rules cost --resources report.json --accounts 40 --regions 3
  ai-config-rules cost --live --profile audit
"""

MOST_PLACES = 10_000
LEVERS = 5
LABELS = {
    "evaluations": "AWS Config evaluations",
    "changes": "AWS Config items of changed verdicts",
    "alarms": "CloudWatch alarms",
    "functions": "AWS Lambda",
    "logs": "CloudWatch Logs",
    "keys": "AWS KMS keys",
    "findings": "Security Hub findings",
}
ALLOWED = "the JSON of `ai-config-rules check`, or an object of rule ids and counts"


@click.command("cost", epilog=EXAMPLES)
@click.option(
    "--accounts", type=click.IntRange(1, MOST_PLACES), default=1, show_default=True, help="How many accounts."
)
@click.option("--regions", type=click.IntRange(1, 40), default=1, show_default=True, help="How many Regions in each.")
@click.option(
    "--resources",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help='How many resources a rule has in one account and Region: a report of `check` in JSON, or {"rule-id": count}.',
)
@click.option("--live", is_flag=True, help="Count in the account of your credentials instead, reading only.")
@click.option("--changes", type=click.IntRange(0), default=0, show_default=True, help="Verdicts that change a month.")
@click.option("--region", metavar="REGION", help="The Region of --live [default: that of the environment or profile].")
@click.option("--profile", metavar="NAME", help="The profile of --live [default: as the AWS SDK has it].")
@click.option(
    "--settings",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The settings of the deployment [default: settings.toml where it exists].",
)
@click.option("--format", "format_", type=click.Choice(("table", "json")), default="table", show_default=True)
def command(
    *,
    accounts: int,
    regions: int,
    file: Path | None,
    live: bool,
    changes: int,
    region: str | None,
    profile: str | None,
    settings: Path | None,
    format_: str,
) -> None:
    """
    Estimate the monthly bill of a deployed pack from dated prices, with what would lower it.

    Without --resources and --live, each rule is taken to have 20 resources.
    """
    if live and file:
        refuse("--live together with --resources; allowed: one of them")
    if not live and (region or profile):
        refuse("--region and --profile without --live; allowed: only with it")
    chosen = settings_from(settings)
    counted = _counted(chosen, region, profile) if live else _given(file, chosen) if file else None
    load = Load({}, TYPICAL, changes) if counted is None else Load(counted, 1, changes)
    whole = bill(chosen, load, accounts=accounts, regions=regions)
    lower = levers(chosen, load, accounts=accounts, regions=regions)[:LEVERS]
    show(_as_json(whole, lower) if format_ == "json" else _as_text(whole, lower, _basis(counted, accounts, regions)))


def _counted(settings: Settings, region: str | None, profile: str | None) -> dict[str, int]:
    """Return how many evaluations each rule makes in an account."""
    try:
        account = open_account(profile=profile, region=region)
    except AccountError as error:
        refuse(str(error))
    report = judge(Selection().rules(settings), account)
    if report.failures:
        first = report.failures[0]
        refuse(f"{len(report.failures)} rules or resources could not be read, first {first.rule.id}: {first.code}")
    return dict(Counter(one.rule.id for one in report.evaluations))


def _given(file: Path, settings: Settings) -> dict[str, int]:
    """Return the counts that a file has; ends the command for anything else."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        refuse(f"--resources {str(file)!r}: there is no such file")
    except (OSError, ValueError) as error:
        refuse(f"--resources {str(file)!r} is no JSON ({printable(str(error))}); allowed: {ALLOWED}")
    if not isinstance(content, dict):
        refuse(f"--resources {str(file)!r}; allowed: {ALLOWED}")
    if "evaluations" in content:
        return _reported(content["evaluations"], file)
    known = [*(rule.id for rule in settings.rules), *(rule.name for rule in settings.managed.rules_in(None))]
    for name, count in content.items():
        if name not in known:
            refuse(unknown("rule in --resources", printable(name), known))
        if type(count) is not int or count < 0:
            refuse(f"--resources {str(file)!r}: {name} = {count!r}; allowed: a count of resources")
    return content


def _reported(evaluations: Any, file: Path) -> dict[str, int]:
    try:
        return dict(Counter(str(one["ruleId"]) for one in evaluations))
    except (TypeError, KeyError):
        refuse(f"--resources {str(file)!r}; allowed: {ALLOWED}")


def _basis(counted: Mapping[str, int] | None, accounts: int, regions: int) -> str:
    places = f"{accounts} account{'s' * (accounts != 1)}, {regions} Region{'s' * (regions != 1)} in each"
    basis = f"{TYPICAL} resources for each rule" if counted is None else f"{sum(counted.values()):,} evaluations a pass"
    return f"{places}, {basis}. Prices of {prices().as_of} in {prices().region}, without free tiers."


def _as_text(whole: Bill, lower: list[Lever], basis: str) -> str:
    rows = [(LABELS[name], amount) for name, amount in dataclasses.asdict(whole).items() if amount]
    width = max(len(label) for label, _ in rows)
    lines = [basis, ""]
    lines += [f"{label:{width}}  {amount:>12,.2f}" for label, amount in sorted(rows, key=lambda row: -row[1])]
    lines += [f"{'USD a month':{width}}  {whole.total:>12,.2f}"]
    if lower:
        lines += ["", "What lowers it most:"]
        lines += [f"  {lever.what}  saves {lever.saves:,.2f}" for lever in lower]
    return "\n".join(lines)


def _as_json(whole: Bill, lower: list[Lever]) -> str:
    return json.dumps(
        {
            "schemaVersion": 1,
            "currency": "USD",
            "pricesAsOf": prices().as_of,
            "pricesIn": prices().region,
            "month": {name: round(amount, 4) for name, amount in dataclasses.asdict(whole).items()},
            "total": round(whole.total, 4),
            "levers": [{"what": lever.what, "saves": round(lever.saves, 4)} for lever in lower],
        },
        indent=2,
    )
