"""What one Region of an account says about a deployed stack of rules: facts, not judgements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rules.delivery.recorder import Recorder

PACK_SUFFIX = "-conformance-pack-"
"""What AWS Config puts between a rule's name in a conformance pack and the id of the pack."""


@dataclass(frozen=True)
class Unread:
    """A part that could not be read; `reason` is the error code and message of the call."""

    part: str
    reason: str


@dataclass(frozen=True)
class Stack:
    """The CloudFormation stack; `resources` are its physical ids by type, `protected` its termination protection."""

    name: str
    status: str
    resources: Mapping[str, tuple[str, ...]]
    protected: bool = False


@dataclass(frozen=True)
class Pack:
    """The conformance pack; `state` and `reason` are those of DescribeConformancePackStatus."""

    name: str
    state: str
    reason: str


@dataclass(frozen=True)
class DeployedRule:
    """
    A rule of the pack.

    `name` is as AWS Config has it, with the pack's suffix. `violations` counts the resources that are NON_COMPLIANT,
    25 at most, and `more` says that there are more.
    """

    name: str
    custom: bool
    activated: datetime | None
    evaluated: datetime | None
    failed: datetime | None
    error: str
    compliance: str
    violations: int = 0
    more: bool = False

    @property
    def rule_id(self) -> str:
        """The name without the pack's suffix."""
        return self.name.partition(PACK_SUFFIX)[0]


@dataclass(frozen=True)
class DeployedFunction:
    """A Lambda function of the stack; `invocations` and `errors` are those of the last 24 hours."""

    name: str
    state: str
    update: str
    invocations: int
    errors: int


@dataclass(frozen=True)
class Queue:
    """A queue of events that no attempt could evaluate."""

    name: str
    waiting: int


@dataclass(frozen=True)
class Alarm:
    """A CloudWatch alarm of the stack; `reason` is CloudWatch's own sentence."""

    name: str
    state: str
    reason: str


@dataclass(frozen=True)
class Hub:
    """Security Hub; `enabled` is whether the account has it in this Region."""

    enabled: bool


@dataclass(frozen=True)
class Deployment:
    """One Region. A part that is None does not exist, unless it is among the `unread`."""

    region: str
    stack: Stack | None = None
    recorder: Recorder | None = None
    pack: Pack | None = None
    rules: tuple[DeployedRule, ...] = ()
    functions: tuple[DeployedFunction, ...] = ()
    queues: tuple[Queue, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    hub: Hub | None = None
    unread: tuple[Unread, ...] = ()

    def could_read(self, part: str) -> bool:
        """Say whether a part was read."""
        return part not in {one.part for one in self.unread}
