"""Facts about long-term API keys: credentials of IAM users that AI services take in the place of a signature."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from rules.engine.collector import Action, reads
from rules.engine.errors import error_code
from rules.facts.iam import GONE
from rules.facts.iam_account import PAGE_SIZE
from rules.facts.iam_principals import USER, user_resource
from rules.facts.listings import next_page
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Resource, Unreadable

AI_SERVICES = {
    "bedrock.amazonaws.com": "Amazon Bedrock",
    "aws-external-anthropic.amazonaws.com": "Claude Platform on AWS",
}
"""The AI services that take API keys, by the name that IAM has for them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html
"""

NOT_SUPPORTED = "NotSupportedService"
"""How IAM answers in a partition that does not have the service."""

UNUSABLE = frozenset({"Inactive", "Expired"})
"""Whatever else IAM may say one day of a key (StatusType), the service may take it."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class ApiKey:
    """
    A long-term API key (IAM API, ServiceSpecificCredentialMetadata), without its secret, which IAM shows only once.

    `status` is Active, Inactive or Expired. `age` is the whole days since it was made, `lifetime` the days from then
    to its expiration, None for one that never expires.
    """

    id: str
    service: str
    status: str
    age: int
    lifetime: int | None

    @property
    def active(self) -> bool:
        """Whether the service takes it."""
        return self.status not in UNUSABLE


@dataclass(frozen=True)
class KeyHolder:
    """A user with its API keys of AI services."""

    resource: Resource
    tags: Mapping[str, str]
    keys: tuple[ApiKey, ...]


# A listing of all users' keys names no user that a grant could be narrowed to.
@reads(Action("iam:ListServiceSpecificCredentials"))
def api_keys(aws: Aws) -> Mapping[str, tuple[ApiKey, ...]]:
    """Return the API keys of AI services by the name of their user, in the order of IAM."""
    found: dict[str, tuple[ApiKey, ...]] = {}
    for service in AI_SERVICES:
        for listed in _listed(aws, service):
            found[listed["UserName"]] = (*found.get(listed["UserName"], ()), _key(aws, listed))
    return found


@reads(Action("iam:ListUsers"), Action("iam:ListUserTags", USER), uses=(api_keys,))
def key_holders(aws: Aws) -> tuple[KeyHolder | Unreadable, ...]:
    """Return every user that has an API key of an AI service."""
    keys = api_keys(aws)
    pages = aws.client("iam").get_paginator("list_users").paginate(PaginationConfig={"PageSize": PAGE_SIZE})
    holders = [user_resource(user) for page in pages for user in page["Users"] if user["UserName"] in keys]

    def tags(user: Resource) -> dict[str, str]:
        listing = aws.client("iam").get_paginator("list_user_tags").paginate(UserName=user.name)
        return {tag["Key"]: tag["Value"] for page in listing for tag in page["Tags"]}

    def read(user: Resource) -> KeyHolder:
        return KeyHolder(user, aws.tags(user.id, lambda: tags(user)), keys[user.name])

    return aws.read_each(holders, lambda user: user, read, gone=(GONE,))


def _key(aws: Aws, listed: Mapping[str, Any]) -> ApiKey:
    made, expires = listed["CreateDate"], listed.get("ExpirationDate")
    return ApiKey(
        id=listed["ServiceSpecificCredentialId"],
        service=AI_SERVICES[listed["ServiceName"]],
        status=listed["Status"],
        age=max((aws.now - made) // DAY, 0),
        # IAM takes whole days, and may take the time of the request a moment before that of the key.
        lifetime=None if expires is None else round((expires - made) / DAY),
    )


def _listed(aws: Aws, service: str) -> Iterator[Mapping[str, Any]]:
    # botocore has no paginator for this listing.
    more: dict[str, str] = {}
    while True:
        try:
            page = aws.client("iam").list_service_specific_credentials(ServiceName=service, AllUsers=True, **more)
        except ClientError as error:
            if error_code(error) == NOT_SUPPORTED:
                return
            raise
        yield from page.get("ServiceSpecificCredentials", ())
        if not page.get("IsTruncated"):
            return
        more = next_page(more, "Marker", page["Marker"])
