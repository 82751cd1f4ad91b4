"""
The CDK app: one stack for each Region of the settings.

    cdk deploy --all -c settings=production.toml -c ai-config:prefix=audit
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from cdk import bundle
from cdk.given import SettingsError
from cdk.organization import add_organization
from cdk.pack import PackError
from cdk.settings import read_settings
from cdk.stack import RulesStack
from rules.engine.catalogue import all_rules
from rules.engine.clients import SERVICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdk.settings import Settings
    from rules.engine.rule import Rule


PROJECT = bundle.ROOT / "cdk.json"


def new_app(folder: Path | None = None, **context: object) -> cdk.App:
    """Return an app with the context that the CDK's command line would give it, and `context` on top."""
    project = json.loads(PROJECT.read_text(encoding="utf-8"))["context"]
    return cdk.App(context=project | context, outdir=str(folder) if folder else None, analytics_reporting=False)


def settings_of(app: cdk.App, rules: Sequence[type[Rule[Any]]]) -> Settings:
    """Return the settings that the app's context names or holds; raises SettingsError."""
    file = app.node.try_get_context("settings")
    return read_settings(rules, file=Path(file) if file else None, context=app.node.get_all_context())


def add_stacks(app: cdk.App, settings: Settings, built: bundle.Bundle) -> list[cdk.Stack]:
    """Return the stacks: one for each Region, one for whatever Region it is deployed to, or those of stack sets."""
    if settings.organization:
        return add_organization(app, settings, settings.organization, built, built.path.parent / "members")
    if not settings.regions:
        return [RulesStack(app, settings.prefix, settings=settings, bundle=built)]
    return [
        RulesStack(app, f"{settings.prefix}-{region}", settings=settings, bundle=built, region=region)
        for region in settings.regions
    ]


def main(app: cdk.App) -> None:
    """Synthesise `app`; what a user can put right ends in one line and status 1."""
    try:
        add_stacks(app, settings_of(app, all_rules()), bundle.build(SERVICES))
    except (SettingsError, PackError, bundle.BundleError) as error:
        sys.exit(f"ai-config-rules: {error}")
    app.synth()


if __name__ == "__main__":
    main(cdk.App())
