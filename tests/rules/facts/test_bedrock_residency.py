from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.errors import UnexpectedAnswerError
from rules.engine.resource import Resource, Unreadable
from rules.facts import bedrock_residency
from rules.facts.bedrock_residency import DataPaths, Destination
from tests.rules.facts.test_knowledge_bases import made
from tests.rules.facts.test_knowledge_sources import PLAIN, connect, s3

NOVA = "amazon.nova-pro-v1:0"
SONNET = "anthropic.claude-sonnet-4-20250514-v1:0"
US = ("us-east-1", "us-east-2", "us-west-2")


@pytest.fixture
def bedrock(account: Account) -> Any:
    return account.session().client("bedrock")


def profile(bedrock: Any, name: str, source: str, **tags: str) -> Resource:
    arn = bedrock.create_inference_profile(
        inferenceProfileName=name,
        modelSource={"copyFrom": source},
        tags=[{"key": key, "value": value} for key, value in tags.items()],
    )["inferenceProfileArn"]
    return Resource("AWS::Bedrock::ApplicationInferenceProfile", arn, name, arn)


def defined(profile_id: str) -> str:
    return f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{profile_id}"


def guardrail(bedrock: Any, name: str, **settings: Any) -> Resource:
    arn = bedrock.create_guardrail(name=name, blockedInputMessaging="No.", blockedOutputsMessaging="No.", **settings)[
        "guardrailArn"
    ]
    return Resource("AWS::Bedrock::Guardrail", arn, name, arn)


def across(geography: str) -> dict[str, str]:
    return {"guardrailProfileIdentifier": f"{geography}.guardrail.v1:0"}


def invoke(account: Account, model: str) -> None:
    account.session().client("cloudwatch").put_metric_data(
        Namespace="AWS/Bedrock",
        MetricData=[
            {"MetricName": "Invocations", "Dimensions": [{"Name": "ModelId", "Value": model}], "Value": 1.0},
        ],
    )


def of_account(aws: Aws) -> tuple[Destination, ...]:
    (paths,) = bedrock_residency.account_paths(aws)
    assert paths.resource == aws.account
    return paths.destinations


def test_reads_where_application_profiles_route_to(bedrock: Any, aws: Aws) -> None:
    local = profile(bedrock, "local", f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}", stage="prod")
    states = profile(bedrock, "states", defined(f"us.{NOVA}"))
    world = profile(bedrock, "world", defined(f"global.{SONNET}"))

    assert {one.resource.name: one for one in bedrock_residency.application_profiles(aws)} == {
        "local": DataPaths(local, {"stage": "prod"}, (Destination("The profile", ("us-east-1",)),)),
        "states": DataPaths(states, {}, (Destination("The profile", US),)),
        "world": DataPaths(world, {}, (Destination("The profile", ("us-east-1",), worldwide=True),)),
    }


def test_reads_where_every_version_of_a_guardrail_is_evaluated(bedrock: Any, aws: Aws) -> None:
    moved = guardrail(bedrock, "moved", crossRegionConfig=across("us"))
    bedrock.create_guardrail_version(guardrailIdentifier=moved.arn)
    bedrock.update_guardrail(
        guardrailIdentifier=moved.arn,
        name="moved",
        blockedInputMessaging="No.",
        blockedOutputsMessaging="No.",
        crossRegionConfig=across("apac"),
    )
    local = guardrail(bedrock, "local", tags=[{"key": "stage", "value": "prod"}])

    assert {one.resource.name: one for one in bedrock_residency.guardrails(aws)} == {
        "moved": DataPaths(
            moved,
            {},
            (
                Destination("Guardrail profile apac.guardrail.v1:0", ("ap-*",)),
                Destination("Guardrail profile us.guardrail.v1:0", ("us-*",)),
            ),
        ),
        "local": DataPaths(local, {"stage": "prod"}, ()),
    }


def test_reads_where_invocations_went(account: Account, aws: Aws) -> None:
    for model in (NOVA, f"us.{NOVA}", defined(f"global.{SONNET}")):
        invoke(account, model)

    assert set(of_account(aws)) == {
        Destination("Invoking models in this Region", ("us-east-1",)),
        Destination(f"Inference profile us.{NOVA}", US),
        Destination(f"Inference profile global.{SONNET}", ("us-east-1",), worldwide=True),
    }


def test_reads_copies_of_models_that_are_still_there(bedrock: Any, aws: Aws) -> None:
    source = "arn:aws:bedrock:eu-west-1:123456789012:custom-model/amazon.nova-lite-v1:0/abcdefghijkl"
    for name in ("kept", "deleted"):
        bedrock.create_model_copy_job(sourceModelArn=source, targetModelName=name)
    models = bedrock.list_custom_models()["modelSummaries"]
    (gone,) = (model["modelArn"] for model in models if model["modelName"] == "deleted")
    bedrock.delete_custom_model(modelIdentifier=gone)

    assert of_account(aws) == (Destination("Model copy kept", ("us-east-1",)),)


