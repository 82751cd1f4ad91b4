"""
The rehearsal: what would be deployed, run once for real.

The stack is deployed into the embedded account. Each function then runs from its real asset, in a process of its
own, with the credentials of its own role: first the periodic pass, then a change event for resources that it reported.
The embedded account refuses what the role does not allow, as AWS would.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.rehearsal import function_process
from cli.rehearsal.deployment import DeployedFunction, deploy
from cli.rehearsal.synthesis import synthesise
from cli.sandbox.config_events import ChangedResource
from rules.engine.catalogue import all_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cli.sandbox import EmbeddedAccount
    from cli.sandbox.config_events import Event
    from rules.engine.rule import Rule

PROCESSES = 2
TIMEOUT = 300
CHANGES = 25
"""Resources of a rule that get a change event."""

RUNTIME_ACTIONS = frozenset({"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"})
"""What the Lambda service does with a function's role; the function's own code does none of it."""


@dataclass(frozen=True)
class FunctionRun:
    """
    What one function did.

    `denied` are the actions that its role refused, `unused` those that the role allows and no run needed;
    `results` counts its evaluations by compliance; `changed` are resources on which a change event and the periodic
    pass disagree.
    """

    rule_id: str
    events: int
    calls: int
    results: Mapping[str, int]
    errors: tuple[str, ...]
    denied: tuple[str, ...]
    unused: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the function ran without an error, with exactly its permissions, and in agreement with itself."""
        return not (self.errors or self.denied or self.unused or self.changed)


@dataclass(frozen=True)
class Rehearsal:
    """Every function's run, and what AWS Config says of the pack afterwards: rule id -> compliance."""

    stack: str
    runs: tuple[FunctionRun, ...]
    pack: Mapping[str, str]

    @property
    def passed(self) -> bool:
        """Whether every function of the template ran and passed, and the pack has a verdict of each rule."""
        return all(run.passed for run in self.runs) and len(self.pack) == len(self.runs) > 0


def rehearse(
    account: EmbeddedAccount,
    *,
    fill: Callable[[EmbeddedAccount], None],
    progress: Callable[[str], None],
) -> Rehearsal:
    """
    Return what happened when the synthesised stack was deployed and run in `account`, which `fill` fills first.

    `progress` is told what is being done. Raises SynthesisError and DeploymentError.
    """
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as name:
        folder = Path(name)
        progress("synthesising the stack")
        assembly = synthesise(folder)
        fill(account)
        progress("deploying the stack")
        _record_resources(account)
        stack, functions = deploy(assembly, account.session(), folder / "code")
        names = _rule_names(account)
        rules = {f"{rule.module}.handler": rule for rule in all_rules()}

        def run(function: DeployedFunction) -> FunctionRun:
            progress(f"running {function.name}")
            rule = rules[function.handler]
            return _run(account, function, rule, names[function.name])

        with ThreadPoolExecutor(PROCESSES) as pool:
            runs = tuple(pool.map(run, functions))
        return Rehearsal(stack, runs, _pack_compliance(account, {names[one.name]: one for one in functions}, rules))


def _record_resources(account: EmbeddedAccount) -> None:
    config = account.session().client("config")
    if not config.describe_configuration_recorders()["ConfigurationRecorders"]:
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::123456789012:role/config"}
        )


def _rule_names(account: EmbeddedAccount) -> dict[str, str]:
    """Return the name of the Config rule that invokes each function: a pack adds its own suffix."""
    pages = account.session().client("config").get_paginator("describe_config_rules").paginate()
    return {
        rule["Source"]["SourceIdentifier"].rpartition(":")[2]: rule["ConfigRuleName"]
        for page in pages
        for rule in page["ConfigRules"]
        if rule["Source"]["Owner"] == "CUSTOM_LAMBDA"
    }


