"""
The rehearsal: what would be deployed, run once for real.

The stack is deployed into the embedded account. Each function then runs from its real asset, in a process of its
own, with the credentials of its own role: first the periodic pass, then a change event for resources that it reported.
The embedded account refuses what the role does not allow, as AWS would. What follows the verdicts, from finding to
fix, is in `delivery`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.rehearsal.assets import Assets
from cli.rehearsal.delivery import Delivered, Delivery
from cli.rehearsal.deployment import deploy
from cli.rehearsal.stage import FunctionRun, Stage
from cli.rehearsal.synthesis import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from cli.rehearsal.deployment import DeployedFunction
    from cli.sandbox import EmbeddedAccount

PROCESSES = 2


@dataclass(frozen=True)
class Rehearsal:
    """
    Every run of every function of the stacks.

    `managed` are the identifiers of the rules that AWS evaluates itself and that the packs brought, by Region. They
    are in the account as rules; the embedded account has nobody to evaluate them. `delivered` is what followed the
    verdicts of each Region.
    """

    runs: tuple[FunctionRun, ...]
    managed: Mapping[str, tuple[str, ...]]
    delivered: tuple[Delivered, ...]

    @property
    def unused(self) -> Mapping[str, tuple[str, ...]]:
        """The actions that a function's roles allow and none of its runs needed, by rule id or function name."""
        unused: dict[str, frozenset[str]] = {}
        for run in self.runs:
            unused[run.rule_id] = unused.get(run.rule_id, run.allowed) - run.used
        for delivered in self.delivered:
            for name, allowed in delivered.allowed.items():
                unused[name] = unused.get(name, allowed).difference(
                    *(ran.used for ran in delivered.ran if ran.function == name)
                )
        return {rule_id: tuple(sorted(actions)) for rule_id, actions in sorted(unused.items()) if actions}

    @property
    def passed(self) -> bool:
        """Whether every function ran and passed, every action that is allowed was needed, and findings followed."""
        delivered = any(one.fixed for one in self.delivered) and not any(one.faults for one in self.delivered)
        return bool(self.runs) and all(run.passed for run in self.runs) and not self.unused and delivered


def rehearse(
    account: EmbeddedAccount, regions: Sequence[str], assembly: Path, *, progress: Callable[[str], None], folder: Path
) -> Rehearsal:
    """
    Return what happened when the stacks of a cloud assembly were deployed into `account`, which is filled, and run.

    `regions` are those that the stacks were synthesised for; `folder` is for what is unpacked; `progress` is told what
    is being done. Raises DeploymentError.
    """
    with Assets() as assets:
        stages: list[Stage] = []
        deliveries: list[Delivery] = []
        work: list[tuple[Stage, DeployedFunction]] = []
        for region in regions:
            progress(f"Deploying into {region}")
            _prepare(account, region)
            functions = deploy(assembly, account.session(region), folder / "code")
            stage = Stage(account, region, assets)
            stages.append(stage)
            deliveries.append(Delivery(stage, functions, PREFIX))
            work += [(stage, one) for one in functions if one.name in stage.names]

        def run(job: tuple[Stage, DeployedFunction]) -> FunctionRun:
            stage, function = job
            progress(f"Running {function.name} in {stage.region}")
            return stage.run(function)

        def follow(delivery: Delivery) -> None:
            progress(f"Delivering verdicts in {delivery.region}")
            delivery.follow()

        with ThreadPoolExecutor(PROCESSES) as pool:
            runs = tuple(pool.map(run, work))
            list(pool.map(follow, deliveries))
        for delivery in deliveries:
            progress(f"Watching {delivery.region}")
            delivery.watch()
        managed = {stage.region: stage.managed for stage in stages}
        return Rehearsal(runs, managed, tuple(delivery.outcome() for delivery in deliveries))


def _prepare(account: EmbeddedAccount, region: str) -> None:
    """Switch on what a deployment expects: a configuration recorder, and AWS Security Hub."""
    session = account.session(region)
    config = session.client("config")
    if not config.describe_configuration_recorders()["ConfigurationRecorders"]:
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::123456789012:role/config"}
        )
    (recorder,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    if not recorder["recording"]:
        bucket = f"configuration-history-{region}"
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        session.client("s3").create_bucket(Bucket=bucket, **place)
        config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
        config.start_configuration_recorder(ConfigurationRecorderName=recorder["name"])
    session.client("securityhub").enable_security_hub()
