"""
Hold what would be deployed against every rule that can be tried without an account: `python -m cdk.check`.

One line per check; the status is 1 when any of them found something.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import cdk_nag
from cfnlint import api as cfnlint
from cfnlint.config import ManualArgs

from cdk import bundle, pack
from cdk.app import add_stacks, new_app, settings_of
from cdk.given import SettingsError
from cdk.organization_settings import Organization
from cdk.remediation.settings import LogDestination, Remediation
from rules.engine.catalogue import all_rules
from rules.engine.clients import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cdk.settings import Settings

REGIONS = ["us-east-1", "us-gov-west-1", "cn-north-1"]
"""One of each partition, for what cfn-lint knows of Regions."""
MANY_ACCOUNTS: dict[str, Any] = {
    "regions": ("eu-central-1", "us-east-1"),
    "global_region": "us-east-1",
    "organization": Organization("o-a1b2c3d4e5", "111122223333", ("r-ab12",), aggregator=True),
}
"""An example, so that the stacks of an organization are held against the same rules."""
EVERY_RUNBOOK = Remediation(
    invocation_logs=LogDestination("/bedrock/invocations", "bedrock-logging", "bedrock-logs-{account}-{region}")
)
"""An example, so that runbooks and remediations are held against the same rules while the settings have none."""
IGNORED = ["W3037"]
"""cfn-lint's names of IAM actions lag behind AWS; tests hold the roles against the Service Authorization Reference."""
PLACES = (
    pack.Place("123456789012", "us-east-1", "aws"),
    pack.Place("123456789012", "us-gov-west-1", "aws-us-gov"),
    pack.Place("123456789012", "cn-north-1", "aws-cn"),
)

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
TEMPLATE_BYTES = 1_000_000
MOST_RESOURCES = 500
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, without white space
ROLE_POLICY_CHARACTERS = 10_240
LONGEST_ARN_PARTS = {"AWS::Partition": "aws-us-gov", "AWS::Region": "ap-southeast-99", "AWS::AccountId": "123456789012"}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what it is, what was seen, and every fault found."""

    subject: str
    seen: str
    faults: tuple[str, ...] = ()


def checks() -> Iterator[Check]:
    """Yield the outcome of each check as it is known."""
    app = new_app()
    try:
        settings = settings_of(app, all_rules())
        built = bundle.build(SERVICES)
    except (SettingsError, bundle.BundleError) as error:
        yield Check("settings and bundle", "unusable", (str(error),))
        return
    yield Check("bundle", f"{built.size:,} of {bundle.LARGEST:,} bytes, {built.digest[:12]}")
    settings = dataclasses.replace(settings, remediation=settings.remediation or EVERY_RUNBOOK)
    yield from pack_checks(settings)
    yield from stack_checks(settings, built)
    if settings.organization is None:
        yield from stack_checks(dataclasses.replace(settings, **MANY_ACCOUNTS), built)


def pack_checks(settings: Settings) -> Iterator[Check]:
    """Yield the checks of each form of the pack, as a template of its own."""
    forms: dict[str, Callable[[], pack.Template]] = {
        "standalone pack": partial(pack.standalone_pack, settings),
        "deployed pack": partial(pack.deployed_pack, settings, None),
    }
    for place in PLACES:
        forms[f"literal pack, {place.partition}"] = partial(pack.literal_pack, settings, place)
    for name, form in forms.items():
        try:
            template = form()
            pack.check_limits(template)
        except pack.PackError as error:
            yield Check(name, "over a limit", (str(error),))
            continue
        text = pack.as_json(template)
        route = "inline" if len(text) <= pack.INLINE_BYTES else "through S3"
        count = len(template.get("Parameters", {}))
        rules = sum(resource["Type"] == pack.RULE for resource in template["Resources"].values())
        seen = f"{rules} rules, {count} parameters, {len(text):,} bytes ({route})"
        yield Check(name, seen, linted(text))


def stack_checks(settings: Settings, built: bundle.Bundle) -> Iterator[Check]:
    """Yield the checks of the synthesised stacks."""
    with tempfile.TemporaryDirectory() as folder:
        faults = synthesised(settings, built, Path(folder))
        yield Check("synthesis", "CloudFormation's own rules and cdk-nag AwsSolutions", faults)
        for file in sorted(Path(folder).glob("*.template.json")):
            text = file.read_text(encoding="utf-8")
            name = file.name.removesuffix(".template.json")
            template = json.loads(text)
            seen = f"{len(template['Resources'])} of {MOST_RESOURCES} resources, {len(text):,} bytes"
            yield Check(f"limits of stack {name}", seen, tuple(over_limits(text, template)))
            yield Check(f"cfn-lint of stack {name}", ", ".join(REGIONS), linted(text))


def synthesised(settings: Settings, built: bundle.Bundle, folder: Path) -> tuple[str, ...]:
    """Synthesise into `folder` with every validation as an error; return what they found."""
    app = new_app(folder)
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    add_stacks(app, settings, built)
    try:
        app.synth()
    except RuntimeError as error:  # whatever fails in the CDK's Node process arrives as this
        return tuple(violations(folder)) or (str(error).splitlines()[0],)
    return ()


def violations(folder: Path) -> Iterator[str]:
    """Yield what the validation report in `folder` holds against constructs."""
    report = folder / "validation-report.json"
    if report.is_file():
        for plugin in json.loads(report.read_text(encoding="utf-8"))["pluginReports"]:
            for violation in plugin.get("violations", []):
                for construct in violation["violatingConstructs"]:
                    yield f"{violation['ruleName']} at {construct.get('constructPath', 'unknown')}"


def linted(text: str) -> tuple[str, ...]:
    """Return what cfn-lint, warnings included, says of a template in each partition."""
    matches = cfnlint.lint(text, config=ManualArgs(regions=REGIONS, ignore_checks=IGNORED))
    return tuple(sorted({f"{match.rule.id} {match.message} at {_path(match)}" for match in matches}))


def _path(match: Any) -> str:
    return "/".join(str(part) for part in match.path or ()) or "the template"


def over_limits(text: str, template: Mapping[str, Any]) -> Iterator[str]:
    """Yield each limit of CloudFormation and IAM that a stack's template breaks."""
    if len(text.encode()) > TEMPLATE_BYTES:
        yield f"the template has {len(text.encode()):,} bytes, at most {TEMPLATE_BYTES:,} fit"
    if len(template["Resources"]) > MOST_RESOURCES:
        yield f"the template has {len(template['Resources'])} resources, at most {MOST_RESOURCES} fit"
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role":
            size = sum(_characters(policy["PolicyDocument"]) for policy in resource["Properties"].get("Policies", ()))
            if size > ROLE_POLICY_CHARACTERS:
                yield f"the policies of {name} have {size:,} characters, at most {ROLE_POLICY_CHARACTERS:,} fit"


def _characters(document: object) -> int:
    """Return the characters of a policy at their most: intrinsic functions count as they are written."""
    text = json.dumps(document, separators=(",", ":"))
    for name, longest in LONGEST_ARN_PARTS.items():
        text = text.replace(f"${{{name}}}", longest)
    return len(text)


def main() -> int:
    """Print a line per check, and one below it per fault; return the exit status."""
    status = 0
    for check in checks():
        faults = "".join(f"      {fault}\n" for fault in check.faults)
        sys.stdout.write(f"{'FAIL' if faults else 'ok':4}  {check.subject}: {check.seen}\n{faults}")
        sys.stdout.flush()
        status = max(status, bool(faults))
    return status


if __name__ == "__main__":
    sys.exit(main())
