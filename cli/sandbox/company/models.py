"""Models of the company in Amazon Bedrock: customized ones, and ones that were imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.sandbox.company.keys import LEGACY, RETIRED
from cli.sandbox.company.labels import BAD, GOOD, Label, without_bad
from cli.sandbox.company.networks import CLAIMS, TRIALS

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site
    from rules.engine.verdict import Compliance

RULE = "bedrock-model-cmk-encrypted"


@dataclass(frozen=True)
class Owned:
    """
    A model whose weights are the company's; `key` names one of its keys, None leaves the choice to AWS.

    An `imported` model comes from a job like a customized one, a `taken_over` one without any job.
    """

    region: str
    name: str
    key: str | None
    wanted: Compliance
    imported: bool = False
    taken_over: bool = False


MODELS = (
    Owned("us-east-1", "claims-summary", "models", GOOD),
    Owned("us-east-1", "radiology-reports", "models", GOOD, imported=True),
    Owned("us-east-1", "triage-experiment", None, BAD),
    Owned("us-east-1", "denial-letters", LEGACY, BAD),
    Owned("us-east-1", "radiology-reports-trial", None, BAD, imported=True),
    Owned("eu-central-1", "trial-matching", "models", GOOD),
    Owned("eu-central-1", "trial-matching-2024", RETIRED, BAD, taken_over=True),
)

LABELS = tuple(Label(RULE, model.region, model.name, model.wanted) for model in MODELS)
CLEAN_LABELS = without_bad(LABELS)

NETWORKS = {"us-east-1": CLAIMS, "eu-central-1": TRIALS}
"""The VPC of each Region that careful jobs run in."""


def build(site: Site) -> None:
    """Make the models of a Region, by the jobs that AWS makes them with."""
    for model in MODELS:
        if model.region == site.region and (site.mixed or model.wanted is GOOD):
            make = _take_over if model.taken_over else _import if model.imported else _customize
            make(site, model)


def network(site: Site) -> dict[str, list[str]]:
    """Return the VPC configuration of a careful job of Amazon Bedrock."""
    vpc = NETWORKS[site.region]
    return {"subnetIds": [site.subnets[vpc]], "securityGroupIds": [site.security_groups[vpc]]}


def _customize(site: Site, model: Owned) -> None:
    site.client("bedrock").create_model_customization_job(
        jobName=f"{model.name}-job",
        customModelName=model.name,
        roleArn=site.role("model-customization"),
        baseModelIdentifier="amazon.nova-lite-v1:0",
        trainingDataConfig={"s3Uri": f"s3://aurelia-training-{site.region}/{model.name}.jsonl"},
        outputDataConfig={"s3Uri": f"s3://aurelia-training-{site.region}/metrics/"},
        hyperParameters={"epochCount": "2"},
        **({"customModelKmsKeyId": site.keys[model.key]} if model.key else {}),
        **({"vpcConfig": network(site)} if model.wanted is GOOD else {}),
    )


def _import(site: Site, model: Owned) -> None:
    site.client("bedrock").create_model_import_job(
        jobName=f"{model.name}-job",
        importedModelName=model.name,
        roleArn=site.role("model-customization"),
        modelDataSource={"s3DataSource": {"s3Uri": f"s3://aurelia-training-{site.region}/{model.name}/"}},
        **({"importedModelKmsKeyId": site.keys[model.key]} if model.key else {}),
        **({"vpcConfig": network(site)} if model.wanted is GOOD else {}),
    )


def _take_over(site: Site, model: Owned) -> None:
    site.client("bedrock").create_custom_model(
        modelName=model.name,
        modelSourceConfig={"s3DataSource": {"s3Uri": f"s3://aurelia-training-{site.region}/{model.name}/"}},
        roleArn=site.role("model-customization"),
        **({"modelKmsKeyArn": site.keys[model.key]} if model.key else {}),
    )
