"""The operations that the embedded account adds or amends: a module per service, loaded with its first call.

Moto's models of some services take a second to import, which an account that never uses them need not wait for.
"""

from functools import cache
from importlib import import_module
from typing import Final

MODULES: Final[dict[str, tuple[str, ...]]] = {
    "accessanalyzer": ("access_analyzer",),
    "application-autoscaling": ("application_autoscaling",),
    "bedrock": (
        "bedrock_account",
        "bedrock_foundation_models",
        "bedrock_guardrails",
        "bedrock_inference",
        "bedrock_models",
        "bedrock_tags",
    ),
    "bedrock-agent": ("agent_tags", "agents", "knowledge_bases", "prompts_and_flows"),
    "bedrock-agentcore-control": ("agentcore",),
    "bedrock-runtime": ("async_invocations",),
    "cloudformation": (
        "config_cloudformation",
        "ec2",
        "event_bus",
        "event_sources",
        "iam_entities",
        "kms",
        "lambda_functions",
        "s3_buckets",
        "ssm_documents",
        "stack_protection",
        "stack_resources",
    ),
    "cloudtrail": ("cloudtrail_lake", "cloudtrail_trails"),
    "cloudwatch": ("cloudwatch", "cloudwatch_alarms"),
    "config": ("config_evaluations", "config_remediations", "config_rules", "conformance_packs"),
    "ec2": ("ec2",),
    "ecr": ("ecr",),
    "events": ("event_bus",),
    "guardduty": ("guardduty",),
    "iam": ("iam_credentials", "iam_entities", "iam_managed_policies"),
    "kms": ("kms",),
    "lambda": ("event_sources", "lambda_functions"),
    "logs": ("logs", "metric_filters"),
    "macie2": ("macie", "macie_session"),
    "neptune-graph": ("neptune_graph",),
    "opensearchserverless": ("opensearch_serverless",),
    "rds": ("ec2",),
    "s3": ("s3_buckets",),
    "sagemaker": (
        "sagemaker_jobs",
        "sagemaker_monitoring",
        "sagemaker_notebooks",
        "sagemaker_serving",
        "sagemaker_studio",
    ),
    "securityhub": ("security_hub", "security_hub_products"),
    "sns": ("sns_topics",),
    "sqs": ("sqs_queues",),
    "ssm": ("ssm_automation", "ssm_documents"),
}


@cache
def load(service: str) -> None:
    """Register the operations of botocore's `service`; further calls do nothing."""
    for module in MODULES.get(service, ()):
        import_module(f"{__name__}.{module}")


def load_all() -> None:
    """Register the operations of all services."""
    for service in MODULES:
        load(service)