def test_reads_where_buckets_are(account: Account, bedrock: Any, aws: Aws) -> None:
    ireland = account.session("eu-west-1").client("s3")
    for name in ("ai-large", "documents"):
        ireland.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    account.session().client("s3").create_bucket(Bucket="ai-logs")
    bedrock.put_model_invocation_logging_configuration(
        loggingConfig={
            "cloudWatchConfig": {
                "logGroupName": "/ai",
                "roleArn": "arn:aws:iam::123456789012:role/delivery",
                "largeDataDeliveryS3Config": {"bucketName": "ai-large"},
            },
            "s3Config": {"bucketName": "ai-logs"},
        }
    )
    agents = account.session().client("bedrock-agent")
    base = made(agents, "claims", PLAIN)
    connect(agents, base, "documents", s3("documents"))
    connect(agents, base, "nowhere", s3("nowhere"))

    assert of_account(aws) == (
        Destination("Log bucket ai-logs", ("us-east-1",)),
        Destination("Log bucket ai-large", ("eu-west-1",)),
        Destination("Knowledge base bucket documents", ("eu-west-1",)),
    )


def test_the_region_of_a_directory_bucket_is_not_told(account: Account, aws: Aws) -> None:
    agents = account.session().client("bedrock-agent")
    connect(agents, made(agents, "claims", PLAIN), "express", s3("express--use1-az4--x-s3"))

    assert of_account(aws) == (Destination("Knowledge base bucket express--use1-az4--x-s3", ("",)),)


def test_an_empty_account_sends_nothing_anywhere(aws: Aws) -> None:
    assert bedrock_residency.data_paths(aws) == (DataPaths(aws.account, {}, ()),)


def test_reads_every_page(account: Account, bedrock: Any, aws: Aws) -> None:
    for number in range(2):
        profile(bedrock, f"profile-{number}", defined(f"us.{NOVA}"))
        guardrail(bedrock, f"guardrail-{number}", crossRegionConfig=across("us"))
    account.faults.page_size(1)

    found = bedrock_residency.data_paths(aws)

    names = [one.resource.name for one in found]
    assert sorted(names) == ["123456789012", "guardrail-0", "guardrail-1", "profile-0", "profile-1"]


@pytest.mark.parametrize("kind", ["profile", "guardrail"])
def test_one_that_cannot_be_read_leaves_the_others(account: Account, bedrock: Any, aws: Aws, kind: str) -> None:
    made_one = profile(bedrock, "one", defined(f"us.{NOVA}")) if kind == "profile" else guardrail(bedrock, "one")
    other = guardrail(bedrock, "other")
    account.faults.deny("bedrock:ListTagsForResource", resource=f"{made_one.arn}")

    found = {one.resource: one for one in bedrock_residency.data_paths(aws)}

    unreadable = found[made_one]
    assert isinstance(unreadable, Unreadable)
    assert unreadable.code == "AccessDeniedException"
    assert isinstance(found[other], DataPaths)


@pytest.mark.parametrize("kind", ["profile", "guardrail"])
def test_one_that_was_deleted_since_it_was_listed_is_left_out(
    account: Account, bedrock: Any, aws: Aws, kind: str
) -> None:
    made_one = profile(bedrock, "one", defined(f"us.{NOVA}")) if kind == "profile" else guardrail(bedrock, "one")
    account.faults.add(Fault("gone", "bedrock:ListTagsForResource", resource=f"{made_one.arn}"))

    assert [one.resource for one in bedrock_residency.data_paths(aws)] == [aws.account]


@pytest.mark.parametrize(
    "action",
    [
        "bedrock:GetModelInvocationLoggingConfiguration",
        "bedrock:ListCustomModels",
        "bedrock:ListGuardrails",
        "bedrock:ListInferenceProfiles",
        "bedrock:ListModelCopyJobs",
        "cloudwatch:ListMetrics",
    ],
)
def test_a_listing_that_is_denied_is_no_empty_listing(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDenied"):
        bedrock_residency.data_paths(aws)


def test_buckets_of_a_source_that_cannot_be_read_are_not_known(account: Account, aws: Aws) -> None:
    agents = account.session().client("bedrock-agent")
    connect(agents, made(agents, "claims", PLAIN), "documents", s3("documents"))
    account.faults.deny("bedrock:GetDataSource")

    with pytest.raises(UnexpectedAnswerError, match="data source documents: AccessDeniedException"):
        bedrock_residency.account_paths(aws)


def test_declares_the_actions_that_it_uses(account: Account, bedrock: Any, aws: Aws) -> None:
    agents = account.session().client("bedrock-agent")
    account.session().client("s3").create_bucket(Bucket="documents")
    connect(agents, made(agents, "claims", PLAIN), "documents", s3("documents"))
    profile(bedrock, "states", defined(f"us.{NOVA}"))
    before = len(account.calls)

    bedrock_residency.data_paths(aws)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in bedrock_residency.data_paths.actions}
