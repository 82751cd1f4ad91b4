"""What the data scientists serve with Amazon SageMaker: models with artifacts in Amazon S3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.sandbox.company import buckets
from cli.sandbox.company.buckets import Bucket
from cli.sandbox.company.keys import LEGACY
from cli.sandbox.company.labels import BAD, GOOD, UNUSED, Label, without_bad
from cli.sandbox.company.networks import RESEARCH
from cli.sandbox.company.site import trust

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site
    from rules.engine.verdict import Compliance

RULE = "sagemaker-artifact-cmk-encrypted"
HOME = "us-east-1"
ROLE = "model-hosting"

ARTIFACTS = "aurelia-model-artifacts"
DROPBOX = "aurelia-data-science-dropbox"
JUMPSTART = "jumpstart-cache-prod-us-east-1"


@dataclass(frozen=True)
class Served:
    """A model that an endpoint can serve; each of `artifacts` is loaded by a container of its own."""

    name: str
    artifacts: tuple[str, ...]
    wanted: Compliance


MODELS = (
    Served("readmission-risk", (f"s3://{ARTIFACTS}/readmission-risk/model.tar.gz",), GOOD),
    Served(
        "note-redaction",
        (f"s3://{ARTIFACTS}/readmission-risk/model.tar.gz", f"s3://{ARTIFACTS}/note-redaction/model.tar.gz"),
        GOOD,
    ),
    # Its bucket encrypts with keys of S3 and does not block public access.
    Served("length-of-stay", (f"s3://{DROPBOX}/length-of-stay/model.tar.gz",), BAD),
    # The bucket's default is a good key, but one of the two objects has one that never rotates.
    Served(
        "sepsis-warning",
        (f"s3://{ARTIFACTS}/readmission-risk/model.tar.gz", f"s3://{ARTIFACTS}/sepsis-warning/model.tar.gz"),
        BAD,
    ),
    Served("text-embedding", (f"s3://{JUMPSTART}/huggingface-infer/text-embedding/model.tar.gz",), UNUSED),
)

LABELS = tuple(Label(RULE, HOME, model.name, model.wanted) for model in MODELS)
CLEAN_LABELS = without_bad(LABELS)


def build(site: Site) -> None:
    """Make the buckets with artifacts, and the models."""
    if site.region != HOME:
        return
    own_keys = [("sepsis-warning/model.tar.gz", LEGACY)] if site.mixed else []
    by_default = [("readmission-risk/model.tar.gz", None), ("note-redaction/model.tar.gz", None)]
    buckets.make(site, Bucket(ARTIFACTS, key="models", objects=(*by_default, *own_keys)))
    if site.mixed:
        buckets.make(site, Bucket(DROPBOX, careful=False, objects=(("length-of-stay/model.tar.gz", None),)))
    site.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust("sagemaker"))
    for model in MODELS:
        if site.mixed or model.wanted is not BAD:
            _serve(site, model)
    # What makes the research VPC one with AI workloads.
    site.client("sagemaker").create_notebook_instance(
        NotebookInstanceName="cohort-analysis",
        InstanceType="ml.t3.medium",
        RoleArn=site.role(ROLE),
        SubnetId=site.subnets[RESEARCH],
        SecurityGroupIds=[site.security_groups[RESEARCH]],
        InstanceMetadataServiceConfiguration={"MinimumInstanceMetadataServiceVersion": "2"},
    )


def _serve(site: Site, model: Served) -> None:
    image = f"{site.account_id}.dkr.ecr.{site.region}.amazonaws.com/inference@sha256:{'a' * 64}"
    containers = [{"Image": image, "ModelDataUrl": artifact} for artifact in model.artifacts]
    site.client("sagemaker").create_model(
        ModelName=model.name,
        ExecutionRoleArn=site.role(ROLE),
        **({"PrimaryContainer": containers[0]} if len(containers) == 1 else {"Containers": containers}),
    )
