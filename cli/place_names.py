"""Regions, profiles and roles as arguments, with what a shell may complete them to."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,576}", re.ASCII)
"""https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"""


class RegionName(click.ParamType[str]):
    """A Region; which ones there are is for AWS to say, since botocore's list may be older than a Region."""

    name = "region"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the Regions of all partitions that botocore knows and that begin like this."""
        del ctx, param
        # botocore takes longer to import than help takes to show.
        core = import_module("botocore.session").Session()
        partitions = core.get_available_partitions()
        return _completed(incomplete, (name for each in partitions for name in core.get_available_regions("sts", each)))


class ProfileName(click.ParamType[str]):
    """A profile of the AWS configuration files."""

    name = "profile"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the profiles of this machine that begin like this."""
        del ctx, param
        return _completed(incomplete, import_module("botocore.session").Session().available_profiles)


class RoleArn(click.ParamType[str]):
    """The ARN of an IAM role."""

    name = "arn"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the ARN; fails for any other text."""
        if not ROLE_ARN.fullmatch(value):
            self.fail(
                f"{value!r}; allowed: the ARN of a role, such as arn:aws:iam::111122223333:role/audit", param, ctx
            )
        return value


def _completed(incomplete: str, names: Iterable[str]) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]
