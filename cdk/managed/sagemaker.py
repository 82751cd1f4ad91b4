"""Managed rules on Amazon SageMaker AI."""

from __future__ import annotations

from typing import Final

from cdk.managed.rule import Group, ManagedInput, ManagedRule, Proof
from rules.engine.duties import Duty

NOTEBOOKS: Final = Group(
    "sagemaker-notebooks",
    "SageMaker notebook instances and domains",
    by_default=True,
    rules=(
        ManagedRule(
            "sagemaker-notebook-internet-off",
            "SAGEMAKER_NOTEBOOK_NO_DIRECT_INTERNET_ACCESS",
            "Notebook instances have no direct internet access",
            Duty.SERVING,
            Proof.CDK,
            control="SageMaker.1",
            periodic=True,
        ),
        ManagedRule(
            "sagemaker-notebook-in-vpc",
            "SAGEMAKER_NOTEBOOK_INSTANCE_INSIDE_VPC",
            "Notebook instances are in a VPC",
            Duty.SERVING,
            Proof.DOCUMENTATION,
            control="SageMaker.2",
        ),
        ManagedRule(
            "sagemaker-notebook-root-off",
            "SAGEMAKER_NOTEBOOK_INSTANCE_ROOT_ACCESS_CHECK",
            "Users of notebook instances are not root",
            Duty.SERVING,
            Proof.SAMPLE_PACK,
            control="SageMaker.3",
        ),
        ManagedRule(
            "sagemaker-notebook-supported",
            "SAGEMAKER_NOTEBOOK_INSTANCE_PLATFORM_VERSION",
            "Notebook instances run a platform that AWS supports",
            Duty.SERVING,
            Proof.DOCUMENTATION,
            control="SageMaker.8",
            periodic=True,
            inputs=(
                ManagedInput(
                    "supportedPlatformIdentifierVersions",
                    "notebook-al2023-v1",
                    "NotebookPlatforms",
                    "Platforms of notebook instances that count as supported, separated by commas.",
                ),
            ),
        ),
        ManagedRule(
            "sagemaker-notebook-volume-encrypted",
            "SAGEMAKER_NOTEBOOK_INSTANCE_STORAGE_VOL_KMS_ENCRYPTED",
            "Volumes of notebook instances are encrypted with a customer-managed key",
            Duty.SERVING,
            Proof.ANNOUNCEMENT,
            control="SageMaker.21",
        ),
        ManagedRule(
            "sagemaker-domain-in-vpc",
            "SAGEMAKER_DOMAIN_IN_VPC",
            "SageMaker domains reach the network through a VPC only",
            Duty.SERVING,
            Proof.DOCUMENTATION,
        ),
    ),
)

MODELS: Final = Group(
    "sagemaker-models",
    "SageMaker models and endpoint configurations",
    by_default=True,
    rules=(
        ManagedRule(
            "sagemaker-model-isolated",
            "SAGEMAKER_MODEL_ISOLATION_ENABLED",
            "Containers of models cannot reach the network",
            Duty.SERVING,
            Proof.DOCUMENTATION,
            control="SageMaker.5",
        ),
        ManagedRule(
            "sagemaker-model-in-vpc",
            "SAGEMAKER_MODEL_IN_VPC",
            "Models are in a VPC",
            Duty.SERVING,
            Proof.DOCUMENTATION,
        ),
        ManagedRule(
            "sagemaker-endpoint-instances-spare",
            "SAGEMAKER_ENDPOINT_CONFIG_PROD_INSTANCE_COUNT",
            "Endpoints start with more than one instance",
            Duty.SERVING,
            Proof.DOCUMENTATION,
            control="SageMaker.4",
            periodic=True,
        ),
    ),
)

REGISTRIES: Final = Group(
    "sagemaker-registries",
    "container registries of SageMaker models",
    by_default=False,
    rules=(
        ManagedRule(
            "sagemaker-model-registry-private",
            "SAGEMAKER_MODEL_PRIVATE_REGISTRY_REQUIRED",
            "Models pull their image from a registry in a VPC",
            Duty.SERVING,
            Proof.DOCUMENTATION,
            control="SageMaker.16",
            lacks=frozenset({"eu-central-1", "ap-northeast-3"}),
        ),
        ManagedRule(
            "sagemaker-pipeline-registry-private",
            "SAGEMAKER_MODEL_MULTICONTAINER_PRIVATE_REGISTRY",
            "Models of several containers pull their images from a registry in a VPC",
            Duty.SERVING,
            Proof.DOCUMENTATION,
            control="SageMaker.19",
            lacks=frozenset({"ap-northeast-3"}),
        ),
    ),
)


