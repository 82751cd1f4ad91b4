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
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.rehearsal import function_process
from cli.rehearsal.deployment import DeployedFunction, deploy
from cli.rehearsal.synthesis import synthesise
from cli.sandbox.config_events import ChangedResource
from rules.engine.catalogue import all_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from cli.sandbox import EmbeddedAccount
    from cli.sandbox.config_events import Event

PROCESSES = 2
TIMEOUT = 300
CHANGES = 25
"""Resources of a rule that get a change event."""

REFUSALS = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})

RUNTIME_ACTIONS = frozenset({"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"})
"""What the Lambda service does with a function's role; the function's own code does none of it."""


@dataclass(frozen=True)
class FunctionRun:
    """
    What one function did in one Region.

    `used`, `denied` and `allowed` are IAM actions: those of its calls, those that its role refused, those that its
    role allows. `results` counts its evaluations by compliance; `disagreeing` are resources of which a change event
    says something else than the periodic pass. `pack` is what the conformance pack says of the rule.
    """

    rule_id: str
    region: str
    events: int
    calls: int
    results: Mapping[str, int]
    errors: tuple[str, ...]
    used: frozenset[str]
    denied: frozenset[str]
    allowed: frozenset[str]
    disagreeing: tuple[str, ...]
    pack: str | None

    @property
    def passed(self) -> bool:
        """Whether it ran without an error, within its permissions, in agreement with itself, and was reported."""
        return not (self.errors or self.denied or self.disagreeing) and self.pack is not None


@dataclass(frozen=True)
class Rehearsal:
    """
    Every run of every function of the stacks.

    `managed` are the identifiers of the rules that AWS evaluates itself and that the packs brought, by Region. They
    are in the account as rules; the embedded account has nobody to evaluate them.
    """

    runs: tuple[FunctionRun, ...]
    managed: Mapping[str, tuple[str, ...]]

    @property
    def unused(self) -> Mapping[str, tuple[str, ...]]:
        """The actions that a rule's roles allow and none of its runs needed, by rule id."""
        unused: dict[str, frozenset[str]] = {}
        for run in self.runs:
            unused[run.rule_id] = unused.get(run.rule_id, run.allowed) - run.used
        return {rule_id: tuple(sorted(actions)) for rule_id, actions in sorted(unused.items()) if actions}

    @property
    def passed(self) -> bool:
        """Whether every function ran and passed, and every action that is allowed was needed."""
        return bool(self.runs) and all(run.passed for run in self.runs) and not self.unused


def rehearse(
    account: EmbeddedAccount, regions: Sequence[str], *, progress: Callable[[str], None], folder: Path
) -> Rehearsal:
    """
    Return what happened when the stacks were deployed into `account`, which is filled, and run in these Regions.

    `folder` is for what is synthesised and unpacked; `progress` is told what is being done. Raises SynthesisError
    and DeploymentError.
    """
    progress("Synthesising the stacks")
    assembly = synthesise(folder, regions)
    runs: list[FunctionRun] = []
    managed: dict[str, tuple[str, ...]] = {}
    for region in regions:
        progress(f"Deploying into {region}")
        _record_resources(account, region)
        functions = deploy(assembly, account.session(region), folder / "code")
        stage = _Stage(account, region)
        managed[region] = stage.managed

        def run(function: DeployedFunction, stage: _Stage = stage) -> FunctionRun:
            progress(f"Running {function.name} in {stage.region}")
            return stage.run(function)

        with ThreadPoolExecutor(PROCESSES) as pool:
            runs.extend(pool.map(run, functions))
    return Rehearsal(tuple(runs), managed)


