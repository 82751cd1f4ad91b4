"""Facts about how long Amazon Bedrock keeps what is sent to models, and with whom it is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from botocore.exceptions import ClientError, EndpointConnectionError

from rules.engine.collector import Action, reads
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource

RetentionMode = Literal["none", "default", "inherit", "aws_review", "provider_data_share"]
"""The modes that an account can be in (Bedrock API, DataRetentionMode)."""


@dataclass(frozen=True)
class DataRetention:
    """The data-retention mode of the account in a Region; `inherit` is what a Region answers that was never set."""

    resource: Resource
    tags: Mapping[str, str]
    mode: str


@reads(Action("bedrock:GetAccountDataRetention"))
def data_retention(aws: Aws) -> tuple[DataRetention, ...]:
    """Return the one fact of the account in this Region, none where the Region does not have the setting."""
    try:
        answer = aws.client("bedrock").get_account_data_retention()
    except (ClientError, EndpointConnectionError) as error:
        if aws.lacks("bedrock", error):
            return ()
        raise
    return (DataRetention(aws.account, {}, answer["mode"]),)
