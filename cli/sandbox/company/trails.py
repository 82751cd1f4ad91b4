"""Who records the company's calls of agents, knowledge bases, flows, guardrails and prompts, and who only some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company import buckets
from cli.sandbox.company.buckets import Bucket
from cli.sandbox.company.labels import BAD, GOOD, Label, all_good
from rules.facts.data_events import (
    AGENT_ALIAS,
    ASYNC_INVOKE,
    FLOW_ALIAS,
    GUARDRAIL,
    INLINE_AGENT,
    KNOWLEDGE_BASE,
    MANTLE_PROJECT,
    MODEL,
    PROMPT_VERSION,
)

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site, Statement

DATA_EVENTS = "bedrock-cloudtrail-data-events"

LABELS = (
    Label(DATA_EVENTS, "us-east-1", ACCOUNT_ID, GOOD),
    # The event data store leaves out what the roles of research do with guardrails.
    Label(DATA_EVENTS, "eu-central-1", ACCOUNT_ID, BAD),
)
CLEAN_LABELS = all_good(LABELS)

TEAMS = {"us-east-1": "claims", "eu-central-1": "research"}
BY_TRAIL = (AGENT_ALIAS, ASYNC_INVOKE, FLOW_ALIAS, INLINE_AGENT, KNOWLEDGE_BASE, MODEL, MANTLE_PROJECT)
BY_STORE = (GUARDRAIL, PROMPT_VERSION)
BY_OTHERS = {"Field": "userIdentity.arn", "NotStartsWith": [f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/research-"]}
MANAGEMENT: Statement = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}


def build(site: Site) -> None:
    """Start the trail of a Region, and its event data store for what is called most."""
    team = TEAMS[site.region]
    bucket, name = f"aurelia-{team}-trail", f"{team}-audit"
    buckets.make(site, Bucket(bucket, key="logs", expires=365, statements=_cloudtrail_writes(site, bucket, name)))
    cloudtrail = site.client("cloudtrail")
    cloudtrail.create_trail(Name=name, S3BucketName=bucket, EnableLogFileValidation=True)
    cloudtrail.put_event_selectors(TrailName=name, AdvancedEventSelectors=[MANAGEMENT, *map(_selector, BY_TRAIL)])
    cloudtrail.start_logging(Name=name)
    called = [_selector(each) for each in BY_STORE]
    if site.mixed and team == "research":
        called[0]["FieldSelectors"].append(BY_OTHERS)
    cloudtrail.create_event_data_store(Name=f"{team}-calls", AdvancedEventSelectors=called)


def _selector(resource_type: str) -> Statement:
    return {
        "Name": resource_type,
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": [resource_type]},
        ],
    }


def _cloudtrail_writes(site: Site, bucket: str, trail: str) -> tuple[Statement, ...]:
    condition = {"StringEquals": {"aws:SourceArn": site.arn("cloudtrail", f"trail/{trail}")}}
    service = {"Service": "cloudtrail.amazonaws.com"}
    whole = f"arn:aws:s3:::{bucket}"
    return tuple(
        {"Effect": "Allow", "Principal": service, "Action": action, "Resource": resource, "Condition": condition}
        for action, resource in (
            ("s3:GetBucketAcl", whole),
            ("s3:PutObject", f"{whole}/AWSLogs/{site.account_id}/*"),
        )
    )