class _Stage:
    """A Region of the account with the deployed stack."""

    def __init__(self, account: EmbeddedAccount, region: str) -> None:
        self.region = region
        self._account = account
        self._session = account.session(region)
        self._rules = {f"{rule.module}.handler": rule for rule in all_rules()}
        self._config = self._session.client("config")
        rules = [
            rule
            for page in self._config.get_paginator("describe_config_rules").paginate()
            for rule in page["ConfigRules"]
        ]
        self._names = {
            rule["Source"]["SourceIdentifier"].rpartition(":")[2]: rule["ConfigRuleName"]
            for rule in rules
            if rule["Source"]["Owner"] == "CUSTOM_LAMBDA"
        }
        self.managed = tuple(
            sorted(rule["Source"]["SourceIdentifier"] for rule in rules if rule["Source"]["Owner"] == "AWS")
        )

    def run(self, function: DeployedFunction) -> FunctionRun:
        """Send the function what AWS Config would send it, and return what it did."""
        rule, name = self._rules[function.handler], self._names[function.name]
        events = self._account.config_events(self.region)
        environment = self._environment(function)
        sent = [events.scheduled(name)]
        errors = _process(function, environment, sent)
        before = self._results(name)
        changes = [
            events.changed(name, ChangedResource(kind, resource_id, *self._name_of(kind, resource_id)))
            for kind, resource_id in sorted(before)
            if kind in rule.resource_types
        ][:CHANGES]
        errors += _process(function, environment, changes)
        after = self._results(name)
        calls = self._account.calls.of(environment["AWS_ACCESS_KEY_ID"])
        return FunctionRun(
            rule_id=rule.id,
            region=self.region,
            events=len(sent) + len(changes),
            calls=len(calls),
            results=Counter(compliance for compliance, _ in after.values()),
            errors=tuple(errors),
            used=frozenset(call.action for call in calls),
            denied=frozenset(call.action for call in calls if call.error in REFUSALS),
            allowed=function.actions - RUNTIME_ACTIONS,
            disagreeing=tuple(f"{kind} {one}" for kind, one in sorted(before) if before[kind, one] != after[kind, one]),
            pack=self._compliance(name),
        )

    def _environment(self, function: DeployedFunction) -> dict[str, str]:
        assumed = self._session.client("sts").assume_role(RoleArn=function.role_arn, RoleSessionName=function.name)
        return self._account.environment(self.region) | {
            "AWS_ACCESS_KEY_ID": assumed["Credentials"]["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": assumed["Credentials"]["SecretAccessKey"],
            "AWS_SESSION_TOKEN": assumed["Credentials"]["SessionToken"],
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
        }

    def _results(self, rule_name: str) -> dict[tuple[str, str], tuple[str, str]]:
        pages = self._config.get_paginator("get_compliance_details_by_config_rule").paginate(ConfigRuleName=rule_name)
        return {
            (qualifier["ResourceType"], qualifier["ResourceId"]): (result["ComplianceType"], result["Annotation"])
            for page in pages
            for result in page["EvaluationResults"]
            for qualifier in [result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]]
        }

    def _name_of(self, resource_type: str, resource_id: str) -> tuple[str, str]:
        """Return name and ARN as a configuration item has them; only IAM's ids are neither."""
        if not resource_type.startswith("AWS::IAM::"):
            return resource_id.rpartition("/")[2], resource_id if resource_id.startswith("arn:") else ""
        kind = resource_type.removeprefix("AWS::IAM::")
        pages = self._session.client("iam").get_paginator("get_account_authorization_details").paginate(Filter=[kind])
        return next(
            (entry[f"{kind}Name"], entry["Arn"])
            for page in pages
            for entry in page[f"{kind}DetailList"]
            if entry[f"{kind}Id"] == resource_id
        )

    def _compliance(self, rule_name: str) -> str | None:
        """Return what the pack says of a rule: COMPLIANT, NON_COMPLIANT or INSUFFICIENT_DATA; None without a pack."""
        for pack in self._config.describe_conformance_packs()["ConformancePackDetails"]:
            answer = self._config.describe_conformance_pack_compliance(
                ConformancePackName=pack["ConformancePackName"], Filters={"ConfigRuleNames": [rule_name]}
            )
            for one in answer["ConformancePackRuleComplianceList"]:
                return str(one["ComplianceType"])
        return None


def _record_resources(account: EmbeddedAccount, region: str) -> None:
    config = account.session(region).client("config")
    if not config.describe_configuration_recorders()["ConfigurationRecorders"]:
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::123456789012:role/config"}
        )


def _process(function: DeployedFunction, environment: Mapping[str, str], events: Sequence[Event]) -> list[str]:
    """Run the function's asset on the events in one process; return what went wrong."""
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
