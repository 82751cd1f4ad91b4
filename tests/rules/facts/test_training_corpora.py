from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.sandbox import Account, Fault
from rules.engine.aws import Aws
from rules.engine.errors import UnexpectedAnswerError
from rules.engine.resource import Resource, Unreadable
from rules.facts import training_corpora
from rules.facts.s3 import Bucket, OtherBucket, OtherKind
from rules.facts.training_corpora import AutoMlData, Corpus, TrainingBucket

ROLE = "arn:aws:iam::123456789012:role/science"
ACCESS_POINT = "arn:aws:s3:us-east-1:123456789012:accesspoint/corpus"


def resource(name: str) -> Resource:
    return Resource("AWS::S3::Bucket", name, name, f"arn:aws:s3:::{name}")


def channel(uri: str, kind: str = "S3Prefix", **settings: object) -> dict[str, Any]:
    return {"S3DataSource": {"S3DataType": kind, "S3Uri": uri, **settings}}


def train(account: Account, name: str, *sources: dict[str, Any]) -> None:
    account.session().client("sagemaker").create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={"TrainingImage": "image", "TrainingInputMode": "File"},
        RoleArn=ROLE,
        InputDataConfig=[{"ChannelName": f"c{n}", "DataSource": source} for n, source in enumerate(sources)],
        OutputDataConfig={"S3OutputPath": "s3://models/out"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )


def customize(account: Account, name: str, training: dict[str, Any], *validation: str) -> None:
    account.session().client("bedrock").create_model_customization_job(
        jobName=name,
        customModelName=name,
        roleArn=ROLE,
        baseModelIdentifier="amazon.nova-pro-v1:0",
        trainingDataConfig=training,
        validationDataConfig={"validators": [{"s3Uri": uri} for uri in validation]},
        outputDataConfig={"s3Uri": "s3://metrics/out/"},
    )


def automate(account: Account, name: str, *sources: dict[str, Any]) -> None:
    problem = {"ContentColumn": "a", "TargetLabelColumn": "b", "CompletionCriteria": {"MaxCandidates": 5}}
    account.session().client("sagemaker").create_auto_ml_job_v2(
        AutoMLJobName=name,
        AutoMLJobInputDataConfig=[{"ChannelType": "training", "DataSource": source} for source in sources],
        AutoMLProblemTypeConfig={"TextClassificationJobConfig": problem},
        OutputDataConfig={"S3OutputPath": "s3://models/automl"},
        RoleArn=ROLE,
    )


def make(account: Account, name: str, **tags: str) -> None:
    client = account.session().client("s3")
    client.create_bucket(Bucket=name)
    if tags:
        tag_set = [{"Key": key, "Value": value} for key, value in tags.items()]
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_set})


@pytest.mark.parametrize(
    ("sources", "corpora"),
    [
        pytest.param(
            (channel("s3://claims/2026/train/"), channel("s3://claims/2025/validation/")),
            (Corpus("claims", ("2025/validation/", "2026/train/")),),
            id="two prefixes of a bucket",
        ),
        pytest.param(
            (channel("s3://claims/2026/train/"), channel("s3://claims/2026/")),
            (Corpus("claims", ("2026/",)),),
            id="a prefix under another",
        ),
        pytest.param((channel("s3://claims"),), (Corpus("claims", ("",)),), id="a whole bucket"),
        pytest.param(
            (channel("https://s3.us-east-1.amazonaws.com/claims/train"),), (Corpus("claims", ("train",)),), id="https"
        ),
        pytest.param(
            (channel("s3://lists/train.manifest", "ManifestFile"),),
            (Corpus("lists", ("",)),),
            id="a manifest lists objects anywhere",
        ),
        pytest.param(
            (channel("s3://lists/train.manifest", "AugmentedManifestFile", AttributeNames=["source-ref"]),),
            (Corpus("lists", ("",)),),
            id="an augmented manifest",
        ),
        pytest.param(
            (channel(f"s3://{ACCESS_POINT}/train/"),), (Corpus(ACCESS_POINT, ("train/",)),), id="an access point"
        ),
        pytest.param(
            (
                {
                    "FileSystemDataSource": {
                        "FileSystemId": "fs-0123456789a",
                        "FileSystemAccessMode": "ro",
                        "FileSystemType": "EFS",
                        "DirectoryPath": "/train",
                    }
                },
            ),
            (),
            id="a file system has no bucket",
        ),
        pytest.param(
            (
                channel(
                    "s3://jumpstart-private-cache/model/",
                    HubAccessConfig={
                        "HubContentArn": "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/a/1.0.0"
                    },
                ),
            ),
            (),
            id="a model of a hub is no data",
        ),
    ],
)
def test_reads_what_training_jobs_read(
    account: Account, aws: Aws, sources: tuple[dict[str, Any], ...], corpora: tuple[Corpus, ...]
) -> None:
    train(account, "fraud", *sources)

    assert training_corpora.corpora(aws, 30) == corpora


