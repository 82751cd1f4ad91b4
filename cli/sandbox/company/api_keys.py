"""API keys of the company's people for Amazon Bedrock: made for a fortnight, or for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.sandbox.company.identities import HOME
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site

RULE = "bedrock-api-key-short-lived"

DAYS: dict[str, int | None] = {"claims-developer": 14, "contractor": None}
"""How many days the keys of users live, None for those that never expire."""

LABELS = tuple(Label(RULE, HOME, user, BAD if days is None else GOOD) for user, days in DAYS.items())
CLEAN_LABELS = without_bad(LABELS)


def build(site: Site) -> None:
    """Make the keys, once: IAM is the same in every Region."""
    if not site.home:
        return
    iam = site.client("iam")
    for user, days in DAYS.items():
        if days:
            iam.create_service_specific_credential(
                UserName=user, ServiceName="bedrock.amazonaws.com", CredentialAgeDays=days
            )
        elif site.mixed:
            iam.create_service_specific_credential(UserName=user, ServiceName="bedrock.amazonaws.com")
