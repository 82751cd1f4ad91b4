from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_guardrails
from rules.facts.bedrock_guardrails import (
    ContentFilter,
    GroundingFilter,
    Guardrail,
    GuardrailVersion,
    Handling,
    PiiFilter,
    Strength,
)

TEXT = frozenset({"TEXT"})
ON = Handling("BLOCK", enabled=True)
PII = {"piiEntitiesConfig": [{"type": "EMAIL", "action": "ANONYMIZE"}]}


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock")


def made(bedrock: Any, name: str, **policies: Any) -> Resource:
    guardrail = bedrock.create_guardrail(
        name=name, blockedInputMessaging="No.", blockedOutputsMessaging="No.", **policies
    )
    arn = guardrail["guardrailArn"]
    return Resource("AWS::Bedrock::Guardrail", arn, name, arn)


def content(category: str, strength: str, **settings: Any) -> dict[str, Any]:
    filters = [{"type": category, "inputStrength": strength, "outputStrength": strength, **settings}]
    return {"contentPolicyConfig": {"filtersConfig": filters}}


def answered(aws: Aws, **policies: Any) -> GuardrailVersion:
    """Return the draft that is made of a GetGuardrail answer."""
    arn = "arn:aws:bedrock:us-east-1:123456789012:guardrail/abcdefghijkl"
    answer = {
        "name": "chat",
        "guardrailId": "abcdefghijkl",
        "guardrailArn": arn,
        "version": "DRAFT",
        "status": "READY",
        "createdAt": "2024-10-01T00:00:00Z",
        "updatedAt": "2024-10-01T00:00:00Z",
        "blockedInputMessaging": "No.",
        "blockedOutputsMessaging": "No.",
        **policies,
    }
    with Stubber(aws.client("bedrock")) as bedrock_says:
        bedrock_says.add_response("get_guardrail", answer)
        bedrock_says.add_response("list_guardrails", {"guardrails": []})
        bedrock_says.add_response("list_tags_for_resource", {"tags": []})
        guardrail = bedrock_guardrails.guardrail(aws, Resource("AWS::Bedrock::Guardrail", arn, "chat", arn))
    assert isinstance(guardrail, Guardrail)
    (version,) = guardrail.versions
    return version


def test_reads_a_guardrail_with_every_policy(bedrock: Any, account: Account, aws: Aws) -> None:
    key = account.session().client("kms").create_key()["KeyMetadata"]["Arn"]
    resource = made(
        bedrock,
        "chat",
        kmsKeyId=key,
        tags=[{"key": "stage", "value": "prod"}],
        contentPolicyConfig={
            "filtersConfig": [
                {
                    "type": "HATE",
                    "inputStrength": "HIGH",
                    "outputStrength": "LOW",
                    "inputModalities": ["TEXT", "IMAGE"],
                    "outputModalities": ["TEXT"],
                    "inputAction": "BLOCK",
                    "outputAction": "NONE",
                    "inputEnabled": True,
                    "outputEnabled": False,
                }
            ],
            "tierConfig": {"tierName": "STANDARD"},
        },
        crossRegionConfig={"guardrailProfileIdentifier": "us.guardrail.v1:0"},
        sensitiveInformationPolicyConfig={
            "piiEntitiesConfig": [
                {
                    "type": "EMAIL",
                    "action": "BLOCK",
                    "inputAction": "NONE",
                    "outputAction": "ANONYMIZE",
                    "inputEnabled": False,
                    "outputEnabled": True,
                }
            ]
        },
        contextualGroundingPolicyConfig={
            "filtersConfig": [{"type": "GROUNDING", "threshold": 0.8, "action": "NONE", "enabled": False}]
        },
    )

    (guardrail,) = bedrock_guardrails.guardrails(aws)

    assert guardrail == Guardrail(
        resource=resource,
        tags={"stage": "prod"},
        key_arn=key,
        versions=(
            GuardrailVersion(
                version="DRAFT",
                content={
                    "HATE": ContentFilter(
                        category="HATE",
                        input=ON,
                        input_strength=Strength.HIGH,
                        input_modalities=frozenset({"TEXT", "IMAGE"}),
                        output=Handling("NONE", enabled=False),
                        output_strength=Strength.LOW,
                        output_modalities=TEXT,
                    )
                },
                content_tier="STANDARD",
                pii={"EMAIL": PiiFilter("EMAIL", Handling("NONE", enabled=False), Handling("ANONYMIZE", enabled=True))},
                grounding={"GROUNDING": GroundingFilter("GROUNDING", 0.8, Handling("NONE", enabled=False))},
            ),
        ),
    )


def test_a_guardrail_without_policies_filters_nothing(bedrock: Any, aws: Aws) -> None:
    made(bedrock, "empty")

    (guardrail,) = bedrock_guardrails.guardrails(aws)

    assert isinstance(guardrail, Guardrail)
    assert guardrail.key_arn is None
    assert guardrail.tags == {}
    assert guardrail.versions == (GuardrailVersion("DRAFT", {}, "CLASSIC", {}, {}),)


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        pytest.param(
            {"contentPolicy": {"filters": [{"type": "HATE", "inputStrength": "LOW", "outputStrength": "NONE"}]}},
            {"HATE": ContentFilter("HATE", ON, Strength.LOW, TEXT, ON, Strength.NONE, TEXT)},
            id="content filter",
        ),
        pytest.param(
            {"sensitiveInformationPolicy": {"piiEntities": [{"type": "NAME", "action": "ANONYMIZE"}]}},
            {"NAME": PiiFilter("NAME", Handling("ANONYMIZE", enabled=True), Handling("ANONYMIZE", enabled=True))},
            id="personal information",
        ),
        pytest.param(
            {"contextualGroundingPolicy": {"filters": [{"type": "RELEVANCE", "threshold": 0.5}]}},
            {"RELEVANCE": GroundingFilter("RELEVANCE", 0.5, ON)},
            id="grounding",
        ),
    ],
)
def test_a_setting_that_an_older_guardrail_lacks_is_its_default(
    aws: Aws, policies: dict[str, Any], expected: dict[str, object]
) -> None:
    version = answered(aws, **policies)

    assert {**version.content, **version.pii, **version.grounding} == expected
    assert version.content_tier == "CLASSIC"


