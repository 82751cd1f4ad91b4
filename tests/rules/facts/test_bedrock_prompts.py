from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_prompts
from rules.facts.bedrock_prompts import Prompt

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = "arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ"
PROMPT = {
    "name": "greeting",
    "id": "ABCDEFGHIJ",
    "arn": ARN,
    "version": "DRAFT",
    "createdAt": "2026-10-01T00:00:00Z",
    "updatedAt": "2026-10-01T00:00:00Z",
}


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock-agent")


def made(bedrock: Any, name: str, **settings: Any) -> Resource:
    arn = bedrock.create_prompt(name=name, **settings)["arn"]
    return Resource("AWS::Bedrock::Prompt", arn, name, arn)


def test_reads_prompts_with_their_keys(bedrock: Any, aws: Aws) -> None:
    greeting = made(bedrock, "greeting", customerEncryptionKeyArn=KEY, tags={"stage": "prod"})
    plain = made(bedrock, "plain")
    bedrock.create_prompt_version(promptIdentifier=plain.arn)

    prompts = {prompt.resource.name: prompt for prompt in bedrock_prompts.prompts(aws)}

    assert prompts == {"greeting": Prompt(greeting, {"stage": "prod"}, KEY), "plain": Prompt(plain, {}, None)}


@pytest.mark.parametrize(
    ("metadata", "everything", "key"),
    [
        pytest.param({"customerEncryptionKeyArn": KEY}, None, KEY, id="metadata name the key"),
        pytest.param({}, {"customerEncryptionKeyArn": KEY}, KEY, id="only the whole names the key"),
        pytest.param({}, {}, None, id="nothing names a key"),
    ],
)
def test_reads_the_whole_prompt_only_where_its_metadata_name_no_key(
    aws: Aws, metadata: dict[str, str], everything: dict[str, str] | None, key: str | None
) -> None:
    with Stubber(aws.client("bedrock-agent")) as bedrock_says:
        bedrock_says.add_response("list_prompts", {"promptSummaries": [PROMPT]})
        bedrock_says.add_response("list_tags_for_resource", {}, {"resourceArn": ARN})
        bedrock_says.add_response(
            "get_prompt", PROMPT | metadata, {"promptIdentifier": ARN, "includedData": "METADATA_ONLY"}
        )
        if everything is not None:
            bedrock_says.add_response("get_prompt", PROMPT | everything, {"promptIdentifier": ARN})

        (prompt,) = bedrock_prompts.prompts(aws)

    assert isinstance(prompt, Prompt)
    assert prompt.key_arn == key


@pytest.mark.parametrize("action", ["bedrock:GetPrompt", "bedrock:ListTagsForResource"])
def test_one_prompt_that_cannot_be_read_leaves_the_others(
    bedrock: Any, account: Account, aws: Aws, action: str
) -> None:
    greeting, plain = made(bedrock, "greeting"), made(bedrock, "plain")
    account.faults.deny(action, resource=greeting.id)

    prompts = {prompt.resource: prompt for prompt in bedrock_prompts.prompts(aws)}

    assert isinstance(prompts[greeting], Unreadable)
    assert prompts[plain] == Prompt(plain, {}, None)


def test_a_prompt_that_was_deleted_since_it_was_listed_is_left_out(bedrock: Any, account: Account, aws: Aws) -> None:
    greeting, plain = made(bedrock, "greeting"), made(bedrock, "plain")
    account.faults.add(Fault("gone", "bedrock:GetPrompt", resource=greeting.id))

    assert bedrock_prompts.prompts(aws) == (Prompt(plain, {}, None),)


def test_reads_every_page(bedrock: Any, account: Account, aws: Aws) -> None:
    for number in range(3):
        made(bedrock, f"prompt-{number}")
    account.faults.page_size(1)

    assert len(bedrock_prompts.prompts(aws)) == 3


def test_an_account_without_prompts_has_none(aws: Aws) -> None:
    assert bedrock_prompts.prompts(aws) == ()


def test_a_region_without_prompts_has_none(account: Account, aws: Aws) -> None:
    account.faults.add(Fault("unknown-operation", "bedrock:ListPrompts"))

    assert bedrock_prompts.prompts(aws) == ()


def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws) -> None:
    account.faults.deny("bedrock:ListPrompts")

    with pytest.raises(ClientError, match="AccessDeniedException"):
        bedrock_prompts.prompts(aws)


def test_declares_the_actions_that_it_uses(bedrock: Any, account: Account, aws: Aws) -> None:
    made(bedrock, "greeting")
    before = len(account.calls)

    bedrock_prompts.prompts(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in bedrock_prompts.prompts.actions}
