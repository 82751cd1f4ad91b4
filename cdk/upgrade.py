"""
What an upgrade does to a stack that is deployed already.

CloudFormation knows a resource by its logical id, and replaces it when a property changes that it cannot update: the
name of a function, for instance. A replaced queue is empty, a replaced pack forgets all results. And a resource with
a name that appears under another logical id stops the upgrade, since the old one still has the name. So every release
records what its stack is made of, and tests hold the next one against it:

    python -m cdk.upgrade > tests/cdk/releases/0.2.0.json
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from cdk import pack
from cdk.bundle import Bundle
from cdk.settings import read_settings
from rules.engine.catalogue import all_rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk.settings import Settings
    from rules.engine.rule import Rule

Snapshot = dict[str, Any]

SCHEMAS = "us-east-1"
"""The Region whose resource schemas say what cannot be updated."""


@dataclass(frozen=True)
class ChangeSet:
    """
    What CloudFormation would do, by logical ids.

    `displaced` maps a logical id to the one that has its name afterwards, which CloudFormation refuses.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    replaced: tuple[str, ...]
    displaced: Mapping[str, str]


def change_set(before: Mapping[str, Any], after: Mapping[str, Any]) -> ChangeSet:
    """Return what changes between two stacks, each as `resources_of` returns it."""
    both = sorted(set(before) & set(after))
    names = {_name(each): logical_id for logical_id, each in after.items() if _name(each)}
    return ChangeSet(
        added=tuple(sorted(set(after) - set(before))),
        removed=tuple(sorted(set(before) - set(after))),
        replaced=tuple(name for name in both if before[name] != after[name]),
        displaced={
            logical_id: names[_name(each)]
            for logical_id, each in before.items()
            if names.get(_name(each), logical_id) != logical_id
        },
    )


def resources_of(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resources of a template: their types, and the properties that CloudFormation cannot update."""
    return {
        logical_id: {
            "Type": resource["Type"],
            **{
                name: resource["Properties"][name]
                for name in fixed_properties(resource["Type"])
                if name in resource.get("Properties", {})
            },
        }
        for logical_id, resource in sorted(template["Resources"].items())
    }


@cache
def fixed_properties(resource_type: str) -> tuple[str, ...]:
    """Return the properties of a type whose change replaces the resource (`createOnlyProperties` of its schema)."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(SCHEMAS, resource_type).schema
    paths: list[str] = schema.get("createOnlyProperties", [])
    return tuple(sorted({path.split("/")[2] for path in paths}))


def snapshot(template: Mapping[str, Any], rules: Sequence[type[Rule[Any]]], settings: Settings) -> Snapshot:
    """Return what a release promises: resources, the parameters of rules, and those of the pack that stands alone."""
    return {
        "resources": resources_of(template),
        "rules": {rule.id: [parameter.name for parameter in rule.parameters()] for rule in rules},
        "packParameters": sorted(pack.standalone_pack(settings)["Parameters"]),
    }


def as_text(taken: Snapshot) -> str:
    """Return a snapshot as JSON with a line per entry, so that a difference is read entry by entry."""
    sections = []
    for section, entries in sorted(taken.items()):
        lines = (
            [f"  {json.dumps(name)}: {json.dumps(entry, sort_keys=True)}" for name, entry in sorted(entries.items())]
            if isinstance(entries, dict)
            else [f"  {json.dumps(entry)}" for entry in entries]
        )
        opening, closing = "{}" if isinstance(entries, dict) else "[]"
        sections.append(f" {json.dumps(section)}: {opening}\n" + ",\n".join(lines) + f"\n {closing}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _name(resource: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the type and name of a resource that the template names."""
    kind = resource["Type"].rpartition("::")[2]
    for property_name in (f"{kind}Name", "Name"):
        if isinstance(resource.get(property_name), str):
            return resource["Type"], resource[property_name]
    return None


def main() -> None:
    """Write the snapshot of what the settings deploy to standard output."""
    from cdk.app import add_stacks, new_app  # noqa: PLC0415 - starts Node

    rules = all_rules()
    settings = read_settings(rules)
    app = new_app()
    with tempfile.TemporaryDirectory() as folder:
        # What is in the functions changes with every release, and nothing here depends on it.
        code = Path(folder) / "lambda.zip"
        code.touch()
        [stack] = add_stacks(app, settings, Bundle(code, "0" * 64, 0))
        template = app.synth().get_stack_artifact(stack.artifact_id).template
    sys.stdout.write(as_text(snapshot(template, rules, settings)))


if __name__ == "__main__":
    main()
