"""`ai-config-rules explain`: a rule's documentation page."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from cli.documents.page import page
from cli.rule_names import RuleId
from cli.terminal import Look, show
from rules.engine.catalogue import rule_by_id


@click.command("explain")
@click.argument("rule", type=RuleId())
@click.option("--no-color", is_flag=True, help="No colours, as with NO_COLOR in the environment.")
def command(*, rule: str, no_color: bool) -> None:
    """Show why RULE exists, how to fix what violates it, its limits, its parameters and the IAM actions it needs."""
    text = page(rule_by_id(rule))
    look = Look.of(sys.stdout, no_color=no_color)
    if look.terminal:
        # Drawing takes rich, which a pipe need not wait for.
        text = import_module("cli.documents.screen").drawn_page(text, look)
    show(text)
