"""The settings of a deployment to many accounts; nothing here imports the CDK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdk.given import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdk.given import Given

KEYS = (
    "organization.id",
    "organization.administrator",
    "organization.targets",
    "organization.delegatedAdministrator",
    "organization.aggregator",
)

ID = r"o-[a-z0-9]{10,32}"
ACCOUNT = r"[0-9]{12}"
TARGET = r"(?:r-[a-z0-9]{4,32}|ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})"
"""A root or an organizational unit (AWS Organizations API, Root.Id and OrganizationalUnit.Id)."""


@dataclass(frozen=True)
class Organization:
    """
    An organization whose accounts get the stack through AWS CloudFormation StackSets.

    `administrator` is the account that deploys: the management account, or (`delegated`) a delegated administrator.
    `targets` are ids of roots and organizational units. `aggregator` asks for an AWS Config aggregator there.
    """

    id: str
    administrator: str
    targets: tuple[str, ...]
    delegated: bool = True
    aggregator: bool = False

    def assets_bucket(self, prefix: str, region: str) -> str:
        """Return the bucket that holds the functions' code for the organization's accounts in a Region."""
        return f"{prefix}-assets-{self.administrator}-{region}"


def organization_in(given: Mapping[str, Given], regions: Sequence[str]) -> Organization | None:
    """Return what the keys under `organization` say, None without any of them; raises SettingsError."""
    present = {key: given[key] for key in KEYS if key in given}
    if not present:
        return None
    first = next(iter(present.values()))
    for key in ("organization.id", "organization.administrator", "organization.targets"):
        if key not in present:
            raise SettingsError(
                f"{first.source}: {key} is missing; an organization needs id, administrator and targets"
            )
    if not regions:
        raise SettingsError(f"{first.source}: regions is missing; stack sets deploy to the Regions that it names")
    targets = present["organization.targets"].texts(TARGET, "ids of roots (r-...) and organizational units (ou-...)")
    if not targets or len(set(targets)) < len(targets):
        raise present["organization.targets"].refused("one root or organizational unit or more, each once")
    switches = {
        key: present[key].switch()
        for key in ("organization.delegatedAdministrator", "organization.aggregator")
        if key in present
    }
    return Organization(
        id=present["organization.id"].text(ID, "an organization's id such as o-a1b2c3d4e5"),
        administrator=present["organization.administrator"].text(ACCOUNT, "an account id of 12 digits, as a text"),
        targets=targets,
        delegated=switches.get("organization.delegatedAdministrator", True),
        aggregator=switches.get("organization.aggregator", False),
    )
