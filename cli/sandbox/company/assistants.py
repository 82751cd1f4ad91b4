"""What talks to members and staff: guardrails, and the agents that are behind them or are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company.identities import MODEL
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.sandbox.company.site import Site
    from rules.engine.verdict import Compliance

CONTENT = "bedrock-guardrail-content-filtered"
PERSONAL = "bedrock-guardrail-pii-filtered"
GROUNDED = "bedrock-guardrail-grounded"
ATTACHED = "bedrock-agent-guardrail-attached"
ENFORCED = "bedrock-guardrail-enforced"
KEY = "bedrock-resource-cmk-encrypted"

HOME = "us-east-1"
ROLE = "claims-agent"
CATEGORIES = ("HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT")
IDENTIFIERS = ("CREDIT_DEBIT_CARD_NUMBER", "EMAIL", "PHONE", "US_SOCIAL_SECURITY_NUMBER")


@dataclass(frozen=True)
class Guardrail:
    """
    A guardrail with one published version.

    `content` is the strength of its filters in both directions, `personal` what it masks, `grounding` its thresholds
    where it serves retrieval; one that is not `keyed` leaves its encryption to AWS.
    """

    name: str
    content: str
    personal: tuple[str, ...]
    grounding: float | None
    keyed: bool
    wanted: Mapping[str, Compliance]
    region: str = HOME


@dataclass(frozen=True)
class Agent:
    """An agent that an alias routes to, with the guardrail of that name, and with a key if that has one."""

    name: str
    guardrail: str | None
    wanted: Mapping[str, Compliance]


GUARDRAILS = (
    Guardrail(
        "claims-assistant",
        content="HIGH",
        personal=IDENTIFIERS,
        grounding=0.8,
        keyed=True,
        wanted={CONTENT: GOOD, PERSONAL: GOOD, GROUNDED: GOOD, KEY: GOOD},
    ),
    # Answers about policies may be made up.
    Guardrail(
        "policy-search",
        content="HIGH",
        personal=IDENTIFIERS,
        grounding=0.3,
        keyed=True,
        wanted={CONTENT: GOOD, PERSONAL: GOOD, GROUNDED: BAD, KEY: GOOD},
    ),
    # Filters weakly, lets identifiers through, and is encrypted with a key of AWS.
    Guardrail(
        "member-chat",
        content="LOW",
        personal=("EMAIL",),
        grounding=None,
        keyed=False,
        wanted={CONTENT: BAD, PERSONAL: BAD, KEY: BAD},
    ),
    Guardrail(
        "trial-screening",
        content="HIGH",
        personal=IDENTIFIERS,
        grounding=None,
        keyed=True,
        wanted={CONTENT: GOOD, PERSONAL: GOOD, KEY: GOOD},
        region="eu-central-1",
    ),
)
ENFORCED_ON_ALL = {HOME: "claims-assistant", "eu-central-1": "trial-screening"}
"""The guardrail that a Region enforces on all models; where research is done only in the company without faults."""

AGENTS = (
    Agent("claims-intake", guardrail="claims-assistant", wanted={ATTACHED: GOOD, KEY: GOOD}),
    Agent("appointments", guardrail=None, wanted={ATTACHED: BAD, KEY: BAD}),
)

LABELS = (
    *(
        Label(rule, guardrail.region, guardrail.name, compliance)
        for guardrail in GUARDRAILS
        for rule, compliance in guardrail.wanted.items()
    ),
    *(Label(rule, HOME, agent.name, compliance) for agent in AGENTS for rule, compliance in agent.wanted.items()),
    Label(ENFORCED, HOME, ACCOUNT_ID, GOOD),
    Label(ENFORCED, "eu-central-1", ACCOUNT_ID, BAD),
)
CLEAN_LABELS = (
    *without_bad(tuple(label for label in LABELS if label.resource != "policy-search")),
    Label(ENFORCED, "eu-central-1", ACCOUNT_ID, GOOD),
)


def build(site: Site) -> None:
    """Make the guardrails of a Region and enforce one, then the agents."""
    made: dict[str, str] = {}
    for guardrail in GUARDRAILS:
        if guardrail.region == site.region and (site.mixed or BAD not in guardrail.wanted.values()):
            made[guardrail.name] = _guardrail(site, guardrail)
    if site.region == HOME or not site.mixed:
        site.client("bedrock").put_enforced_guardrail_configuration(
            guardrailInferenceConfig={
                "guardrailIdentifier": made[ENFORCED_ON_ALL[site.region]],
                "guardrailVersion": "1",
            }
        )
    for agent in AGENTS:
        if site.region == HOME and (site.mixed or BAD not in agent.wanted.values()):
            _agent(site, agent, made)


def _guardrail(site: Site, guardrail: Guardrail) -> str:
    bedrock = site.client("bedrock")
    retrieval: dict[str, Any] = {}
    if guardrail.grounding is not None:
        filters = [{"type": kind, "threshold": guardrail.grounding} for kind in ("GROUNDING", "RELEVANCE")]
        retrieval = {
            "contextualGroundingPolicyConfig": {"filtersConfig": filters},
            "tags": [{"key": "rag", "value": "true"}],
        }
    content = [
        {"type": category, "inputStrength": guardrail.content, "outputStrength": guardrail.content}
        for category in CATEGORIES
    ]
    content.append({"type": "PROMPT_ATTACK", "inputStrength": guardrail.content, "outputStrength": "NONE"})
    made = bedrock.create_guardrail(
        name=guardrail.name,
        blockedInputMessaging="Please ask something else.",
        blockedOutputsMessaging="There is no answer to this.",
        contentPolicyConfig={"filtersConfig": content},
        sensitiveInformationPolicyConfig={
            "piiEntitiesConfig": [{"type": kind, "action": "ANONYMIZE"} for kind in guardrail.personal]
        },
        **({"kmsKeyId": site.keys["models"]} if guardrail.keyed else {}),
        **retrieval,
    )
    bedrock.create_guardrail_version(guardrailIdentifier=made["guardrailId"])
    return str(made["guardrailId"])


def _agent(site: Site, agent: Agent, guardrails: Mapping[str, str]) -> None:
    agents = site.client("bedrock-agent")
    care: dict[str, Any] = {}
    if agent.guardrail:
        care = {
            "guardrailConfiguration": {"guardrailIdentifier": guardrails[agent.guardrail], "guardrailVersion": "1"},
            "customerEncryptionKeyArn": site.keys["models"],
        }
    made = agents.create_agent(
        agentName=agent.name,
        foundationModel=MODEL,
        instruction="Help members of Aurelia Health politely, and leave medical advice to people.",
        agentResourceRoleArn=site.role(ROLE),
        **care,
    )["agent"]
    agents.prepare_agent(agentId=made["agentId"])
    agents.create_agent_alias(agentId=made["agentId"], agentAliasName="live")
