"""What brings the pack's violations into AWS Security Hub CSPM: a forwarder by event, a reconciler by the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from cdk.event_queue import ComplianceChanges
from cdk.function import StackFunction
from cdk.schedule import run_every
from rules.delivery import forwarder, reconciler
from rules.delivery.security_hub import BATCH

if TYPE_CHECKING:
    from cdk.function import Shared

WINDOW = 30
"""Seconds for which events are gathered, so that a pack's first evaluations fill batches."""
TIMEOUT = 120


class Findings(Construct):
    """The queue of compliance changes with the forwarder, and the reconciler."""

    def __init__(self, scope: Construct, construct_id: str, shared: Shared) -> None:
        super().__init__(scope, construct_id)
        self.changes = ComplianceChanges(
            self,
            "Changes",
            name=f"{shared.prefix}-findings",
            failures=shared.failures,
            timeout=TIMEOUT,
            batch=BATCH,
            window=WINDOW,
        )
        self.changes.invoke(
            StackFunction(
                self,
                "Forwarder",
                shared,
                name=f"{shared.prefix}-forwarder",
                handler=f"{forwarder.__name__}.handler",
                description="Turns compliance changes into AWS Security Hub findings.",
                role_description="Imports findings into AWS Security Hub.",
                actions=forwarder.ACTIONS,
                exact=[self.changes.reading],
                environment={"ACCOUNT_ID": cdk.Aws.ACCOUNT_ID},
                timeout=TIMEOUT,
                asynchronous=False,
            )
        )
        self.reconciler = StackFunction(
            self,
            "Reconciler",
            shared,
            name=f"{shared.prefix}-reconciler",
            handler=f"{reconciler.__name__}.handler",
            description="Holds AWS Security Hub against AWS Config, and renews findings that stay open.",
            role_description="Reads what the pack's rules say, and imports findings into AWS Security Hub.",
            actions=reconciler.ACTIONS,
            environment={"ACCOUNT_ID": cdk.Aws.ACCOUNT_ID, "PACK": shared.prefix},
        )
        run_every(self.reconciler, "1 day", failures=shared.failures)
