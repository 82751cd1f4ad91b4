"""Responsibility for models, and for the infrastructure that serves them."""

from typing import Final

from cli.duties.duty import Chapter, CustomerDuty
from rules.engine.duties import Duty

MODELS: Final = Chapter(
    "Responsibility for models",
    (
        CustomerDuty(
            "Managed foundation models: how they are used",
            "Attach guardrails wherever models are called, and answer for prompts and outputs.",
            "AWS is responsible for the availability, security and maintenance of the models' weights.",
            rules=("bedrock-guardrail-enforced", "bedrock-agent-guardrail-attached"),
            home_of=(Duty.GUARDRAILS,),
            evidence=("prompt-design-review",),
        ),
        CustomerDuty(
            "Custom models: bias assessment",
            "Measure whether a model treats groups of people differently, before and while it is used.",
            "AWS offers monitors and evaluation jobs; a model that was trained or imported is the customer's.",
            rules=("sagemaker-endpoint-bias-monitored", "bedrock-custom-model-evaluated"),
            managed=("sagemaker-monitoring", "sagemaker-monitoring-regional"),
            evidence=("bias-and-quality-of-training-data",),
        ),
        CustomerDuty(
            "Custom models: content safety evaluation",
            "Test a model for harmful content and robustness before it is used, and again when it changes.",
            "AWS runs the evaluation that is asked of it and does not judge the result.",
            rules=("bedrock-custom-model-evaluated",),
            home_of=(Duty.MODEL_GOVERNANCE,),
            evidence=("red-team-exercises",),
        ),
        CustomerDuty(
            "Custom models: version control",
            "Know which version runs where, and let only approved ones into production.",
            "AWS keeps the registry; approvals are the customer's.",
            rules=("sagemaker-model-version-approved",),
        ),
        CustomerDuty(
            "Custom models: liability for harmful outputs",
            "Bear the consequences of what a custom model says, and be prepared for them.",
            "AWS bears none of it for models that it did not make.",
            evidence=("liability-for-custom-models", "human-review-of-harmful-outputs"),
        ),
        CustomerDuty(
            "Model access controls",
            "Let each IAM principal invoke the models and endpoints that it needs, and no others.",
            "AWS enforces the permissions that principals have.",
            rules=(
                "bedrock-invoke-least-privilege",
                "bedrock-retrieve-least-privilege",
                "sagemaker-invoke-least-privilege",
                "bedrock-api-key-short-lived",
            ),
            home_of=(Duty.ACCESS,),
        ),
    ),
)

INFRASTRUCTURE: Final = Chapter(
    "Responsibility for infrastructure",
    (
        CustomerDuty(
            "Amazon Bedrock: VPC endpoints",
            "Where networking is private, configure the endpoints and who may pass through them.",
            "AWS operates and patches everything that inference runs on.",
            rules=("bedrock-vpc-endpoint-private", "bedrock-vpc-endpoint-policy-scoped"),
            home_of=(Duty.NETWORK,),
        ),
        CustomerDuty(
            "Amazon Bedrock: keys for encrypted data",
            "Manage the KMS keys of models, agents, prompts, flows and guardrails.",
            "AWS keeps the keys in certified hardware and uses them only as their policies allow.",
            rules=("bedrock-model-cmk-encrypted", "bedrock-resource-cmk-encrypted"),
            home_of=(Duty.ENCRYPTION,),
            managed=("bedrock",),
        ),
        CustomerDuty(
            "Amazon Bedrock: destinations of logs",
            "Configure the log group or bucket that invocation logs go to.",
            "AWS ingests the log events.",
            rules=("bedrock-log-group-protected", "bedrock-log-bucket-protected"),
        ),
        CustomerDuty(
            "Amazon Bedrock: buckets and stores of knowledge bases",
            "Protect the buckets that knowledge bases read and the stores that they keep vectors in.",
            "AWS reads with the role that the customer gave the knowledge base.",
            rules=("bedrock-kb-bucket-protected", "bedrock-kb-source-governed", "bedrock-kb-vector-store-protected"),
            home_of=(Duty.KNOWLEDGE_BASES,),
        ),
        CustomerDuty(
            "SageMaker: secured container images",
            "Choose images from registries that are trusted, and scan them.",
            "AWS maintains the images that it publishes itself.",
            rules=("sagemaker-container-scanned",),
            managed=("sagemaker-registries", "ecr"),
        ),
        CustomerDuty(
            "SageMaker: isolation of instances",
            "Cut notebooks, domains and models off from networks that they do not need.",
            "AWS isolates instances of different customers from each other.",
            rules=("sagemaker-workspace-hardened",),
            managed=("sagemaker-notebooks", "sagemaker-models"),
        ),
        CustomerDuty(
            "SageMaker: network isolation of training jobs",
            "Run training and data jobs without a way out, encrypted between containers and at rest.",
            "AWS provides the isolation; each job has to ask for it.",
            rules=("sagemaker-training-job-isolated", "sagemaker-data-job-isolated", "bedrock-training-job-isolated"),
        ),
        CustomerDuty(
            "SageMaker: patches of the application layer",
            "Rebuild inference containers when the packages in them have fixes.",
            "AWS patches the host's operating system, and nothing inside the container.",
            rules=("sagemaker-container-scanned",),
            managed=("sagemaker-notebook-supported", "inspector-ecr-scanned"),
        ),
        CustomerDuty(
            "Lambda: function code",
            "Answer for what functions do, and run them on runtimes that are still maintained.",
            "AWS operates and patches the execution environment while its runtime is supported.",
            managed=("lambda-runtime-supported", "guardduty-lambda-protected"),
            evidence=("prompt-design-review",),
        ),
        CustomerDuty(
            "Lambda: execution role",
            "Give functions that call models a role for that and nothing broader.",
            "AWS hands the function the credentials of the role that it was given.",
            rules=("lambda-bedrock-role-scoped",),
            managed=("lambda-access-not-public",),
        ),
        CustomerDuty(
            "Lambda: environment variables and secrets",
            "Keep secrets in AWS Secrets Manager, and out of environment variables.",
            "AWS encrypts environment variables, and shows them to everybody who may read the function's settings.",
            rules=("lambda-bedrock-no-plaintext-secret",),
            managed=("secrets",),
        ),
        CustomerDuty(
            "Lambda: memory and timeout",
            "Set both on purpose: models take longer than the defaults allow.",
            "AWS stops a function at the limit that it was given.",
            home_of=(Duty.FUNCTIONS,),
        ),
    ),
)
