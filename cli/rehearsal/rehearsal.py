"""
The rehearsal: what would be deployed, run once for real.

The stacks of a Region are deployed into the embedded account. Each function then runs from its real asset, in a
process of its own, with the credentials of its own role: first the periodic pass, then a change event for resources
that it reported. The embedded account refuses what the role does not allow, as AWS would. What follows the verdicts,
from finding to fix, is in `delivery`.
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

    @classmethod
    def together(cls, parts: Sequence[Rehearsal]) -> Rehearsal:
        """Return one rehearsal of the Regions of several."""
        managed = {region: identifiers for part in parts for region, identifiers in part.managed.items()}
        runs = tuple(run for part in parts for run in part.runs)
        return cls(runs, managed, tuple(one for part in parts for one in part.delivered))

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
    account: EmbeddedAccount, region: str, assembly: Path, *, progress: Callable[[str], None], folder: Path
) -> Rehearsal:
    """
    Return what happened when the stacks of a cloud assembly were deployed into a Region of `account` and run.

    The account is filled already; `folder` is for what is unpacked; `progress` is told what is being done. Raises
    DeploymentError.
    """
    with Assets() as assets:
        progress(f"Deploying into {region}")
        _prepare(account, region)
        functions = deploy(assembly, account.session(region), folder / "code")
        stage = Stage(account, region, assets)

        def run(function: DeployedFunction) -> FunctionRun:
            progress(f"Running {function.name} in {region}")
            return stage.run(function)

        with ThreadPoolExecutor(PROCESSES) as pool:
            runs = tuple(pool.map(run, (one for one in functions if one.name in stage.names)))
        progress(f"Delivering verdicts in {region}")
        delivery = Delivery(stage, functions, PREFIX)
        delivery.follow()
        delivery.watch()
        return Rehearsal(runs, {region: stage.managed}, (delivery.outcome(),))


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
