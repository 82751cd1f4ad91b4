"""
Rules that AWS manages and that run in the same pack, in groups that can be switched off.

AWS evaluates them: nothing of them runs in AWS Lambda, and nothing here is in the functions' bundle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.duties import Duty

PAGE = "https://docs.aws.amazon.com/config/latest/developerguide/{}.html"

DAILY = "TwentyFour_Hours"
"""How often periodic rules run: every evaluation is billed."""

USUAL_REGIONS = frozenset(
    {
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
        *("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1"),
        *("ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2"),
    }
)
"""The Regions that every account of the partition aws has from the start."""


class Proof(Enum):
    """Where AWS publishes an identifier as it is spelled here: (what it is called, where it is)."""

    CDK = ("AWS CDK", "aws_config.ManagedRuleIdentifiers of the locked aws-cdk-lib")
    DOCUMENTATION = ("documentation", "the rule's page in the AWS Config Developer Guide")
    SAMPLE_PACK = (
        "sample pack",
        "a sample conformance pack in awslabs/aws-config-rules at b54d4a6c99e105c25ca46af9305770e4ba51c422",
    )
    ANNOUNCEMENT = (
        "announcement",
        "https://aws.amazon.com/about-aws/whats-new/2026/07/aws-config-additional-managed-rules",
    )

    def __init__(self, title: str, place: str) -> None:
        self.title = title
        self.place = place


@dataclass(frozen=True)
class ManagedInput:
    """
    An input parameter of a managed rule: its name in AWS Config and the value that this pack gives it.

    AWS fills in no defaults for rules that are not created in its console, so what a rule needs is said here.
    With `pack_parameter` it is a parameter of the pack that stands alone, with `description`.
    """

    name: str
    value: str
    pack_parameter: str = ""
    description: str = ""


@dataclass(frozen=True)
class ManagedRule:
    """
    A rule that AWS manages.

    `name` is its name in the pack: AWS's own names are longer than the 36 characters that fit one.
    `state` is what it wants, in a few words, and `duty` the customer's duty that it serves.
    `control` is the AWS Security Hub CSPM control that is evaluated by the same rule.
    `lacks` are the usual Regions in which AWS documents that it does not have the rule.
    """

    name: str
    identifier: str
    state: str
    duty: Duty
    proof: Proof
    control: str = ""
    periodic: bool = False
    inputs: tuple[ManagedInput, ...] = ()
    lacks: frozenset[str] = frozenset()

    @property
    def logical_id(self) -> str:
        """Its name inside templates: sagemaker-model-isolated -> SagemakerModelIsolated."""
        return "".join(part.capitalize() for part in self.name.split("-"))

    @property
    def page(self) -> str:
        """Where AWS documents it."""
        return PAGE.format(self.identifier.lower().replace("_", "-"))

    def resource(self, inputs: Mapping[str, object]) -> dict[str, Any]:
        """Return it as a resource of a pack; a rule that only answers changes has no frequency."""
        properties: dict[str, Any] = {
            "ConfigRuleName": self.name,
            "Description": f"{self.state}: {self.identifier}, evaluated by AWS.",
            "Source": {"Owner": "AWS", "SourceIdentifier": self.identifier},
        }
        if inputs:
            properties["InputParameters"] = dict(inputs)
        if self.periodic:
            properties["MaximumExecutionFrequency"] = DAILY
        return {"Type": "AWS::Config::ConfigRule", "Properties": properties}


@dataclass(frozen=True)
class Group:
    """
    Managed rules that are switched on and off together.

    `judges` says whom it is about. A group is on `by_default` only when it judges AI resources and nothing else: then
    an account without them has no evaluations to pay, and no NON_COMPLIANT that has nothing to do with AI.
    """

    key: str
    judges: str
    by_default: bool
    rules: tuple[ManagedRule, ...]

    @property
    def everywhere(self) -> bool:
        """Whether AWS has all of it in every usual Region."""
        return not any(rule.lacks for rule in self.rules)

    @property
    def parameter(self) -> str:
        """The parameter of the pack that stands alone which switches the group: IncludeSagemakerJobs."""
        return "Include" + self.condition.removeprefix("Managed")

    @property
    def condition(self) -> str:
        """The condition of the group's rules in the pack that stands alone."""
        return "Managed" + "".join(part.capitalize() for part in self.key.split("-"))


@dataclass(frozen=True)
class ManagedChoice:
    """
    Which groups are deployed.

    `included` are exactly these; None are those that are on by default: in a usual Region all of them, in any other
    none, and where the Region is not known those that AWS has in every usual one. `excluded` are left out of either.
    `values` has inputs that the settings give, by rule name and input name.
    """

    groups: tuple[Group, ...] = ()
    included: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    def groups_in(self, region: str | None) -> tuple[Group, ...]:
        """Return the groups of a Region's pack; None is a pack for any Region."""
        return tuple(group for group in self.groups if group.key not in self.excluded and self._takes(group, region))

    def rules_in(self, region: str | None) -> tuple[ManagedRule, ...]:
        """Return the rules of a Region's pack, without those that AWS does not have there."""
        return tuple(
            rule
            for group in self.groups_in(region)
            for rule in group.rules
            if region is None or region not in rule.lacks
        )

    def inputs_of(self, rule: ManagedRule) -> dict[str, str]:
        """Return a rule's inputs, as set or else as the table has them."""
        return {each.name: each.value for each in rule.inputs} | dict(self.values.get(rule.name, {}))

    def _takes(self, group: Group, region: str | None) -> bool:
        if self.included is not None:
            return group.key in self.included
        return group.by_default and (group.everywhere if region is None else region in USUAL_REGIONS)