def _job(kind: str, identifier: str, control: str, *lacks: str) -> ManagedRule:
    """Return the rule on one kind of monitoring job: on its isolation, or on the traffic between its containers."""
    isolated = "ISOLATION" in identifier
    return ManagedRule(
        f"sagemaker-{kind}-{'isolated' if isolated else 'encrypted'}",
        f"SAGEMAKER_{identifier}",
        f"{kind.replace('-', ' ').capitalize()} jobs "
        + ("cannot reach the network" if isolated else "encrypt the traffic between their containers"),
        Duty.MODEL_GOVERNANCE,
        Proof.DOCUMENTATION,
        control=control,
        lacks=frozenset(lacks),
    )


MONITORING: Final = Group(
    "sagemaker-monitoring",
    "SageMaker jobs that monitor data, bias, quality and explainability",
    by_default=True,
    rules=(
        _job("data-quality", "DATA_QUALITY_JOB_ENCRYPT_IN_TRANSIT", "SageMaker.9"),
        _job("data-quality", "DATA_QUALITY_JOB_ISOLATION", "SageMaker.11"),
        _job("explainability", "MODEL_EXPLAINABILITY_JOB_ENCRYPT_IN_TRANSIT", "SageMaker.10"),
        _job("explainability", "MODEL_EXPLAINABILITY_JOB_NETWORK_ISOLATION", "SageMaker.20"),
        _job("model-quality", "MODEL_QUALITY_JOB_ENCRYPT_IN_TRANSIT", "SageMaker.13"),
        _job("model-quality", "MODEL_QUALITY_JOB_DEFINITION_ISOLATION", "SageMaker.25"),
        _job("monitoring", "MONITORING_SCHEDULE_ISOLATION", "SageMaker.14"),
    ),
)

REGIONAL_MONITORING: Final = Group(
    "sagemaker-monitoring-regional",
    "SageMaker jobs that monitor bias, and schedules, where AWS has these rules",
    by_default=True,
    rules=(
        _job("model-bias", "MODEL_BIAS_JOB_ISOLATION", "SageMaker.12", "eu-north-1"),
        _job("model-bias", "MODEL_BIAS_JOB_ENCRYPT_IN_TRANSIT", "SageMaker.15", "eu-north-1"),
        _job("monitoring", "MONITORING_SCHEDULE_TRAFFIC_ENCRYPTION", "SageMaker.22", "us-west-2"),
    ),
)

STORES: Final = Group(
    "sagemaker-stores",
    "SageMaker feature groups and inference experiments",
    by_default=True,
    rules=(
        ManagedRule(
            "sagemaker-features-offline-encrypted",
            "SAGEMAKER_FEATUREGROUP_ENCRYPTION_AT_REST",
            "Offline stores of features are encrypted with a KMS key",
            Duty.TRAINING_DATA,
            Proof.DOCUMENTATION,
            control="SageMaker.17",
        ),
        ManagedRule(
            "sagemaker-features-online-encrypted",
            "SAGEMAKER_FEATUREGROUP_ONLINE_STORE_ENCRYPTION",
            "Online stores of features are encrypted with a KMS key",
            Duty.TRAINING_DATA,
            Proof.DOCUMENTATION,
            control="SageMaker.18",
        ),
        ManagedRule(
            "sagemaker-experiment-encrypted",
            "SAGEMAKER_INF_EXPERIMENT_INSTANCE_STORAGE_KMS_ENCRYPTED",
            "Instances of inference experiments are encrypted with a customer-managed key",
            Duty.SERVING,
            Proof.DOCUMENTATION,
            control="SageMaker.23",
        ),
        ManagedRule(
            "sagemaker-experiment-data-encrypted",
            "SAGEMAKER_INF_EXPERIMENT_DATA_STORAGE_KMS_ENCRYPTED",
            "Data captured by inference experiments is encrypted with a customer-managed key",
            Duty.SERVING,
            Proof.DOCUMENTATION,
            control="SageMaker.24",
        ),
    ),
)
