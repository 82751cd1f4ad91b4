"""Responsibility along the life of a model, and the controls that are the customer's whichever service is used."""

from typing import Final

from cli.duties.duty import Chapter, CustomerDuty
from rules.engine.duties import Duty

LIFECYCLE: Final = Chapter(
    "Responsibility across the lifecycle",
    (
        CustomerDuty(
            "Data storage",
            "Encrypt data, restrict who reaches it, and classify it.",
            "AWS keeps objects durable and available.",
            rules=("training-data-bucket-protected", "bedrock-kb-bucket-protected", "bedrock-kb-source-governed"),
            managed=("sagemaker-features-offline-encrypted", "sagemaker-features-online-encrypted", "s3"),
        ),
        CustomerDuty(
            "Model training",
            "Answer for the quality of training data and for how the instances are configured.",
            "AWS keeps the platform available.",
            rules=("sagemaker-training-job-isolated", "bedrock-training-job-isolated"),
            evidence=("bias-and-quality-of-training-data",),
        ),
        CustomerDuty(
            "Model serving on Amazon Bedrock",
            "Design prompts, configure guardrails, filter outputs.",
            "AWS runs the infrastructure of inference.",
            rules=(
                "bedrock-guardrail-enforced",
                "bedrock-guardrail-content-filtered",
                "bedrock-agent-guardrail-attached",
            ),
            evidence=("prompt-design-review", "red-team-exercises"),
        ),
        CustomerDuty(
            "Model serving on SageMaker",
            "Answer for the container, the endpoint's configuration and how it scales.",
            "AWS patches the host's operating system.",
            rules=(
                "sagemaker-container-scanned",
                "sagemaker-endpoint-config-hardened",
                "sagemaker-endpoint-autoscaled",
            ),
            home_of=(Duty.SERVING,),
            managed=(
                "sagemaker-endpoint-instances-spare",
                "sagemaker-experiment-encrypted",
                "sagemaker-experiment-data-encrypted",
            ),
        ),
        CustomerDuty(
            "Logging",
            "Retain logs, restrict who reads them, and be alerted.",
            "AWS ingests what is sent to Amazon CloudWatch.",
            rules=(
                "bedrock-log-group-protected",
                "bedrock-change-alert-wired",
                "bedrock-runtime-alarms-wired",
                "bedrock-cloudtrail-data-events",
            ),
            home_of=(Duty.LOGGING,),
        ),
        CustomerDuty(
            "Compliance",
            "Show that the workload itself meets the regulations.",
            "AWS shows that its services do.",
            evidence=("compliance-of-the-workload",),
        ),
    ),
)

CONTROLS: Final = Chapter(
    "Practical security controls",
    (
        CustomerDuty(
            "Enable model invocation logging",
            "Switch it on in every Region in which models are called: it is off by default.",
            "AWS logs nothing of what is asked of models until it is told to.",
            rules=("bedrock-invocation-logging-enabled",),
        ),
        CustomerDuty(
            "Use resource-based policies on knowledge bases",
            "Keep other principals away from knowledge bases: by a resource policy where AWS has one, and by IAM.",
            "AWS supports resource policies on managed knowledge bases only.",
            rules=("bedrock-kb-policy-restricted", "bedrock-retrieve-least-privilege"),
        ),
        CustomerDuty(
            "Apply least-privilege IAM",
            "Let functions that call models invoke the models that they name, and nothing broader.",
            "AWS allows whatever the policies allow.",
            rules=("bedrock-invoke-least-privilege", "lambda-bedrock-role-scoped", "bedrock-service-role-scoped"),
        ),
        CustomerDuty(
            "Use AWS PrivateLink for Amazon Bedrock",
            "Keep calls to models off the public internet where regulation asks for it.",
            "AWS offers the endpoints and carries the traffic inside its own network.",
            rules=("bedrock-vpc-endpoint-private", "bedrock-vpc-endpoint-policy-scoped"),
        ),
        CustomerDuty(
            "Encrypt model artifacts at rest",
            "Encrypt artifacts with keys that the customer can rotate and revoke.",
            "AWS encrypts objects of Amazon S3 with keys of its own unless it is given another.",
            rules=("sagemaker-artifact-cmk-encrypted", "bedrock-model-cmk-encrypted"),
            managed=("keys",),
        ),
    ),
)
