"""Facts about Amazon Bedrock guardrails: what each version filters, in which direction, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Literal

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts import bedrock_tags
from rules.facts.listings import every, within
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

GUARDRAIL = "arn:{partition}:bedrock:{region}:{account}:guardrail/*"
GONE = ("ResourceNotFoundException",)
DRAFT = "DRAFT"

# Guardrails from before a setting existed answer without it, and do what every guardrail did then: they judge text,
# in both directions, and block (https://docs.aws.amazon.com/cdk/api/v2/python/aws_cdk.aws_bedrock_alpha/ContentFilter.html).
BLOCK = "BLOCK"
TEXT = ("TEXT",)

PiiEntity = Literal[
    "ADDRESS",
    "AGE",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "CA_HEALTH_NUMBER",
    "CA_SOCIAL_INSURANCE_NUMBER",
    "CREDIT_DEBIT_CARD_CVV",
    "CREDIT_DEBIT_CARD_EXPIRY",
    "CREDIT_DEBIT_CARD_NUMBER",
    "DRIVER_ID",
    "EMAIL",
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    "IP_ADDRESS",
    "LICENSE_PLATE",
    "MAC_ADDRESS",
    "NAME",
    "PASSWORD",
    "PHONE",
    "PIN",
    "SWIFT_CODE",
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
    "UK_NATIONAL_INSURANCE_NUMBER",
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
    "URL",
    "USERNAME",
    "US_BANK_ACCOUNT_NUMBER",
    "US_BANK_ROUTING_NUMBER",
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
    "US_PASSPORT_NUMBER",
    "US_SOCIAL_SECURITY_NUMBER",
    "VEHICLE_IDENTIFICATION_NUMBER",
]
"""The kinds of personal information that guardrails know (Bedrock API, GuardrailPiiEntity)."""


class Strength(IntEnum):
    """How sure a content filter has to be before it acts; NONE is no filter."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True)
class Handling:
    """
    What a filter does in one direction: with prompts, or with responses.

    `action` is BLOCK, ANONYMIZE or NONE (report only). A filter that is not `enabled` does not judge at all.
    """

    action: str
    enabled: bool

    @classmethod
    def from_api(cls, answer: Mapping[str, Any], direction: str) -> Handling:
        """Return what a filter does with the "input" or the "output"."""
        action = answer.get(f"{direction}Action", answer.get("action", BLOCK))
        return cls(action, answer.get(f"{direction}Enabled", True))


@dataclass(frozen=True)
class ContentFilter:
    """The filter of one category of harmful content (Bedrock API, GuardrailContentFilter)."""

    category: str
    input: Handling
    input_strength: Strength
    input_modalities: frozenset[str]
    output: Handling
    output_strength: Strength
    output_modalities: frozenset[str]

    @classmethod
    def from_api(cls, answer: Mapping[str, Any]) -> ContentFilter:
        """Return one filter of a GetGuardrail answer's content policy."""
        return cls(
            category=answer["type"],
            input=Handling.from_api(answer, "input"),
            input_strength=Strength[answer["inputStrength"]],
            input_modalities=frozenset(answer.get("inputModalities") or TEXT),
            output=Handling.from_api(answer, "output"),
            output_strength=Strength[answer["outputStrength"]],
            output_modalities=frozenset(answer.get("outputModalities") or TEXT),
        )


@dataclass(frozen=True)
class PiiFilter:
    """The filter of one kind of personal information (Bedrock API, GuardrailPiiEntity)."""

    entity: str
    input: Handling
    output: Handling

    @classmethod
    def from_api(cls, answer: Mapping[str, Any]) -> PiiFilter:
        """Return one entity of a GetGuardrail answer's sensitive information policy."""
        return cls(answer["type"], Handling.from_api(answer, "input"), Handling.from_api(answer, "output"))


@dataclass(frozen=True)
class GroundingFilter:
    """The filter of responses that the source does not support (Bedrock API, GuardrailContextualGroundingFilter)."""

    kind: str
    threshold: float
    handling: Handling

    @classmethod
    def from_api(cls, answer: Mapping[str, Any]) -> GroundingFilter:
        """Return one filter of a GetGuardrail answer's contextual grounding policy."""
        handling = Handling(answer.get("action", BLOCK), answer.get("enabled", True))
        return cls(answer["type"], answer["threshold"], handling)


