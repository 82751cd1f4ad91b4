"""`ai-config-rules list`: the rules that there are."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from cli.documents.overview import as_objects, managed_objects
from cli.framework_names import FrameworkEntry
from cli.terminal import Look, show
from rules.engine.catalogue import all_rules
from rules.engine.duties import Duty, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cli.framework_names import FrameworkChoice

COLUMNS = ("id", "severity", "duty", "trigger", "reports", "title", "frameworks")
MANAGED_COLUMNS = ("name", "identifier", "group", "byDefault", "duty", "trigger", "securityHub", "state")


@click.command("list")
@click.option("--format", "format_", type=click.Choice(("table", "json")), default="table", show_default=True)
@click.option("--duty", "duties", type=click.Choice(Duty, case_sensitive=False), multiple=True, help="Only this duty.")
@click.option(
    "--severity", type=click.Choice(Severity, case_sensitive=False), help="Only rules of this severity or above."
)
@click.option(
    "--framework",
    "frameworks",
    type=FrameworkEntry(all_rules()),
    multiple=True,
    help="Only rules that answer to this framework, or to one entry of it: nist-800-53:AC-6.",
)
@click.option("--managed", is_flag=True, help="The rules of AWS that run in the same pack, in their groups.")
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
def command(
    *,
    format_: str,
    duties: tuple[Duty, ...],
    severity: Severity | None,
    frameworks: tuple[FrameworkChoice, ...],
    managed: bool,
    no_color: bool,
) -> None:
    """
    List the rules: by duty, with severity, trigger, the resource types that they report, and the wanted state.

    In a pipe, and as JSON, also the entries of frameworks that they answer to.
    """
    look = Look.of(sys.stdout, no_color=no_color)
    if managed:
        if severity is not None or frameworks:
            raise click.UsageError("--managed takes --duty only: rules of AWS have no severity and no frameworks here")
        objects = managed_objects(duties)
        if format_ == "table" and look.terminal:
            show(import_module("cli.documents.screen").managed_overview(objects, look))
        else:
            _print(format_, objects, MANAGED_COLUMNS)
        return
    rules = [
        rule
        for rule in all_rules()
        if (not duties or rule.duty in duties)
        and (severity is None or rule.severity.value >= severity.value)
        and (not frameworks or any(choice.takes(rule) for choice in frameworks))
    ]
    if format_ == "table" and look.terminal:
        # Drawing takes rich, which a pipe need not wait for.
        show(import_module("cli.documents.screen").overview(rules, look))
    else:
        _print(format_, as_objects(rules), COLUMNS)


def _print(format_: str, objects: list[dict[str, Any]], columns: Iterable[str]) -> None:
    if format_ == "json":
        show(json.dumps(objects, indent=2))
    else:
        for each in objects:
            show("\t".join(_cell(each[column]) for column in columns))


def _cell(value: object) -> str:
    match value:
        case bool():
            return "on by default" if value else "off by default"
        case None:
            return "-"
        case list():
            return ",".join(value)
        case dict():
            return ",".join(_entries(value))
        case _:
            return str(value)


def _entries(frameworks: Mapping[str, list[str]]) -> list[str]:
    return [f"{key}:{entry}" for key, entries in frameworks.items() for entry in entries]
