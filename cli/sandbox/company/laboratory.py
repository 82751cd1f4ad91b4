"""What the data scientists run: training, and the jobs around it, cut off from networks or wide open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.sandbox.account import ACCOUNT_ID
from cli.sandbox.company import data_science, endpoints, serving
from cli.sandbox.company.data_science import ARTIFACTS, DROPBOX, HOME
from cli.sandbox.company.labels import BAD, GOOD, Label, all_good
from cli.sandbox.company.networks import RESEARCH
from cli.sandbox.company.orchestration import FEATURES, TRAINING

if TYPE_CHECKING:
    from cli.sandbox.company.site import Site

MADE = "bedrock-training-job-isolated"
TRAINED = "sagemaker-training-job-isolated"
PREPARED = "sagemaker-data-job-isolated"

LETTERS, HURRIED = "discharge-letters-2026-11", "length-of-stay-2026-11"
BIAS, RAW = "readmission-bias-2026-11", "raw-notes-cleaning"
COHORT, SCORING, LAB_SCORING = "cohort-scoring", "cohort-scoring-2026-11", "discharge-lab-scoring"
DOSES, SWEEP = "dose-search-2026-11", "weekend-sweep"
PILOT = f"{serving.PILOT}-bias"
NO_SHOWS, FORECAST = "no-shows-2026-11", "bed-forecast"

BASE_MODEL = f"arn:aws:sagemaker:{HOME}:aws:hub-content/SageMakerPublicHub/Model/amazon-nova-lite"

LABELS = (
    # Experiments beside careful jobs: the account is judged by all of them.
    Label(MADE, HOME, ACCOUNT_ID, BAD),
    Label(MADE, "eu-central-1", ACCOUNT_ID, GOOD),
    Label(TRAINED, HOME, TRAINING, GOOD),
    # Serverless: nothing to isolate, but a VPC and a key.
    Label(TRAINED, HOME, LETTERS, GOOD),
    Label(TRAINED, HOME, HURRIED, BAD),
    Label(PREPARED, HOME, FEATURES, GOOD),
    # Clarify calls a model, so that it cannot be isolated.
    Label(PREPARED, HOME, BIAS, GOOD),
    Label(PREPARED, HOME, RAW, BAD),
    # What monitors of endpoints start.
    Label(PREPARED, HOME, f"{serving.RISK}-bias", GOOD),
    Label(PREPARED, HOME, f"{serving.POOL}-bias", GOOD),
    Label(PREPARED, HOME, PILOT, BAD),
    Label(PREPARED, HOME, SCORING, GOOD),
    # Its model is in no VPC.
    Label(PREPARED, HOME, LAB_SCORING, BAD),
    Label(PREPARED, HOME, DOSES, GOOD),
    # One of its two definitions is open; what it started is not judged again.
    Label(PREPARED, HOME, SWEEP, BAD),
    Label(PREPARED, HOME, NO_SHOWS, GOOD),
    Label(PREPARED, HOME, FORECAST, BAD),
    # The model that a transform job applies.
    Label(data_science.RULE, HOME, COHORT, GOOD),
    Label(serving.SCANNED, HOME, COHORT, GOOD),
)
OPEN = {HURRIED, RAW, PILOT, LAB_SCORING, SWEEP, FORECAST}
CLEAN_LABELS = all_good(tuple(label for label in LABELS if label.resource not in OPEN))


def build(site: Site) -> None:
    """Run the jobs, beside those that are there."""
    if site.region != HOME:
        return
    careful = _Bench(site, careful=True)
    careful.fine_tune(LETTERS)
    careful.process(BIAS, serving.CLARIFY, EnableNetworkIsolation=False)
    site.client("sagemaker").create_model(
        ModelName=COHORT,
        ExecutionRoleArn=site.role(data_science.ROLE),
        PrimaryContainer={
            "Image": endpoints.IMAGE,
            "ModelDataUrl": f"s3://{ARTIFACTS}/readmission-risk/model.tar.gz",
        },
        VpcConfig=careful.network,
        EnableNetworkIsolation=True,
    )
    careful.transform(SCORING, COHORT)
    careful.tune(DOSES, careful.definition("trees"), careful.definition("nets"))
    careful.automate(NO_SHOWS)
    if site.mixed:
        hurried = _Bench(site, careful=False)
        hurried.train(HURRIED)
        hurried.process(RAW, f"{site.account_id}.dkr.ecr.{HOME}.amazonaws.com/notes:1")
        hurried.transform(LAB_SCORING, serving.LAB)
        hurried.tune(SWEEP, careful.definition("trees"), hurried.definition("nets"))
        hurried.automate(FORECAST)


class _Bench:
    """Runs jobs with every setting that protects them, or with none."""

    def __init__(self, site: Site, *, careful: bool) -> None:
        self._site = site
        self._careful = careful
        self._sagemaker = site.client("sagemaker")
        self._role = site.role(data_science.ROLE)
        self._key = site.keys["models"]
        self.network = {"Subnets": [site.subnets[RESEARCH]], "SecurityGroupIds": [site.security_groups[RESEARCH]]}

    def train(self, name: str) -> None:
        """Train on two instances."""
        self._sagemaker.create_training_job(TrainingJobName=name, **self._training())

    def fine_tune(self, name: str) -> None:
        """Fine-tune a model of AWS on instances of AWS."""
        self._sagemaker.create_training_job(
            TrainingJobName=name,
            RoleArn=self._role,
            ServerlessJobConfig={"BaseModelArn": BASE_MODEL, "AcceptEula": True, "JobType": "FineTuning"},
            OutputDataConfig=self._output(name),
            StoppingCondition={"MaxRuntimeInSeconds": 3600},
            VpcConfig=self.network,
        )

    def process(self, name: str, image: str, **network: bool) -> None:
        """Process data and write the result."""
        uri = self._output(name)["S3OutputPath"]
        output = {"S3Uri": uri, "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}
        encrypted = {"EnableInterContainerTrafficEncryption": True, "VpcConfig": self.network, **network}
        self._sagemaker.create_processing_job(
            ProcessingJobName=name,
            ProcessingResources={"ClusterConfig": self._cluster()},
            ProcessingOutputConfig={
                "Outputs": [{"OutputName": "result", "S3Output": output}],
                **({"KmsKeyId": self._key} if self._careful else {}),
            },
            AppSpecification={"ImageUri": image},
            RoleArn=self._role,
            **({"NetworkConfig": encrypted} if self._careful else {}),
        )

    def transform(self, name: str, model: str) -> None:
        """Apply a model to a data set."""
        key = {"VolumeKmsKeyId": self._key} if self._careful else {}
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{ARTIFACTS}/cohorts/"}}
        self._sagemaker.create_transform_job(
            TransformJobName=name,
            ModelName=model,
            TransformInput={"DataSource": source},
            TransformOutput=self._output(name),
            TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1, **key},
        )

    def tune(self, name: str, *definitions: dict[str, Any]) -> None:
        """Search for a model."""
        self._sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name,
            HyperParameterTuningJobConfig={
                "Strategy": "Bayesian",
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 2},
            },
            TrainingJobDefinitions=list(definitions),
        )

    def definition(self, name: str) -> dict[str, Any]:
        """Return a definition of a tuning job."""
        return {"DefinitionName": name, **self._training()}

    def automate(self, name: str) -> None:
        """Leave making a model to AWS."""
        security = {
            "VolumeKmsKeyId": self._key,
            "EnableInterContainerTrafficEncryption": True,
            "VpcConfig": self.network,
        }
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://aurelia-training-{HOME}/visits/"}}
        problem = {"ContentColumn": "note", "TargetLabelColumn": "shown", "CompletionCriteria": {"MaxCandidates": 5}}
        self._sagemaker.create_auto_ml_job_v2(
            AutoMLJobName=name,
            AutoMLJobInputDataConfig=[{"ChannelType": "training", "DataSource": source}],
            AutoMLProblemTypeConfig={"TextClassificationJobConfig": problem},
            OutputDataConfig=self._output(name),
            RoleArn=self._role,
            **({"SecurityConfig": security} if self._careful else {}),
        )

    def _training(self) -> dict[str, Any]:
        training: dict[str, Any] = {
            "AlgorithmSpecification": {
                "TrainingImage": f"{self._site.account_id}.dkr.ecr.{HOME}.amazonaws.com/training:1",
                "TrainingInputMode": "File",
            },
            "RoleArn": self._role,
            "OutputDataConfig": self._output("training"),
            "ResourceConfig": {**self._cluster(), "InstanceCount": 2},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        }
        if self._careful:
            training |= {
                "VpcConfig": self.network,
                "EnableNetworkIsolation": True,
                "EnableInterContainerTrafficEncryption": True,
            }
        return training

    def _output(self, name: str) -> dict[str, str]:
        if self._careful:
            return {"S3OutputPath": f"s3://{ARTIFACTS}/{name}", "KmsKeyId": self._key}
        return {"S3OutputPath": f"s3://{DROPBOX}/{name}"}

    def _cluster(self) -> dict[str, Any]:
        key = {"VolumeKmsKeyId": self._key} if self._careful else {}
        return {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 50, **key}