@dataclass(frozen=True)
class GuardrailVersion:
    """
    One version of a guardrail, DRAFT or a number.

    `content_tier` is CLASSIC or STANDARD. A category, entity or kind that is not there is not filtered.
    """

    version: str
    content: Mapping[str, ContentFilter]
    content_tier: str
    pii: Mapping[str, PiiFilter]
    grounding: Mapping[str, GroundingFilter]

    @classmethod
    def from_api(cls, answer: Mapping[str, Any]) -> GuardrailVersion:
        """Return the version of a GetGuardrail answer."""
        content = answer.get("contentPolicy", {})
        pii = answer.get("sensitiveInformationPolicy", {}).get("piiEntities", ())
        grounding = answer.get("contextualGroundingPolicy", {}).get("filters", ())
        return cls(
            version=answer["version"],
            content={one["type"]: ContentFilter.from_api(one) for one in content.get("filters", ())},
            content_tier=content.get("tier", {}).get("tierName", "CLASSIC"),
            pii={one["type"]: PiiFilter.from_api(one) for one in pii},
            grounding={one["type"]: GroundingFilter.from_api(one) for one in grounding},
        )


@dataclass(frozen=True)
class Guardrail:
    """
    A guardrail with the versions that count: the working draft, then the newest numbered one where there is any.

    `key_arn` is the key that the guardrail names, None when it names none (AWS owns the key then).
    """

    resource: Resource
    tags: Mapping[str, str]
    key_arn: str | None
    versions: tuple[GuardrailVersion, ...]


@reads(
    Action("bedrock:GetGuardrail", GUARDRAIL),
    Action("bedrock:ListGuardrails", GUARDRAIL),
    Action("bedrock:ListTagsForResource", GUARDRAIL),
)
def guardrail(aws: Aws, resource: Resource) -> Guardrail | Unreadable | None:
    """Return one guardrail, an Unreadable, or None when it is gone."""
    return aws.read_one(resource, lambda: _guardrail(aws, resource.arn or resource.id), gone=GONE)


@reads(Action("bedrock:ListGuardrails", GUARDRAIL), uses=(guardrail,))
def guardrails(aws: Aws) -> tuple[Guardrail | Unreadable, ...]:
    """Return every guardrail of the account and Region (Bedrock API, GetGuardrail)."""

    def identify(summary: Mapping[str, Any]) -> Resource:
        return _resource(summary["arn"], summary["name"])

    summaries = every(aws, "bedrock", "list_guardrails", "guardrails")
    return aws.read_each(summaries, identify, lambda summary: _guardrail(aws, summary["arn"]), gone=GONE)


@reads(Action("bedrock:ListTagsForResource", GUARDRAIL), uses=(guardrail,))
def tagged_guardrail(aws: Aws, resource: Resource) -> Guardrail | Unreadable | None:
    """Return what `guardrail` does, with its tags in any case: for a rule that judges them."""
    return aws.read_one(resource, lambda: _tagged(aws, guardrail(aws, resource)), gone=GONE)


@reads(Action("bedrock:ListTagsForResource", GUARDRAIL), uses=(guardrails,))
def tagged_guardrails(aws: Aws) -> tuple[Guardrail | Unreadable, ...]:
    """Return what `guardrails` does, with their tags in any case: for a rule that judges them."""
    found = guardrails(aws)
    return aws.read_each(found, lambda one: one.resource, lambda one: _tagged(aws, one), gone=GONE)


def _tagged(aws: Aws, found: Guardrail | Unreadable | None) -> Guardrail | Unreadable | None:
    if isinstance(found, Guardrail):
        return replace(found, tags=bedrock_tags.listed(aws, found.resource.id))
    return found


def _guardrail(aws: Aws, identifier: str) -> Guardrail:
    bedrock = aws.client("bedrock")
    draft = bedrock.get_guardrail(guardrailIdentifier=identifier, guardrailVersion=DRAFT)
    arn = draft["guardrailArn"]
    listed = within(aws, "bedrock", "list_guardrails", "guardrails", guardrailIdentifier=arn)
    numbers = [int(summary["version"]) for summary in listed if summary["version"] != DRAFT]
    answers = [draft]
    if numbers:
        answers.append(bedrock.get_guardrail(guardrailIdentifier=arn, guardrailVersion=str(max(numbers))))
    return Guardrail(
        resource=_resource(arn, draft["name"]),
        tags=bedrock_tags.tags(aws, arn),
        key_arn=draft.get("kmsKeyArn"),
        versions=tuple(GuardrailVersion.from_api(answer) for answer in answers),
    )


def _resource(arn: str, name: str) -> Resource:
    return Resource("AWS::Bedrock::Guardrail", arn, name, arn)