def _run(account: EmbeddedAccount, function: DeployedFunction, rule: type[Rule[Any]], name: str) -> FunctionRun:
    events = account.config_events()
    session = account.session()
    credentials = session.client("sts").assume_role(RoleArn=function.role_arn, RoleSessionName=function.name)
    environment = account.environment() | {
        "AWS_ACCESS_KEY_ID": credentials["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["Credentials"]["SessionToken"],
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_DEFAULTS_MODE": "legacy",
    }
    sent = [events.scheduled(name)]
    errors = _process(function, environment, sent)
    before = _results(account, name)
    if rule.resource_types:
        changes = [
            events.changed(name, ChangedResource(kind, resource_id, resource_name, arn))
            for kind, resource_id, resource_name, arn in _changeable(account, rule, before)
        ]
        errors += _process(function, environment, changes)
        sent += changes
    after = _results(account, name)
    calls = account.calls.of(environment["AWS_ACCESS_KEY_ID"])
    denied = {call.action for call in calls if "AccessDenied" in call.error or "Unauthorized" in call.error}
    unused = function.actions - {call.action for call in calls} - RUNTIME_ACTIONS
    return FunctionRun(
        rule_id=rule.id,
        events=len(sent),
        calls=len(calls),
        results=_counted(after),
        errors=tuple(errors),
        denied=tuple(sorted(denied)),
        unused=tuple(sorted(unused)),
        changed=tuple(f"{kind} {name}" for kind, name in sorted(before) if before[kind, name] != after[kind, name]),
    )


def _changeable(
    account: EmbeddedAccount, rule: type[Rule[Any]], results: Mapping[tuple[str, str], tuple[str, str]]
) -> list[tuple[str, str, str, str]]:
    """Return (type, id, name, ARN) of what a change event can be sent for: resources that the rule reported."""
    names = {
        (resource["Type"], resource["Id"]): (resource["Name"], resource["Arn"])
        for resource in _named_resources(account)
    }
    return [
        (kind, resource_id, *names.get((kind, resource_id), (resource_id, "")))
        for kind, resource_id in sorted(results)
        if kind in rule.resource_types
    ][:CHANGES]


def _named_resources(account: EmbeddedAccount) -> list[dict[str, str]]:
    """Return IAM principals, whose Config id is not their name; other types are found by their id."""
    details = account.session().client("iam").get_paginator("get_account_authorization_details").paginate()
    return [
        {"Type": kind, "Id": entry[f"{short}Id"], "Name": entry[f"{short}Name"], "Arn": entry["Arn"]}
        for page in details
        for kind, short, member in (
            ("AWS::IAM::Role", "Role", "RoleDetailList"),
            ("AWS::IAM::User", "User", "UserDetailList"),
        )
        for entry in page[member]
    ]


def _process(function: DeployedFunction, environment: Mapping[str, str], events: Sequence[Event]) -> list[str]:
    if not events:
        return []
    task = {"path": str(function.code), "handler": function.handler, "events": events}
    done = subprocess.run(  # noqa: S603 - the function's own asset, in this interpreter, with nothing else to import
        [sys.executable, "-I", "-S", "-B", function_process.__file__],
        input=json.dumps(task),
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    errors = [f"{answer['error']['type']}: {answer['error']['message']}" for answer in answers if answer["error"]]
    if len(answers) != len(events):
        said = done.stderr.strip().splitlines()
        errors.append(f"the process ended with status {done.returncode}: {said[-1] if said else 'no message'}")
    return errors


def _results(account: EmbeddedAccount, rule_name: str) -> dict[tuple[str, str], tuple[str, str]]:
    config = account.session().client("config")
    pages = config.get_paginator("get_compliance_details_by_config_rule").paginate(ConfigRuleName=rule_name)
    return {
        (qualifier["ResourceType"], qualifier["ResourceId"]): (result["ComplianceType"], result.get("Annotation", ""))
        for page in pages
        for result in page["EvaluationResults"]
        for qualifier in [result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]]
    }


def _counted(results: Mapping[tuple[str, str], tuple[str, str]]) -> dict[str, int]:
    counted = {"COMPLIANT": 0, "NON_COMPLIANT": 0, "NOT_APPLICABLE": 0}
    for compliance, _ in results.values():
        counted[compliance] += 1
    return counted


def _pack_compliance(
    account: EmbeddedAccount, functions: Mapping[str, DeployedFunction], rules: Mapping[str, type[Rule[Any]]]
) -> dict[str, str]:
    config = account.session().client("config")
    found = {}
    for page in config.get_paginator("describe_conformance_packs").paginate():
        for pack in page["ConformancePackDetails"]:
            # botocore has no paginator for this operation.
            token: dict[str, str] = {}
            while True:
                answer = config.describe_conformance_pack_compliance(
                    ConformancePackName=pack["ConformancePackName"], **token
                )
                for one in answer["ConformancePackRuleComplianceList"]:
                    function = functions[one["ConfigRuleName"]]
                    found[rules[function.handler].id] = one["ComplianceType"]
                if not answer.get("NextToken"):
                    break
                token = {"NextToken": answer["NextToken"]}
    return found
