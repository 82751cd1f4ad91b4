"""What one principal may do with models, and why: the chain of statements, and the smallest policy that would do."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from rules.engine.catalogue import rule_by_id
from rules.engine.verdict import Compliance
from rules.facts.iam_principals import Principal, role_principal, user_principal
from rules.permissions.document import parse, shown
from rules.permissions.domains import ENDPOINT_INVOCATION, MODEL_INVOCATION, RETRIEVAL
from rules.permissions.explanation import explain
from rules.permissions.narrowing import narrowed_policy
from rules.permissions.principal import Policy, PolicyKind

if TYPE_CHECKING:
    from cli.model_use import ModelUse
    from cli.terminal import Look
    from rules.engine.aws import Aws
    from rules.engine.verdict import Verdict
    from rules.permissions.domains import Domain
    from rules.permissions.explanation import Step

REVIEW = "Proposed in place of these grants, for review; nothing is applied:"


class Subject(Enum):
    """What access is asked about; the value is (the word on the command line, its domain, the rule that judges)."""

    MODELS = ("models", MODEL_INVOCATION, "bedrock-invoke-least-privilege")
    KNOWLEDGE_BASES = ("knowledge-bases", RETRIEVAL, "bedrock-retrieve-least-privilege")
    ENDPOINTS = ("endpoints", ENDPOINT_INVOCATION, "sagemaker-invoke-least-privilege")

    def __init__(self, word: str, domain: Domain, rule_id: str) -> None:
        self.word = word
        self.domain = domain
        self.rule_id = rule_id

    def judge(self, principal: Principal) -> Verdict:
        """Return what the rule, with its default parameters, says of a principal."""
        return rule_by_id(self.rule_id)().judge(principal)


class UnknownPrincipalError(Exception):
    """The text names no role or user of the account, or more than one; the message is one line."""


@dataclass(frozen=True)
class Explained:
    """
    A principal, the verdict on it and the statements behind it.

    `proposal` is the smallest policy that keeps what is named or in use, None where nothing needs narrowing or
    nothing is known to keep; `proposed` is the verdict on the principal if that policy were its only one.
    """

    subject: Subject
    principal: Principal
    verdict: Verdict
    steps: tuple[Step, ...]
    use: ModelUse
    proposal: dict[str, Any] | None
    proposed: Verdict | None

    def as_json(self) -> str:
        """Return everything as one JSON object; keys stay."""
        resource = self.principal.resource
        return json.dumps(
            {
                "schemaVersion": 1,
                "resourceType": resource.type,
                "resourceId": resource.id,
                "resourceName": resource.name,
                "resourceArn": resource.arn,
                "subject": self.subject.word,
                "ruleId": self.subject.rule_id,
                "compliance": self.verdict.compliance,
                "annotation": self.verdict.annotation,
                "statements": [
                    {
                        "policy": step.policy.handle,
                        "policyArn": step.policy.arn,
                        "statement": step.statement.handle,
                        "bearing": step.bearing,
                        "sentence": step.sentence,
                    }
                    for step in self.steps
                ],
                "used": [{"action": use.action, "resource": use.resource} for use in self.use.uses],
                "sources": self.use.sources,
                "proposedPolicy": self.proposal,
                "proposedCompliance": self.proposed.compliance if self.proposed else None,
            },
            indent=2,
        )

    def as_text(self, look: Look) -> str:
        """Return the chain and the proposal for people, wrapped where a terminal shows it."""

        def wrapped(text: str, indent: str = "") -> str:
            return textwrap.fill(text, look.width, subsequent_indent=indent) if look.terminal else text

        lines = [
            f"{self.principal.resource.arn}",
            wrapped(f"{self.verdict.compliance}: {self.verdict.annotation}"),
            "",
        ]
        lines += [wrapped(f"{number:>2}. {step.sentence}", " " * 4) for number, step in enumerate(self.steps, 1)]
        if not self.steps:
            lines.append(f"No statement of its policies speaks of {self.subject.domain.name}.")
        if self.use.sources:
            lines += ["", *(wrapped(sentence) for sentence in self.use.sources)]
        lines += [f"  {shown(use.resource, 200)} ({use.action})" for use in self.use.uses]
        if self.proposal is not None and self.proposed is not None:
            lines += ["", wrapped(REVIEW), json.dumps(self.proposal, indent=2)]
            lines += ["", wrapped(f"With it alone: {self.proposed.compliance}: {self.proposed.annotation}")]
        elif is_broad(self.verdict):
            resource = self.subject.domain.resource
            nothing = f"No {resource} is named and none is known to be in use, so there is nothing to propose."
            lines += ["", wrapped(f"{nothing} Name the {resource}s that the {self.principal.policies.kind} needs.")]
        return "\n".join(lines)


def explained(principal: Principal, subject: Subject, verdict: Verdict, use: ModelUse) -> Explained:
    """
    Return why a principal may do what it may, and what would be enough.

    `verdict` is the subject's on the principal, `use` what logs tell of it.
    """
    policies, domain = principal.policies, subject.domain
    steps = explain(policies, domain, principal.surroundings).steps
    proposal = narrowed_policy(policies, domain, principal.surroundings, use.uses) if is_broad(verdict) else None
    proposed = None if proposal is None else subject.judge(_with_only(principal, proposal))
    return Explained(subject, principal, verdict, steps, use, proposal, proposed)


def is_broad(verdict: Verdict) -> bool:
    """Say whether a verdict asks for a narrower policy."""
    return verdict.compliance is Compliance.NON_COMPLIANT


def find_principal(aws: Aws, text: str) -> Principal:
    """
    Return the role or user that a text means: a name, `role/NAME`, `user/NAME`, an ARN of either or of a session.

    Raises UnknownPrincipalError for any other text, and what reading raises.
    """
    kind, name = _taken_apart(aws, text)
    found = []
    if kind != "user" and (role := role_principal(aws, name)) is not None:
        found.append(role)
    if kind != "role" and (user := user_principal(aws, name)) is not None:
        found.append(user)
    if not found:
        raise UnknownPrincipalError(f"there is no {kind or 'role or user'} {shown(name)!r} in account {aws.account_id}")
    if len(found) > 1:
        raise UnknownPrincipalError(f"{shown(name)!r} is a role and a user; give role/{name} or user/{name}")
    (principal,) = found
    if text.startswith("arn:") and ":iam:" in text and principal.resource.arn != text:
        raise UnknownPrincipalError(f"there is no {shown(text)!r}, but {principal.resource.arn}")
    return principal


def _taken_apart(aws: Aws, text: str) -> tuple[str | None, str]:
    """Return the kind, None where the text does not say it, and the name."""
    path = text
    if text.startswith("arn:"):
        parts = text.split(":", 5)
        if len(parts) < len(("arn", "partition", "service", "region", "account", "path")):
            raise UnknownPrincipalError(f"{shown(text)!r} is not the ARN of a role or a user")
        if parts[4] != aws.account_id:
            raise UnknownPrincipalError(f"{shown(text)!r} is not in account {aws.account_id}")
        path = parts[5]
    kind, slash, rest = path.partition("/")
    if not slash:
        return None, path
    if kind == "assumed-role":
        return "role", rest.partition("/")[0]
    if kind not in ("role", "user"):
        raise UnknownPrincipalError(f"{shown(text)!r} is neither a role nor a user")
    return kind, rest.rpartition("/")[2]


def _with_only(principal: Principal, document: dict[str, Any]) -> Principal:
    policy = Policy("proposed", PolicyKind.INLINE, parse(document))
    return replace(principal, policies=replace(principal.policies, policies=(policy,)))