def test_reads_what_customization_jobs_read(account: Account, aws: Aws) -> None:
    customize(account, "tone", {"s3Uri": "s3://letters/train.jsonl"}, "s3://letters/validation.jsonl")
    logs = {"invocationLogSource": {"s3Uri": "s3://invocations/bedrock/"}, "usePromptResponse": True}
    customize(account, "distilled", {"invocationLogsConfig": logs})

    assert training_corpora.corpora(aws, 30) == (
        Corpus("invocations", ("bedrock/",)),
        Corpus("letters", ("train.jsonl", "validation.jsonl")),
    )


def test_reads_what_automl_jobs_read(account: Account, aws: Aws) -> None:
    automate(account, "no-shows", channel("s3://visits/2026/"), channel("s3://lists/visits.manifest", "ManifestFile"))

    assert training_corpora.corpora(aws, 30) == (Corpus("lists", ("",)), Corpus("visits", ("2026/",)))


def test_a_bucket_that_several_jobs_read_is_one(account: Account, aws: Aws) -> None:
    train(account, "fraud", channel("s3://shared/train/"))
    train(account, "fraud-again", channel("s3://shared/train/"))
    customize(account, "tone", {"s3Uri": "s3://shared/letters.jsonl"})

    assert training_corpora.corpora(aws, 30) == (Corpus("shared", ("letters.jsonl", "train/")),)


def test_jobs_from_before_the_look_back_do_not_count(account: Account, aws: Aws) -> None:
    train(account, "fraud", channel("s3://claims/train/"))
    customize(account, "tone", {"s3Uri": "s3://letters/train.jsonl"})
    automate(account, "no-shows", channel("s3://visits/"))
    aws.now += timedelta(days=400)

    assert training_corpora.corpora(aws, 30) == ()


