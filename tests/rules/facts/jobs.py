"""Jobs of Amazon SageMaker AI in the embedded account, and as its API describes them."""

from typing import Any

from cli.sandbox import Account

ROLE = "arn:aws:iam::123456789012:role/science"
NETWORK = {"SecurityGroupIds": ["sg-0a"], "Subnets": ["subnet-0a", "subnet-0b"]}
CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10}
SERVERLESS = {"BaseModelArn": "arn:aws:sagemaker:us-east-1:aws:hub-content/h/Model/m", "JobType": "FineTuning"}
ALGORITHM = {"TrainingImage": "image", "TrainingInputMode": "File"}


class Laboratory:
    """An account in which jobs run; each method returns the ARN of the job that it starts."""

    def __init__(self, account: Account) -> None:
        self.sagemaker = account.session().client("sagemaker")
        self.key: str = account.session().client("kms").create_key()["KeyMetadata"]["Arn"]

    def train(self, name: str, **settings: Any) -> str:
        """Run a training job."""
        wanted = {
            "AlgorithmSpecification": ALGORITHM,
            "OutputDataConfig": {"S3OutputPath": "s3://models"},
            "ResourceConfig": CLUSTER,
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            **settings,
        }
        if "ServerlessJobConfig" in settings:
            del wanted["AlgorithmSpecification"], wanted["ResourceConfig"]
        arn: str = self.sagemaker.create_training_job(TrainingJobName=name, RoleArn=ROLE, **wanted)["TrainingJobArn"]
        return arn

    def process(self, name: str, **settings: Any) -> str:
        """Run a processing job."""
        wanted = {
            "AppSpecification": {"ImageUri": "image"},
            "ProcessingResources": {"ClusterConfig": CLUSTER},
            **settings,
        }
        arn: str = self.sagemaker.create_processing_job(ProcessingJobName=name, RoleArn=ROLE, **wanted)[
            "ProcessingJobArn"
        ]
        return arn

    def model(self, name: str, **settings: Any) -> None:
        """Make a model for transform jobs."""
        self.sagemaker.create_model(
            ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "image"}, **settings
        )

    def transform(self, name: str, **settings: Any) -> str:
        """Run a transform job."""
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://corpus/in"}}
        wanted = {
            "ModelName": "fraud",
            "TransformInput": {"DataSource": source},
            "TransformOutput": {"S3OutputPath": "s3://results"},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **settings,
        }
        arn: str = self.sagemaker.create_transform_job(TransformJobName=name, **wanted)["TransformJobArn"]
        return arn

    def tune(self, name: str, *definitions: dict[str, Any], **settings: Any) -> str:
        """Run a tuning job; one definition is its only one, several are its list."""
        common = {
            "AlgorithmSpecification": ALGORITHM,
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": "s3://models"},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        }
        every = [{**common, **definition} for definition in definitions or ({"ResourceConfig": CLUSTER},)]
        chosen = {"TrainingJobDefinition": every[0]} if len(every) == 1 else {"TrainingJobDefinitions": every}
        arn: str = self.sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name,
            HyperParameterTuningJobConfig={"Strategy": "Bayesian", "ResourceLimits": {"MaxParallelTrainingJobs": 1}},
            **chosen,
            **settings,
        )["HyperParameterTuningJobArn"]
        return arn

    def automate(self, name: str, **settings: Any) -> str:
        """Run an AutoML job."""
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://corpus/auto"}}
        problem = {"ContentColumn": "a", "TargetLabelColumn": "b", "CompletionCriteria": {"MaxCandidates": 1}}
        wanted = {"OutputDataConfig": {"S3OutputPath": "s3://models"}, **settings}
        arn: str = self.sagemaker.create_auto_ml_job_v2(
            AutoMLJobName=name,
            AutoMLJobInputDataConfig=[{"DataSource": source}],
            AutoMLProblemTypeConfig={"TextClassificationJobConfig": problem},
            RoleArn=ROLE,
            **wanted,
        )["AutoMLJobArn"]
        return arn
