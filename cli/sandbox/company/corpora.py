"""What the company trains models on: buckets with data, the jobs that read them, and what Amazon Macie says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.sandbox.company import buckets
from cli.sandbox.company.buckets import Bucket
from cli.sandbox.company.data_science import ROLE
from cli.sandbox.company.labels import BAD, GOOD, UNUSED, Label
from cli.sandbox.company.networks import RESEARCH
from cli.sandbox.company.site import allow, document

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site
    from rules.engine.verdict import Compliance

PROTECTED = "training-data-bucket-protected"
TAGGED = "training-data-provenance-tagged"
SCANNED = "training-data-pii-scanned"
ISOLATED = "sagemaker-training-job-isolated"

HOME, RESEARCHERS = "us-east-1", "eu-central-1"
KEY = "training"
MACIE = "aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
PROVENANCE = {
    "data-classification": "confidential",
    "data-source": "claims-warehouse",
    "data-licence": "internal",
    "lawful-basis": "contract",
}
HARMLESS = b'{"prompt": "Summarize: knee surgery, two days", "completion": "Inpatient, elective."}\n'
LEAKY = b"AKIAIOSFODNN7EXAMPLE was in the export, and nobody saw it.\n"


@dataclass(frozen=True)
class Corpus:
    """
    A bucket with training data in one object, `name`, that holds `content`.

    `job` is the training job of Amazon SageMaker AI that reads it; the others are read by the jobs that customize
    models. `wanted` has the verdict of the rules on protection, on tags and on scans.
    """

    region: str
    bucket: str
    wanted: tuple[Compliance, Compliance, Compliance]
    name: str = "train/2026.jsonl"
    content: bytes = HARMLESS
    job: str | None = None
    careful: bool = True
    tags: tuple[str, ...] = tuple(PROVENANCE)
    scanned: bool = True

    @property
    def repairable(self) -> bool:
        """Whether the company where everything is good has it too."""
        return BAD not in self.wanted or self.region == RESEARCHERS


CORPORA = (
    Corpus(HOME, "aurelia-training-us-east-1", (GOOD, GOOD, GOOD)),
    # What Macie found in an export is still open.
    Corpus(HOME, "aurelia-claims-history", (GOOD, GOOD, BAD), content=LEAKY, job="readmission-2026"),
    # Collected in a hurry: open, without a word on its source, and never scanned.
    Corpus(
        HOME, "aurelia-scraped-notes", (BAD, BAD, BAD), job="note-style", careful=False, tags=("owner",), scanned=False
    ),
    # Nobody wrote down by what right; Macie reads no images.
    Corpus(
        HOME,
        "aurelia-imaging-archive",
        (GOOD, BAD, UNUSED),
        name="train/scan-1.dcm",
        job="fracture-detection",
        tags=("data-classification", "data-source", "data-licence"),
    ),
    # Nobody has enabled Macie where research is done.
    Corpus(RESEARCHERS, "aurelia-training-eu-central-1", (GOOD, GOOD, BAD)),
)
RULES = (PROTECTED, TAGGED, SCANNED)

LABELS = (
    *(
        Label(rule, corpus.region, corpus.bucket, wanted)
        for corpus in CORPORA
        for rule, wanted in zip(RULES, corpus.wanted, strict=True)
    ),
    *(Label(ISOLATED, corpus.region, corpus.job, GOOD) for corpus in CORPORA if corpus.job),
)
CLEAN_LABELS = tuple(
    Label(rule, corpus.region, corpus.bucket, GOOD) for corpus in CORPORA if corpus.repairable for rule in RULES
)


def build(site: Site) -> None:
    """Make the buckets of a Region, and the jobs that read them, and have Macie look into them."""
    _key(site)
    made = [corpus for corpus in CORPORA if corpus.region == site.region and (site.mixed or corpus.repairable)]
    for corpus in made:
        _bucket(site, corpus)
        if corpus.job:
            _train(site, corpus.job, corpus.bucket)
    macie = site.client("macie2")
    if site.region == HOME:
        macie.enable_macie()
        _scan(site, [corpus.bucket for corpus in made if corpus.scanned])
    elif not site.mixed:
        macie.enable_macie()
        macie.update_automated_discovery_configuration(status="ENABLED")


def _key(site: Site) -> None:
    """Make a key that Macie may decrypt with, which the account's default policy does not say."""
    owner = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{site.account_id}:root"})
    macie = allow("kms:Decrypt", Sid="Macie", Principal={"AWS": site.role(MACIE)})
    kms = site.client("kms")
    key = kms.create_key(Description=f"Aurelia Health: {KEY}", Policy=document(owner, macie))["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/aurelia-{KEY}", TargetKeyId=key["KeyId"])
    kms.enable_key_rotation(KeyId=key["KeyId"])
    site.keys[KEY] = key["Arn"]


def _bucket(site: Site, corpus: Corpus) -> None:
    buckets.make(site, Bucket(corpus.bucket, key=KEY if corpus.careful else None, careful=corpus.careful))
    s3 = site.client("s3")
    tags = [{"Key": key, "Value": PROVENANCE.get(key, "data-science")} for key in corpus.tags]
    s3.put_bucket_tagging(Bucket=corpus.bucket, Tagging={"TagSet": tags})
    own = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": site.keys[KEY]} if corpus.careful else {}
    s3.put_object(Bucket=corpus.bucket, Key=corpus.name, Body=corpus.content, **own)


def _train(site: Site, name: str, bucket: str) -> None:
    site.client("sagemaker").create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={
            "TrainingImage": f"{site.account_id}.dkr.ecr.{site.region}.amazonaws.com/training:1",
            "TrainingInputMode": "File",
        },
        RoleArn=site.role(ROLE),
        InputDataConfig=[
            {
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/train/"}},
            }
        ],
        OutputDataConfig={"S3OutputPath": f"s3://{bucket}/models", "KmsKeyId": site.keys[KEY]},
        ResourceConfig={
            "InstanceType": "ml.m5.large",
            "InstanceCount": 2,
            "VolumeSizeInGB": 50,
            "VolumeKmsKeyId": site.keys[KEY],
        },
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
        VpcConfig={"Subnets": [site.subnets[RESEARCH]], "SecurityGroupIds": [site.security_groups[RESEARCH]]},
        EnableNetworkIsolation=True,
        EnableInterContainerTrafficEncryption=True,
    )


def _scan(site: Site, names: list[str]) -> None:
    site.client("macie2").create_classification_job(
        name="weekly-training-data",
        jobType="SCHEDULED",
        scheduleFrequency={"weeklySchedule": {"dayOfWeek": "SUNDAY"}},
        initialRun=True,
        s3JobDefinition={"bucketDefinitions": [{"accountId": site.account_id, "buckets": names}]},
    )
