"""Facts about what makes guardrails unavoidable: those that the account enforces, and who may invoke models."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_usage, iam_account
from rules.facts.listings import every
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.facts.bedrock_usage import BedrockUsage
    from rules.facts.iam_principals import Principal

ALL_MODELS = ("ALL",)


@dataclass(frozen=True)
class EnforcedGuardrail:
    """
    A guardrail that Amazon Bedrock applies to the account's model invocations in a Region.

    `included_models` are ("ALL",) or ids of models. A `selective` one looks only at what callers mark as to be
    looked at. Source: Bedrock API, AccountEnforcedGuardrailOutputConfiguration.
    """

    guardrail: str
    version: str
    included_models: tuple[str, ...]
    excluded_models: tuple[str, ...]
    selective: bool

    @classmethod
    def from_api(cls, answer: Mapping[str, Any]) -> EnforcedGuardrail:
        """Return the guardrail of one enforced configuration; without a choice of models it holds for all."""
        models = answer.get("modelEnforcement", {})
        guarding = answer.get("selectiveContentGuarding", {})
        return cls(
            guardrail=answer["guardrailId"],
            version=answer["guardrailVersion"],
            included_models=tuple(sorted(models.get("includedModels", ALL_MODELS))),
            excluded_models=tuple(sorted(models.get("excludedModels", ()))),
            selective="SELECTIVE" in guarding.values() or answer.get("inputTags") == "HONOR",
        )


@dataclass(frozen=True)
class GuardrailEnforcement:
    """An account in a Region: how it uses Amazon Bedrock, which guardrails it enforces, and its roles and users."""

    resource: Resource
    usage: BedrockUsage
    enforced: tuple[EnforcedGuardrail, ...]
    principals: tuple[Principal, ...]
    tags: Mapping[str, str] = field(default_factory=dict)


@reads(Action("bedrock:ListEnforcedGuardrailsConfiguration"))
def enforced_guardrails(aws: Aws) -> tuple[EnforcedGuardrail, ...]:
    """Return the guardrails that the account enforces; a Region that cannot enforce any has none."""
    answers = every(aws, "bedrock", "list_enforced_guardrails_configuration", "guardrailsConfig")
    found = (EnforcedGuardrail.from_api(answer) for answer in answers)
    return tuple(sorted(found, key=lambda enforced: (enforced.guardrail, enforced.version)))


@reads(uses=(bedrock_usage.usage, enforced_guardrails, iam_account.principals))
def enforcement(aws: Aws) -> tuple[GuardrailEnforcement | Unreadable, ...]:
    """
    Return the one fact of the account.

    It is an Unreadable when a role or a user is: what one principal may do decides for the account.
    """
    principals = sorted(iam_account.principals(aws), key=lambda one: (one.resource.type, one.resource.name))
    usage, enforced = bedrock_usage.usage(aws), enforced_guardrails(aws)
    readable = []
    for principal in principals:
        if isinstance(principal, Unreadable):
            message = f"{principal.resource.name}: {principal.message}"
            return (Unreadable(aws.account, principal.code, message),)
        readable.append(principal)
    return (GuardrailEnforcement(aws.account, usage, enforced, tuple(readable)),)
