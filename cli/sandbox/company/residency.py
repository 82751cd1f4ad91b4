"""Where the company lets its data go: inference profiles, and how long Amazon Bedrock keeps what is sent to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company.labels import BAD, GOOD, Label, all_good, without_bad

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site
    from rules.engine.verdict import Compliance

STAYS = "bedrock-data-stays-in-region"
RETENTION = "bedrock-data-retention-limited"

ALLOWED = ("us-east-1", "us-east-2", "us-west-2", "eu-central-1")
"""The Regions that the company's contracts name."""

MODES = {"us-east-1": "none", "eu-central-1": "provider_data_share"}
"""In the second Region somebody wanted to try a model that is only served to those who share."""


@dataclass(frozen=True)
class Profile:
    """An application inference profile over one that AWS defines."""

    name: str
    region: str
    source: str
    wanted: Compliance


PROFILES = (
    Profile("claims-assistant", "us-east-1", "us.amazon.nova-pro-v1:0", GOOD),
    # Routes to any commercial Region.
    Profile("experiments", "us-east-1", "global.anthropic.claude-sonnet-4-20250514-v1:0", BAD),
    # Routes to Ireland and France as well.
    Profile("trial-matching", "eu-central-1", "eu.amazon.nova-lite-v1:0", BAD),
)

_STAYING = (
    *(Label(STAYS, profile.region, profile.name, profile.wanted) for profile in PROFILES),
    *(Label(STAYS, region, ACCOUNT_ID, GOOD) for region in MODES),
)
_KEPT = tuple(Label(RETENTION, region, ACCOUNT_ID, GOOD if mode == "none" else BAD) for region, mode in MODES.items())
LABELS = (*_STAYING, *_KEPT)
CLEAN_LABELS = (*without_bad(_STAYING), *all_good(_KEPT))


def build(site: Site) -> None:
    """Make the profiles of a Region, and set its data-retention mode."""
    bedrock = site.client("bedrock")
    bedrock.put_account_data_retention(mode=MODES[site.region] if site.mixed else "none")
    for profile in PROFILES:
        if profile.region == site.region and (site.mixed or profile.wanted is GOOD):
            source = site.arn("bedrock", f"inference-profile/{profile.source}")
            bedrock.create_inference_profile(inferenceProfileName=profile.name, modelSource={"copyFrom": source})