def test_a_job_that_never_began_to_train_read_nothing(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/fraud"
    times = {"CreationTime": aws.now, "LastModifiedTime": aws.now}
    summary = {"TrainingJobName": "fraud", "TrainingJobArn": arn, "TrainingJobStatus": "Failed", **times}
    described = {
        **summary,
        "ModelArtifacts": {"S3ModelArtifacts": "s3://models/out"},
        "SecondaryStatus": "Failed",
        "StoppingCondition": {},
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "InputDataConfig": [{"ChannelName": "train", "DataSource": channel("s3://claims/train/")}],
    }
    with Stubber(aws.client("sagemaker")) as stubber:
        stubber.add_response("list_training_jobs", {"TrainingJobSummaries": [summary]})
        stubber.add_response("describe_training_job", described)
        stubber.add_response("list_auto_ml_jobs", {"AutoMLJobSummaries": []})
        assert training_corpora.corpora(aws, 30) == ()


def test_reads_what_protects_the_buckets_and_how_they_are_tagged(account: Account, aws: Aws) -> None:
    make(account, "claims", owner="fraud")
    make(account, "letters")
    train(account, "fraud", channel("s3://claims/train/"), channel("s3://nowhere/train/"))
    customize(account, "tone", {"s3Uri": "s3://letters/train.jsonl"})

    buckets = training_corpora.training_buckets(aws, 30)

    assert [(type(bucket), bucket.resource) for bucket in buckets] == [
        (Bucket, resource("claims")),
        (Bucket, resource("letters")),
    ]
    assert training_corpora.tagged_buckets(aws, 30) == (
        TrainingBucket(resource("claims"), {"owner": "fraud"}, "us-east-1", ("train/",)),
        TrainingBucket(resource("letters"), {}, "us-east-1", ("train.jsonl",)),
    )


def test_a_bucket_of_another_account_is_told_apart(account: Account, aws: Aws) -> None:
    train(account, "fraud", channel("s3://partner/train/"), channel(f"s3://{ACCESS_POINT}/train/"))
    account.faults.add(Fault("deny", "s3:HeadBucket", resource="partner"))

    kinds = {}
    for bucket in (*training_corpora.training_buckets(aws, 30), *training_corpora.tagged_buckets(aws, 30)):
        assert isinstance(bucket, OtherBucket)
        kinds[bucket.resource.name] = bucket.kind

    assert kinds == {"partner": OtherKind.FOREIGN, ACCESS_POINT: OtherKind.ACCESS_POINT}


def test_reads_every_page(account: Account, aws: Aws) -> None:
    for number in range(2):
        train(account, f"fraud-{number}", channel(f"s3://claims-{number}/train/"))
        customize(account, f"tone-{number}", {"s3Uri": f"s3://letters-{number}/train.jsonl"})
        automate(account, f"no-shows-{number}", channel(f"s3://visits-{number}/"))
    account.faults.page_size(1)

    names = [corpus.bucket for corpus in training_corpora.corpora(aws, 30)]

    assert names == ["claims-0", "claims-1", "letters-0", "letters-1", "visits-0", "visits-1"]


@pytest.mark.parametrize(
    "action", ["sagemaker:DescribeTrainingJob", "sagemaker:DescribeAutoMLJobV2", "bedrock:GetModelCustomizationJob"]
)
def test_buckets_of_a_job_that_cannot_be_read_are_not_known(account: Account, aws: Aws, action: str) -> None:
    train(account, "risk", channel("s3://claims/train/"))
    customize(account, "risk", {"s3Uri": "s3://letters/train.jsonl"})
    automate(account, "risk", channel("s3://visits/"))
    account.faults.deny(action)

    with pytest.raises(UnexpectedAnswerError, match="job risk: AccessDenied"):
        training_corpora.tagged_buckets(aws, 30)


@pytest.mark.parametrize(
    "action", ["sagemaker:ListTrainingJobs", "sagemaker:ListAutoMLJobs", "bedrock:ListModelCustomizationJobs"]
)
def test_jobs_that_cannot_be_listed_are_not_known(account: Account, aws: Aws, action: str) -> None:
    account.faults.deny(action)

    with pytest.raises(ClientError, match="AccessDenied"):
        training_corpora.training_buckets(aws, 30)


def test_a_bucket_that_cannot_be_read_leaves_the_others(account: Account, aws: Aws) -> None:
    make(account, "claims")
    make(account, "letters")
    train(account, "fraud", channel("s3://claims/train/"), channel("s3://letters/train/"))
    account.faults.deny("s3:GetBucketTagging", resource="claims")

    for found in (training_corpora.training_buckets(aws, 30), training_corpora.tagged_buckets(aws, 30)):
        unreadable, other = found
        assert isinstance(unreadable, Unreadable)
        assert (unreadable.resource, unreadable.code) == (resource("claims"), "AccessDenied")
        assert other.resource == resource("letters")


def test_a_job_that_was_deleted_since_it_was_listed_is_left_out(account: Account, aws: Aws) -> None:
    customize(account, "tone", {"s3Uri": "s3://letters/train.jsonl"})
    automate(account, "no-shows", channel("s3://visits/"))
    account.faults.add(Fault("gone", "bedrock:GetModelCustomizationJob"))
    account.faults.add(Fault("gone", "sagemaker:DescribeAutoMLJobV2"))

    assert training_corpora.corpora(aws, 30) == ()


def test_an_automl_job_may_read_no_bucket(aws: Aws) -> None:
    arn = "arn:aws:sagemaker:us-east-1:123456789012:automl-job/no-shows"
    summary = {
        "AutoMLJobName": "no-shows",
        "AutoMLJobArn": arn,
        "AutoMLJobStatus": "Completed",
        "AutoMLJobSecondaryStatus": "Completed",
        "CreationTime": aws.now,
        "LastModifiedTime": aws.now,
    }
    described = {
        **summary,
        "AutoMLJobInputDataConfig": [{"ChannelType": "training"}],
        "OutputDataConfig": {"S3OutputPath": "s3://models"},
        "RoleArn": ROLE,
    }
    with Stubber(aws.client("sagemaker")) as stubber:
        stubber.add_response("list_auto_ml_jobs", {"AutoMLJobSummaries": [summary]})
        stubber.add_response("describe_auto_ml_job_v2", described)
        (found,) = training_corpora.automl_data(aws, 30)

    assert found == AutoMlData(Resource("AWS::SageMaker::AutoMLJob", arn, "no-shows", arn), ())


def test_an_account_without_jobs_has_no_corpora(aws: Aws) -> None:
    assert training_corpora.training_buckets(aws, 30) == ()
    assert training_corpora.tagged_buckets(aws, 30) == ()


def test_declares_the_actions_that_it_uses(account: Account, aws: Aws) -> None:
    make(account, "claims")
    train(account, "fraud", channel("s3://claims/train/"))
    customize(account, "tone", {"s3Uri": "s3://claims/letters.jsonl"})
    automate(account, "no-shows", channel("s3://claims/visits/"))
    before = len(account.calls)

    training_corpora.tagged_buckets(aws, 30)

    used = {call.action for call in list(account.calls)[before:]}
    assert used == {action.name for action in training_corpora.tagged_buckets.actions}
