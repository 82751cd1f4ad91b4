"""Synthesised stacks. Importing the CDK starts Node, so nothing here does so before a slow test asks for it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk.bundle import Bundle
from cdk.settings import Settings
from rules.engine.catalogue import all_rules
from tests.cdk.example_rules import RULES

Template = Mapping[str, Any]
Synthesise = Callable[[Settings], dict[str, Template]]


@pytest.fixture(scope="session")
def small_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = tmp_path_factory.mktemp("bundle") / "lambda.zip"
    path.write_bytes(b"a zip of functions")
    return Bundle(path, "0" * 64, path.stat().st_size)


@pytest.fixture(scope="session")
def synthesise(small_bundle: Bundle) -> Synthesise:
    """Return a function from settings to the templates of their stacks, by the stacks' ids."""

    def synthesised(settings: Settings) -> dict[str, Template]:
        from cdk.app import add_stacks, new_app  # noqa: PLC0415 - starts Node

        app = new_app()
        stacks = add_stacks(app, settings, small_bundle)
        assembly = app.synth()
        return {stack.node.id: assembly.get_stack_artifact(stack.artifact_id).template for stack in stacks}

    return synthesised


@pytest.fixture(scope="session")
def template(synthesise: Synthesise) -> Template:
    """Return the template of every rule that there is, and of the examples."""
    return synthesise(Settings(rules=(*RULES, *all_rules())))["ai-config"]


@pytest.fixture
def audit_settings(tmp_path: Path) -> Path:
    file = tmp_path / "audit.toml"
    file.write_text('prefix = "audit"\nregions = ["us-gov-west-1"]\n', encoding="utf-8")
    return file
