"""`ai-config-rules list`: the rules that there are."""

from __future__ import annotations

import json
import sys
from importlib import import_module

import click

from cli.documents.overview import as_objects
from cli.terminal import Look, show
from rules.engine.catalogue import all_rules
from rules.engine.duties import Duty, Severity

COLUMNS = ("id", "severity", "duty", "trigger", "reports", "title")


@click.command("list")
@click.option("--format", "format_", type=click.Choice(("table", "json")), default="table", show_default=True)
@click.option("--duty", "duties", type=click.Choice(Duty, case_sensitive=False), multiple=True, help="Only this duty.")
@click.option(
    "--severity", type=click.Choice(Severity, case_sensitive=False), help="Only rules of this severity or above."
)
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
def command(*, format_: str, duties: tuple[Duty, ...], severity: Severity | None, no_color: bool) -> None:
    """List the rules: by duty, with severity, trigger, the resource types that they report, and the wanted state."""
    rules = [
        rule
        for rule in all_rules()
        if (not duties or rule.duty in duties) and (severity is None or rule.severity.value >= severity.value)
    ]
    objects = as_objects(rules)
    look = Look.of(sys.stdout, no_color=no_color)
    if format_ == "json":
        show(json.dumps(objects, indent=2))
    elif look.terminal:
        # Drawing takes rich, which a pipe need not wait for.
        show(import_module("cli.documents.screen").overview(rules, look))
    else:
        rows = [{**each, "reports": ",".join(each["reports"])} for each in objects]
        for row in rows:
            show("\t".join(row[column] for column in COLUMNS))
