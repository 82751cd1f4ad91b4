"""Facts about the models that an account owns in Amazon Bedrock: customized and imported ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.engine.collector import Action, reads
from rules.engine.resource import Resource
from rules.facts import kms
from rules.facts.bedrock_tags import tags
from rules.facts.listings import every
from rules.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.engine.aws import Aws
    from rules.engine.resource import Unreadable

GONE = ("ResourceNotFoundException",)
CUSTOM_MODEL = "arn:{partition}:bedrock:{region}:{account}:custom-model/*"
IMPORTED_MODEL = "arn:{partition}:bedrock:{region}:{account}:imported-model/*"


@dataclass(frozen=True)
class OwnedModel:
    """
    A model whose weights belong to the account.

    `key_arn` is the key that the model names, None when it names none (AWS owns the key then); `key` is what KMS
    says of it, None when KMS does not know it.
    """

    resource: Resource
    tags: Mapping[str, str]
    key_arn: str | None
    key: kms.Key | None


NOT_MADE = frozenset({"Creating", "Failed"})
"""A model in any other state is there, one that Bedrock may name one day included (Bedrock API, ModelStatus)."""


@reads(Action("bedrock:ListCustomModels"))
def custom_model_summaries(aws: Aws) -> tuple[Mapping[str, Any], ...]:
    """Return the summaries of the account's own custom models that were created successfully."""
    return tuple(
        summary
        for summary in every(aws, "bedrock", "list_custom_models", "modelSummaries", isOwned=True)
        if summary.get("ownerAccountId", aws.account_id) == aws.account_id
        # Models made before models had a status are there, so they were created.
        and summary.get("modelStatus", "Active") not in NOT_MADE
    )


@reads(Action("bedrock:ListImportedModels"))
def imported_model_summaries(aws: Aws) -> tuple[Mapping[str, Any], ...]:
    """Return the summaries of the account's imported models."""
    return tuple(every(aws, "bedrock", "list_imported_models", "modelSummaries"))


@reads(
    Action("bedrock:GetCustomModel", CUSTOM_MODEL),
    Action("bedrock:ListTagsForResource", CUSTOM_MODEL),
    uses=(custom_model_summaries, kms.key),
)
def custom_models(aws: Aws) -> tuple[OwnedModel | Unreadable, ...]:
    """
    Return the account's own custom models that were created successfully (Bedrock API, GetCustomModel).

    Models that other accounts share with this one are encrypted by their owners.
    """

    def read(summary: Mapping[str, Any]) -> OwnedModel:
        model = aws.client("bedrock").get_custom_model(modelIdentifier=summary["modelArn"])
        return _owned_model(aws, custom_model_resource(summary), model)

    return aws.read_each(custom_model_summaries(aws), custom_model_resource, read, gone=GONE)


@reads(
    Action("bedrock:GetImportedModel", IMPORTED_MODEL),
    Action("bedrock:ListTagsForResource", IMPORTED_MODEL),
    uses=(imported_model_summaries, kms.key),
)
def imported_models(aws: Aws) -> tuple[OwnedModel | Unreadable, ...]:
    """Return the account's imported models (Bedrock API, GetImportedModel)."""

    def read(summary: Mapping[str, Any]) -> OwnedModel:
        model = aws.client("bedrock").get_imported_model(modelIdentifier=summary["modelArn"])
        return _owned_model(aws, imported_model_resource(summary), model)

    return aws.read_each(imported_model_summaries(aws), imported_model_resource, read, gone=GONE)


@reads(uses=(custom_models, imported_models))
def owned_models(aws: Aws) -> tuple[OwnedModel | Unreadable, ...]:
    """Return every model whose weights belong to the account: customized ones, then imported ones."""
    return (*custom_models(aws), *imported_models(aws))


def _owned_model(aws: Aws, resource: Resource, model: Mapping[str, Any]) -> OwnedModel:
    key_arn = model.get("modelKmsKeyArn")
    return OwnedModel(
        resource=resource,
        tags=tags(aws, resource.id),
        key_arn=key_arn,
        key=kms.key(aws, key_arn) if key_arn else None,
    )


def custom_model_resource(summary: Mapping[str, Any]) -> Resource:
    """Return the custom model of a summary; AWS Config is told its ARN as id."""
    return _model_resource("AWS::Bedrock::CustomModel", summary)


def imported_model_resource(summary: Mapping[str, Any]) -> Resource:
    """Return the imported model of a summary; AWS Config is told its ARN as id."""
    return _model_resource("AWS::Bedrock::ImportedModel", summary)


def _model_resource(resource_type: str, summary: Mapping[str, Any]) -> Resource:
    arn = summary["modelArn"]
    return Resource(resource_type, arn, summary["modelName"], arn)