def test_an_unknown_strength_makes_the_guardrail_unreadable(aws: Aws) -> None:
    filters = [{"type": "HATE", "inputStrength": "EXTREME", "outputStrength": "LOW"}]

    with pytest.raises(AssertionError):
        answered(aws, contentPolicy={"filters": filters})


def test_reads_the_draft_and_the_newest_numbered_version(bedrock: Any, aws: Aws) -> None:
    resource = made(bedrock, "chat", **content("HATE", "HIGH"))
    for _ in range(10):
        bedrock.create_guardrail_version(guardrailIdentifier=resource.arn)
    weakened = content("HATE", "NONE")
    bedrock.update_guardrail(
        guardrailIdentifier=resource.arn,
        name="chat",
        blockedInputMessaging="No.",
        blockedOutputsMessaging="No.",
        **weakened,
    )

    (guardrail,) = bedrock_guardrails.guardrails(aws)

    assert isinstance(guardrail, Guardrail)
    versions = [(version.version, version.content["HATE"].input_strength) for version in guardrail.versions]
    assert versions == [("DRAFT", Strength.NONE), ("10", Strength.HIGH)]


def test_reads_one_guardrail_as_the_listing_does(bedrock: Any, aws: Aws) -> None:
    resource = made(bedrock, "chat", sensitiveInformationPolicyConfig=PII, tags=[{"key": "stage", "value": "prod"}])
    bedrock.create_guardrail_version(guardrailIdentifier=resource.arn)
    made(bedrock, "other")
    listed = next(one for one in bedrock_guardrails.guardrails(aws) if one.resource == resource)

    assert bedrock_guardrails.guardrail(aws, resource) == listed
    by_id = Resource("AWS::Bedrock::Guardrail", resource.id.rpartition("/")[2], "chat")
    assert bedrock_guardrails.guardrail(aws, by_id) == listed


def test_a_guardrail_that_is_gone_is_none(bedrock: Any, aws: Aws) -> None:
    resource = made(bedrock, "chat")
    bedrock.delete_guardrail(guardrailIdentifier=resource.arn)

    assert bedrock_guardrails.guardrail(aws, resource) is None


@pytest.mark.parametrize("action", ["bedrock:GetGuardrail", "bedrock:ListTagsForResource"])
def test_one_guardrail_that_cannot_be_read_leaves_the_others(
    bedrock: Any, account: Account, aws: Aws, action: str
) -> None:
    chat = made(bedrock, "chat")
    other = made(bedrock, "other")
    account.faults.deny(action, resource=str(chat.arn))

    guardrails = {guardrail.resource: guardrail for guardrail in bedrock_guardrails.guardrails(aws)}

    unreadable = guardrails[chat]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.code == "AccessDeniedException"
    assert isinstance(guardrails[other], Guardrail)


def test_a_guardrail_whose_versions_cannot_be_listed_is_unreadable(bedrock: Any, account: Account, aws: Aws) -> None:
    chat = made(bedrock, "chat")
    account.faults.deny("bedrock:ListGuardrails", resource=str(chat.arn))

    assert [type(guardrail) for guardrail in bedrock_guardrails.guardrails(aws)] == [Unreadable]


def test_a_guardrail_that_was_deleted_since_it_was_listed_is_left_out(bedrock: Any, account: Account, aws: Aws) -> None:
    chat = made(bedrock, "chat")
    other = made(bedrock, "other")
    account.faults.add(Fault("gone", "bedrock:GetGuardrail", resource=str(chat.arn)))

    assert [guardrail.resource for guardrail in bedrock_guardrails.guardrails(aws)] == [other]


def test_reads_every_page(bedrock: Any, account: Account, aws: Aws) -> None:
    resources = [made(bedrock, f"chat-{number}") for number in range(3)]
    for _ in range(3):
        bedrock.create_guardrail_version(guardrailIdentifier=resources[0].arn)
    account.faults.page_size(1)

    guardrails = {one.resource: one for one in bedrock_guardrails.guardrails(aws) if isinstance(one, Guardrail)}

    assert set(guardrails) == set(resources)
    assert [version.version for version in guardrails[resources[0]].versions] == ["DRAFT", "3"]


def test_an_account_without_guardrails_has_none(aws: Aws) -> None:
    assert bedrock_guardrails.guardrails(aws) == ()


def test_a_region_without_guardrails_has_none(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:ListGuardrails"))

    assert bedrock_guardrails.guardrails(aws) == ()


def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws) -> None:
    account.faults.deny("bedrock:ListGuardrails")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        bedrock_guardrails.guardrails(aws)


def test_declares_the_actions_that_it_uses(bedrock: Any, account: Account, aws: Aws) -> None:
    made(bedrock, "chat")
    before = len(account.calls)

    bedrock_guardrails.guardrails(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in bedrock_guardrails.guardrails.actions}
